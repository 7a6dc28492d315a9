"""Calls on symbolic tensors: the nodes of the graph that a script builds."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Final

from convlint.readers.nodes import structured_call
from convlint.readers.source import logic
from convlint.readers.source.keras_values import Layer, Node, Tensor
from convlint.readers.source.plain import plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.structures import map_structure
from convlint.readers.source.values import Choice, Dict, Instance, List, Opaque, Value

UNKNOWN_CLASS: Final = "unknown"
"""Class of what gives a tensor that nobody knows the origin of."""

_DATA_ARGUMENTS: Final = frozenset(
    {"inputs", "x", "query", "value", "key", "sequences", "sequence", "images", "initial_state"}
)
"""Keyword arguments that are tensors, even if their value is not known."""


def as_tensor(value: Value) -> Tensor | None:
    """A value as one symbolic tensor: an unknown one gets a source of its own."""
    if type(value) is Tensor:
        return value
    if type(value) is Opaque:
        if value.tensor is None:
            source = Layer(UNKNOWN_CLASS, {}, "", None, nodes=[Node(())], given_up=value.lost)
            value.tensor = Tensor(source)
        return value.tensor
    return None


def settled(run: Run, value: Value) -> Value:
    """A structure in which every choice is made."""
    if type(value) is Choice:
        value = logic.settle(run, value)
    if type(value) in (List, tuple, Dict):
        return map_structure(
            lambda leaf: settled(run, leaf) if type(leaf) is Choice else leaf, value
        )
    return value


def record(
    run: Run,
    layer: Layer,
    arguments: list[Value],
    keywords: Mapping[str, Value],
) -> int | None:
    """Note a call of a layer on symbolic tensors.

    Returns the number of the call, or None if there is no tensor among the arguments, so that
    the call computes with data.
    """
    if len(arguments) == 1 and not keywords and type(arguments[0]) is Tensor:
        node = Node((arguments[0],))
    else:
        found = _read(run, layer, arguments, keywords)
        if found is None:
            return None
        node = found
    layer.nodes.append(node)
    return len(layer.nodes) - 1


def _read(
    run: Run, layer: Layer, arguments: list[Value], keywords: Mapping[str, Value]
) -> Node | None:
    tensors: list[Tensor] = []

    def placeholder(value: Value, *, data: bool) -> Any:
        tensor = as_tensor(value) if data else (value if type(value) is Tensor else None)
        if tensor is None:
            return plain_value(value, constant=True)
        tensors.append(tensor)
        history = [str(len(tensors) - 1), 0, 0]
        return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}

    def document(value: Value, *, data: bool) -> Any:
        if type(value) is List:
            return [document(item, data=data) for item in value.items]
        if type(value) is tuple:
            return [document(item, data=data) for item in value]
        if type(value) is Dict:
            return {str(key): document(entry, data=data) for key, entry in value.entries.items()}
        return placeholder(value, data=data)

    is_operation = layer.class_name.startswith("ops.")
    args = [document(settled(run, value), data=not is_operation) for value in arguments]
    kwargs = {
        name: document(settled(run, value), data=name in _DATA_ARGUMENTS and not is_operation)
        for name, value in keywords.items()
        if name != "**"
    }
    if not tensors:
        return None
    wrapped = layer.wrapper if layer.wrapper is not None and layer.body is None else None
    is_model = layer.body is not None or layer.hidden is not None
    saved = structured_call({"args": args, "kwargs": kwargs}, wrapped or layer.class_name, is_model)
    return Node(
        tuple(tensors[int(reference.layer)] for reference in saved.tensors()),
        tuple(tensors[int(reference.layer)] for reference in saved.masks),
        saved.arguments,
        keys=saved.keys,
    )


def apply_unknown(run: Run, label: str, tensors: list[Tensor], site: ast.AST | None) -> Tensor:
    """The result of something unknown that consumes tensors."""
    layer = Layer(label, {}, "", site, nodes=[Node(tuple(tensors))], outputs=0)
    return Tensor(layer)


def outputs_of(tensor: Tensor, count: int | None = None) -> list[Value] | None:
    """What a result is unpacked to: the outputs of the call; ``count`` is how many are wanted.

    None if the call has one output, or nobody knows how many.
    """
    known = tensor.layer.outputs
    if tensor.output:
        return None
    if known > 1:
        return [Tensor(tensor.layer, tensor.node, output) for output in range(known)]
    if known == 0 and count is not None:
        return [Tensor(tensor.layer, tensor.node, output) for output in range(count)]
    return None


def as_layer(value: Value) -> Layer | None:
    """A value as the layer or model that it is."""
    if type(value) is Layer:
        return value
    if type(value) is Instance:
        return value.layer
    return None
