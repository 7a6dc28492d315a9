"""Static shapes of symbolic tensors, for scripts that ask for them: ``x.shape[-1]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from convlint import kinds
from convlint.graph import Call
from convlint.kleene import UNKNOWN
from convlint.readers.source.keras_values import Chain, Layer, Network, Node, Tensor
from convlint.readers.source.network import ends, reached
from convlint.readers.source.values import Opaque, Value

MAX_NESTING: Final = 16
"""Deepest nesting of models through which shapes are followed."""


def shape_value(tensor: Tensor) -> Value:
    """The shape as a script sees it: a tuple with None for the batch axis, or unknown."""
    shape = tensor_shape(tensor)
    if not isinstance(shape, tuple):
        return Opaque()
    sizes = [Opaque() if size is UNKNOWN or size is None else size for size in shape]
    if sizes and type(sizes[0]) is Opaque:
        sizes[0] = None
    return tuple(sizes)


def tensor_shape(tensor: Tensor) -> Any:
    """The shape, batch axis first, with UNKNOWN for what is not known; UNKNOWN without a rank."""
    for layer, node in _missing(tensor):
        inputs = tuple(
            _output(source.layer.nodes[source.node].shapes, source.output) for source in node.inputs
        )
        node.shapes = call_shape(layer, node, inputs, 0)
    return _output(tensor.layer.nodes[tensor.node].shapes, tensor.output)


def _missing(tensor: Tensor) -> Iterator[tuple[Layer, Node]]:
    """The calls that a tensor depends on and whose shapes are not known yet, producers first.

    The caller notes the shapes of each before it asks for the next.
    """
    pending = [(tensor.layer, tensor.layer.nodes[tensor.node])]
    while pending:
        layer, node = pending[-1]
        if node.shapes is not None:
            pending.pop()
            continue
        before = [
            (source.layer, source.layer.nodes[source.node])
            for source in node.inputs
            if source.layer.nodes[source.node].shapes is None
        ]
        if before:
            pending.extend(before)
        else:
            yield layer, node


def _output(shapes: tuple[Any, ...] | None, output: int) -> Any:
    return shapes[output] if shapes is not None and output < len(shapes) else UNKNOWN


def call_shape(layer: Layer, node: Node, inputs: tuple[Any, ...], nesting: int) -> tuple[Any, ...]:
    """The shapes of the outputs of one call of a layer or model."""
    if layer.output_shape is not None:
        return layer.output_shape(inputs)
    if layer.body is not None:
        if layer.wrapped is not None or nesting > MAX_NESTING:
            return (UNKNOWN,)
        return _through(layer, inputs, nesting)
    from convlint.facts.inference import output_shapes

    call = Call(
        0,
        layer.name,
        layer.class_name,
        kinds.classify(layer.class_name, layer.config),
        layer.config,
        (),
        node.arguments,
        wrapper=layer.wrapper,
        wrapper_config=layer.wrapper_config,
    )
    return output_shapes(call, inputs)


def _through(model: Layer, inputs: tuple[Any, ...], nesting: int) -> tuple[Any, ...]:
    body = model.body
    if isinstance(body, Chain):
        shapes = inputs[:1] or (UNKNOWN,)
        for layer in body.layers:
            if layer.class_name != "InputLayer":
                shapes = call_shape(layer, Node(()), shapes[:1], nesting + 1)
        return shapes
    if isinstance(body, Network):
        return _through_network(body, inputs, nesting)
    return (UNKNOWN,)


def _through_network(body: Network, inputs: tuple[Any, ...], nesting: int) -> tuple[Any, ...]:
    """The shapes of a functional model's outputs for the shapes of its inputs."""
    starts, outputs = ends(body.inputs), ends(body.outputs)
    found: dict[tuple[int, int], tuple[Any, ...]] = {
        (id(tensor.layer), tensor.node): (shape,)
        for tensor, shape in zip(starts, inputs, strict=False)
    }

    def of(tensor: Tensor) -> Any:
        return _output(found.get((id(tensor.layer), tensor.node)), tensor.output)

    for layer, number in reached(body).order:
        if (id(layer), number) not in found:
            node = layer.nodes[number]
            shapes = tuple(of(tensor) for tensor in node.inputs)
            found[id(layer), number] = call_shape(layer, node, shapes, nesting + 1)
    return tuple(of(tensor) for tensor in outputs)
