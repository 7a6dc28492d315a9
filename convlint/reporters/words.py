"""What several reporters need to say the same way."""

from __future__ import annotations

from collections.abc import Sequence

from convlint.finding import Finding, PathStep
from convlint.graph import Shape
from convlint.text import printable

MODEL_IN_MEMORY = "model in memory"


def place(finding: Finding) -> str:
    """The file of a finding, with line and column if known."""
    file = printable(finding.file) if finding.file is not None else MODEL_IN_MEMORY
    if finding.location is None:
        return file
    column = finding.location.column
    line = f"{file}:{finding.location.line}"
    return line if column is None else f"{line}:{column}"


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


def first_of(names: Sequence[str], room: int) -> str:
    """``a, b, … 51 more``: as many names as fit into ``room`` characters, at least one."""
    shown: list[str] = []
    for name in names:
        if shown and len(", ".join([*shown, name])) > room:
            break
        shown.append(name)
    more = len(names) - len(shown)
    return ", ".join([*shown, f"… {more:,} more"] if more else shown)
