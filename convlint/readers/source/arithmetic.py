"""Arithmetic of known values, within bounds, and of unknown ones."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any, Final

from convlint.readers.source.logic import choice
from convlint.readers.source.run import MAX_BITS, MAX_ITEMS, MAX_TEXT, Run
from convlint.readers.source.structures import is_moderate
from convlint.readers.source.values import (
    Choice,
    Dict,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
    key_of,
)

_OPERATORS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}


_LARGE: Final = re.compile(r"\d{5}")


def binary(run: Run, kind: type, left: Value, right: Value) -> Value:
    """``left <operator> right`` for anything but symbolic tensors."""
    if is_constant(left) and is_constant(right):
        return _constant(run, kind, left, right)
    if type(left) is Choice:
        return choice(
            left.key, binary(run, kind, left.yes, right), binary(run, kind, left.no, right)
        )
    if type(right) is Choice:
        return choice(
            right.key, binary(run, kind, left, right.yes), binary(run, kind, left, right.no)
        )
    if kind is ast.Mod and isinstance(left, str):
        return percent(left, right)
    if kind in (ast.Add, ast.Mult):
        joined = _sequences(kind, left, right)
        if joined is not None:
            run.spend(len(joined.items) >> 6 if type(joined) is List else 1)
            return joined
    if kind is ast.BitOr and isinstance(left, Dict) and isinstance(right, Dict):
        return Dict({**left.entries, **right.entries}, left.open or right.open)
    if isinstance(left, Set) and isinstance(right, Set) and not (left.open or right.open):
        try:
            items = _OPERATORS[kind](left.items.keys(), right.items.keys())
        except TypeError:
            return Opaque()
        return Set({item: None for item in (*left.items, *right.items) if item in items})
    return _unknown(kind, left, right)


def _unknown(kind: type, left: Value, right: Value) -> Opaque:
    lost = next((v.lost for v in (left, right) if type(v) is Opaque and v.lost), None)
    left_key, right_key = key_of(left), key_of(right)
    if left_key is None or right_key is None:
        return Opaque(lost=lost)
    return Opaque((kind.__name__, left_key, right_key), lost)


def _constant(run: Run, kind: type, left: Any, right: Any) -> Value:
    if not _bounded(kind, left, right):
        return Opaque()
    if kind is ast.Mod and isinstance(left, str):
        return percent(left, right)
    try:
        result = _OPERATORS[kind](left, right)
        return result if type(result) is not tuple or is_moderate(result) else Opaque()
    except ZeroDivisionError:
        run.fails("ZeroDivisionError")
        return Opaque()
    except (ArithmeticError, TypeError, ValueError, KeyError):
        return Opaque()


def _bounded(kind: type, left: Any, right: Any) -> bool:
    """Whether the result of an operation on constants has a reasonable size."""
    if kind is ast.Mult:
        for sequence, count in ((left, right), (right, left)):
            if isinstance(sequence, str | bytes | tuple) and isinstance(count, int):
                return len(sequence) * count <= MAX_ITEMS
    if kind is ast.Pow and isinstance(left, int) and isinstance(right, int):
        return abs(right) * max(left.bit_length(), 1) <= MAX_BITS
    if kind is ast.LShift and isinstance(right, int):
        return isinstance(left, int) and left.bit_length() + right <= MAX_BITS
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() + right.bit_length() <= MAX_BITS
    if isinstance(left, str | bytes | tuple) and isinstance(right, str | bytes | tuple):
        return len(left) + len(right) <= MAX_TEXT
    return True


def _sequences(kind: type, left: Value, right: Value) -> Value | None:
    if kind is ast.Add:
        if isinstance(left, tuple) and isinstance(right, tuple):
            together = left + right
            return together if is_moderate(together) else Opaque()
        if isinstance(left, List) and isinstance(right, List):
            if len(left.items) + len(right.items) > MAX_ITEMS:
                return List([], open=True)
            return List(left.items + right.items, left.open or right.open)
        return None
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, tuple | List) and isinstance(count, int):
            if isinstance(sequence, tuple):
                short = len(sequence) * max(count, 0) <= MAX_ITEMS
                repeated = sequence * count if short else None
                return repeated if is_moderate(repeated) and short else Opaque()
            if len(sequence.items) * max(count, 0) > MAX_ITEMS:
                return List([], open=True)
            return List(sequence.items * count, sequence.open)
        if isinstance(sequence, List):
            return List([], open=True)
    return None


def percent(template: str, values: Value) -> Value:
    """``template % values``; unknown if any value that is used is."""
    if isinstance(values, Dict):
        if values.open or not all(map(is_constant, values.entries.values())):
            return Opaque()
        arguments: Any = values.entries
    elif is_constant(values):
        arguments = values
    else:
        return Opaque()
    if has_large_width(template):
        return Opaque()
    try:
        result = template % arguments
    except (TypeError, ValueError, KeyError, OverflowError, MemoryError):
        return Opaque()
    return result if len(result) <= MAX_TEXT else Opaque()


def has_large_width(template: str) -> bool:
    """Whether a format could ask for more padding than is reasonable."""
    return _LARGE.search(template) is not None


def unary(kind: type, value: Value) -> Value:
    """``-value``, ``+value``, ``~value`` of anything but symbolic tensors."""
    if is_constant(value):
        try:
            if kind is ast.USub:
                return -value
            return +value if kind is ast.UAdd else ~value
        except TypeError:
            return Opaque()
    key = key_of(value)
    return Opaque() if key is None else Opaque((kind.__name__, key))
