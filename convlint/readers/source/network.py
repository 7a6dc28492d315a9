"""The part of the graph of calls between a functional model's inputs and outputs."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from convlint.readers.source.keras_values import Layer, Network, Node, Tensor
from convlint.readers.source.structures import leaves
from convlint.readers.source.values import Value

Call: TypeAlias = tuple[int, int]
"""The identity of a layer, and the number of its call."""


class Reached(NamedTuple):
    """What a model consists of.

    Attributes:
        layers: its layers and operations, in the order in which Keras lists them.
        calls: for each of them, by identity, the numbers of its calls that belong to the model.
        order: the calls, producers before consumers.
    """

    layers: list[Layer]
    calls: dict[int, list[int]]
    order: list[tuple[Layer, int]]


def ends(structure: Value) -> list[Tensor]:
    """The tensors of a model's inputs or outputs."""
    return [leaf for leaf in leaves(structure) if isinstance(leaf, Tensor)]


def reached(network: Network) -> Reached:
    """What lies between the inputs and the outputs of a functional model."""
    if network.reached is None:
        network.reached = reach(ends(network.inputs), ends(network.outputs))
    found: Reached = network.reached
    return found


def takes_apart(network: Network) -> bool:
    """Whether it goes on from inside a backbone, whose layers Keras then counts as its own."""
    used = [
        tensor for layer, number in reached(network).order for tensor in layer.nodes[number].inputs
    ]
    return any(
        tensor.node == 0 and tensor.layer.hidden is not None  # its own call, when it was made
        for tensor in (*used, *ends(network.outputs))
    )


def reach(inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Reached:
    """Walk back from the outputs to the inputs.

    Keras orders layers by depth, the largest distance to an output, and those of one depth as a
    depth-first search from the outputs meets them first.
    """
    ends = {(id(tensor.layer), tensor.node) for tensor in inputs}
    order, met, layers = _search(ends, outputs)
    depths: dict[Call, int] = {}
    layer_depths: dict[int, int] = {}
    for call in reversed(order):
        depth = max(depths.get(call, 0), layer_depths.get(call[0], 0))
        depths[call] = layer_depths[call[0]] = depth
        if call not in ends:
            for tensor in _consumed(layers[call[0]].nodes[call[1]]):
                producer = (id(tensor.layer), tensor.node)
                depths[producer] = max(depths.get(producer, 0), depth + 1)
    for tensor in inputs:
        if id(tensor.layer) not in layers:
            layers[id(tensor.layer)] = tensor.layer
            layer_depths[id(tensor.layer)] = 0
            met[id(tensor.layer)] = -1
            order.append((id(tensor.layer), tensor.node))
    listed = sorted(layer_depths, key=lambda layer: (-layer_depths[layer], met[layer]))
    calls: dict[int, list[int]] = {}
    for layer, number in order:
        calls.setdefault(layer, []).append(number)
    return Reached(
        [layers[layer] for layer in listed],
        {layer: sorted(numbers) for layer, numbers in calls.items()},
        [(layers[layer], number) for layer, number in order],
    )


def _consumed(node: Node) -> tuple[Tensor, ...]:
    return (*node.inputs, *node.masks) if node.masks else node.inputs


def _search(
    ends: set[Call], outputs: Sequence[Tensor]
) -> tuple[list[Call], dict[int, int], dict[int, Layer]]:
    """Calls, producers first; when each layer was met first; layers by identity."""
    order: list[Call] = []
    met: dict[int, int] = {}
    layers: dict[int, Layer] = {}
    finished: set[Call] = set()
    pending: list[tuple[Layer, int, bool]] = [
        (tensor.layer, tensor.node, False) for tensor in reversed(outputs)
    ]
    while pending:
        layer, number, producers_done = pending.pop()
        call = (id(layer), number)
        if call in finished:
            continue
        if producers_done:
            finished.add(call)
            order.append(call)
            continue
        if call[0] not in met:
            met[call[0]] = len(met)
            layers[call[0]] = layer
        pending.append((layer, number, True))
        if call not in ends:
            for tensor in reversed(_consumed(layer.nodes[number])):
                if (id(tensor.layer), tensor.node) not in finished:
                    pending.append((tensor.layer, tensor.node, False))
    return order, met, layers
