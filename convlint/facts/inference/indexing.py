"""The shape of ``tensor[key]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from convlint.facts.inference.dimensions import Dimension, TensorShape, dimension, integer
from convlint.kleene import UNKNOWN

_ELLIPSES: Final = (Ellipsis, "Ellipsis", "...", "__ellipsis__")


def indexed(shape: TensorShape, key: object) -> TensorShape:
    """Shape of ``x[key]`` for integers, slices, ``None`` (a new axis) and an ellipsis.

    A slice is a Python slice or what a saved model has in its place, a mapping with ``start``,
    ``stop`` and ``step``.
    """
    if shape is UNKNOWN:
        return UNKNOWN
    items = list(key) if isinstance(key, tuple) else [key]
    consumed = sum(item is not None and not _is_ellipsis(item) for item in items)
    if not any(map(_is_ellipsis, items)):
        items.append(Ellipsis)
    if consumed > len(shape) or sum(map(_is_ellipsis, items)) > 1:
        return UNKNOWN
    result: list[Dimension] = []
    axis = 0
    for item in items:
        if item is None:
            result.append(1)
        elif _is_ellipsis(item):
            result.extend(shape[axis : axis + len(shape) - consumed])
            axis += len(shape) - consumed
        elif integer(item) is not UNKNOWN:
            axis += 1
        elif (bounds := _bounds(item)) is not None:
            result.append(_sliced(shape[axis], bounds))
            axis += 1
        else:
            return UNKNOWN
    return tuple(result)


def _is_ellipsis(item: object) -> bool:
    if isinstance(item, Mapping):
        return item.get("class_name") == "__ellipsis__"
    return item is Ellipsis or (isinstance(item, str) and item in _ELLIPSES)


def _bounds(item: object) -> tuple[object, object, object] | None:
    if isinstance(item, slice):
        return item.start, item.stop, item.step
    if isinstance(item, Mapping):
        config = item.get("config", item)
        if isinstance(config, Mapping) and config.keys() & {"start", "stop", "step"}:
            return config.get("start"), config.get("stop"), config.get("step")
    return None


def _sliced(size: Dimension, bounds: tuple[object, object, object]) -> Dimension:
    numbers = [None if bound is None else integer(bound) for bound in bounds]
    if UNKNOWN in numbers or numbers[2] == 0:
        return UNKNOWN
    start, stop, step = (None if number is UNKNOWN else number for number in numbers)
    if start in (None, 0) and stop is None and step in (None, 1):
        return size
    if size is not UNKNOWN:
        return dimension(len(range(*slice(start, stop, step).indices(size))))
    return UNKNOWN
