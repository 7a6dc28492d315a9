"""What a model in memory consists of: a chain of layers, or a part of Keras' graph of calls."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from convlint.errors import InputError
from convlint.readers.library import Library
from convlint.readers.tracing import Arguments, is_symbolic, leaves, trace

_WITHOUT_CALL: Final = frozenset({"Operation", "Layer", "Model", "Network"})
"""Classes of Keras whose ``call`` only says that it is not implemented."""


class Chain(NamedTuple):
    """A Sequential: its layers in order."""

    layers: list[Any]
    input_shape: Any


class Network(NamedTuple):
    """A graph of calls: the layers and operations in it, and which of their nodes belong to it."""

    layers: list[Any]
    nodes: dict[int, list[int]]  # by identity of the layer; indices of its inbound nodes
    inputs: Any
    outputs: Any


def structure(
    library: Library, model: Any, called_with: Arguments | None = None
) -> Chain | Network:
    """What a model consists of.

    Raises:
        InputError: only its ``call`` knows, and it cannot be traced or there is none.
    """
    classes = {base.__name__ for base in type(model).__mro__ if library.owns(base)}
    call_owner = library.owner(type(model), "call")
    if call_owner is not None and library.owns(call_owner):
        if "Sequential" in classes:
            return _chain(library, model)
        if library.symbolic_operations and "Functional" in classes:
            return _network(library, model._inputs_struct, model._outputs_struct, model.operations)
        if not library.symbolic_operations and getattr(model, "_is_graph_network", False):
            return _network(library, model._nested_inputs, model._nested_outputs, model.layers)
        if call_owner.__name__ in _WITHOUT_CALL:
            raise InputError(
                f"Model {model.name!r} has no call() that says how its layers are connected; "
                "check the models that it consists of, one by one"
            )
    traced = trace(library, model, called_with)
    return _network(library, traced.inputs, traced.outputs, [])


def _chain(library: Library, model: Any) -> Chain:
    if library.symbolic_operations:
        layers = model._layers
        built = model._functional is not None
        return Chain(layers, layers[0].batch_shape if built else None)
    layers = list(model._flatten_layers(include_self=False, recursive=False))
    return Chain(layers, model._build_input_shape)


def _network(library: Library, inputs: Any, outputs: Any, known: list[Any]) -> Network:
    """The part of Keras' graph that leads to ``outputs``; ``known`` layers keep their order."""
    layers = {id(layer): layer for layer in known}
    nodes: dict[int, list[int]] = {}
    ends = [tensor for tensor in leaves([inputs, outputs]) if is_symbolic(tensor)]
    for layer, index in _reachable(library, ends):
        layers.setdefault(id(layer), layer)
        nodes.setdefault(id(layer), []).append(index)
    for indices in nodes.values():
        indices.sort()
    return Network(list(layers.values()), nodes, inputs, outputs)


def _reachable(library: Library, tensors: list[Any]) -> Iterator[tuple[Any, int]]:
    """The calls (layer, node index) that tensors depend on, producers before consumers."""
    finished: set[tuple[int, int]] = set()
    pending = [(tensor._keras_history, False) for tensor in reversed(tensors)]
    while pending:
        (layer, index, _), producers_done = pending.pop()
        if layer is None or (id(layer), index) in finished:
            continue
        if producers_done:
            finished.add((id(layer), index))
            yield layer, index
            continue
        pending.append(((layer, index, 0), True))
        for tensor in reversed(node_inputs(library, layer._inbound_nodes[index])):
            pending.append((tensor._keras_history, False))


def node_inputs(library: Library, node: Any) -> list[Any]:
    return list(node.input_tensors if library.symbolic_operations else node.keras_inputs)


def node_arguments(library: Library, node: Any) -> Arguments:
    if library.symbolic_operations:
        return Arguments(tuple(node.arguments.args), dict(node.arguments.kwargs))
    return Arguments(tuple(node.call_args), dict(node.call_kwargs))
