"""``gitlab``: a Code Quality report, which GitLab shows in merge requests."""

from __future__ import annotations

import json
from typing import Any, Final

from convlint.finding import Finding, Severity
from convlint.report import FileError, Report
from convlint.reporters.places import (
    file_of,
    fingerprint_of_error,
    fingerprints,
    line_of,
    text_path,
)
from convlint.reporters.words import MODEL_IN_MEMORY, advice, headline
from convlint.text import printable

_SEVERITIES: Final = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.INFO: "info",
}


def text(report: Report) -> str:
    """The list of issues, indented, in plain ASCII."""
    issues = [
        *map(_issue, report, fingerprints(report)),
        *map(_unreadable, report.errors),
    ]
    return json.dumps(issues, indent=2) + "\n"


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "description": f"{headline(finding)}; {advice(finding)}",
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": _path(file_of(finding)), "lines": _lines(finding)},
    }


def _lines(finding: Finding) -> dict[str, int]:
    where = line_of(finding)
    if where is None:
        return {"begin": 1}
    return {"begin": where.line} | ({} if where.end_line is None else {"end": where.end_line})


def _unreadable(error: FileError) -> dict[str, Any]:
    return {
        "description": printable(error.message),
        "check_name": "convlint",
        "fingerprint": fingerprint_of_error(error.file),
        "severity": "blocker",
        "location": {"path": _path(error.file), "lines": {"begin": 1}},
    }


def _path(file: str | None) -> str:
    return MODEL_IN_MEMORY if file is None else text_path(file)
