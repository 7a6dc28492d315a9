"""Saved values as plain data: numbers, strings, tuples, mappings, slices."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, Final

from convlint.graph import Shape
from convlint.kleene import UNKNOWN

MAX_DEPTH: Final = 64
"""Deepest nesting of one configuration value that is read; what lies deeper is UNKNOWN."""

_ITEMS: Final = frozenset({"__tuple__", "TensorShape"})
_POLICIES: Final = frozenset(
    {
        "DTypePolicy",
        "FloatDTypePolicy",
        "Policy",
        "PolicyV1",
        "QuantizedDTypePolicy",
        "QuantizedFloat8DTypePolicy",
        "DTypePolicyMap",
    }
)
_ATOMS: Final = (str, int, float)  # a union type takes three times as long to check
_ATOMIC: Final = frozenset({*_ATOMS, bool, NoneType})
"""Types of most values: of them a look is enough, and none at each item."""

_ARRAYS: Final = frozenset({"__numpy__", "__tensor__", "__bytes__"})


def plain(value: Any, depth: int = 0) -> Any:
    """Undo every era's way of wrapping a value, as JSON gives it.

    Lists and ``__tuple__`` become tuples, ``__slice__`` a slice, arrays nested tuples, a dtype
    policy its name. A serialised object keeps ``class_name`` and ``config`` only, so that it
    looks the same in all eras. Code of a lambda is dropped.
    """
    if value is None or isinstance(value, _ATOMS):
        return value
    if depth > MAX_DEPTH:
        return UNKNOWN
    if isinstance(value, (list, tuple)):
        if _ATOMIC.issuperset(map(type, value)):
            return tuple(value)
        return tuple([plain(item, depth + 1) for item in value])
    if isinstance(value, dict):
        class_name = value.get("class_name")
        if isinstance(class_name, str):
            return _plain_object(class_name, value, depth)
        if value.get("type") == "ndarray":
            return plain(value.get("value"), depth + 1)
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    return UNKNOWN


def _plain_object(class_name: str, value: Mapping[str, Any], depth: int) -> Any:
    config = value.get("config")
    if class_name in _ITEMS:
        return plain(value.get("items"), depth + 1)
    if class_name == "__slice__":
        bounds = config if isinstance(config, Mapping) else {}
        return slice(*(plain(bounds.get(key), depth + 1) for key in ("start", "stop", "step")))
    if class_name == "__ellipsis__":
        return ...
    if class_name in _ARRAYS:
        return plain(config.get("value"), depth + 1) if isinstance(config, Mapping) else UNKNOWN
    if class_name == "__lambda__":
        return {"class_name": class_name, "config": {}}
    if class_name in _POLICIES:
        return _policy_name(config if isinstance(config, Mapping) else {})
    return {"class_name": class_name, "config": plain(config, depth + 1)}


def _policy_name(config: Mapping[str, Any]) -> Any:
    name, mode, source = (config.get(key) for key in ("name", "mode", "source_name"))
    if isinstance(mode, str) and isinstance(source, str):
        return f"{mode}_from_{source}"
    return name if isinstance(name, str) else UNKNOWN


def shape(value: Any) -> Shape | None:
    """A saved shape as a tuple, or None if ``value`` is not a shape."""
    dimensions = plain(value)
    if not isinstance(dimensions, tuple):
        return None
    if any(not (size is None or (type(size) is int and size >= 0)) for size in dimensions):
        return None
    return dimensions


def leaves(value: Any) -> Iterator[Any]:
    """Innermost items of nested lists and mappings, mappings in the order of their keys.

    That is the order in which Keras flattens structures of tensors. Serialised objects are
    items, their insides are not visited.
    """
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, list | tuple):
            pending.extend(reversed(item))
        elif isinstance(item, Mapping) and "class_name" not in item:
            pending.extend(item[key] for key in sorted(item, key=str, reverse=True))
        else:
            yield item


def snake_case(name: str) -> str:
    """``MeanSquaredError`` as ``mean_squared_error``, the way Keras names objects."""
    spaced = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", spaced).lower()
