"""Facts: what is derived about a call or a model, computed when first asked for.

What facts there are, and how one is written, is in :mod:`convlint.facts.registry`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from functools import cached_property
from typing import Any

from convlint import kinds as kinds_table
from convlint.facts.registry import call_fact_named, model_fact_named
from convlint.graph import Graph
from convlint.kleene import UNKNOWN


class Facts:
    """A graph with everything that can be derived from it; the view that patterns match on.

    Calls that change nothing (``Identity``, ``Activation("linear")``, ``Dropout(0)``) are
    *transparent*: :attr:`producers` and :attr:`consumers` look through them.
    """

    def __init__(self, graph: Graph) -> None:
        """Nothing is computed yet.

        ``values`` has what call facts gave, by name and index, ``sweeps`` what passes over the
        graph gave, and ``steps`` what patterns found out, by what they asked.
        """
        self.graph = graph
        self.sweeps: dict[str, Any] = {}
        self.values: defaultdict[str, dict[int, Any]] = defaultdict(dict)
        self.steps: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.graph.calls)

    @cached_property
    def transparent(self) -> frozenset[int]:
        """Indices of the calls that hand their input on unchanged."""
        return frozenset(
            call.index for call in self.graph.calls if "identity" in call.kinds and call.inputs
        )

    @cached_property
    def opaque(self) -> tuple[int, ...]:
        """Indices of the other calls, ascending."""
        return tuple(call.index for call in self.graph.calls if call.index not in self.transparent)

    @cached_property
    def _sources(self) -> tuple[int, ...]:
        """For each call the call whose value it carries: itself unless it is transparent."""
        sources: list[int] = []
        for call in self.graph.calls:
            transparent = call.index in self.transparent
            sources.append(sources[call.inputs[0].call] if transparent else call.index)
        return tuple(sources)

    @cached_property
    def producers(self) -> tuple[tuple[int, ...], ...]:
        """For each call the calls it consumes, in argument order, transparent ones skipped."""
        source = self._sources
        return tuple(
            tuple(dict.fromkeys(source[tensor.call] for tensor in call.inputs))
            for call in self.graph.calls
        )

    @cached_property
    def consumers(self) -> tuple[tuple[int, ...], ...]:
        """For each call the calls that consume it, ascending, transparent ones skipped."""
        found: list[list[int]] = [[] for _ in self.graph.calls]
        for call in self.graph.calls:
            if call.index not in self.transparent:
                for producer in self.producers[call.index]:
                    found[producer].append(call.index)
        return tuple(map(tuple, found))

    @cached_property
    def kinds(self) -> tuple[frozenset[str], ...]:
        """For each call what it is, with the kinds that depend on its place in the graph."""
        from convlint.facts.roles import place_kinds

        return place_kinds(self)

    @cached_property
    def calls_by_kind(self) -> Mapping[str, Sequence[int]]:
        """The calls of each kind, ascending; transparent calls have none."""
        alike: dict[frozenset[str], list[int]] = {}
        for index in self.opaque:
            alike.setdefault(self.kinds[index], []).append(index)
        found: dict[str, list[int]] = {}
        for names, indices in alike.items():
            for name in names:
                found.setdefault(name, []).extend(indices)
        return {name: sorted(indices) for name, indices in found.items()}

    def lookup(self, index: int, name: str) -> Any:
        """A call's fact or, failing that, its configuration entry with Keras' default.

        Returns UNKNOWN if there is neither.
        """
        call = self.graph.calls[index]
        fact = call_fact_named(name)
        if fact is not None:
            return fact(self, call)
        return kinds_table.setting(call, name)

    def model(self, name: str) -> Any:
        """A fact of the whole model; UNKNOWN if there is none of that name."""
        fact = model_fact_named(name)
        return UNKNOWN if fact is None else fact(self)
