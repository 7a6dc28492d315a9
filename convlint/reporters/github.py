"""``github``: workflow commands, which GitHub Actions shows as annotations of the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from convlint.finding import Finding, Severity
from convlint.report import Report
from convlint.reporters.places import file_of, from_here, line_of
from convlint.reporters.words import advice, headline, place
from convlint.text import printable, printable_lines

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def text(report: Report) -> str:
    """One command for each finding, and one for each input that could not be checked."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    for finding in report:
        # The log shows the message only, so it says once more what the properties say.
        message = f"{place(finding)}: {finding.code} {headline(finding)}\n{advice(finding)}"
        yield command(_COMMANDS[finding.severity], _properties(finding), message)
    for error in report.errors:
        properties = {"title": "convlint"}
        if error.file is not None:
            properties = {"file": _path(error.file), **properties}
        yield command("error", properties, printable(error.message))


def _properties(finding: Finding) -> dict[str, str]:
    properties = {}
    file = file_of(finding)
    where = line_of(finding)
    if file is not None:
        properties["file"] = _path(file)
    if where is not None:
        properties["line"] = str(where.line)
        if where.end_line is not None:
            properties["endLine"] = str(where.end_line)
        if where.column is not None:
            properties["col"] = str(where.column)
    properties["title"] = f"{finding.code} {finding.name}"
    return properties


def _path(file: str) -> str:
    """Where GitHub finds the file; a line break is escaped like in all properties."""
    return printable_lines(from_here(file))


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """``::error file=net.py,line=3::message`` with everything escaped that has a meaning."""
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {listed}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
