"""What is measured, against what, and the targets."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias

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
class Result:
    """One row of the table. ``met`` is the verdict on the target."""

    title: str
    measured: str
    target: str
    met: bool
    detail: str


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


RESNET_KERAS: Final = Model("resnet50.keras", "ResNet50")
RESNET_H5: Final = Model("resnet50.h5", "ResNet50")
VGG_KERAS: Final = Model("vgg16.keras", "VGG16")
VGG_H5: Final = Model("vgg16.h5", "VGG16")
CHAIN_SHORT: Final = Model("chain-10000.json", "chain-10000")
CHAIN_LONG: Final = Model("chain-100000.json", "chain-100000")
EFFICIENTNET: Final = Model("efficientnetv2l.json", "EfficientNetV2L")
SOURCE: Final = Model("source.py", "source")

NO_SOURCE: Final = Model("source-empty.py", "source-empty")

COMPILE: Final = "import ast, sys; compile(ast.parse(open(sys.argv[1]).read()), '', 'exec')"
LOAD: Final = "import sys, keras; keras.models.load_model(sys.argv[1])"

MEASUREMENTS: Final[dict[str, Ratio | Excess | PeakMemory | Matching]] = {
    "keras": Ratio(
        "loading ResNet50 with Keras / convlint resnet50.keras",
        (PYTHON, "-c", LOAD, RESNET_KERAS),
        (CONVLINT, RESNET_KERAS),
        least=30,
    ),
    "keras-file": Ratio(
        "convlint resnet50.keras / python -c 'import click, rich.console'",
        (CONVLINT, RESNET_KERAS),
        (PYTHON, "-c", "import click, rich.console"),
        most=2.5,
    ),
    "h5-file": Ratio(
        "convlint resnet50.h5 / python -c 'import click, rich.console, h5py'",
        (CONVLINT, RESNET_H5),
        (PYTHON, "-c", "import click, rich.console, h5py"),
        most=2,
    ),
    "chain": Ratio(
        "convlint on a chain of 100,000 layers / on one of 10,000",
        (CONVLINT, CHAIN_LONG),
        (CONVLINT, CHAIN_SHORT),
        most=12,
    ),
    "source": Excess(
        "convlint on 1,000 lines of source / ast.parse and compile, each on top of its start-up",
        ((CONVLINT, SOURCE), (CONVLINT, NO_SOURCE)),
        ((PYTHON, "-c", COMPILE, SOURCE), (PYTHON, "-c", COMPILE, NO_SOURCE)),
        most=3,
    ),
    "rules": Matching(
        "{rules} default rules on EfficientNetV2L ({calls:,} calls) / json.loads of its JSON",
        EFFICIENTNET,
        most=5,
    ),
    "memory-keras": PeakMemory("peak memory of convlint vgg16.keras", (CONVLINT, VGG_KERAS), 70),
    "memory-h5": PeakMemory("peak memory of convlint vgg16.h5", (CONVLINT, VGG_H5), 70),
}


def measure(names: Sequence[str], locate: Locate, runs: int) -> Iterator[Result]:
    """Measure one after the other, in the order of the table."""
    for name, measurement in MEASUREMENTS.items():
        if name in names:
            yield measurement.measure(locate, runs)
