"""Facts: what is derived about a call or a model, computed when first asked for.

A fact is a function registered with :func:`call_fact` (one value for each call) or
:func:`model_fact` (one value for the model). Its name is the name that predicates use, its
docstring the documentation. A value that cannot be established is ``UNKNOWN``.

A fact that depends on the same fact of a producer must be a single pass in topological order
(:func:`sweep`), never a recursion: graphs are deeper than Python's stack.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import cached_property, wraps
from typing import Any, Final, TypeVar

from convlint import kinds as kinds_table
from convlint.graph import Call, Graph
from convlint.kleene import UNKNOWN

T = TypeVar("T")

CALL_FACTS: Final[dict[str, Callable[[Facts, Call], Any]]] = {}
MODEL_FACTS: Final[dict[str, Callable[[Facts], Any]]] = {}


class Facts:
    """A graph with everything that can be derived from it; the view that patterns match on.

    Calls that change nothing (``Identity``, ``Activation("linear")``, ``Dropout(0)``) are
    *transparent*: :attr:`producers` and :attr:`consumers` look through them.
    """

    def __init__(self, graph: Graph) -> None:
        """Nothing is computed yet.

        ``values`` has what call facts gave, by name and index, and ``steps`` what patterns found
        out, by what they asked.
        """
        self.graph = graph
        self._cache: dict[str, Any] = {}
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
        fact = CALL_FACTS.get(name)
        if fact is not None:
            return fact(self, call)
        if name in call.config:
            return call.config[name]
        return kinds_table.default(call.class_name, name)

    def model(self, name: str) -> Any:
        """A fact of the whole model; UNKNOWN if there is none of that name."""
        fact = MODEL_FACTS.get(name)
        return UNKNOWN if fact is None else fact(self)


def call_fact(function: Callable[[Facts, Call], T]) -> Callable[[Facts, Call], T]:
    """Register a fact of a call under the function's name and remember its values."""
    name = function.__name__
    _require_new(name, CALL_FACTS)

    @wraps(function)
    def remembered(facts: Facts, call: Call) -> T:
        index = call.index
        values: dict[int, T] = facts.values[name]
        if index in values:
            return values[index]
        value = values[index] = function(facts, call)
        return value

    CALL_FACTS[name] = remembered
    return remembered


def model_fact(function: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """Register a fact of the model under the function's name and remember its value."""
    _require_new(function.__name__, MODEL_FACTS)
    remembered = sweep(function)
    MODEL_FACTS[function.__name__] = remembered
    return remembered


def _require_new(name: str, known: Collection[str]) -> None:
    if name in known:
        raise ValueError(f"there are two facts named {name!r}")


def sweep(function: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """Remember what a pass over the whole graph computes, without making it a named fact."""
    key = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembered(facts: Facts) -> T:
        cache = facts._cache
        if key not in cache:
            cache[key] = function(facts)
        value: T = cache[key]
        return value

    return remembered
