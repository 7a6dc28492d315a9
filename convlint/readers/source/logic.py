"""Truth, equality and order of values, as far as they are known."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Hashable
from typing import Any, Final

from convlint.readers.source.keras_values import Tensor
from convlint.readers.source.names import resolve
from convlint.readers.source.overloading import special
from convlint.readers.source.run import Run
from convlint.readers.source.scope import MISSING
from convlint.readers.source.values import (
    CONSTANTS,
    Array,
    Choice,
    Dict,
    External,
    Instance,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
    key_of,
)

_ORDER: Final[dict[type, Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_SYMBOLS: Final[dict[type, str]] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def settle(run: Run, value: Value) -> Value:
    """A value on which something depends now: a choice is made, an answer is remembered."""
    while type(value) is Choice:
        value = value.yes if run.decide(value.key) else value.no
    return _answered(run, value)


def truth(run: Run, value: Value) -> Value:
    """True, False, or an unknown value whose key is the question."""
    kind = type(value)
    if kind in CONSTANTS or kind is tuple:
        return bool(value)
    if kind is Instance:
        return _truth_of_object(run, value)
    if kind is Opaque or kind is External:
        value = _answered(run, value)
        if type(value) is External:
            return Opaque(value) if is_data(value) else True
        return value if type(value) is Opaque else bool(value)
    if kind is Choice:
        return choice(value.key, truth(run, value.yes), truth(run, value.no))
    if kind is List or kind is Set:
        return True if value.items else (Opaque() if value.open else False)
    if kind is Dict:
        return True if value.entries else (Opaque() if value.open else False)
    if kind is Array or kind is Tensor:
        return Opaque()
    return True


def _truth_of_object(run: Run, value: Instance) -> Value:
    for name in ("__bool__", "__len__"):
        result = special(run, value, name, [], value.cls.node or ast.Pass())
        if result is not MISSING:
            return truth(run, result)
    return True if value.native is None else truth(run, value.native)


def choice(key: Any, yes: Value, no: Value) -> Value:
    """``yes`` or ``no``; the two may be the same."""
    if yes is no or (is_constant(yes) and is_constant(no) and same(yes, no)):
        return yes
    return Choice(key, yes, no)


def same(left: Value, right: Value) -> bool:
    """Whether two constants are the same, their types included."""
    return type(left) is type(right) and bool(left == right)


def question(value: Value) -> Hashable:
    """The key of the question whether a truth value is true; True or False if that is known."""
    if type(value) is Choice:
        return ("choice", value.key, question(value.yes), question(value.no))
    return value.key if type(value) is Opaque else value is True


def select(test: Value, yes: Value, no: Value) -> Value:
    """``yes`` where a truth value is true, and ``no`` where it is not."""
    if type(test) is Choice:
        return choice(test.key, select(test.yes, yes, no), select(test.no, yes, no))
    if type(test) is Opaque:
        return choice(test.key, yes, no)
    return yes if test is True else no


def negated(run: Run, value: Value) -> Value:
    """``not value``."""
    known = truth(run, value)
    if known is True or known is False:
        return not known
    if type(known) is Choice:
        return choice(known.key, negated(run, known.yes), negated(run, known.no))
    return Opaque(("not", known.key))


def decided(run: Run, value: Value) -> bool:
    """The truth of a value; asks the run if it is not known."""
    known = truth(run, settle(run, value))
    known = settle(run, known)
    if known is True or known is False:
        return bool(known)
    return run.decide(known.key)


def compare(run: Run, kind: type[ast.cmpop], left: Value, right: Value) -> Value:
    """One comparison: True, False or unknown."""
    left, right = _answered(run, left), _answered(run, right)
    if type(left) is Instance or type(right) is Instance:
        result = _overloaded(run, kind, left, right)
        if result is not MISSING:
            return truth(run, result)
    if type(left) is Choice:
        return choice(
            left.key, compare(run, kind, left.yes, right), compare(run, kind, left.no, right)
        )
    if type(right) is Choice:
        return choice(
            right.key, compare(run, kind, left, right.yes), compare(run, kind, left, right.no)
        )
    if kind is ast.Is or kind is ast.Eq:
        return _equal(left, right, identity=kind is ast.Is)
    if kind is ast.IsNot or kind is ast.NotEq:
        return negated(run, _equal(left, right, identity=kind is ast.IsNot))
    if kind is ast.In or kind is ast.NotIn:
        run.spend(_size(right) >> 4)
        found = contains(right, left)
        return found if kind is ast.In else negated(run, found)
    if is_constant(left) and is_constant(right):
        try:
            return bool(_ORDER[kind](left, right))
        except TypeError:
            return Opaque()
    return _question(_SYMBOLS[kind], left, right)


_METHODS: Final = {
    ast.Eq: ("__eq__", "__eq__"),
    ast.NotEq: ("__ne__", "__ne__"),
    ast.Lt: ("__lt__", "__gt__"),
    ast.LtE: ("__le__", "__ge__"),
    ast.Gt: ("__gt__", "__lt__"),
    ast.GtE: ("__ge__", "__le__"),
}
"""The methods of the left and of the right operand that compare them."""


def _overloaded(run: Run, kind: type[ast.cmpop], left: Value, right: Value) -> Value:
    """What the methods of an object say about a comparison; MISSING if it has none for it."""
    site = ast.Pass()
    if kind is ast.In or kind is ast.NotIn:
        result = special(run, right, "__contains__", [left], site)
        if result is MISSING:
            return MISSING
        return result if kind is ast.In else negated(run, result)
    for name, receiver, other in zip(
        _METHODS.get(kind, ()), (left, right), (right, left), strict=False
    ):
        result = special(run, receiver, name, [other], site)
        if result is not MISSING:
            return result
    if kind is ast.NotEq:
        result = _overloaded(run, ast.Eq, left, right)
        return MISSING if result is MISSING else negated(run, result)
    return MISSING


def _size(container: Value) -> int:
    if isinstance(container, List):
        return len(container.items)
    return len(container) if isinstance(container, str | tuple) else 0


def _answered(run: Run, value: Value) -> Value:
    """An unknown value, or the constant that an answer said it is."""
    if type(value) is Opaque:
        return run.fixed.get(value.key, value)
    if type(value) is External and run.fixed and is_data(value):
        return run.fixed.get(value, value)
    return value


def is_data(value: External) -> bool:
    """Whether something that the file imports may be a mere value: ``config.DEPTH``."""
    return resolve(value.path).kind == "foreign" and not value.path.startswith("builtins.")


def _question(symbol: str, left: Value, right: Value) -> Value:
    left_key, right_key = key_of(left), key_of(right)
    if left_key is None or right_key is None:
        return Opaque()
    return Opaque((symbol, left_key, right_key))


def _equal(left: Value, right: Value, *, identity: bool) -> Value:
    if type(left) is External and is_data(left):
        left = Opaque(left)
    if type(right) is External and is_data(right):
        right = Opaque(right)
    if left is right and type(left) is not Opaque:
        return True
    if is_constant(left) and is_constant(right):
        if identity and type(left) is not type(right):
            return False
        return bool(left == right)
    if type(left) is Opaque and is_constant(right):
        return Opaque(("==", left.key, right))
    if type(right) is Opaque and is_constant(left):
        return Opaque(("==", right.key, left))
    if type(left) is Opaque or type(right) is Opaque:
        return _question("is", left, right)
    if identity:
        return False  # objects of their own, and not the same
    if isinstance(left, tuple | List) and isinstance(right, tuple | List):
        return _equal_sequences(left, right)
    if type(left) is External and type(right) is External:
        return left == right or Opaque()
    if is_constant(left) or is_constant(right):
        # What is no constant is an object of its own: never None, a number or a string.
        constant, other = (left, right) if is_constant(left) else (right, left)
        if constant is None:
            return False
        return Opaque() if isinstance(other, Array | Tensor | External | tuple) else False
    if type(left) is Instance and type(right) is Instance and left.cls.members is not None:
        return False
    return Opaque()


def _equal_sequences(left: Any, right: Any) -> Value:
    if isinstance(left, List) and isinstance(right, List) and (left.open or right.open):
        return Opaque()
    ours = left if isinstance(left, tuple) else left.items
    others = right if isinstance(right, tuple) else right.items
    if type(left) is not type(right) or len(ours) != len(others):
        return False
    results = [_equal(one, other, identity=False) for one, other in zip(ours, others, strict=True)]
    if any(result is False for result in results):
        return False
    return True if all(result is True for result in results) else Opaque()


def contains(container: Value, item: Value) -> Value:
    """``item in container``."""
    if isinstance(container, Instance) and container.native is not None:
        container = container.native
    if isinstance(container, range):
        return item in container if isinstance(item, int) else Opaque()
    if isinstance(container, str):
        return item in container if isinstance(item, str) else _member(item, container)
    if isinstance(container, Dict):
        return _among(item, container.entries, open_=container.open)
    if isinstance(container, Set):
        return _among(item, container.items, open_=container.open)
    if isinstance(container, tuple | List):
        items = container if isinstance(container, tuple) else container.items
        open_ = isinstance(container, List) and container.open
        if all(map(is_constant, items)):
            return _among(item, items, open_=open_)
        if any(item is other for other in items):
            return True
        return Opaque()
    return _question("in", item, container)


def _among(item: Value, items: Any, *, open_: bool) -> Value:
    if not is_constant(item):
        if type(item) in (Opaque, External) and not open_:
            return _member(item, tuple(items))
        return any(item is other for other in items) or Opaque()
    if any(item == other for other in items):
        return True
    return Opaque() if open_ else False


def _member(item: Value, items: Any) -> Value:
    if type(item) in (Opaque, External) and is_constant(items):
        return Opaque(("in", key_of(item), items))
    return Opaque()
