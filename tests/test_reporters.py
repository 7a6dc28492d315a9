"""What reports look like: readable without colours, safe on a terminal, exact for programs."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.cells import cell_len
from rich.console import Console

from convlint import catalog
from convlint.finding import PathStep, Severity
from convlint.graph import Location
from convlint.page import parse_page
from convlint.report import Report
from convlint.reporters import concise, full, layout, rules
from convlint.reporters import json as json_reporter
from convlint.reporters.words import excerpt, first_of, shape_text
from convlint.text import printable
from tests.pages import write_page
from tests.reports import finding, report_on

SCHEMA = json.loads((files("convlint") / "schemas/report-1.json").read_text(encoding="utf-8"))


@pytest.fixture
def report() -> Any:
    """A function from findings to the report on one file with them."""
    return report_on


EXPECTED = """\
net.keras

warning TST101 first
  drop is in the wrong place

    conv1  Conv2D + relu  32×32×64
  ▸ drop   Dropout         ?×32×64
    conv2  Conv2D

  help     move it
  for      ablation, Body & Body 2018: it was tried
  against  no source that we know of

1 warning in 1 model, 1,234 layers, 2 rules.
convlint --explain TST101 prints the whole page of a rule.
"""


def test_full_shows_one_finding(report: Any) -> None:
    assert full.text(report(finding())) == EXPECTED
    assert str(report(finding())) == EXPECTED.rstrip("\n")


def test_full_with_colours_is_the_same_text(report: Any) -> None:
    colored = full.text(report(finding()), color=True)
    assert "\x1b[1;33mwarning" in colored
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(report(finding()))
    assert [line.rstrip() for line in capture.get().splitlines()] == EXPECTED.splitlines()


def test_full_folds_what_is_said_many_times(report: Any) -> None:
    text = full.text(report(*(finding(f"block{number}_dropout") for number in range(53))))
    assert "warning 53 × TST101 first\n  block0_dropout is in the wrong place\n" in text
    assert "also at  block1_dropout, block2_dropout, " in text
    assert "more\n" in text
    assert text.count("help") == 1
    assert "53 warnings in 1 model" in text


def test_full_tells_cases_of_a_rule_apart_and_explains_it_once(report: Any) -> None:
    text = full.text(report(finding("a"), finding("b", case=1), finding("c")))
    assert "warning 2 × TST101 first\n  a is in the wrong place" in text
    assert "warning TST101 first\n  b is in the wrong place" in text
    assert text.count("ablation") == 1


def test_characters_that_need_no_table_of_widths_take_one_cell() -> None:
    assert {character for character in layout._NARROW if cell_len(character) != 1} == set()


def test_full_explains_a_rule_in_each_file_it_hits(report: Any) -> None:
    (one,) = report(finding("a", file="one.keras")).checked
    both = report(finding("a", file="two.keras"))
    both = Report((one, *both.checked), both.rules, both.read_references)
    assert full.text(both).count("ablation") == 2


def test_full_says_where_in_the_source_it_is(report: Any) -> None:
    text = full.text(
        report(
            finding("a", file="net.py", location=Location("net.py", 12, 5)),
            finding("b", file="parts.py", location=Location("parts.py", 3)),
            finding("c", file="net.py", location=Location("net.py", 14, 5)),
            finding("d", file="z.ipynb", location=Location("z.ipynb", 2, 5, cell=3)),
            finding("e", file="z.ipynb", location=Location("z.ipynb", 4, 5, cell=3)),
        )
    )
    lines = [line.rstrip() for line in text.splitlines()]
    assert [line for line in lines if line.startswith(("net", "parts", "z"))] == [
        "net.py",
        "parts.py",
        "z.ipynb",
    ]
    for line in ("  net.py:12:5", "  parts.py:3", "  z.ipynb:cell 3:2:5"):
        assert line in lines
    assert "  also at  c (line 14)" in lines
    assert "  also at  e (cell 3, line 4)" in lines


def test_full_puts_the_worst_first(report: Any) -> None:
    text = full.text(
        report(
            finding("a", severity=Severity.INFO),
            finding("b", severity=Severity.ERROR, code="TST102", name="second"),
        )
    )
    assert text.index("error TST102 second") < text.index("info TST101 first")
    assert "1 error, 1 info in 1 model" in text
    assert "--explain TST102" in text


@pytest.mark.parametrize("width", [40, 80, 100])
def test_full_keeps_to_the_width(width: int, report: Any) -> None:
    long = finding(
        "a_layer_with_a_name_that_is_too_long_for_any_terminal/" * 3,
        message="a long message " * 20,
        help="a long piece of advice " * 20,
    )
    lines = full.text(report(long, long), width=width).splitlines()
    assert max(map(len, lines)) <= width


def test_full_says_that_all_is_well(report: Any) -> None:
    assert full.text(report()) == "All clear: 1 model, 1,234 layers, 2 rules.\n"
    assert full.text(report(), quiet=True) == ""


def test_the_summary_counts_what_could_not_be_checked(report: Any) -> None:
    assert report(error="no model").summary == (
        "1 input could not be checked; nothing found in 1 model, 1,234 layers, 2 rules."
    )
    assert report(finding(), error="no model").summary == (
        "1 warning in 1 model, 1,234 layers, 2 rules; 1 input could not be checked."
    )


HOSTILE = "[red]a[/red]\x1b[31m\nb\r\u202ec\ud800:smile:"
SHOWN = r"[red]a[/red]\x1b[31m\nb\r\u202ec\ud800:smile:"


def test_names_cannot_steer_the_terminal(report: Any) -> None:
    hostile = finding(
        HOSTILE,
        message=f"{HOSTILE} is wrong",
        help=HOSTILE,
        path=(PathStep(HOSTILE, HOSTILE, (None, 3), HOSTILE, marked=True),),
    )
    text = full.text(report(hostile, hostile), width=200)
    assert text.count(SHOWN) == 6
    for line in (text, concise.text(report(hostile))):
        assert all(char.isprintable() for char in line.replace("\n", ""))
        line.encode("utf-8")
    assert concise.text(report(hostile)).startswith(f"net.keras: {SHOWN}: TST101 {SHOWN} is wrong")
    assert json.loads(json_reporter.text(report(hostile)))["findings"][0]["layer"] == HOSTILE


def test_concise_is_one_line_for_each_finding(report: Any) -> None:
    findings = (
        finding("a"),
        finding("b", file="net.py", location=Location("net.py", 12, 5)),
        finding("c", file="net.py", location=Location("net.py", 13)),
        finding("d", file=None),
        finding("e", file="net.ipynb", location=Location("net.ipynb", 2, 5, cell=3)),
        finding("f", file="nets:build", location=Location("nets.py", 7)),
    )
    text = concise.text(report(*findings))
    assert text.splitlines() == [
        "net.keras: a: TST101 a is in the wrong place",
        "net.py:12:5: b: TST101 b is in the wrong place",
        "net.py:13: c: TST101 c is in the wrong place",
        "model in memory: d: TST101 d is in the wrong place",
        "net.ipynb:cell 3:2:5: e: TST101 e is in the wrong place",
        "nets.py:7: f: TST101 f is in the wrong place",
        "6 warnings in 1 model, 1,234 layers, 2 rules.",
    ]
    assert concise.text(report(*findings), quiet=True).count("\n") == 6


def test_statistics_count_the_rules(report: Any) -> None:
    second = finding(code="TST102", name="second", severity=Severity.ERROR)
    text = concise.statistics(report(finding(), *[second] * 11))
    assert text.splitlines() == [
        "11  TST102  error    second",
        " 1  TST101  warning  first",
        "11 errors, 1 warning in 1 model, 1,234 layers, 2 rules.",
    ]


def test_json_has_every_key_and_null_where_there_is_nothing(report: Any) -> None:
    located = finding("b", location=Location("net.ipynb", 12, 5, end_line=14, cell=3))
    document = json.loads(json_reporter.text(report(finding(), located, error="no model")))
    jsonschema.validate(document, SCHEMA)
    first, second = document["findings"]
    assert first == {
        "code": "TST101",
        "name": "first",
        "severity": "warning",
        "confidence": "high",
        "file": "net.keras",
        "source_file": None,
        "cell": None,
        "line": None,
        "end_line": None,
        "column": None,
        "layer": "drop",
        "layer_class": "Dropout",
        "message": "drop is in the wrong place",
        "help": "move it",
        "path": ["conv1", "drop", "conv2"],
        "evidence": {
            "for": [
                {
                    "cite": "somebody2018",
                    "strength": "ablation",
                    "claim": "it was tried",
                    "reference": "Ann Body, Ben Body: It is so. 2018.",
                    "url": "https://example.org/so",
                }
            ],
            "against": [],
        },
    }
    keys = ("source_file", "cell", "line", "end_line", "column")
    assert [second[key] for key in keys] == ["net.ipynb", 3, 12, 14, 5]
    assert document["errors"] == [{"file": "broken.h5", "message": "no model"}]
    assert document["summary"] == {
        "ok": False,
        "files": 2,
        "models": 1,
        "layers": 1234,
        "rules": 2,
        "findings": 2,
        "errors": 1,
        "by_severity": {"error": 0, "warning": 2, "info": 0},
        "by_rule": {"TST101": 2},
    }


def objects(schema: Any) -> list[Any]:
    """Every object type in the schema that lists its properties."""
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" and "properties" in schema else []
    return own + [found for item in schema.values() for found in objects(item)]


def test_the_schema_is_valid_and_requires_all_it_describes() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert len(objects(SCHEMA)) >= 5
    for schema in objects(SCHEMA):
        assert set(schema["required"]) == set(schema["properties"])


@pytest.mark.parametrize("broken", [{"version": 2}, {"findings": [{}]}, {"summary": {}}])
def test_the_schema_refuses_what_is_not_a_report(broken: dict[str, Any], report: Any) -> None:
    document = report(finding()).to_dict()
    jsonschema.validate(document, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, **broken}, SCHEMA)


def path_of(length: int, marked: int) -> list[PathStep]:
    return [PathStep(str(n), "Dense", None, marked=n == marked) for n in range(length)]


@pytest.mark.parametrize(
    ("length", "marked", "shown"),
    [
        (0, 0, ""),
        (1, 0, "0"),
        (7, 3, "0 1 2 3 4 5 6"),
        (8, 3, "0 1 2 3 4 5 6 7"),
        (100, 50, "0 [47] 48 49 50 51 52 [46] 99"),
        (100, 0, "0 1 2 3 4 5 [93] 99"),
        (100, 99, "0 [93] 94 95 96 97 98 99"),
        (100, 1, "0 1 2 3 4 5 [93] 99"),
    ],
)
def test_long_paths_are_cut_away_from_what_matters(length: int, marked: int, shown: str) -> None:
    rows = excerpt(path_of(length, marked))
    text = " ".join(row.layer if isinstance(row, PathStep) else f"[{row}]" for row in rows)
    assert text == shown


@pytest.mark.parametrize(
    ("names", "room", "text"),
    [
        (["a", "b"], 10, "a, b"),
        (["abc", "def", "ghi"], 8, "abc, def, … 1 more"),
        (["a" * 50, "b"], 8, f"{'a' * 50}, … 1 more"),
        ([str(n) for n in range(2000)], 3, "0, … 1,999 more"),
    ],
)
def test_long_lists_say_how_much_more_there_is(names: list[str], room: int, text: str) -> None:
    assert first_of(names, room) == text


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((None, 8, 8, 64), "8×8×64"),
        ((None, None, 3), "?×3"),
        ((None,), "scalar"),
        ((), "scalar"),
        (None, ""),
    ],
)
def test_shapes_are_shown_without_the_batch(shape: Any, text: str) -> None:
    assert shape_text(shape) == text


def test_printable_text_stays_as_it_is() -> None:
    assert printable("Schicht_ß/層 1×1 → [x]") == "Schicht_ß/層 1×1 → [x]"
    assert printable(HOSTILE) == SHOWN


def test_a_page_shows_its_evidence_with_full_references(tmp_path: Path) -> None:
    path = write_page(tmp_path)
    linked = path.read_text(encoding="utf-8").replace("Always.", "See [it](TST102-second.md).")
    text = rules.page(parse_page(linked, str(path)), catalog.references([tmp_path]))
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# tested-dense (TST101)",
        "## What it does",
        "## Why is this bad?",
        "## When it is right to ignore this",
        "## Evidence for",
        "## Evidence against",
        "## Bad",
        "## Good",
    ]
    assert "warning, high confidence, on by default, since 0.1" in text
    assert "- **ablation**: it was tried. Ann Body, Ben Body: It is so. 2018." in text
    assert "<https://example.org/so>" in text
    assert "No source that we know of." in text
    assert "See it (TST102)." in text
    unchecked = (tmp_path / "references.yaml").read_text(encoding="utf-8")
    (tmp_path / "references.yaml").write_text(
        unchecked.replace("verified: yes", "verified: no\n  seen: a talk"), encoding="utf-8"
    )
    text = rules.page(parse_page(linked, str(path)), catalog.references([tmp_path]))
    assert "Not checked at the source: a talk." in text


def test_every_shipped_page_can_be_shown() -> None:
    for rule in catalog.load():
        assert "\n## Evidence against\n" in rules.page(rule, catalog.references())


def test_the_list_of_rules_has_a_line_for_each() -> None:
    shipped = catalog.load()
    lines = rules.listed(shipped).splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in shipped]
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(rules.table(shipped))
    assert all(rule.name in capture.get() for rule in shipped)
