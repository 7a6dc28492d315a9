"""Calls of layers and models."""

from __future__ import annotations

import ast
from itertools import count

from convlint.readers.source import logic
from convlint.readers.source.building import first_call
from convlint.readers.source.keras_values import Chain, Layer, Network, Tensor, Traced
from convlint.readers.source.run import Run
from convlint.readers.source.structures import map_structure
from convlint.readers.source.tensors import record
from convlint.readers.source.values import List, Opaque, Value


def call_layer(
    run: Run,
    layer: Layer,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """A call of a layer or model: on symbolic tensors, a node of the graph."""
    arguments = [logic.settle(run, value) for value in arguments]
    number = record(run, layer, arguments, keywords)
    if not layer.called:
        first_call(run, layer, arguments, keywords)
    return Opaque() if number is None else _result(layer, number, keywords)


def _result(layer: Layer, number: int, keywords: dict[str, Value]) -> Value:
    """What a call gives: a tensor, several, or a structure of them."""
    body = layer.body
    if isinstance(body, Traced) and body.network is not None:
        body = body.network
    if isinstance(body, Network):
        return _like(body.outputs, layer, number)
    if layer.structure is not None:
        return _like(layer.structure, layer, number)
    if keywords.get("return_attention_scores") is True:
        return (Tensor(layer, number, 0), Tensor(layer, number, 1))
    if isinstance(body, Chain) and body.layers:
        layer.outputs = body.layers[-1].outputs
    if layer.outputs > 1:
        return tuple([Tensor(layer, number, output) for output in range(layer.outputs)])
    return Tensor(layer, number)


def _like(structure: Value, layer: Layer, number: int) -> Value:
    numbers = count()
    made = map_structure(lambda leaf: Tensor(layer, number, next(numbers)), structure)
    if isinstance(made, List | tuple):
        items = made.items if isinstance(made, List) else made
        # Keras gives the only output of a model on its own.
        return items[0] if len(items) == 1 and isinstance(items[0], Tensor) else made
    return made
