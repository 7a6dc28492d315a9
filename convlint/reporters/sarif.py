"""``sarif``: the report in the Static Analysis Results Interchange Format 2.1.0.

Written for what GitHub code scanning reads, and valid for everybody else. Names are made
printable, because not every consumer takes every character that JSON can write.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from convlint import __version__
from convlint.evidence import Citation
from convlint.finding import Confidence, Finding, Severity
from convlint.report import FileError, Report
from convlint.reporters import rules
from convlint.reporters.places import file_of, fingerprints, from_here, line_of, uri
from convlint.reporters.words import advice, headline
from convlint.rule import Rule
from convlint.text import printable
from convlint.urls import is_url

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT: Final = "%SRCROOT%"
_LONGEST_DESCRIPTION: Final = 1024
"""Characters that GitHub shows of a rule's descriptions."""

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "recommendation",
}
_PRECISIONS: Final = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}


def text(report: Report) -> str:
    """The log, indented, in plain ASCII."""
    return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The log as dictionaries, lists, strings, numbers and booleans."""
    files = (*report.files, *filter(None, map(file_of, report)))
    artifacts = {file: number for number, file in enumerate(dict.fromkeys(map(from_here, files)))}
    hit = {code: report.rules[code] for code in report.by_rule}
    run = {
        "tool": {
            "driver": {
                "name": "convlint",
                "version": __version__,
                "semanticVersion": __version__,
                "shortDescription": {"text": "The architecture linter for Keras."},
                "rules": [_rule(rule, report) for rule in hit.values()],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.errors,
                "toolExecutionNotifications": [
                    _notification(error, artifacts) for error in report.errors
                ],
            }
        ],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder in which convlint was run."}}
        },
        "artifacts": [
            {"location": _artifact(file, artifacts), "roles": ["analysisTarget"]}
            for file in artifacts
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, fingerprint, list(hit).index(finding.code), artifacts)
            for finding, fingerprint in zip(report, fingerprints(report), strict=True)
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, report: Report) -> dict[str, Any]:
    description = _cut(" ".join(rules.section(rule, "What it does").split()))
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _cut(printable(rule.summary))},
        "fullDescription": {"text": description or _cut(printable(rule.summary))},
        "help": {
            "text": "\n".join(_help(rule, report)),
            "markdown": rules.page(rule, report.references),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["keras", "architecture"],
            "precision": _PRECISIONS[rule.confidence],
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }


def _help(rule: Rule, report: Report) -> Iterator[str]:
    """The page in short, for who cannot show Markdown."""
    yield rules.section(rule, "Why is this bad?")
    yield "\nEvidence for:"
    yield from _citations(rule.evidence.for_, report)
    yield "\nEvidence against:"
    yield from _citations(rule.evidence.against, report)
    yield "\nWhen it is right to ignore this:"
    yield rules.section(rule, "When it is right to ignore this")


def _citations(citations: Sequence[Citation], report: Report) -> Iterator[str]:
    for citation in citations:
        reference = report.references[citation.cite]
        yield f"- {citation.strength}: {citation.claim}. {reference.full} {reference.link}"
    if not citations:
        yield "No source that we know of."


def _notification(error: FileError, artifacts: Mapping[str, int]) -> dict[str, Any]:
    notification: dict[str, Any] = {"level": "error", "message": _message(printable(error.message))}
    if error.file is not None:
        location = {"artifactLocation": _artifact(from_here(error.file), artifacts)}
        notification["locations"] = [{"physicalLocation": location}]
    return notification


def _result(
    finding: Finding, fingerprint: str, rule_index: int, artifacts: Mapping[str, int]
) -> dict[str, Any]:
    has_lines = line_of(finding) is not None
    return {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": _message(f"{headline(finding)}\n{advice(finding)}"),
        "locations": [_location(finding, artifacts)],
        # GitHub tells the alerts of a file apart by the hash of their line, which it computes
        # itself where nobody else did. All findings in a saved model would have the same.
        "partialFingerprints": {
            "convlint/v1": fingerprint,
            **({} if has_lines else {"primaryLocationLineHash": fingerprint}),
        },
        "properties": {
            "confidence": str(finding.confidence),
            "layerClass": printable(finding.layer_class),
            "path": [printable(step.layer) for step in finding.path],
        },
    }


def _location(finding: Finding, artifacts: Mapping[str, int]) -> dict[str, Any]:
    location: dict[str, Any] = {}
    file = file_of(finding)
    if file is not None:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(from_here(file), artifacts),
            "region": _region(finding),
        }
    location["logicalLocations"] = [
        {
            "name": printable(finding.layer.rpartition("/")[2]),
            "fullyQualifiedName": printable(finding.layer),
            "kind": "layer",
        }
    ]
    return location


def _region(finding: Finding) -> dict[str, int]:
    """The lines of the call; the beginning of a file without lines, for who insists on one."""
    where = line_of(finding)
    if where is None:
        return {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    region = {"startLine": where.line}
    if where.column is not None:
        region["startColumn"] = where.column
    if where.end_line is not None:
        region["endLine"] = where.end_line
    return region


def _artifact(file: str, artifacts: Mapping[str, int]) -> dict[str, Any]:
    reference = uri(file)
    base = {} if reference.startswith("file:") or is_url(file) else {"uriBaseId": _ROOT}
    return {"uri": reference, **base, "index": artifacts[file]}


_LINK: Final = re.compile(r"\]\(")
_PLACEHOLDER: Final = re.compile(r"\{([0-9]+)\}")


def _message(words: str) -> dict[str, str]:
    """A message in which no name is taken for a link or a placeholder."""
    if _LINK.search(words):
        words = re.sub(r"([\[\]])", r"\\\1", words)
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", words)}


def _cut(words: str) -> str:
    most = _LONGEST_DESCRIPTION
    return words if len(words) <= most else words[: most - 1] + "…"
