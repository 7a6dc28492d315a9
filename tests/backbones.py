"""Models with applications of Keras in them, seen as source code shows them: as one call each."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from convlint.facts import Facts
from convlint.graph import Call, Graph, Shape, Tensor

GroupOf: TypeAlias = Callable[[Call], str | None]
"""A call -> the application that it is a part of, if any."""


def is_backbone(call: Call) -> bool:
    """Whether a call stands for a whole application."""
    return call.class_name.startswith("applications.")


def comparable(static: Graph, live: Graph, made: Collection[str]) -> tuple[Graph, Graph]:
    """Both graphs with each application as one call; unchanged if there are none.

    ``made`` are the names of the layers that applications made in the live model.
    """
    backbones = [call for call in static.calls if is_backbone(call)]

    def inside(call: Call) -> str | None:
        is_part = call.name in made and "input" not in call.kinds and call.class_name != "Output"
        return call.model.partition("/")[0] if is_part else None

    groups = list(dict.fromkeys(map(inside, live.calls)))
    names = [name for name in groups if name is not None]
    if not backbones or len(names) != len(backbones):
        return static, live
    stand_ins = dict(zip(names, backbones, strict=True))
    own = {call.layer: call for call in backbones}
    return (
        _contract(static, lambda call: call.layer if is_backbone(call) else None, own),
        _contract(live, inside, stand_ins),
    )


def _contract(graph: Graph, group_of: GroupOf, stand_ins: dict[str, Call]) -> Graph:
    """The graph with one call for each group; its outputs count in the order of their use."""
    calls: list[Call] = []
    place: dict[int, int] = {}
    first: dict[str, int] = {}
    taken: dict[int, list[Tensor]] = {}

    def moved(tensor: Tensor) -> Tensor:
        position = place[tensor.call]
        if group_of(graph.calls[tensor.call]) is None:
            return tensor._replace(call=position)
        outputs = taken.setdefault(position, [])
        if tensor not in outputs:
            outputs.append(tensor)
        return Tensor(position, outputs.index(tensor))

    for call in graph.calls:
        group = group_of(call)
        if group is None:
            place[call.index] = len(calls)
            calls.append(call.replace(index=len(calls), inputs=tuple(map(moved, call.inputs))))
        elif group in first:
            place[call.index] = first[group]
        else:
            place[call.index] = first[group] = len(calls)
            parts = [part for part in graph.calls if group_of(part) == group]
            inputs = tuple(map(moved, call.inputs))
            calls.append(_merged(stand_ins[group], parts, len(calls), inputs))
    facts = Facts(graph)
    for position, tensors in taken.items():
        shapes = tuple(_shape(facts, tensor) for tensor in tensors)
        calls[position] = calls[position].replace(output_shapes=shapes)
    return Graph(graph.name, tuple(calls), graph.training, graph.trainable)


def _merged(stand_in: Call, parts: list[Call], index: int, inputs: tuple[Tensor, ...]) -> Call:
    """One call for all parts of an application, with what a summary of it says."""
    (first, *others) = parts
    normalizes = first.config.get("normalizes", any("batch_norm" in p.kinds for p in parts))
    return stand_in.replace(
        index=index,
        inputs=inputs,
        config={**stand_in.config, "normalizes": normalizes},
        arguments=first.arguments,
        trainable=any(p.trainable for p in parts if not others or "weight" in p.kinds),
    )


def _shape(facts: Facts, tensor: Tensor) -> Shape | None:
    shape = facts.lookup(tensor.call, "shape") if tensor.output == 0 else None
    if not isinstance(shape, tuple):
        return None
    return tuple(size if isinstance(size, int) else None for size in shape)
