"""What GitHub, GitLab, JUnit readers and streams get: exact escapes, whatever a name holds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from convlint import reporters
from convlint.finding import Finding, Severity
from convlint.graph import Location
from convlint.report import Checked, Report
from convlint.reporters import github, gitlab, jsonlines, junit
from convlint.reporters import json as json_reporter
from convlint.text import printable
from tests.reports import HOSTILE, finding, hostile, known, report_on

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((files("convlint") / "schemas/report-1.json").read_text(encoding="utf-8"))
IN_SOURCE = finding(file="net.py", location=Location("net.py", 12, 5, end_line=14))
IN_NOTEBOOK = finding(file="net.ipynb", location=Location("net.ipynb", 2, 5, cell=3))
IN_MEMORY = finding(file=None)


def on_file(file: str) -> Report:
    return Report((Checked(file, findings=(finding(file=file),)),), *known())


def test_the_same_input_gives_the_same_bytes() -> None:
    program = (
        "import sys; from convlint import Config, check, reporters\n"
        "report = check(['examples', 'nowhere.h5'], config=Config())\n"
        "print(*(reporters.text(report, name) for name in reporters.FORMATS))\n"
        "print(report._repr_html_())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
    assert b"CVL101" in outputs.pop()


@pytest.mark.parametrize("output_format", reporters.FORMATS)
def test_every_format_says_what_was_found_and_what_could_not_be_read(output_format: str) -> None:
    report = report_on(finding(), IN_SOURCE, IN_NOTEBOOK, IN_MEMORY, error="broken.h5: no model")
    text = reporters.text(report, output_format)
    assert text.endswith("\n")
    assert text.count("is in the wrong place") >= 1
    assert "TST101" in text
    if output_format not in ("full", "concise"):  # there, standard error says so
        assert "no model" in text


# GitHub workflow commands


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """What the runner of GitHub Actions makes of a line."""
    match = re.fullmatch(r"::([a-z]+) (.*?)::(.*)", line)
    assert match, line
    name, listed, message = match.groups()
    properties = {}
    for part in listed.split(","):
        key, _, value = part.partition("=")
        for escape, char in (("%3A", ":"), ("%2C", ",")):
            value = value.replace(escape, char)
        properties[key] = unescaped(value)
    return name, properties, unescaped(message)


def unescaped(value: str) -> str:
    return value.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


@pytest.mark.parametrize(
    ("value", "in_property", "in_message"),
    [
        ("plain", "plain", "plain"),
        ("a\nb\r\nc", "a%0Ab%0D%0Ac", "a%0Ab%0D%0Ac"),
        ("100%", "100%25", "100%25"),
        ("%0A", "%250A", "%250A"),
        ("a:b,c", "a%3Ab%2Cc", "a:b,c"),
        ("::error::", "%3A%3Aerror%3A%3A", "::error::"),
        ("", "", ""),
    ],
)
def test_github_commands_escape_what_has_a_meaning(
    value: str, in_property: str, in_message: str
) -> None:
    line = github.command("error", {"title": value}, value)
    assert line == f"::error title={in_property}::{in_message}"
    assert parsed(line) == ("error", {"title": value}, value)


def test_github_annotates_the_lines_of_a_call() -> None:
    lines = github.text(report_on(IN_SOURCE, finding(), IN_NOTEBOOK, IN_MEMORY)).splitlines()
    assert lines[0] == (
        "::warning file=net.py,line=12,endLine=14,col=5,title=TST101 first"
        "::net.py:12:5: TST101 drop: drop is in the wrong place%0Ahelp: move it"
    )
    properties = [parsed(line)[1] for line in lines[1:]]
    title = {"title": "TST101 first"}
    assert properties == [{"file": "net.keras"} | title, {"file": "net.ipynb"} | title, title]
    assert parsed(lines[2])[2].startswith("net.ipynb:cell 3:2:5: TST101 ")


def test_github_knows_three_levels_and_errors() -> None:
    findings = [finding(severity=severity) for severity in Severity]
    lines = github.text(report_on(*findings, error="broken.h5: no model")).splitlines()
    assert [parsed(line)[0] for line in lines] == ["notice", "warning", "error", "error"]
    assert lines[-1] == "::error file=broken.h5,title=convlint::broken.h5: no model"
    assert github.text(report_on()) == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_gives_github_a_command_of_its_own(name: str) -> None:
    text = github.text(report_on(hostile(name), error=name))
    finding_line, error_line = text.splitlines()
    assert text == f"{finding_line}\n{error_line}\n"
    level, properties, message = parsed(finding_line)
    assert (level, properties["title"]) == ("warning", "TST101 first")
    assert message == (
        f"net.keras: TST101 {printable(name)}: {printable(name)} is wrong\nhelp: {printable(name)}"
    )
    assert parsed(error_line)[2] == printable(name)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("./a b/net,1:2.keras", "a b/net,1:2.keras"),
        (str(Path.cwd() / "net.keras"), "net.keras"),
        ("/elsewhere/net.keras", "/elsewhere/net.keras"),
        ("a\nb.h5", "a\nb.h5"),
        ("\udcff.h5", r"\udcff.h5"),
    ],
)
def test_paths_are_those_of_the_checkout(file: str, path: str) -> None:
    (line,) = github.text(on_file(file)).splitlines()
    assert parsed(line)[1]["file"] == path
    line.encode("utf-8")
    (issue,) = json.loads(gitlab.text(on_file(file)))
    assert issue["location"]["path"] == path


# GitLab Code Quality


def issues(*findings: Finding, error: str | None = None) -> list[dict[str, Any]]:
    text = gitlab.text(report_on(*findings, error=error))
    assert text.isascii()
    found = json.loads(text)
    assert isinstance(found, list)
    for issue in found:
        assert issue.keys() == {
            *("description", "check_name", "fingerprint", "severity", "location")
        }
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert re.fullmatch(r"[0-9a-f]{32}", issue["fingerprint"])
        assert issue["location"]["path"]
        assert issue["location"]["lines"]["begin"] >= 1
    return found


def test_gitlab_gets_issues_with_fingerprints_of_their_own() -> None:
    found = issues(
        finding(), finding(), IN_SOURCE, IN_NOTEBOOK, IN_MEMORY, error="broken.h5: no model"
    )
    assert len({issue["fingerprint"] for issue in found}) == len(found) == 6
    assert found[0] == {
        "description": "drop: drop is in the wrong place; help: move it",
        "check_name": "TST101 first",
        "fingerprint": found[0]["fingerprint"],
        "severity": "major",
        "location": {"path": "net.keras", "lines": {"begin": 1}},
    }
    assert found[2]["location"] == {"path": "net.py", "lines": {"begin": 12, "end": 14}}
    assert found[3]["location"] == {"path": "net.ipynb", "lines": {"begin": 1}}
    assert found[3]["description"].startswith("cell 3, line 2: drop: ")
    assert found[4]["location"]["path"] == "model in memory"
    assert (found[5]["severity"], found[5]["description"]) == ("blocker", "broken.h5: no model")
    assert gitlab.text(report_on()) == "[]\n"


def test_gitlab_severities_keep_the_order_of_ours() -> None:
    found = issues(*(finding(severity=severity) for severity in Severity))
    assert [issue["severity"] for issue in found] == ["info", "major", "critical"]


@pytest.mark.parametrize("name", HOSTILE)
def test_gitlab_gets_any_name_in_printable_form(name: str) -> None:
    (issue,) = issues(hostile(name))
    shown = printable(name)
    assert issue["description"] == f"{shown}: {shown} is wrong; help: {shown}"


# JUnit


def suites(*findings: Finding, error: str | None = None, **options: Any) -> ElementTree.Element:
    text = junit.text(report_on(*findings, error=error, **options))
    assert text.isascii()
    assert text.startswith("<?xml version='1.0' encoding='us-ascii'?>\n")
    return ElementTree.fromstring(text)  # noqa: S314  we wrote it


def counts(element: ElementTree.Element) -> tuple[str | None, ...]:
    return tuple(element.get(name) for name in ("tests", "failures", "errors"))


def test_junit_has_a_suite_for_a_file_and_a_case_for_a_finding() -> None:
    root = suites(finding(), IN_SOURCE, finding(severity=Severity.INFO), error="no model")
    assert (root.tag, counts(root)) == ("testsuites", ("4", "2", "1"))
    checked, broken = root
    assert (checked.get("name"), counts(checked)) == ("net.keras", ("3", "2", "0"))
    first, in_source, info = checked
    assert first.attrib == {
        "name": "TST101 first: drop",
        "classname": "net.keras",
        "file": "net.keras",
    }
    (failure,) = first
    assert failure.tag == "failure"
    assert failure.attrib == {"message": "drop: drop is in the wrong place", "type": "warning"}
    assert failure.text == "net.keras: drop: drop is in the wrong place\nhelp: move it"
    assert (in_source.get("file"), in_source.get("line")) == ("net.py", "12")
    assert [child.tag for child in info] == ["system-out"]
    assert (broken.get("name"), counts(broken)) == ("broken.h5", ("1", "0", "1"))
    (error,) = broken[0]
    assert (error.tag, error.get("message")) == ("error", "no model")


@pytest.mark.parametrize("fail_on", [*Severity, None])
@pytest.mark.parametrize("severity", Severity)
def test_junit_fails_where_the_check_fails(severity: Severity, fail_on: Severity | None) -> None:
    report = report_on(finding(severity=severity), fail_on=fail_on)
    root = suites(finding(severity=severity), fail_on=fail_on)
    assert counts(root) == ("1", "0" if report.ok else "1", "0")


def test_junit_passes_a_file_without_findings() -> None:
    (suite,) = suites()
    assert counts(suite) == ("1", "0", "0")
    assert suite[0].attrib == {"name": "no findings", "classname": "net.keras"}
    assert list(suite[0]) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_junit_is_well_formed_with_any_name(name: str) -> None:
    checked, broken = suites(hostile(name), error=name)
    shown = printable(name)
    assert checked[0].get("name") == f"TST101 first: {shown}"
    assert checked[0][0].get("message") == f"{shown}: {shown} is wrong"
    assert checked[0][0].text == f"net.keras: {shown}: {shown} is wrong\nhelp: {shown}"
    assert broken[0][0].get("message") == shown
    assert len(checked) == len(broken) == len(checked[0]) == 1


# JSON lines


@pytest.mark.parametrize("name", ["drop", *HOSTILE])
def test_json_lines_are_the_parts_of_the_json_format(name: str) -> None:
    report = report_on(hostile(name), IN_SOURCE, error=name)
    text = jsonlines.text(report)
    assert text.isascii()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line.pop("type") for line in lines] == ["finding", "finding", "error", "summary"]
    whole = json_reporter.document(report)
    assert lines[:2] == whole["findings"]
    assert lines[2:3] == whole["errors"]
    assert lines[3].pop("version") == whole["version"]
    assert lines[3] == whole["summary"]
    jsonschema.validate(lines[0], {**SCHEMA["$defs"]["finding"], "$defs": SCHEMA["$defs"]})
    assert lines[0]["layer"] == name
