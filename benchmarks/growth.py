"""How the time of a run grows with the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import linear_regression, median
from typing import Final

from benchmarks import architectures
from benchmarks.measurements import CONVLINT, Locate, Model, Result, Table, filled
from benchmarks.process import interleaved

CALLS: Final = (1_000, 10_000, 100_000)
TINY: Final = 4
"""Calls of a graph that takes no time beside the start-up."""

CALLS_TO_RUN: Final = 300_000
"""A graph is run at most so often that its calls come to this."""

TABLE: Final = Table(
    "Growth",
    "`convlint graph.json` with all default rules, from start to end, minus the same for a model "
    "of a few layers. `chain` is one layer behind the other, `residual` has blocks of two "
    "convolutions with a shortcut, in `dense` each of the 32 convolutions of a block reads the "
    "concatenation of all before it. The exponent is the slope of the least-squares line through "
    "the logarithms of processor time and of calls + edges: 1 is linear, 2 quadratic.",
    ("graph", "calls", "edges", "size of JSON", "processor time", "µs for each call and edge"),
)


@dataclass(frozen=True, slots=True)
class Growth:
    """The exponent of processor time in calls + edges for one shape of graph, at most ``most``."""

    shape: str
    most: float

    def measure(self, locate: Locate, runs: int) -> Result:
        """Run graphs of all sizes in turn with a tiny one of the same shape."""
        tiny = filled((CONVLINT, graph_model(self.shape, TINY)), locate)
        weights, times, rows = [], [], []
        for calls in CALLS:
            model = graph_model(self.shape, calls)
            pairs = interleaved(
                filled((CONVLINT, model), locate), tiny, max(1, min(runs, CALLS_TO_RUN // calls))
            )
            seconds = median(one.cpu - other.cpu for one, other in pairs)
            size = architectures.size(architectures.graph(self.shape, calls))
            megabytes = locate(model).stat().st_size / 1e6
            weights.append(size.calls + size.edges)
            times.append(seconds)
            rows.append(
                (
                    self.shape,
                    f"{size.calls:,}",
                    f"{size.edges:,}",
                    f"{megabytes:.1f} MB",
                    f"{seconds:.2f} s",
                    f"{seconds / weights[-1] * 1e6:.0f}",
                )
            )
        exponent = fitted_exponent(weights, times)
        return Result(
            f"exponent of time in calls + edges, {self.shape} graphs",
            f"{exponent:.2f}",
            f"≤ {self.most:g}",
            exponent <= self.most,
            "see [Growth](#growth)",
            TABLE,
            tuple(rows),
        )


def graph_model(shape: str, calls: int) -> Model:
    """The file of a graph."""
    return Model(f"graph-{shape}-{calls}.json", f"graph-{shape}-{calls}")


def fitted_exponent(weights: Sequence[float], times: Sequence[float]) -> float:
    """The slope of the least-squares line through the logarithms."""
    return linear_regression([log(weight) for weight in weights], [log(t) for t in times]).slope
