"""Values as the plain configuration that Keras would save for them."""

from __future__ import annotations

from typing import Any, Final

from convlint.kleene import UNKNOWN
from convlint.readers.source.keras_values import KerasObject, Layer
from convlint.readers.source.names import resolve
from convlint.readers.source.structures import is_moderate
from convlint.readers.source.values import (
    CONSTANTS,
    Bound,
    Class,
    Dict,
    External,
    Function,
    Instance,
    List,
    Set,
    Value,
)

_STRUCTURES: Final = frozenset({tuple, List, Dict})
_DTYPES: Final = frozenset(
    {
        "bool",
        "complex64",
        "complex128",
        "string",
        *(f"float{bits}" for bits in (16, 32, 64)),
        *(f"int{bits}" for bits in (8, 16, 32, 64)),
        *(f"uint{bits}" for bits in (8, 16, 32, 64)),
        "bfloat16",
    }
)


def plain_value(value: Value, *, constant: bool = False, depth: int = 0) -> Any:
    """A value as saved configuration; UNKNOWN for what is not known.

    ``constant`` is for constants that are arguments of calls, where slices are written down
    as Keras does.
    """
    kind = type(value)
    if kind in CONSTANTS:
        if value is ...:
            return {"class_name": "__ellipsis__", "config": {}}
        return value if kind is not bytes and kind is not complex else UNKNOWN
    if depth > 32 or (depth == 0 and kind in _STRUCTURES and not is_moderate(value)):
        return UNKNOWN
    if kind is tuple:
        return tuple([plain_value(item, constant=constant, depth=depth + 1) for item in value])
    if kind is List:
        if value.open:
            return UNKNOWN
        return tuple([plain_value(item, depth=depth + 1) for item in value.items])
    if kind is Dict:
        if value.open:
            return UNKNOWN
        return {str(key): plain_value(item, depth=depth + 1) for key, item in value.entries.items()}
    if kind is dict:
        return value  # plain already: it was read from a layer
    if kind is slice:
        bounds = (plain_value(bound) for bound in (value.start, value.stop, value.step))
        written = dict(zip(("start", "stop", "step"), bounds, strict=True))
        return {"class_name": "__slice__", "config": written}
    return _plain_object(value, depth)


def _plain_object(value: Value, depth: int) -> Any:
    if isinstance(value, KerasObject):
        return {"class_name": value.class_name, "config": plain_config(value.config, depth)}
    if isinstance(value, Layer):
        if value.body is not None:
            return UNKNOWN
        return {"class_name": value.class_name, "config": dict(value.config)}
    if isinstance(value, External):
        return plain_symbol(value.path)
    if isinstance(value, Function):
        if value.name == "<lambda>":
            return {"class_name": "__lambda__", "config": {}}
        return _own("function", value.name)
    if isinstance(value, Instance):
        layer = value.layer
        if layer is not None:
            return {"class_name": layer.class_name, "config": dict(layer.config)}
        return _own(value.cls.name, {})
    if isinstance(value, Class):
        return _own(value.name, {})
    if isinstance(value, Bound) and isinstance(value.function, Function):
        return _own("function", value.function.name)
    if isinstance(value, Set):
        return UNKNOWN if value.open else tuple(value.items)
    return UNKNOWN


def _own(class_name: str, config: Any) -> dict[str, Any]:
    """An object of the file's own, as Keras writes down what is not its own."""
    return {
        "module": "__main__",
        "class_name": class_name,
        "config": config,
        "registered_name": class_name,
    }


def plain_config(config: dict[str, Value], depth: int = 0) -> dict[str, Any]:
    """Arguments as plain configuration."""
    return {name: plain_value(value, depth=depth + 1) for name, value in config.items()}


def plain_symbol(path: str) -> Any:
    """What Keras saves for something that the file imports."""
    symbol = resolve(path)
    if symbol.kind == "activation":
        return symbol.name
    if symbol.kind in ("tensorflow", "operation"):
        # A function of TensorFlow, or an operation, as an activation.
        return {"class_name": "function", "config": path.rpartition(".")[2]}
    if symbol.kind == "object":
        return {"class_name": symbol.name, "config": {}}
    if symbol.kind == "function":
        return {"class_name": "function", "config": symbol.name}
    name = path.rpartition(".")[2]
    if name in _DTYPES:
        return name
    return UNKNOWN
