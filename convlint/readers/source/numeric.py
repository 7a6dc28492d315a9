"""Numbers and arrays: what ``math`` and ``numpy`` compute of an architecture's sizes."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from convlint.readers.source import logic
from convlint.readers.source.keras_values import Tensor
from convlint.readers.source.run import MAX_BITS, MAX_ITEMS, Run
from convlint.readers.source.scope import MISSING
from convlint.readers.source.structures import leaves
from convlint.readers.source.values import UNPACKED, Array, List, Opaque, Set, Value, is_constant

NativeFunction: TypeAlias = Callable[[Run, list[Value], dict[str, Value], ast.AST], Value]
"""A function that is evaluated here: of the run, the arguments, and the node of the call."""


def constants_only(function: Callable[..., Any]) -> NativeFunction:
    """A function of constants, which fails on anything else and then gives an unknown value."""

    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        values = [_constant(run, value) for value in arguments]
        named = {name: _constant(run, value) for name, value in keywords.items()}
        if any(value is MISSING for value in (*values, *named.values())) or UNPACKED in named:
            return Opaque()
        try:
            result = function(*values, **named)
        except (ArithmeticError, TypeError, ValueError, LookupError, MemoryError) as error:
            if function in (int, float) and type(error) is ValueError:
                run.fails("ValueError")
            return Opaque()
        if isinstance(result, list):
            return List(result)
        return result if is_constant(result) else Opaque()

    return evaluate


def _constant(run: Run, value: Value) -> Any:
    """A value that a function of constants can take: a constant, or a list of them."""
    value = logic.settle(run, value)
    if is_constant(value):
        return value
    if isinstance(value, List | Set) and not value.open and all(map(is_constant, value.items)):
        return list(value.items)
    if isinstance(value, range) and len(value) <= MAX_ITEMS:
        return list(value)
    return MISSING


def first(arguments: list[Value]) -> Value:
    """The first argument, or MISSING."""
    return arguments[0] if arguments else MISSING


def _prod(values: Any) -> Any:
    flat = list(values) if isinstance(values, list | tuple) else [values]
    result = math.prod(flat)
    if isinstance(result, int) and result.bit_length() > MAX_BITS:
        raise ValueError
    return result


def _new_array(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """An array of a shape that is the first argument: ``np.zeros((1, 28, 28))``."""
    shape = logic.settle(run, keywords.get("shape", keywords.get("size", first(arguments))))
    if isinstance(shape, List) and not shape.open:
        shape = tuple(shape.items)
    if isinstance(shape, int):
        shape = (shape,)
    return Array(shape if isinstance(shape, tuple) else None)


def _array_of(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """``np.array``: of constants, the constants themselves, which is how they are used here."""
    value = first(arguments)
    if isinstance(value, List) and not value.open and all(map(is_constant, leaves(value))):
        return value
    return value if isinstance(value, Tensor) else Array()


def _random_sized(place: int) -> NativeFunction:
    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        size = keywords.get("size", arguments[place] if len(arguments) > place else MISSING)
        return _new_array(run, [size], {}, site) if size is not MISSING else Opaque()

    return evaluate


def _rand(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    return Array(tuple(arguments))


NUMERIC: Final[dict[str, NativeFunction]] = {
    **{
        f"math.{name}": constants_only(getattr(math, name))
        for name in "ceil cos exp fabs floor gcd hypot log log10 log2 sin sqrt tan trunc".split()
    },
    "math.prod": constants_only(_prod),
    "math.pow": constants_only(math.pow),
    "numpy.prod": constants_only(_prod),
    "numpy.product": constants_only(_prod),
    **{
        f"numpy.{name}": constants_only(getattr(math, name))
        for name in ("ceil", "floor", "sqrt", "log2", "log", "exp")
    },
    "numpy.power": constants_only(math.pow),
    "numpy.round": constants_only(round),
    "numpy.abs": constants_only(abs),
    **dict.fromkeys(("numpy.int32", "numpy.int64"), constants_only(int)),
    **dict.fromkeys(("numpy.float32", "numpy.float64"), constants_only(float)),
    **dict.fromkeys(("numpy.array", "numpy.asarray"), _array_of),
    **dict.fromkeys(("numpy.zeros", "numpy.ones", "numpy.empty", "numpy.full"), _new_array),
    **dict.fromkeys(("tensorflow.zeros", "tensorflow.ones"), _new_array),
    **dict.fromkeys(("keras.ops.zeros", "keras.ops.ones"), _new_array),
    **dict.fromkeys(("numpy.random.rand", "numpy.random.randn"), _rand),
    "numpy.random.random": _new_array,
    **{
        f"numpy.random.{name}": _random_sized(place)
        for name, place in {"normal": 2, "uniform": 2, "randint": 2, "random_sample": 0}.items()
    },
    **{
        f"{module}.random.{name}": _new_array
        for module in ("tensorflow", "keras")
        for name in ("normal", "uniform")
    },
}
"""Path -> what calling it gives."""

NUMBERS: Final[dict[str, Any]] = {
    "math.pi": math.pi,
    "math.e": math.e,
    "math.inf": math.inf,
    "numpy.pi": math.pi,
    "numpy.e": math.e,
    "numpy.inf": math.inf,
}
"""Path -> the number that it names."""
