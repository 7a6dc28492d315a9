"""The operators of predicates on values, of which any may be UNKNOWN or of a wrong type.

None of them raises, and none takes long or gives a large result, whatever it is given.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any, Final

from convlint.kleene import UNKNOWN, Truth, conjunction, disjunction, negation

MAX_BITS: Final = 1023
"""Bits of an integer result; larger ones would not fit a float and give UNKNOWN."""
MAX_DEPTH: Final = 40
"""Sequences inside each other that are still compared; deeper ones give UNKNOWN."""

_PLAIN: Final = frozenset({str, int, float, bool})
"""Most of what is compared, told at once."""
# Tuples: a union of types takes three times as long to check.
_SEQUENCES: Final = (tuple, list)
_CONTAINERS: Final = (*_SEQUENCES, frozenset, set)
_COMPARABLE: Final = (str, int, float, NoneType, Mapping, *_CONTAINERS)


def equal(left: Any, right: Any, depth: int = 0) -> Truth:
    """Equality; that of sequences and mappings is the conjunction over their items."""
    if type(left) is type(right) and type(left) in _PLAIN:
        return bool(left == right)
    if left is UNKNOWN or right is UNKNOWN or depth > MAX_DEPTH:
        return UNKNOWN
    if isinstance(left, _SEQUENCES) and isinstance(right, _SEQUENCES):
        if len(left) != len(right):
            return False
        pairs = zip(left, right, strict=True)
    elif isinstance(left, Mapping) and isinstance(right, Mapping):
        if left.keys() != right.keys():
            return False
        pairs = zip(left.values(), (right[key] for key in left), strict=True)
    elif isinstance(left, _COMPARABLE) and isinstance(right, _COMPARABLE):
        return bool(left == right)
    else:
        return UNKNOWN  # an array, a tensor: what == means there is not ours to say
    return conjunction(equal(one, other, depth + 1) for one, other in pairs)


def unequal(left: Any, right: Any) -> Truth:
    return negation(equal(left, right))


def contained(item: Any, container: Any) -> Truth:
    """Whether an item is in a sequence or a set, or a string part of another."""
    if isinstance(container, _CONTAINERS):
        return disjunction(equal(item, member) for member in container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    return UNKNOWN


def not_contained(item: Any, container: Any) -> Truth:
    return negation(contained(item, container))


def _is_number(value: Any) -> bool:
    if type(value) is int:
        return True
    # To Python a bool is an int, and NaN a float without an order.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Truth]:
    def compared(left: Any, right: Any) -> Truth:
        return compare(left, right) if _is_number(left) and _is_number(right) else UNKNOWN

    return compared


def _arithmetic(calculate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def calculated(left: Any, right: Any) -> Any:
        if not (_is_number(left) and _is_number(right)):
            return UNKNOWN
        try:
            result = calculate(left, right)
        except (ZeroDivisionError, OverflowError):
            return UNKNOWN
        if isinstance(result, int):
            return UNKNOWN if result.bit_length() > MAX_BITS else result
        return result if _is_number(result) else UNKNOWN

    return calculated


less: Final = _ordering(operator.lt)
less_or_equal: Final = _ordering(operator.le)
greater: Final = _ordering(operator.gt)
greater_or_equal: Final = _ordering(operator.ge)
add: Final = _arithmetic(operator.add)
subtract: Final = _arithmetic(operator.sub)
multiply: Final = _arithmetic(operator.mul)
divide: Final = _arithmetic(operator.truediv)
floor_divide: Final = _arithmetic(operator.floordiv)
remainder: Final = _arithmetic(operator.mod)
