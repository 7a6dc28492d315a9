"""Nested lists, tuples and dicts of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from convlint.readers.source.run import MAX_STEPS, GivenUp
from convlint.readers.source.values import Dict, List, Tensor, Value


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


def map_structure(function: Callable[[Value], Value], value: Value) -> Value:
    """The same structure of lists, tuples and dicts with other leaves."""
    if type(value) is List:
        return List([map_structure(function, item) for item in value.items], value.open)
    if type(value) is tuple:
        return tuple([map_structure(function, item) for item in value])
    if type(value) is Dict:
        entries = value.entries
        return Dict(
            {key: map_structure(function, entries[key]) for key in sorted(entries, key=str)},
            value.open,
        )
    return function(value)
