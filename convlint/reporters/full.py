"""``full``: every rule hit with the path around it, what to do, and the evidence on both sides.

Equal findings are shown once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convlint.evidence import Citation, strongest
from convlint.finding import Finding, PathStep, Severity
from convlint.report import Report
from convlint.reporters.layout import Line, cells, fitted, printed, wrapped
from convlint.reporters.words import (
    MODEL_IN_MEMORY,
    class_text,
    first_of,
    groups,
    in_line,
    place,
    shape_text,
    shown_path,
)
from convlint.text import printable

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_ROOM_FOR_LAYERS = 120
_INDENT = 2
_GAP = 2
_LABEL = len("against") + _GAP


def text(report: Report, *, color: bool = False, width: int = 80, quiet: bool = False) -> str:
    """The report as text with ANSI colours or without any."""
    return printed(lines(report, width, quiet=quiet), color=color, width=width)


def lines(report: Report, width: int, *, quiet: bool = False) -> Iterator[Line]:
    """The lines of the report, none wider than ``width``; without the summary if ``quiet``."""
    explained: set[str] = set()
    file: object = object()
    for group in groups(report):
        first = group[0]
        if first.file != file:
            file, explained = first.file, set()
            name = MODEL_IN_MEMORY if first.file is None else printable(first.file)
            yield from wrapped([(name, "bold underline")], width)
            yield []
        yield from _group(report, group, width, explain=first.code not in explained)
        yield []
        explained.add(first.code)
    if quiet:
        return
    style = "bold green" if report.ok and not report else "bold"
    yield from wrapped([(report.summary, style)], width)
    if report:
        code = max(report, key=lambda finding: finding.severity).code
        hint = f"convlint --explain {code} prints the whole page of a rule."
        yield from wrapped([(hint, "dim")], width)


def _group(
    report: Report, group: Sequence[Finding], width: int, *, explain: bool
) -> Iterator[Line]:
    first = group[0]
    title: Line = [
        (str(first.severity), _STYLES[first.severity]),
        (f" {len(group):,} × " if len(group) > 1 else " ", ""),
        (first.code, "bold"),
        (f" {first.name}", ""),
    ]
    yield from wrapped(title, width)
    if first.location is not None:
        yield from wrapped([(place(first), "dim")], width, (" " * _INDENT, ""))
    yield from wrapped([(printable(first.message), "")], width, (" " * _INDENT, ""))
    yield []
    yield from _path(first, width)
    yield []
    for label, note in _notes(report, group, explain):
        yield from wrapped(note, width, (f"{'':{_INDENT}}{label:{_LABEL}}", "dim"))


def _path(finding: Finding, width: int) -> Iterator[Line]:
    """The path in columns: layer, class, shape; names are cut where the width is too small."""
    rows = shown_path(finding)
    steps = [row for row in rows if isinstance(row, PathStep)]
    names = max(cells(printable(step.layer)) for step in steps)
    classes = max(cells(class_text(step)) for step in steps)
    shapes = max(len(shape_text(step.shape)) for step in steps)
    room = max(width - 2 * _INDENT - 2 * _GAP - shapes, 2)
    if names + classes > room:
        classes = min(classes, max(room // 2, room - names))
        names = min(names, room - classes)
    for step in rows:
        if isinstance(step, int):
            yield [(f"{'':{2 * _INDENT}}⋮ {step:,} more", "dim")]
            continue
        style = "bold" if step.marked else ""
        yield [
            (" " * _INDENT, ""),
            ("▸ " if step.marked else "  ", _STYLES[finding.severity]),
            (fitted(printable(step.layer), names + _GAP), style),
            (fitted(class_text(step), classes + _GAP), style),
            (f"{shape_text(step.shape):>{shapes}}", "dim"),
        ]


def _notes(report: Report, group: Sequence[Finding], explain: bool) -> Iterator[tuple[str, Line]]:
    others = [f"{printable(finding.layer)}{in_line(finding)}" for finding in group[1:]]
    if others:
        yield "also at", [(first_of(others, _ROOM_FOR_LAYERS), "")]
    yield "help", [(printable(group[0].help), "")]
    if explain:
        evidence = report.rules[group[0].code].evidence
        yield "for", _strongest(report, evidence.for_)
        yield "against", _strongest(report, evidence.against)


def _strongest(report: Report, citations: tuple[Citation, ...]) -> Line:
    citation = strongest(citations)
    if citation is None:
        return [("no source that we know of", "dim")]
    reference = report.references[citation.cite]
    return [
        (f"{citation.strength}, {reference.short}: ", "dim"),
        (printable(citation.claim), ""),
    ]
