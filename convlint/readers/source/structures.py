"""Nested lists, tuples and dicts of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from convlint.readers.source.keras_values import Tensor
from convlint.readers.source.run import MAX_ITEMS, MAX_NESTING, MAX_STEPS, GivenUp
from convlint.readers.source.values import Dict, List, Value

_STRUCTURES: Final = frozenset({tuple, List, Dict})


def leaves(value: Value) -> Iterator[Value]:
    """The innermost values of nested lists, tuples and dicts, dicts in the order of their keys."""
    pending = [value]
    for _ in range(MAX_STEPS):
        if not pending:
            return
        current = pending.pop()
        if type(current) is List:
            pending.extend(reversed(current.items))
        elif type(current) is tuple:
            pending.extend(reversed(current))
        elif type(current) is Dict:
            entries = sorted(current.entries.items(), key=lambda entry: str(entry[0]), reverse=True)
            pending.extend(entry for _, entry in entries)
        else:
            yield current
    raise GivenUp("a list holds itself, or too much")


def tensors_in(value: Value) -> list[Tensor]:
    """The symbolic tensors in a structure."""
    if type(value) is Tensor:
        return [value]
    return [leaf for leaf in leaves(value) if type(leaf) is Tensor]


def is_moderate(value: Value) -> bool:
    """Whether a structure is small and shallow enough to be gone through again and again."""
    count = 0
    level = [value]
    for _ in range(MAX_NESTING):
        inner: list[Value] = []
        for container in level:
            items = _items(container)
            count += len(items)
            inner.extend(item for item in items if type(item) in _STRUCTURES)
            if count > MAX_ITEMS:
                return False
        if not inner:
            return True
        level = inner
    return False


def _items(value: Value) -> Sequence[Value]:
    if type(value) is tuple:
        return value
    if type(value) is List:
        return value.items
    return list(value.entries.values()) if type(value) is Dict else ()


def map_structure(function: Callable[[Value], Value], value: Value) -> Value:
    """The same structure of lists, tuples and dicts with other leaves.

    Raises:
        GivenUp: it is too large, or holds itself.
    """
    if type(value) in _STRUCTURES and not is_moderate(value):
        raise GivenUp("a structure is too large, or holds itself")
    return _mapped(function, value)


def _mapped(function: Callable[[Value], Value], value: Value) -> Value:
    if type(value) is List:
        return List([_mapped(function, item) for item in value.items], value.open)
    if type(value) is tuple:
        return tuple([_mapped(function, item) for item in value])
    if type(value) is Dict:
        entries = value.entries
        return Dict(
            {key: _mapped(function, entries[key]) for key in sorted(entries, key=str)},
            value.open,
        )
    return function(value)
