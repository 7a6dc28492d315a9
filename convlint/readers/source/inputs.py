"""Input layers."""

from __future__ import annotations

import ast
from typing import Any, Final

from convlint.readers.source.keras_values import Layer, Node, Tensor
from convlint.readers.source.layers import plain_shape, shape_of, with_batch
from convlint.readers.source.plain import plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.values import UNPACKED, Opaque, Value

_INPUT_ARGUMENTS: Final = (
    "shape",
    "batch_size",
    "dtype",
    "sparse",
    "ragged",
    "batch_shape",
    "name",
)


def make_input(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Layer:
    """The input layer that ``Input(...)`` or ``InputLayer(...)`` gives."""
    given = {**dict(zip(_INPUT_ARGUMENTS, arguments, strict=False)), **keywords}
    given.pop(UNPACKED, None)
    batched = given.pop("batch_shape", None)
    batched = given.pop("batch_input_shape", None) if batched is None else batched
    shape = given.pop("shape", None)
    shape = given.pop("input_shape", None) if shape is None else shape
    size = given.pop("batch_size", None)
    name = given.pop("name", None)
    stated = shape_of(batched)
    if stated is None:
        stated = with_batch(shape_of(shape), size)
    return input_layer(
        run,
        Opaque() if stated is None else stated,
        site,
        name if isinstance(name, str) else None,
        {key: plain_value(value) for key, value in given.items() if key in ("dtype", "sparse")},
    )


def input_layer(
    run: Run,
    shape: Value,
    site: ast.AST | None,
    name: str | None = None,
    config: dict[str, Any] | None = None,
) -> Layer:
    """An input layer for tensors of a shape, its batch axis included."""
    layer = Layer(
        "InputLayer",
        {"batch_shape": plain_shape(shape), **(config or {})},
        name or "",
        site,
        nodes=[Node(())],
        input_shape=shape,
    )
    if name is None:
        run.christen(layer, "InputLayer")
    return layer


def symbolic_input(run: Run, shape: Value) -> Tensor:
    """An input of a ``call`` that is followed."""
    layer = Layer(
        "InputLayer",
        {"batch_shape": plain_shape(shape)},
        "",
        None,
        nodes=[Node(())],
        input_shape=shape,
    )
    run.christen(layer, "InputLayer", symbolic=True)
    return Tensor(layer)


def is_input(layer: Layer) -> bool:
    """Whether a layer is an input layer."""
    return layer.class_name == "InputLayer"
