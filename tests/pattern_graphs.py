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
    producers: list[list[int]] = [[] for _ in classes]
    if edges is None:
        producers[1:] = [[index] for index in range(len(classes) - 1)]
    for edge in (edges or "").split():
        source, target = map(int, edge.split("-"))
        producers[target].append(source)
    return facts_of(
        *((name, sources, {}) for name, sources in zip(classes, producers, strict=True))
    )
