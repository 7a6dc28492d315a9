"""``concise``: one line for each finding, and the summary."""

from __future__ import annotations

from collections.abc import Iterator

from convlint.report import Report
from convlint.reporters.words import place
from convlint.text import printable


def text(report: Report, *, quiet: bool = False) -> str:
    """``path: layer: CODE message`` lines; the summary follows unless ``quiet``."""
    return "".join(f"{line}\n" for line in _lines(report, quiet))


def _lines(report: Report, quiet: bool) -> Iterator[str]:
    for finding in report:
        layer = printable(finding.layer)
        yield f"{place(finding)}: {layer}: {finding.code} {printable(finding.message)}"
    if not quiet:
        yield report.summary


def statistics(report: Report, *, quiet: bool = False) -> str:
    """How often each rule was hit, the most frequent first; the summary unless ``quiet``."""
    rows = sorted(
        (-len(findings), code, str(max(finding.severity for finding in findings)))
        for code, findings in report.by_rule.items()
    )
    width = max((len(f"{-row[0]:,}") for row in rows), default=0)
    lines = [
        f"{-count:>{width},}  {code}  {severity:7}  {report.rules[code].name}"
        for count, code, severity in rows
    ]
    return "".join(f"{line}\n" for line in (*lines, *(() if quiet else (report.summary,))))
