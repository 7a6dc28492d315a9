"""Time and memory of whole processes, as the operating system accounts for them.

This module must not import anything large: until a child process replaces its memory by
``exec``, what the parent holds counts towards the child's peak.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

ALLOWED_EXIT_CODES: Final = (0, 1)
"""convlint ends with 1 where it finds something."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run took: wall-clock and processor seconds, and peak resident bytes."""

    wall: float
    cpu: float
    peak: int


def run(command: Sequence[str | Path], output: str | Path = os.devnull) -> Usage:
    """Run a command to its end, what it prints written to a file or thrown away.

    Raises:
        RuntimeError: it ended with an exit code other than 0 or 1.
    """
    arguments = [str(part) for part in command]
    start = time.perf_counter()
    # posix_spawn and wait4 and not subprocess: the latter gives no resources of one child.
    child = os.posix_spawn(
        arguments[0],
        arguments,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    exit_code = os.waitstatus_to_exitcode(status)
    if exit_code not in ALLOWED_EXIT_CODES:
        raise RuntimeError(f"{' '.join(arguments)} ended with exit code {exit_code}")
    kibibyte = 1 if sys.platform == "darwin" else 1024  # macOS reports bytes
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * kibibyte)


def interleaved(
    first: Sequence[str | Path], second: Sequence[str | Path], runs: int
) -> list[tuple[Usage, Usage]]:
    """Run two commands in turn, A B A B …, after one run of each that is not counted."""
    run(first)
    run(second)
    return [(run(first), run(second)) for _ in range(runs)]


def median_ratio(pairs: Sequence[tuple[Usage, Usage]], value: Callable[[Usage], float]) -> float:
    """The median over the pairs of the first command's value divided by the second's.

    The two of a pair ran one after the other, so a machine whose speed drifts does not bias it.
    """
    return median(value(first) / value(second) for first, second in pairs)
