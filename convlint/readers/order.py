"""The order in which the calls of one model are emitted."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from convlint.errors import InputError
from convlint.readers.operations import PREFIX, TENSORFLOW
from convlint.readers.spec import LayerSpec, ModelSpec, TensorRef

Node: TypeAlias = tuple[int, int]
"""Position of a layer in its model, and number of its call."""


class Plan(NamedTuple):
    """What is the same for every call of one model.

    Attributes:
        order: the calls in it, topologically.
        positions: the position of each layer, by name.
    """

    order: Sequence[Node]
    positions: Mapping[str, int]


def is_operation(layer: LayerSpec) -> bool:
    """Whether a layer is an operation that is not a layer, by its class."""
    return layer.class_name.startswith((PREFIX, TENSORFLOW))


def plan(model: ModelSpec) -> Plan:
    """A topological order of a model's calls, in the order of its layers where that is one."""
    positions: dict[str, int] = {}
    for position, layer in enumerate(model.layers):
        if layer.name in positions:
            raise InputError(f"the model {model.name} has two layers of the name {layer.name}")
        positions[layer.name] = position
    producers = _producers(model, positions)
    needed = _needed(model, producers, positions)
    order: list[Node] = []
    state: dict[Node, bool] = {}  # False: being visited, True: in the order
    for root in needed:
        stack = [root]
        while stack:
            node = stack[-1]
            if node in state:
                stack.pop()
                if not state[node]:
                    state[node] = True
                    order.append(node)
                continue
            state[node] = False
            for producer in reversed(producers[node]):
                visited = state.get(producer)
                if visited is None:
                    stack.append(producer)
                elif not visited:
                    name = model.layers[node[0]].name
                    raise InputError(f"the layer {name} depends on its own output")
    return Plan(order, positions)


def _producers(model: ModelSpec, positions: Mapping[str, int]) -> dict[Node, list[Node]]:
    """For each call the calls that it consumes."""
    producers: dict[Node, list[Node]] = {}
    for position, layer in enumerate(model.layers):
        for number, call in enumerate(layer.nodes):
            user = f"the layer {layer.name}"
            found = [_node(model, positions, reference, user) for reference in call.inputs]
            for reference in call.masks:
                node = _node(model, positions, reference, user)
                if not is_operation(model.layers[node[0]]):
                    found.append(node)
            producers[position, number] = found
    return producers


def _node(model: ModelSpec, positions: Mapping[str, int], reference: TensorRef, user: str) -> Node:
    position = positions.get(reference.layer)
    if position is None:
        raise InputError(
            f"{user} refers to {reference.layer}, a layer that {model.name} does not have"
        )
    if not 0 <= reference.node < len(model.layers[position].nodes):
        raise InputError(
            f"{user} refers to call {reference.node} of the layer {reference.layer}, "
            "which has no such call"
        )
    return position, reference.node


def _needed(
    model: ModelSpec,
    producers: Mapping[Node, Sequence[Node]],
    positions: Mapping[str, int],
) -> list[Node]:
    """The calls to emit: all but operations whose results only served as masks."""
    user = f"the model {model.name}"
    ends = [_node(model, positions, reference, user) for reference in model.outputs]
    for reference in model.inputs:
        _node(model, positions, reference, user)
    pending = [node for node in producers if not is_operation(model.layers[node[0]])] + ends
    needed = set(pending)
    while pending:
        for producer in producers[pending.pop()]:
            if producer not in needed:
                needed.add(producer)
                pending.append(producer)
    return [node for node in producers if node in needed]
