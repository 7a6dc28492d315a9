"""Functions on symbolic tensors: ``keras.ops``, ``keras.backend`` and TensorFlow's."""

from __future__ import annotations

import ast
from typing import Any, Final

from convlint.kinds.operations import OPERATIONS
from convlint.kleene import UNKNOWN
from convlint.readers import tensorflow
from convlint.readers.nodes import FIRST
from convlint.readers.operations import PREFIX
from convlint.readers.saved import SavedCall, SavedLayer
from convlint.readers.source.keras_values import Layer, Node, Tensor
from convlint.readers.source.operation_names import OPERATION_ARGUMENTS, operation_class
from convlint.readers.source.operators import operation
from convlint.readers.source.plain import plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.structures import tensors_in
from convlint.readers.source.tensors import apply_unknown, as_tensor
from convlint.readers.source.values import UNPACKED, Opaque, Value
from convlint.readers.spec import TensorRef

_SEVERAL: Final = {"TopK": 2, "Moments": 2, "Split": 0, "ArraySplit": 0, "Unstack": 0}
"""Operations with several outputs, and how many; 0 if that depends."""

_BACKEND_NAMES: Final = {
    "dim": "axis",
    "pattern": "axes",
    "tensors": "xs",
    "values": "xs",
    "tensor": "x",
    "min_value": "x_min",
    "max_value": "x_max",
    "a": "x1",
    "y": "x2",
    "shape": "newshape",
}
"""Names that arguments had in ``keras.backend``, or have in TensorFlow."""


def call_operation(
    run: Run,
    function: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """A call of a function of ``keras.ops`` or ``keras.backend``."""
    names = OPERATION_ARGUMENTS[function]
    class_name = operation_class(function)
    settings = OPERATIONS[PREFIX + class_name].arguments
    config: dict[str, Any] = {}
    positional: list[Value] = []
    named: dict[str, Value] = {}
    for place, value in enumerate(arguments):
        name = names[place] if place < len(names) else names[-1]
        if name in settings or name == "dtype":
            config[name] = plain_value(value)
        elif not name.startswith("*") or place >= len(names) - 1:
            positional.append(value)
    for key, value in keywords.items():
        name = key if key in names else _BACKEND_NAMES.get(key, key)
        if key == UNPACKED:
            config.update({setting: UNKNOWN for setting in settings if setting not in config})
        elif name in settings or name == "dtype":
            config[name] = plain_value(value)
        elif name == names[0] and not positional:
            positional.append(value)
        else:
            named[name] = value
    if not any(tensors_in(value) for value in (*positional, *named.values())) and any(
        tensors_in(value) for value in (*arguments, *keywords.values())
    ):
        tensors = [t for value in (*arguments, *keywords.values()) for t in tensors_in(value)]
        return apply_unknown(run, function, tensors, site)
    count = _SEVERAL.get(class_name, 1)
    parts = config.get("indices_or_sections", config.get("num"))
    if count == 0 and isinstance(parts, int) and not isinstance(parts, bool):
        count = parts
    elif count == 0 and isinstance(parts, tuple):
        count = len(parts) + 1
    return operation(run, class_name, config, positional, named, site, count)


def call_tensorflow(
    run: Run,
    path: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """A call of one of TensorFlow's functions, read as tf.keras 2 would have saved it."""
    values = [*arguments, *keywords.values()]
    tensors = [tensor for value in values for tensor in tensors_in(value)]
    found = tensorflow.function(path)
    if not tensors or found is None:
        return Opaque()
    if any(type(value) is Opaque and value.tensor is None for value in values):
        return apply_unknown(run, path, tensors, site)
    call = SavedCall()
    positional = [*found.call, *dict.fromkeys(found.config)]
    references: list[Tensor] = []

    def note(name: str, value: Value, *, first: bool) -> None:
        value = as_tensor(value) if type(value) is Opaque else value
        inside = tensors_in(value)
        if not inside:
            call.arguments[FIRST if first else name] = _plain(value)
            return
        refs = [TensorRef(str(len(references) + place)) for place in range(len(inside))]
        references.extend(inside)
        if first:
            call.inputs.extend(refs)
        else:
            call.named[name] = refs

    for place, value in enumerate(arguments):
        name = positional[place] if place < len(positional) else f"argument_{place}"
        note(name, value, first=place == 0)
    for key, value in keywords.items():
        if key not in (UNPACKED, "name"):
            note(key, value, first=not arguments and not call.inputs and bool(tensors_in(value)))
    saved = SavedLayer(path, "TFOpLambda")
    saved.config["function"] = path
    saved.calls.append(call)
    tensorflow.read_operation(saved)
    layer = Layer(saved.class_name, saved.config, "", site)
    given = keywords.get("name")
    layer.name = given if isinstance(given, str) else run.unique(f"tf.{path}")
    layer.outputs = _SEVERAL.get(saved.class_name.removeprefix(PREFIX), 1)
    if layer.outputs == 0 and isinstance(saved.config.get("indices_or_sections"), int):
        layer.outputs = saved.config["indices_or_sections"]
    ordered = tuple(references[int(reference.layer)] for reference in call.tensors())
    layer.nodes.append(Node(ordered, arguments=call.arguments))
    return Tensor(layer)


def _plain(value: Value) -> Any:
    return plain_value(value, constant=True)
