"""Run a graph with the layers of the model it was read from.

The result equals the model's own only if every call has the right layer, inputs in the right
order, and arguments; nothing of the readers is used to compute it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras.src.ops import core, image, linalg, math, nn, numpy

from convlint.graph import Call, Graph
from convlint.kleene import UNKNOWN

_OPERATIONS = (numpy, nn, core, math, linalg, image)
_LISTS = ("Concatenate", "Stack")
_MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
_POSITIONAL = {
    "GetItem": ("x", "key"),
    "Where": ("condition", "x1", "x2"),
    "Pad": ("x", "constant_values"),
    "Take": ("x", "indices"),
}


def interpret(graph: Graph, model: Any, inputs: Mapping[str, Any]) -> list[Any]:
    """The values of the graph's outputs, in order, for inputs by the name of their layer."""
    values: list[Any] = []
    for call in graph.calls:
        tensors = [_output(values[tensor.call], tensor.output) for tensor in call.inputs]
        if call.class_name == "InputLayer":
            values.append(inputs[call.layer])
        elif call.class_name == "Output" or call.fused:
            # The layer that owns a fused activation has applied it already.
            values.append(tensors[0])
        elif call.class_name.startswith("ops."):
            values.append(_operation(call, tensors))
        else:
            values.append(_layer(_find(model, call), call, tensors))
    return [values[call.index] for call in graph.outputs]


def _output(value: Any, number: int) -> Any:
    if isinstance(value, list | tuple):
        return value[number]
    assert number == 0
    return value


def _find(model: Any, call: Call) -> Any:
    """The layer of a call; inside a model that is applied to every step, so is the layer."""
    each_step = False
    layer = model
    for name in call.layer.split("/"):
        while hasattr(layer, "layer") and not hasattr(layer, "layers"):
            layer, each_step = layer.layer, True
        layer = next(item for item in layer.layers if item.name == name)
    library = keras if isinstance(layer, keras.layers.Layer) else __import__("tf_keras")
    return library.layers.TimeDistributed(layer) if each_step else layer


def _layer(layer: Any, call: Call, tensors: list[Any]) -> Any:
    arguments = {key: value for key, value in call.arguments.items() if key != "training"}
    if call.class_name in ("LSTM", "GRU", "SimpleRNN") and len(tensors) > 1:
        return layer(tensors[0], initial_state=tensors[1:], **arguments)
    if call.class_name == "MultiHeadAttention":
        return layer(*tensors, **arguments)
    if len(tensors) > 1 or call.class_name in _MERGES:
        return layer(tensors, **arguments)
    return layer(tensors[0], **arguments)


def _operation(call: Call, tensors: list[Any]) -> Any:
    name = call.class_name.removeprefix("ops.")
    operation_class = next(getattr(m, name) for m in _OPERATIONS if hasattr(m, name))
    assert UNKNOWN not in call.config.values()
    transposed = [key for key in call.config if key.startswith("transpose_")]
    config = {key: value for key, value in call.config.items() if key not in transposed}
    operation = operation_class(**config)
    if name in _LISTS:
        return operation.call(tensors)
    if name == "Add" and not call.arguments and len(tensors) > 2:
        return sum(tensors)
    if transposed:
        tensors[1] = keras.ops.swapaxes(tensors[1], -1, -2)
    return operation.call(*_in_order(name, call.arguments, tensors))


def _in_order(name: str, arguments: Mapping[str, Any], tensors: list[Any]) -> list[Any]:
    """Tensors and constants as the operation takes them: constants have names, tensors the rest."""
    if not arguments:
        return tensors
    remaining = list(tensors)
    return [
        _constant(arguments[key]) if key in arguments else remaining.pop(0)
        for key in _POSITIONAL.get(name, ("x1", "x2"))
        if key in arguments or remaining
    ]


def _constant(value: Any) -> Any:
    is_array = isinstance(value, tuple) and all(isinstance(item, float) for item in value)
    return np.asarray(value, "float32") if is_array else value
