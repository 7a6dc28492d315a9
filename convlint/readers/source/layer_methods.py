"""Methods of layers, models and symbolic tensors."""

from __future__ import annotations

import ast
from typing import Final

from convlint.readers.source.building import build_chain, first_call
from convlint.readers.source.keras_values import Chain, Hidden, Layer, Tensor
from convlint.readers.source.layer_calls import call_layer
from convlint.readers.source.layers import shape_of
from convlint.readers.source.models import add, pop, sublayers
from convlint.readers.source.objects import compile_arguments
from convlint.readers.source.run import Run
from convlint.readers.source.shapes import shape_value
from convlint.readers.source.subclassed import build
from convlint.readers.source.tensors import apply_unknown
from convlint.readers.source.values import Dict, List, Opaque, Value


def of_tensor(
    run: Run,
    tensor: Tensor,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """Call a method of a symbolic tensor."""
    if name == "get_shape":
        return shape_value(tensor)
    return apply_unknown(run, name, [tensor], site)


_ON_DATA: Final = frozenset(
    "fit fit_generator evaluate predict predict_on_batch train_on_batch test_on_batch".split()
)


def of_layer(
    run: Run,
    layer: Layer,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """Call a method of a layer or model of Keras."""
    chain = layer.body if isinstance(layer.body, Chain) and layer.wrapped is None else None
    match name:
        case "add" if chain is not None:
            for value in arguments[:1] or list(keywords.values())[:1]:
                add(run, layer, chain, value)
        case "pop" if chain is not None:
            return pop(run, chain)
        case "compile":
            layer.compiled = compile_arguments(arguments, keywords)
        case "build" if chain is not None:
            shape = shape_of(arguments[0] if arguments else keywords.get("input_shape"))
            layer.called = True
            build_chain(run, chain, Opaque() if shape is None else shape)
        case "build":
            given = arguments[0] if arguments else keywords.get("input_shape")
            build(run, layer, given if isinstance(given, Dict) else shape_of(given))
        case "get_layer":
            return _get_layer(layer, arguments, keywords)
        case "call" | "__call__":
            return call_layer(run, layer, arguments, keywords, site)
        case "get_output_at" | "get_input_at":
            return _at(layer, name, arguments)
        case "get_config":
            stated = {**layer.config, "name": layer.name, "trainable": layer.trainable}
            return Dict(stated, open=layer.instance is not None or layer.body is not None)
        case _ if name in _ON_DATA:
            first_call(run, layer, arguments[:1], {})
            return Opaque()
        case _:
            return Opaque()
    return None


def _get_layer(layer: Layer, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    given = {**dict(zip(("name", "index"), arguments, strict=False)), **keywords}
    if layer.hidden is not None:
        return Hidden(layer, given.get("name", given.get("index")))
    layers = sublayers(layer)
    name, index = given.get("name"), given.get("index")
    if isinstance(name, str):
        for inner in layers:
            if inner.name == name:
                return inner if inner.instance is None else inner.instance
    elif isinstance(index, int) and -len(layers) <= index < len(layers):
        return layers[index]
    return Opaque()


def _at(layer: Layer, name: str, arguments: list[Value]) -> Value:
    place = arguments[0] if arguments else None
    if not isinstance(place, int) or not 0 <= place < len(layer.nodes):
        return Opaque()
    if name == "get_output_at":
        return Tensor(layer, place)
    inputs = layer.nodes[place].inputs
    return inputs[0] if len(inputs) == 1 else List(list(inputs))
