"""``full``: every rule hit with the path around it, what to do, and the evidence on both sides.

Equal findings are shown once. Only :class:`rich.text.Text` is used, never markup, so that a
layer called ``[red]`` is shown as it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from convlint.evidence import Citation, strongest
from convlint.finding import Finding, PathStep, Severity
from convlint.report import Report
from convlint.reporters.words import (
    MODEL_IN_MEMORY,
    class_text,
    excerpt,
    first_of,
    shape_text,
)
from convlint.rule import Rule
from convlint.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_ROOM_FOR_LAYERS = 120


def text(report: Report, *, color: bool = False, width: int = 80, quiet: bool = False) -> str:
    """The report as text with ANSI colours or without any."""
    return rendered(render(report, quiet=quiet), color=color, width=width)


def rendered(parts: Iterable[RenderableType], *, color: bool, width: int) -> str:
    """What rich makes of the parts, the same in every environment."""
    from rich.console import Console

    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def plain_text(report: Report) -> str:
    """The report without colours, for ``print(report)``."""
    return text(report).rstrip("\n")


def render(report: Report, *, quiet: bool = False) -> Iterator[RenderableType]:
    """The report in parts that rich can print."""
    from rich.text import Text

    explained: set[str] = set()
    file: object = object()
    for group in _groups(report):
        if group[0].file != file:
            file = group[0].file
            name = MODEL_IN_MEMORY if group[0].file is None else printable(group[0].file)
            yield Text(name, style="bold underline")
            yield Text()
        rule = report.rules[group[0].code]
        yield from _group(report, rule, group, explain=rule.code not in explained)
        yield Text()
        explained.add(rule.code)
    if quiet:
        return
    yield Text(report.summary, style="bold green" if report.ok and not report else "bold")
    if report:
        code = max(report, key=lambda finding: finding.severity).code
        yield Text(f"convlint --explain {code} prints the whole page of a rule.", style="dim")


def _groups(report: Report) -> Iterator[Sequence[Finding]]:
    """The findings that say the same, by file, the worst first."""
    for checked in report.checked:
        groups: dict[tuple[int, str, int], list[Finding]] = {}
        for finding in checked.findings:
            key = (-finding.severity, finding.code, finding.case)
            groups.setdefault(key, []).append(finding)
        for key in sorted(groups):
            yield groups[key]


def _group(
    report: Report, rule: Rule, group: Sequence[Finding], *, explain: bool
) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    first = group[0]
    yield Text.assemble(
        (str(first.severity), _STYLES[first.severity]),
        f" {len(group)} ×" if len(group) > 1 else "",
        " ",
        (first.code, "bold"),
        f" {first.name}",
    )
    yield Padding(Text(printable(first.message)), (0, 0, 0, 2), expand=False)
    yield Text()
    yield Padding(_path(first), (0, 0, 0, 2), expand=False)
    yield Text()
    yield Padding(_notes(report, rule, group, explain), (0, 0, 0, 2), expand=False)


def _path(finding: Finding) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True, justify="right")
    for step in _excerpt(finding):
        if isinstance(step, int):
            table.add_row(Text(f"  ⋮ {step:,} more", style="dim"))
            continue
        style = "bold" if step.marked else ""
        table.add_row(
            Text.assemble(
                ("▸ " if step.marked else "  ", _STYLES[finding.severity]),
                (printable(step.layer), style),
            ),
            Text(class_text(step), style=style),
            Text(shape_text(step.shape), style="dim"),
        )
    return table


def _excerpt(finding: Finding) -> list[PathStep | int]:
    """What is shown of the path; a short one with its neighbours, to tell where it lies."""
    rows = excerpt(finding.path)
    if len(finding.path) > 2:
        return rows
    before = [] if finding.before is None else [finding.before]
    after = [] if finding.after is None else [finding.after]
    return [*before, *rows, *after]


def _notes(report: Report, rule: Rule, group: Sequence[Finding], explain: bool) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, min_width=len("against"))
    table.add_column(overflow="fold")
    others = [printable(finding.layer) for finding in group[1:]]
    if others:
        table.add_row(Text("also at", style="dim"), Text(first_of(others, _ROOM_FOR_LAYERS)))
    table.add_row(Text("help", style="dim"), Text(printable(group[0].help)))
    if explain:
        for label, citations in (("for", rule.evidence.for_), ("against", rule.evidence.against)):
            table.add_row(Text(label, style="dim"), _strongest(report, citations))
    return table


def _strongest(report: Report, citations: tuple[Citation, ...]) -> RenderableType:
    from rich.text import Text

    citation = strongest(citations)
    if citation is None:
        return Text("no source that we know of", style="dim")
    reference = report.references[citation.cite]
    return Text.assemble(
        (f"{citation.strength}, {reference.short}: ", "dim"), printable(citation.claim)
    )
