"""Kinds of measurements: what runs, what its result is, and when a target is met."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Final, Protocol, TypeAlias

from benchmarks.process import Usage, interleaved, median_ratio, run


@dataclass(frozen=True, slots=True)
class Model:
    """A model file: its name in the cache directory, and what :mod:`benchmarks.models` makes."""

    file: str
    recipe: str


Command: TypeAlias = Sequence[str | Model]
Locate: TypeAlias = Callable[[Model], Path]

PYTHON: Final = sys.executable
CONVLINT: Final = str(Path(sys.executable).parent / "convlint")


@dataclass(frozen=True, slots=True)
class Table:
    """A table for the details of some results; ``words`` say what it shows."""

    heading: str
    words: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table of targets, and rows of another table with the details.

    ``met`` is the verdict on the target.
    """

    title: str
    measured: str
    target: str
    met: bool
    detail: str
    table: Table | None = None
    rows: tuple[tuple[str, ...], ...] = ()


class Measurement(Protocol):
    """What can be measured; ``locate`` gives the file of a model, ``runs`` how often to run."""

    def measure(self, locate: Locate, runs: int) -> Result:
        """Take the measurement."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """The time of ``first`` divided by that of ``second``, with a least or greatest value."""

    title: str
    first: Command
    second: Command
    least: float = 0.0
    most: float = float("inf")

    def measure(self, locate: Locate, runs: int) -> Result:
        """Run both commands in turn, ``runs`` times each; the verdict is on wall-clock time."""
        pairs = interleaved(filled(self.first, locate), filled(self.second, locate), runs)
        ratio = median_ratio(pairs, attrgetter("wall"))
        cpu = median_ratio(pairs, attrgetter("cpu"))
        target = f"≥ {self.least:g}" if self.least else f"≤ {self.most:g}"
        times = " / ".join(milliseconds(usages) for usages in zip(*pairs, strict=True))
        return Result(
            self.title,
            f"{ratio:.2f}",
            target,
            self.least <= ratio <= self.most,
            f"{times}; processor time {cpu:.2f}",
        )


@dataclass(frozen=True, slots=True)
class Excess:
    """What two commands take on top of a start-up of their own, the first divided by the second.

    ``first`` and ``second`` are pairs: the command, and the same with next to nothing to do.
    """

    title: str
    first: tuple[Command, Command]
    second: tuple[Command, Command]
    most: float

    def measure(self, locate: Locate, runs: int) -> Result:
        """Run all four in turn; the verdict is on the medians of processor time."""
        excesses = []
        for loaded, idle in (self.first, self.second):
            pairs = interleaved(filled(loaded, locate), filled(idle, locate), runs)
            excesses.append(median(one.cpu - other.cpu for one, other in pairs))
        first, second = excesses
        ratio = first / second
        return Result(
            self.title,
            f"{ratio:.2f}",
            f"≤ {self.most:g}",
            ratio <= self.most,
            f"{first * 1000:.0f} ms / {second * 1000:.0f} ms of processor time",
        )


@dataclass(frozen=True, slots=True)
class PeakMemory:
    """The peak resident memory of a command, at most ``most`` megabytes (10⁶ bytes)."""

    title: str
    command: Command
    most: float

    def measure(self, locate: Locate, runs: int) -> Result:
        """Run the command ``runs`` times and take the largest peak."""
        peak = max(run(filled(self.command, locate)).peak for _ in range(runs)) / 1e6
        return Result(
            self.title,
            f"{peak:.1f} MB",
            f"≤ {self.most:g} MB",
            peak <= self.most,
            f"largest of {runs}",
        )


@dataclass(frozen=True, slots=True)
class Matching:
    """The time of all default rules on a graph divided by that of parsing its JSON, at most."""

    title: str
    model: Model
    most: float

    def measure(self, locate: Locate, runs: int) -> Result:
        """Take both in turn in one process; the verdict is on the median of the ratios."""
        command = [PYTHON, "-m", "benchmarks.rules", str(locate(self.model)), str(runs)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        costs = json.loads(printed)
        dearest = sorted(costs["each"].items(), key=lambda item: -item[1])[:5]
        return Result(
            self.title.format(**costs),
            f"{costs['ratio']:.2f}",
            f"≤ {self.most:g}",
            costs["ratio"] <= self.most,
            f"{costs['match'] * 1000:.1f} ms / {costs['parse'] * 1000:.1f} ms; of it facts "
            f"{costs['facts'] * 1000:.1f} ms; dearest rules "
            + ", ".join(f"{code} {cost * 1000:.2f} ms" for code, cost in dearest),
        )


def filled(command: Command, locate: Locate) -> Sequence[str]:
    """The command with models replaced by the paths of their files."""
    return [str(locate(part)) if isinstance(part, Model) else part for part in command]


def milliseconds(usages: Sequence[Usage]) -> str:
    """The median wall-clock time of several runs."""
    return f"{median(usage.wall for usage in usages) * 1000:.0f} ms"
