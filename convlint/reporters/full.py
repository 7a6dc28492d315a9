"""``full``: every rule hit with the path around it, what to do, and the evidence on both sides.

Equal findings are shown once. Only :class:`rich.text.Text` is used, never markup, so that a
layer called ``[red]`` is shown as it is, and no table, so that rich's tables are not loaded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from convlint.evidence import Citation, strongest
from convlint.finding import Finding, PathStep, Severity
from convlint.report import Report
from convlint.reporters.words import (
    MODEL_IN_MEMORY,
    class_text,
    first_of,
    groups,
    shape_text,
    shown_path,
)
from convlint.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_ROOM_FOR_LAYERS = 120
_INDENT = 2
_GAP = 2
_LABEL = len("against") + _GAP


def text(report: Report, *, color: bool = False, width: int = 80, quiet: bool = False) -> str:
    """The report as text with ANSI colours or without any."""
    console = memory_console(color=color, width=width)
    for line in render(report, console, quiet=quiet):
        console.print(line, soft_wrap=True)
    return printed(console)


def memory_console(*, color: bool, width: int) -> Console:
    """A console that writes into memory, the same in every environment."""
    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        _environ={},
    )


def printed(console: Console) -> str:
    """What was printed to a :func:`memory_console`, without blanks at the ends of lines."""
    assert isinstance(console.file, io.StringIO)  # noqa: S101  memory_console made it
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())


def render(report: Report, console: Console, *, quiet: bool = False) -> Iterator[Text]:
    """The lines of the report, none wider than the console."""
    from rich.text import Text

    explained: set[str] = set()
    file: object = object()
    for group in groups(report):
        first = group[0]
        if first.file != file:
            file, explained = first.file, set()
            name = MODEL_IN_MEMORY if first.file is None else printable(first.file)
            yield from _wrapped(console, Text(name, style="bold underline"))
            yield Text()
        yield from _group(report, group, console, explain=first.code not in explained)
        yield Text()
        explained.add(first.code)
    if quiet:
        return
    style = "bold green" if report.ok and not report else "bold"
    yield from _wrapped(console, Text(report.summary, style=style))
    if report:
        code = max(report, key=lambda finding: finding.severity).code
        hint = f"convlint --explain {code} prints the whole page of a rule."
        yield from _wrapped(console, Text(hint, style="dim"))


def _group(
    report: Report, group: Sequence[Finding], console: Console, *, explain: bool
) -> Iterator[Text]:
    from rich.text import Text

    first = group[0]
    title = Text.assemble(
        (str(first.severity), _STYLES[first.severity]),
        f" {len(group)} ×" if len(group) > 1 else "",
        " ",
        (first.code, "bold"),
        f" {first.name}",
    )
    yield from _wrapped(console, title)
    yield from _wrapped(console, Text(printable(first.message)), Text(" " * _INDENT))
    yield Text()
    yield from _path(first, console.width)
    yield Text()
    for label, note in _notes(report, group, explain):
        yield from _wrapped(console, note, Text(f"{'':{_INDENT}}{label:{_LABEL}}", style="dim"))


def _wrapped(console: Console, text: Text, label: Text | None = None) -> Iterator[Text]:
    """The text in lines, after a label on the first line and blanks on the others."""
    from rich.text import Text

    before = label or Text()
    room = max(console.width - len(before), 1)
    for line in text.wrap(console, room, overflow="fold"):
        yield Text.assemble(before, line)
        before = Text(" " * len(before))


def _path(finding: Finding, width: int) -> Iterator[Text]:
    """The path in columns: layer, class, shape; names are cut where the width is too small."""
    from rich.cells import cell_len
    from rich.text import Text

    rows = shown_path(finding)
    steps = [row for row in rows if isinstance(row, PathStep)]
    names = max(cell_len(printable(step.layer)) for step in steps)
    classes = max(cell_len(class_text(step)) for step in steps)
    shapes = max(len(shape_text(step.shape)) for step in steps)
    room = max(width - 2 * _INDENT - shapes - 2 * _GAP, 2)
    if names + classes > room:
        classes = min(classes, max(room // 2, room - names))
        names = max(min(names, room - classes), 1)
    for step in rows:
        if isinstance(step, int):
            yield Text(f"{'':{2 * _INDENT}}⋮ {step:,} more", style="dim")
            continue
        style = "bold" if step.marked else ""
        name, class_name = Text(printable(step.layer), style), Text(class_text(step), style)
        name.truncate(names, overflow="ellipsis", pad=True)
        class_name.truncate(classes, overflow="ellipsis", pad=True)
        yield Text.assemble(
            " " * _INDENT,
            ("▸ " if step.marked else "  ", _STYLES[finding.severity]),
            name,
            " " * _GAP,
            class_name,
            " " * _GAP,
            (f"{shape_text(step.shape):>{shapes}}", "dim"),
        )


def _notes(report: Report, group: Sequence[Finding], explain: bool) -> Iterator[tuple[str, Text]]:
    from rich.text import Text

    others = [printable(finding.layer) for finding in group[1:]]
    if others:
        yield "also at", Text(first_of(others, _ROOM_FOR_LAYERS))
    yield "help", Text(printable(group[0].help))
    if explain:
        evidence = report.rules[group[0].code].evidence
        yield "for", _strongest(report, evidence.for_)
        yield "against", _strongest(report, evidence.against)


def _strongest(report: Report, citations: tuple[Citation, ...]) -> Text:
    from rich.text import Text

    citation = strongest(citations)
    if citation is None:
        return Text("no source that we know of", style="dim")
    reference = report.references[citation.cite]
    return Text.assemble(
        (f"{citation.strength}, {reference.short}: ", "dim"), printable(citation.claim)
    )
