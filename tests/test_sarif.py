"""SARIF: valid, and every field that a consumer reads says what it should."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import jsonschema
import pytest

import convlint
from convlint import check
from convlint.finding import Confidence, Finding, Severity
from convlint.graph import Location
from convlint.report import Checked, Report
from convlint.reporters import sarif
from tests.reports import HOSTILE, finding, hostile, known, report_on

ROOT = Path(__file__).parent.parent
EXAMPLES = [
    ROOT / "examples/transfer-learning.keras",
    ROOT / "examples/unet.h5",
    ROOT / "examples/article/after-pooling/dropout-0.5.json",
    ROOT / "examples/article/before-activation/batch-norm.json",
]
PLACES = [
    finding(),
    finding(file=None),
    finding(file="net.py", location=Location("net.py", 12, 5, end_line=14)),
    finding(file="net.py", location=Location("net.py", 12)),
    finding(file="net.ipynb", location=Location("net.ipynb", 2, 5, cell=3)),
    finding(file=None, location=Location("models/net.py", 7, 1)),
]


def run_of(*findings: Finding, error: str | None = None) -> dict[str, Any]:
    """The one run of the log about some findings, as a consumer parses it."""
    document = json.loads(sarif.text(report_on(*findings, error=error)))
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


@pytest.fixture(scope="module")
def validator() -> jsonschema.protocols.Validator:
    """The official schema."""
    default = ROOT.parent / "shared/schemas/sarif-schema-2.1.0.json"
    path = Path(os.environ.get("CONVLINT_SARIF_SCHEMA", default))
    if not path.is_file():
        pytest.skip("CONVLINT_SARIF_SCHEMA does not name the official schema of SARIF 2.1.0")
    schema = json.loads(path.read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def test_a_log_about_models_is_valid(validator: jsonschema.protocols.Validator) -> None:
    report = check([*EXAMPLES, "nowhere.keras"])
    assert report.findings
    assert report.errors
    validator.validate(json.loads(sarif.text(report)))


@pytest.mark.parametrize("found", PLACES, ids=lambda found: str(found.location))
def test_a_log_about_any_place_is_valid(
    found: Finding, validator: jsonschema.protocols.Validator
) -> None:
    validator.validate(json.loads(sarif.text(report_on(found, error="no model"))))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_log_about_any_name_is_valid(
    name: str, validator: jsonschema.protocols.Validator
) -> None:
    validator.validate(json.loads(sarif.text(report_on(hostile(name)))))


def test_an_empty_log_is_valid_and_still_a_run(validator: jsonschema.protocols.Validator) -> None:
    document = json.loads(sarif.text(report_on()))
    validator.validate(document)
    (run,) = document["runs"]
    assert run["results"] == run["tool"]["driver"]["rules"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


def test_the_schema_refuses_what_is_wrong(validator: jsonschema.protocols.Validator) -> None:
    document = json.loads(sarif.text(report_on(finding())))
    document["runs"][0]["results"][0]["level"] = "info"
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(document)


def test_the_log_names_its_version_and_the_tool() -> None:
    document = json.loads(sarif.text(report_on(finding())))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("/sarif-schema-2.1.0.json")
    driver = document["runs"][0]["tool"]["driver"]
    assert driver["name"] == "convlint"
    assert driver["version"] == driver["semanticVersion"] == convlint.__version__


def test_a_result_has_everything_that_an_alert_shows() -> None:
    (result,) = run_of(finding("block/drop"))["results"]
    fingerprint = result["partialFingerprints"]["convlint/v1"]
    assert result == {
        "ruleId": "TST101",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": "block/drop: block/drop is in the wrong place\nhelp: move it"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": "net.keras",
                        "uriBaseId": "%SRCROOT%",
                        "index": 0,
                    },
                    "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
                },
                "logicalLocations": [
                    {"name": "drop", "fullyQualifiedName": "block/drop", "kind": "layer"}
                ],
            }
        ],
        "partialFingerprints": {
            "convlint/v1": fingerprint,
            "primaryLocationLineHash": fingerprint,
        },
        "properties": {
            "confidence": "high",
            "layerClass": "Dropout",
            "path": ["conv1", "block/drop", "conv2"],
        },
    }


def test_a_place_in_source_has_the_lines_of_the_call() -> None:
    places = [result["locations"][0] for result in run_of(*PLACES)["results"]]
    regions = [place.get("physicalLocation", {}).get("region") for place in places]
    beginning = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    assert regions == [
        beginning,
        None,
        {"startLine": 12, "startColumn": 5, "endLine": 14},
        {"startLine": 12},
        beginning,
        {"startLine": 7, "startColumn": 1},
    ]
    uris = [place["physicalLocation"]["artifactLocation"]["uri"] for place in places[2:]]
    assert uris == ["net.py", "net.py", "net.ipynb", "models/net.py"]
    assert all(place["logicalLocations"] for place in places)


def test_a_place_in_a_notebook_names_cell_and_line_in_its_message() -> None:
    (result,) = run_of(PLACES[4])["results"]
    assert result["message"]["text"].startswith("cell 3, line 2: drop: drop is in the wrong")


def test_every_index_leads_to_what_it_says() -> None:
    second = finding(code="TST102", name="second", file="b/net.py", location=Location("b.py", 1))
    run = run_of(second, *PLACES, error="no model")
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    assert [rule["id"] for rule in rules] == ["TST101", "TST102"]
    places = []
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        places += [place for place in result["locations"] if "physicalLocation" in place]
    places += run["invocations"][0]["toolExecutionNotifications"][0]["locations"]
    assert len(places) == len(PLACES) + 1
    for place in places:
        location = place["physicalLocation"]["artifactLocation"]
        assert artifacts[location["index"]]["location"] == location
    assert all(artifact["roles"] == ["analysisTarget"] for artifact in artifacts)
    assert [artifact["location"]["uri"] for artifact in artifacts[:2]] == ["net.keras", "broken.h5"]


@pytest.mark.parametrize(
    ("severity", "level", "problem"),
    [
        (Severity.ERROR, "error", "error"),
        (Severity.WARNING, "warning", "warning"),
        (Severity.INFO, "note", "recommendation"),
    ],
)
def test_severities_get_their_names_in_sarif(severity: Severity, level: str, problem: str) -> None:
    (result,) = run_of(finding(severity=severity))["results"]
    assert result["level"] == level
    rules, references = known()
    rules = {"TST101": rules["TST101"]._replace(severity=severity, confidence=Confidence.LOW)}
    report = Report((Checked("net.keras", findings=(finding(),)),), rules, references)
    (rule,) = sarif.document(report)["runs"][0]["tool"]["driver"]["rules"]
    assert rule["defaultConfiguration"] == {"level": level}
    assert rule["properties"]["problem.severity"] == problem
    assert rule["properties"]["precision"] == "low"


def test_a_rule_has_everything_that_its_help_shows() -> None:
    report = check(EXAMPLES)
    rules = sarif.document(report)["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(report.by_rule)
    for rule in rules:
        page = report.rules[rule["id"]]
        assert rule["name"] == page.name
        assert rule["shortDescription"]["text"] == page.summary
        assert 40 < len(rule["fullDescription"]["text"]) <= 1024
        assert "\n" not in rule["fullDescription"]["text"]
        assert rule["help"]["markdown"].startswith(f"# {page.name} ({page.code})")
        for citation in (*page.evidence.for_, *page.evidence.against):
            for text in rule["help"].values():
                assert citation.claim in text
                assert report.references[citation.cite].full in text
                assert report.references[citation.cite].link in text
        assert "When it is right to ignore this" in rule["help"]["text"]
        assert rule["properties"]["tags"] == ["keras", "architecture"]
        assert rule["properties"]["precision"] in {"high", "medium", "low"}


def test_a_description_that_is_too_long_is_cut() -> None:
    rules, references = known()
    rules = {"TST101": rules["TST101"]._replace(summary="long " * 1000)}
    report = Report((Checked("net.keras", findings=(finding(),)),), rules, references)
    (rule,) = sarif.document(report)["runs"][0]["tool"]["driver"]["rules"]
    assert len(rule["shortDescription"]["text"]) == 1024
    assert rule["shortDescription"]["text"].endswith("…")


def test_what_could_not_be_checked_is_a_notification() -> None:
    (invocation,) = run_of(error="broken.h5: no model")["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": "broken.h5: no model"},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {
                                "uri": "broken.h5",
                                "uriBaseId": "%SRCROOT%",
                                "index": 1,
                            }
                        }
                    }
                ],
            }
        ],
    }
    in_memory = Report((Checked(None, error="no model"),))
    (invocation,) = sarif.document(in_memory)["runs"][0]["invocations"]
    assert invocation["toolExecutionNotifications"] == [
        {"level": "error", "message": {"text": "no model"}}
    ]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("net.keras", "net.keras"),
        ("./models//net.keras", "models/net.keras"),
        ("models/../net.keras", "net.keras"),
        ("a b/100%?#[1].keras", "a%20b/100%25%3F%23%5B1%5D.keras"),
        ("c:net.keras", "c%3Anet.keras"),
        ("Schicht_ß/層.h5", "Schicht_%C3%9F/%E5%B1%A4.h5"),
        ("\udcff.h5", "%FF.h5"),
        ("\ud800.h5", "%ED%A0%80.h5"),
        ("a\nb.h5", "a%0Ab.h5"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_a_file_below_the_current_folder_has_a_relative_uri(file: str, uri: str) -> None:
    found = finding(file=file)
    report = Report((Checked(file, findings=(found,)),), *known())
    (run,) = sarif.document(report)["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": uri, "uriBaseId": "%SRCROOT%", "index": 0}
    absolute = Report((Checked(os.path.abspath(file), findings=(found,)),), *known())
    assert sarif.document(absolute)["runs"][0]["artifacts"] == run["artifacts"]
    # What a consumer makes of it, who knows where the checkout is.
    assert urljoin("file:///checkout/", uri) == f"file:///checkout/{uri}"


def test_a_file_elsewhere_has_an_absolute_uri(tmp_path: Path) -> None:
    file = tmp_path / "a b" / "c:d.keras"
    report = Report((Checked(str(file), findings=(finding(file=str(file)),)),), *known())
    (artifact,) = sarif.document(report)["runs"][0]["artifacts"]
    uri = artifact["location"].pop("uri")
    assert artifact["location"] == {"index": 0}
    assert urlsplit(uri).scheme == "file"
    assert os.fsdecode(unquote_to_bytes(urlsplit(uri).path)) == str(file)
    assert "a%20b/c:d.keras" in uri


def fingerprints(*findings: Finding) -> list[str]:
    return [result["partialFingerprints"]["convlint/v1"] for result in run_of(*findings)["results"]]


def at(line: int, layer: str = "drop", **changes: Any) -> Finding:
    return finding(layer, file="net.py", location=Location("net.py", line, 5), **changes)


def test_fingerprints_do_not_change_when_lines_move_or_words_change() -> None:
    before = fingerprints(at(12), at(12), at(13, "other"))
    assert len(set(before)) == 3
    after = fingerprints(
        at(52, message="said otherwise", help="do that", severity=Severity.ERROR),
        at(54, case=1),
        at(57, "other"),
    )
    assert after == before
    # A finding elsewhere changes none of them.
    assert fingerprints(at(1, "new"), *(at(12), at(12), at(13, "other")))[1:] == before


def test_fingerprints_tell_rules_files_and_layers_apart() -> None:
    findings = [
        at(1),
        at(1, "block/drop"),
        at(1, code="TST102", name="second"),
        finding(file="net.keras"),
        finding(file="other.keras"),
        finding(file=None),
    ]
    together = fingerprints(*findings)
    assert len(set(together)) == len(findings)
    assert [fingerprints(found)[0] for found in findings] == together


def test_github_hashes_the_lines_of_source_itself() -> None:
    given = [result["partialFingerprints"] for result in run_of(*PLACES)["results"]]
    has_own = ["primaryLocationLineHash" in fingerprint for fingerprint in given]
    assert has_own == [True, True, False, False, True, False]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[red]", "[red]"),
        ("[a](1)", r"\[a\](1)"),
        ("{0}{a}", "{{0}}{a}"),
        ("\x1b[31m\n", r"\x1b[31m\n"),
        ("\ud800\x00", r"\ud800\x00"),
        ("<script>", "<script>"),
    ],
)
def test_a_name_is_neither_link_nor_placeholder_nor_control(name: str, shown: str) -> None:
    (result,) = run_of(hostile(name))["results"]
    assert result["message"]["text"] == f"{shown}: {shown} is wrong\nhelp: {shown}"


@pytest.mark.parametrize("name", HOSTILE)
def test_only_printable_characters_are_written(name: str) -> None:
    text = sarif.text(report_on(hostile(name)))
    assert text.isascii()
    strings: list[str] = []
    json.loads(
        text,
        parse_constant=pytest.fail,
        object_pairs_hook=lambda pairs: strings.extend(
            value for _, value in pairs if isinstance(value, str)
        ),
    )
    assert strings
    assert all(part.isprintable() for value in strings for part in value.split("\n"))
