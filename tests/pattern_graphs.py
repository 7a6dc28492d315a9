"""Small graphs written by hand, for tests of predicates and patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from convlint.facts.core import Facts
from convlint.graph import Call, Graph, Tensor
from convlint.kinds import classify


class OwnKinds(Facts):
    """Facts without the kinds that depend on a call's place, for which a shape is needed."""

    @cached_property
    def kinds(self) -> tuple[frozenset[str], ...]:
        return tuple(call.kinds for call in self.graph.calls)


def facts_of(*calls: tuple[str, Sequence[int], Mapping[str, Any]]) -> OwnKinds:
    """The facts of calls given as class name, indices of the producers, configuration."""
    return OwnKinds(
        Graph(
            "model",
            tuple(
                Call(
                    index=index,
                    layer=f"layer{index}",
                    class_name=class_name,
                    kinds=classify(class_name, config),
                    config=config,
                    inputs=tuple(Tensor(producer) for producer in producers),
                )
                for index, (class_name, producers, config) in enumerate(calls)
            ),
        )
    )


def network(*classes: str, edges: str | None = None) -> OwnKinds:
    """Calls without configuration, ``edges`` such as ``"0-1 1-2 0-2"``; a chain if not given.

    ``Identity`` is looked through, ``Mystery`` is of unknown class.
    """
    if edges is None:
        edges = " ".join(f"{index}-{index + 1}" for index in range(len(classes) - 1))
    pairs = [tuple(map(int, edge.split("-"))) for edge in edges.split()]
    return facts_of(
        *(
            (class_name, [source for source, target in pairs if target == index], {})
            for index, class_name in enumerate(classes)
        )
    )
