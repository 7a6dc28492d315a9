"""A report in a notebook: HTML without scripts, style sheets or anything from elsewhere.

Colours are those of the page, which may be light or dark; only the labels bring their own, a
background on which white is readable and which can be told from white and from black.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from convlint.evidence import Citation
from convlint.finding import Finding, PathStep, Severity
from convlint.report import Report
from convlint.reporters.words import (
    MODEL_IN_MEMORY,
    class_text,
    first_of,
    groups,
    place,
    shape_text,
    shown_path,
    web_link,
)
from convlint.text import printable

COLOURS: Final = {
    Severity.ERROR: "#c93434",
    Severity.WARNING: "#a1620a",
    Severity.INFO: "#2f74c0",
}
_ROOM_FOR_LAYERS: Final = 400
_MONO: Final = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:0.95em"
_CELL: Final = "text-align:left;padding:0 1.5em 0 0;border:0;background:none;color:inherit"


def fragment(report: Report) -> str:
    """The report as one ``div`` that can stand on any page."""
    return "".join(_parts(report))


def _parts(report: Report) -> Iterator[str]:
    yield '<div style="max-width:60em;line-height:1.5;overflow-wrap:anywhere">'
    file: object = object()
    for group in groups(report):
        if group[0].file != file:
            file = group[0].file
            name = MODEL_IN_MEMORY if group[0].file is None else group[0].file
            yield _block(f"<b>{_shown(name)}</b>", "margin:0.5em 0")
        yield from _group(report, group)
    for error in report.errors:
        label = _label("not checked", Severity.ERROR)
        yield _block(f"{label} {_shown(error.message)}", "margin:0.5em 0")
    yield _block(f"<b>{_shown(report.summary)}</b>", "margin:0.5em 0")
    yield "</div>"


def _group(report: Report, group: Sequence[Finding]) -> Iterator[str]:
    first = group[0]
    yield (
        f'<div style="border-left:0.25em solid {COLOURS[first.severity]};'
        'margin:0.5em 0 1em;padding:0 0 0 0.75em">'
    )
    times = f"{len(group):,} × " if len(group) > 1 else ""
    title = f"{times}<b>{first.code}</b> {_shown(first.name)}"
    yield _block(f"{_label(str(first.severity), first.severity)} {title}")
    if first.location is not None:
        yield _block(f'<span style="{_MONO}">{_shown(place(first))}</span>')
    yield _block(_shown(first.message))
    yield _path(first)
    if len(group) > 1:
        others = [printable(finding.layer) for finding in group[1:]]
        yield _block(f"<b>also at</b> {_shown(first_of(others, _ROOM_FOR_LAYERS))}")
    yield _block(f"<b>help</b> {_shown(first.help)}")
    yield from _evidence(report, first.code)
    yield "</div>"


def _path(finding: Finding) -> str:
    rows = "".join(map(_row, shown_path(finding)))
    style = f"{_MONO};border:0;border-collapse:collapse;margin:0.5em 0;background:none"
    return f'<table style="{style}"><tbody>{rows}</tbody></table>'


def _row(step: PathStep | int) -> str:
    if isinstance(step, int):
        cells = ["", f"⋮ {step:,} more", "", ""]
        style = _CELL
    else:
        mark = "▸" if step.marked else ""
        cells = [mark, *map(_shown, (step.layer, class_text(step), shape_text(step.shape)))]
        style = f"{_CELL};font-weight:bold" if step.marked else _CELL
    listed = "".join(f'<td style="{style}">{cell}</td>' for cell in cells)
    return f'<tr style="background:none">{listed}</tr>'


def _evidence(report: Report, code: str) -> Iterator[str]:
    evidence = report.rules[code].evidence
    yield "<details><summary>evidence</summary>"
    for label, citations in (("for", evidence.for_), ("against", evidence.against)):
        listed = "".join(f"<li>{_citation(report, citation)}</li>" for citation in citations)
        yield f"<b>{label}</b>"
        yield (
            f'<ul style="margin:0">{listed}</ul>' if citations else " no source that we know of<br>"
        )
    yield "</details>"


def _citation(report: Report, citation: Citation) -> str:
    reference = report.references[citation.cite]
    name, link = _shown(reference.short), web_link(reference.link)
    source = f'<a href="{escape(link)}" rel="noopener">{name}</a>' if link else name
    return f"{citation.strength}, {source}: {_shown(citation.claim)}"


def _label(words: str, severity: Severity) -> str:
    style = f"background:{COLOURS[severity]};color:#ffffff;padding:0 0.4em;border-radius:0.25em"
    return f'<span style="{style}">{words}</span>'


def _block(content: str, style: str = "") -> str:
    return f'<div style="{style}">{content}</div>' if style else f"<div>{content}</div>"


def _shown(words: str) -> str:
    return escape(printable(words))
