"""What several reporters need to say the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from convlint.finding import Finding, PathStep
from convlint.graph import Shape
from convlint.report import Report
from convlint.text import printable

MODEL_IN_MEMORY: Final = "model in memory"
_IN_ADDRESSES: Final = "!#$%&()*+,/:;=?@[]~"
"""What stays as it is, besides letters and digits: what RFC 3986 allows but ``'``."""


def place(finding: Finding) -> str:
    """The file of a finding, with cell, line and column if known."""
    where = finding.location
    if where is None:
        return printable(finding.file) if finding.file is not None else MODEL_IN_MEMORY
    cell = "" if where.cell is None else f"cell {where.cell}:"
    column = "" if where.column is None else f":{where.column}"
    return f"{printable(where.file)}:{cell}{where.line}{column}"


def in_line(finding: Finding) -> str:
    """`` (line 12)`` or `` (cell 3, line 12)`` to follow a layer; nothing if not known."""
    where = finding.location
    if where is None:
        return ""
    cell = "" if where.cell is None else f"cell {where.cell}, "
    return f" ({cell}line {where.line})"


def headline(finding: Finding) -> str:
    """Layer and message, in a notebook also cell and line, which few formats have a place for."""
    where = finding.location
    cell = f"cell {where.cell}, line {where.line}: " if where and where.cell is not None else ""
    return f"{cell}{printable(finding.layer)}: {printable(finding.message)}"


def advice(finding: Finding) -> str:
    """What to do about it."""
    return f"help: {printable(finding.help)}"


def web_link(link: str) -> str:
    """The address of a web page, fit to stand in quotes or brackets; nothing for another."""
    if not link.startswith(("https://", "http://")):
        return ""
    from urllib.parse import quote

    return quote(link, safe=_IN_ADDRESSES)


def groups(report: Report) -> Iterator[Sequence[Finding]]:
    """The findings that say the same, by file, the worst first."""
    for checked in report.checked:
        found: dict[tuple[str, int, str, int], list[Finding]] = {}
        for finding in checked.findings:
            key = (finding.file or "", -finding.severity, finding.code, finding.case)
            found.setdefault(key, []).append(finding)
        for key in sorted(found):
            yield found[key]


def shape_text(shape: Shape | None) -> str:
    """``8×8×64`` without the batch axis, ``?`` for an unknown dimension; else nothing."""
    if shape is None:
        return ""
    return "×".join("?" if size is None else str(size) for size in shape[1:]) or "scalar"


def class_text(step: PathStep) -> str:
    """``Conv2D``, ``Conv2D + relu``."""
    name = printable(step.class_name)
    return f"{name} + {printable(step.activation)}" if step.activation else name


def excerpt(path: Sequence[PathStep], most: int = 7) -> list[PathStep | int]:
    """At most ``most`` steps of a path: its ends and what surrounds the marked step.

    A number stands for that many steps left out.
    """
    marked = next((number for number, step in enumerate(path) if step.marked), 0)
    last = len(path) - 1
    by_nearness = sorted(range(len(path)), key=lambda number: (abs(number - marked), number))
    kept = set(list(dict.fromkeys((marked, 0, last, *by_nearness)))[:most]) if path else set()
    rows: list[PathStep | int] = []
    left_out: list[PathStep] = []
    for number, step in enumerate(path):
        if number not in kept:
            left_out.append(step)
            continue
        if left_out:
            # A line that says "1 more" is no shorter than the step itself.
            rows.append(left_out[0] if len(left_out) == 1 else len(left_out))
            left_out = []
        rows.append(step)
    return rows


def shown_path(finding: Finding) -> list[PathStep | int]:
    """What is shown of the path; a short one with its neighbours, to tell where it lies."""
    rows = excerpt(finding.path)
    if len(finding.path) > 2:
        return rows
    before = [] if finding.before is None else [finding.before]
    after = [] if finding.after is None else [finding.after]
    return [*before, *rows, *after]


def first_of(names: Sequence[str], room: int) -> str:
    """``a, b, … 51 more``: as many names as fit into ``room`` characters, at least one."""
    shown: list[str] = []
    for name in names:
        if shown and len(", ".join([*shown, name])) > room:
            break
        shown.append(name)
    more = len(names) - len(shown)
    return ", ".join([*shown, f"… {more:,} more"] if more else shown)
