"""``json``: the report for programs, as ``convlint/schemas/report-1.json`` describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from convlint.evidence import Citation, Reference
from convlint.finding import Finding
from convlint.report import Report

VERSION = 1


def text(report: Report) -> str:
    """The document, indented, in plain ASCII so that any name survives any pipe."""
    return json.dumps(document(report), indent=2) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as dictionaries, lists, strings, numbers and None."""
    return {
        "version": VERSION,
        "findings": [_finding(report, finding) for finding in report],
        "errors": [{"file": error.file, "message": error.message} for error in report.errors],
        "summary": {
            "ok": report.ok,
            "files": len(report.files),
            "models": len(report.models),
            "layers": sum(model.layers for model in report.models),
            "rules": len(report.rules),
            "findings": len(report),
            "errors": len(report.errors),
            "by_severity": {str(level): count for level, count in report.by_severity.items()},
            "by_rule": {code: len(findings) for code, findings in report.by_rule.items()},
        },
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    location = finding.location
    evidence = report.rules[finding.code].evidence
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "file": finding.file,
        "source_file": location.file if location else None,
        "cell": location.cell if location else None,
        "line": location.line if location else None,
        "end_line": location.end_line if location else None,
        "column": location.column if location else None,
        "layer": finding.layer,
        "layer_class": finding.layer_class,
        "message": finding.message,
        "help": finding.help,
        "path": [step.layer for step in finding.path],
        "evidence": {
            "for": [cited(citation, report.references) for citation in evidence.for_],
            "against": [cited(citation, report.references) for citation in evidence.against],
        },
    }


def cited(citation: Citation, references: Mapping[str, Reference]) -> dict[str, Any]:
    """A piece of evidence with its source."""
    reference = references[citation.cite]
    return {
        "cite": citation.cite,
        "strength": str(citation.strength),
        "claim": citation.claim,
        "reference": reference.full,
        "url": reference.link,
    }
