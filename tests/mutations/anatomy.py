"""Where things are in a graph, found by plain graph theory: what mutations and exemptions look at.

Nothing here asks a fact of convlint but shapes, so that a rule is not measured by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache, cached_property

import networkx as nx

from convlint.facts import Facts
from convlint.graph import Call, Graph
from convlint.kleene import UNKNOWN

UNARY = frozenset("act norm pool pad crop scale dropout".split())
"""Kinds of the layers that can stand between two layers with weights."""

SOURCE = -1
"""A node before all inputs, so that every graph has one beginning."""


class Anatomy:
    """A graph without a defect, and questions about it. Calls are meant by their indices."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.calls = graph.calls
        self.consumers = graph.consumers
        self.producers = tuple(
            tuple(dict.fromkeys(tensor.call for tensor in call.inputs)) for call in graph.calls
        )
        self.facts = Facts(graph)

    def of(self, *kinds: str) -> list[int]:
        """The calls that are of any of the kinds."""
        return [call.index for call in self.calls if call.kinds & set(kinds)]

    def is_a(self, index: int, *kinds: str) -> bool:
        return bool(self.calls[index].kinds & set(kinds))

    def call(self, index: int) -> Call:
        return self.calls[index]

    def shape(self, index: int) -> tuple[int | None, ...]:
        """Shape of the first output; empty if it is not known. ``None`` for open sizes."""
        shape = self.facts.lookup(index, "shape")
        if shape is UNKNOWN:
            return ()
        return tuple(None if size is UNKNOWN else size for size in shape)

    def input_shape(self, index: int) -> tuple[int | None, ...]:
        return self.shape(self.producers[index][0])

    def function(self, index: int) -> object:
        """Name of the activation that a call applies, as far as it states one."""
        call = self.calls[index]
        known = {"ReLU": "relu", "Softmax": "softmax", "LeakyReLU": "leaky_relu"}
        return known.get(call.class_name, call.config.get("activation"))

    def spatial_conv(self, index: int) -> bool:
        """A convolution that looks at more than one position."""
        sides = self.calls[index].config.get("kernel_size", ())
        return self.is_a(index, "conv") and any(side > 1 for side in sides)

    def next(self, index: int) -> int | None:
        """The only consumer."""
        found = self.consumers[index]
        return found[0] if len(found) == 1 else None

    def before(self, index: int) -> int | None:
        """The only producer, if it has no other consumer."""
        found = self.producers[index]
        if len(found) != 1 or len(self.consumers[found[0]]) != 1:
            return None
        return found[0]

    def reached(
        self, start: int, kinds: Collection[str], *, up: bool = False, forks: bool = True
    ) -> Iterator[int]:
        """The calls on paths through layers of the kinds, the first ones of other kinds included.

        Without ``forks`` a path ends where a result goes to several consumers.
        """
        edges = self.producers if up else self.consumers
        seen: set[int] = set()
        pending = [start]
        while pending:
            index = pending.pop()
            if not forks and len(self.consumers[index if not up else start]) > 1:
                continue
            for other in edges[index]:
                if other not in seen:
                    seen.add(other)
                    yield other
                    if self.calls[other].kinds & set(kinds):
                        pending.append(other)

    @cached_property
    def classifies(self) -> bool:
        """Every output gives one vector of scores that a cross-entropy is told of."""
        return self._scores and all(len(self.shape(output)) == 2 for output in self.of("output"))

    @cached_property
    def is_mask(self) -> bool:
        """Every output gives scores at each position of a map."""
        return self._scores and all(len(self.shape(output)) == 4 for output in self.of("output"))

    @cached_property
    def _scores(self) -> bool:
        losses = self.graph.training.losses if self.graph.training else (None,)
        return all(loss is not None and "crossentropy" in loss.name for loss in losses)

    @cached_property
    def network(self) -> nx.DiGraph:
        network = nx.DiGraph()
        for call in self.calls:
            network.add_edges_from((index, call.index) for index in self.producers[call.index])
            if not call.inputs:
                network.add_edge(SOURCE, call.index)
        return network

    @cached_property
    def forks(self) -> dict[int, int]:
        """For each call the last one that all paths from the inputs to it go through."""
        found: dict[int, int] = nx.immediate_dominators(self.network, SOURCE)
        return found

    @cache  # noqa: B019 - an anatomy lives as long as the tests
    def around(self, index: int, kind: str) -> tuple[int, ...]:
        """The merges of a kind that the call leads to, and that the value before it forks to."""
        below, above = nx.descendants(self.network, index), nx.ancestors(self.network, index)
        return tuple(
            merge for merge in below if self.is_a(merge, kind) and self.forks[merge] in above
        )

    def shortcut(self, merge: int) -> list[int] | None:
        """The calls on the side of a merge that hands its fork on, or projects it once."""
        for side in self.producers[merge]:
            calls: list[int] = []
            while side != self.forks[merge] and len(self.producers[side]) == 1:
                calls.append(side)
                (side,) = self.producers[side]
            weights = [index for index in calls if self.is_a(index, "weight")]
            if side == self.forks[merge] and len(weights) < 2:
                return calls
        return None

    def on_residual_branch(self, index: int) -> bool:
        """Something is added to what the call computes that goes around it, on a shortcut."""
        shortcuts = (self.shortcut(add) for add in self.around(index, "add"))
        return any(calls is not None and index not in calls for calls in shortcuts)

    def on_dense_branch(self, index: int) -> bool:
        """On a branch that is concatenated with its own input."""
        return any(self.ends_dense_block(merge) for merge in self.around(index, "concat"))

    def ends_dense_block(self, merge: int) -> bool:
        """Concatenates a map with what is computed of it at the same resolution."""
        fork = self.forks[merge]
        if not self.is_a(merge, "concat") or fork not in self.producers[merge]:
            return False
        inside = nx.descendants(self.network, fork) & nx.ancestors(self.network, merge)
        return all(self.shape(index)[1:-1] == self.shape(merge)[1:-1] for index in (*inside, fork))
