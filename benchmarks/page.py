"""The page that the results are put on: docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.measurements import Result

WORDS: Final = """\
# Performance

convlint is meant for hooks that run at every commit and for scans of whole model stores. This
page says what a run costs, beside what it is fair to compare it with. `python -m benchmarks`
measures everything anew and writes this page, words included;
[benchmarks/README.md](../benchmarks/README.md) says how.

How to read it:

- A figure is of **whole processes**, as a user starts them, with the start-up of Python and all
  default rules, unless its row or table says otherwise.
- The two commands of a **ratio** run in turn, A B A B …, and the median of the ratios of
  neighbours counts, so a machine that is slow or changes its speed moves it little. Seconds on
  another machine differ, ratios hardly do.
- `import click, rich.console` and `import click, json, zipfile` are what a command line with
  coloured output, and one without, usually loads before it does anything. convlint loads them
  only where it needs them: what they take is a measure, not a part, of a run.
- A target that is missed says **no**. It is a bug, and stays in the table until it is mended.
"""


def page(results: Sequence[Result], runs: int) -> str:
    """The page as Markdown: words, the machine, the table of targets, and tables of details."""
    return "\n".join(
        [
            WORDS,
            f"Measured on {machine()}. Runs of each command: {runs}, fewer of long ones.",
            "",
            "## Targets",
            "",
            *table(("measured", "result", "target", "met", "medians"), list(map(_row, results))),
            *details(results),
            "",
        ]
    )


def details(results: Sequence[Result]) -> Iterator[str]:
    """The lines of each table of details, in the order of the results."""
    for shown in dict.fromkeys(result.table for result in results):
        if shown is not None:
            those = [result for result in results if result.table == shown]
            yield from ("", f"## {shown.heading}", "", shown.words, "")
            yield from table(shown.columns, [row for result in those for row in result.rows])


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _row(result: Result) -> tuple[str, ...]:
    met = "yes" if result.met else "**no**"
    return result.title, result.measured, result.target, met, result.detail


def machine() -> str:
    """What the figures were measured on: processor, system and versions."""
    packages = ("convlint", "click", "rich", "h5py", "keras", "tensorflow")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{os.cpu_count()} × {processor()}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def processor() -> str:
    """The processor's model name, where the system states it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, "unknown processor")
