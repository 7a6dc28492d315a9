"""Functions of Python and of well-known packages that scripts use to compute architectures."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from convlint.readers.source import logic
from convlint.readers.source.dispatch import attribute, call, set_attribute
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import MAX_ITEMS, MAX_TEXT, Raised, Run
from convlint.readers.source.scope import MISSING
from convlint.readers.source.sequences import elements
from convlint.readers.source.structures import leaves
from convlint.readers.source.values import (
    UNPACKED,
    Array,
    Bound,
    Choice,
    Class,
    Dict,
    External,
    Function,
    Instance,
    KerasObject,
    Layer,
    List,
    Opaque,
    Partial,
    Set,
    Tensor,
    Value,
    is_constant,
)

_Function: TypeAlias = Callable[[Run, list[Value], dict[str, Value], ast.AST], Value]


def _constants_only(function: Callable[..., Any]) -> _Function:
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
        except (ArithmeticError, TypeError, ValueError, LookupError, MemoryError):
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


def _first(arguments: list[Value]) -> Value:
    return arguments[0] if arguments else MISSING


def _length(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, _first(arguments))
    if isinstance(value, List | Set | Dict):
        items: Any = value.entries if isinstance(value, Dict) else value.items
        return Opaque() if value.open else len(items)
    return len(value) if isinstance(value, tuple | str | bytes | range) else Opaque()


def _range(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    bounds = [logic.settle(run, value) for value in arguments]
    if not bounds or not all(isinstance(bound, int) for bound in bounds):
        return Opaque()
    try:
        return range(*bounds)
    except (TypeError, ValueError):
        return Opaque()


def _enumerate(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    values = elements(run, _first(arguments))
    start = keywords.get("start", arguments[1] if len(arguments) > 1 else 0)
    if values is None:
        return List([], open=True)
    if not isinstance(start, int):
        return List([(Opaque(), value) for value in values])
    return List(list(enumerate(values, start)))


def _zip(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    columns = [elements(run, value) for value in arguments]
    if UNPACKED in keywords or any(column is None for column in columns):
        return List([], open=True)
    return List(list(zip(*(column for column in columns if column is not None), strict=False)))


def _map(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    columns = [elements(run, value) for value in arguments[1:]]
    if not columns or any(column is None for column in columns):
        return List([], open=True)
    rows = zip(*(column for column in columns if column is not None), strict=False)
    return List([call(run, arguments[0], list(row), {}, site) for row in rows])


def _filter(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, arguments[1]) if len(arguments) == 2 else None
    if values is None:
        return List([], open=True)
    kept = []
    for value in values:
        keep = value if arguments[0] is None else call(run, arguments[0], [value], {}, site)
        if logic.decided(run, keep):
            kept.append(value)
    return List(kept)


def _list(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if not arguments:
        return List([])
    values = elements(run, arguments[0])
    return List([], open=True) if values is None else List(list(values))


def _tuple(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if not arguments:
        return ()
    values = elements(run, arguments[0])
    return Opaque() if values is None else tuple(values)


def _set(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, arguments[0]) if arguments else []
    if values is None or not all(map(is_constant, values)):
        return Set({}, open=True)
    return Set(dict.fromkeys(values))


def _dict(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    result = Dict({}, UNPACKED in keywords)
    for value in arguments[:1]:
        value = logic.settle(run, value)
        if isinstance(value, Dict):
            result.entries.update(value.entries)
            result.open |= value.open
            continue
        pairs = elements(run, value)
        if pairs is None:
            result.open = True
        for pair in pairs or ():
            both = elements(run, pair)
            if both is not None and len(both) == 2 and is_constant(both[0]):
                result.entries[both[0]] = both[1]
            else:
                result.open = True
    result.entries.update({name: v for name, v in keywords.items() if name != UNPACKED})
    return result


def _reversed(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    values = elements(run, _first(arguments))
    return List([], open=True) if values is None else List(list(reversed(values)))


def _sorted(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, _first(arguments))
    if values is None:
        return List([], open=True)
    key, backwards = keywords.get("key"), keywords.get("reverse", False)
    keys = values if key is None else [call(run, key, [value], {}, site) for value in values]
    if not all(map(is_constant, keys)) or not isinstance(backwards, bool | int):
        return List([], open=True)
    try:
        order = sorted(range(len(values)), key=lambda i: keys[i], reverse=bool(backwards))
    except TypeError:
        return List([], open=True)
    return List([values[i] for i in order])


def _quantified(*, every: bool) -> _Function:
    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        values = elements(run, _first(arguments))
        if values is None:
            return Opaque()
        results = [logic.truth(run, value) for value in values]
        if any(result is (not every) for result in results):
            return not every
        return every if all(result is every for result in results) else Opaque()

    return evaluate


def _next(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, _first(arguments))
    if values:
        return values[0]
    return arguments[1] if values == [] and len(arguments) > 1 else Opaque()


_CONTAINERS: Final = {
    "builtins.list": List,
    "builtins.dict": Dict,
    "builtins.set": Set,
    "builtins.tuple": tuple,
    "builtins.str": str,
    "builtins.int": int,
    "builtins.float": float,
    "builtins.bool": bool,
    "builtins.bytes": bytes,
    "numpy.ndarray": Array,
}


def _isinstance(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    if len(arguments) != 2:
        return Opaque()
    value = logic.settle(run, arguments[0])
    wanted = elements(run, arguments[1]) if isinstance(arguments[1], tuple) else [arguments[1]]
    results = [_is_of(value, kind) for kind in wanted or ()]
    if any(result is True for result in results):
        return True
    return False if results and all(result is False for result in results) else Opaque()


def _is_of(value: Value, kind: Value) -> Value:
    """Whether a value is of a class: True, False, or unknown."""
    if isinstance(value, Opaque | Choice) or isinstance(kind, Opaque):
        return Opaque()
    if isinstance(kind, Class):
        return isinstance(value, Instance) and kind in value.cls.lineage
    if not isinstance(kind, External):
        return Opaque()
    expected = _CONTAINERS.get(kind.path)
    if expected is not None:
        return isinstance(value, expected)
    name = kind.path.rpartition(".")[2]
    layer = value.layer if isinstance(value, Instance) else value
    if isinstance(layer, Layer):
        return _is_layer_of(layer, name)
    if is_constant(value) or isinstance(value, List | Dict | Set | Function):
        return False if kind.path not in ("collections.abc.Iterable",) else Opaque()
    return Opaque()


def _is_layer_of(layer: Layer, name: str) -> Value:
    if name in ("Layer", "Module", "Operation"):
        return True
    if name in ("Model", "Functional", "Sequential"):
        if layer.wrapper is not None or layer.body is None:
            return False
        return name == "Model" or layer.class_name == name
    from convlint import kinds

    own = layer.wrapper or layer.class_name
    if kinds.canonical(name) == own:
        return True
    # A class may be the base of another; of those that are known to be layers, few are.
    return False if kinds.is_known(name) and name not in ("Conv2D", "Wrapper", "RNN") else Opaque()


def _getattr(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        return Opaque()
    return attribute(run, arguments[0], arguments[1])


def _setattr(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if len(arguments) == 3 and isinstance(arguments[1], str):
        set_attribute(run, arguments[0], arguments[1], arguments[2])
    return None


def _hasattr(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if len(arguments) == 2 and isinstance(arguments[0], Instance):
        name, value = arguments[1], arguments[0]
        if isinstance(name, str) and value.layer is None:
            return name in value.attributes or method_of(value.cls, name) is not MISSING
    return Opaque()


def _callable(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    value = logic.settle(run, _first(arguments))
    if isinstance(value, Function | Class | Layer | Bound | Partial):
        return True
    return False if is_constant(value) else Opaque()


def _type(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = _first(arguments)
    return value.cls if isinstance(value, Instance) else Opaque()


def _print(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    return None


def _exit(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    raise Raised


def _partial(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if not arguments or UNPACKED in keywords:
        return Opaque()
    return Partial(arguments[0], tuple(arguments[1:]), dict(keywords))


def _reduce(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, arguments[1]) if len(arguments) > 1 else None
    if values is None:
        return Opaque()
    pending = [*arguments[2:3], *values]
    if not pending:
        return Opaque()
    result = pending[0]
    for value in pending[1:]:
        result = call(run, arguments[0], [result, value], {}, site)
    return result


def _copy(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = _first(arguments)
    if isinstance(value, List):
        return List(list(value.items), value.open)
    if isinstance(value, Dict):
        return Dict(dict(value.entries), value.open)
    if is_constant(value) or isinstance(value, KerasObject):
        return value
    return Opaque()


def _chain(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    parts = [elements(run, value) for value in arguments]
    if any(part is None for part in parts):
        return List([], open=True)
    return List([value for part in parts if part is not None for value in part])


def _product(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    rows: list[tuple[Value, ...]] = [()]
    for value in arguments:
        column = elements(run, value)
        if column is None or keywords or len(rows) * len(column) > MAX_ITEMS:
            return List([], open=True)
        rows = [(*row, item) for row in rows for item in column]
    return List(list(rows))


def _prod(values: Any) -> Any:
    flat = list(values) if isinstance(values, list | tuple) else [values]
    result = math.prod(flat)
    if isinstance(result, int) and result.bit_length() > MAX_TEXT:
        raise ValueError
    return result


def _new_array(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """An array of a shape that is the first argument: ``np.zeros((1, 28, 28))``."""
    shape = logic.settle(run, keywords.get("shape", keywords.get("size", _first(arguments))))
    if isinstance(shape, List) and not shape.open:
        shape = tuple(shape.items)
    if isinstance(shape, int):
        shape = (shape,)
    return Array(shape if isinstance(shape, tuple) else None)


def _array_of(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """``np.array``: of constants, the constants themselves, which is how they are used here."""
    value = _first(arguments)
    if isinstance(value, List) and not value.open and all(map(is_constant, leaves(value))):
        return value
    return value if isinstance(value, Tensor) else Array()


def _random_sized(place: int) -> _Function:
    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        size = keywords.get("size", arguments[place] if len(arguments) > place else MISSING)
        return _new_array(run, [size], {}, site) if size is not MISSING else Opaque()

    return evaluate


def _rand(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    return Array(tuple(arguments))


def _round(value: Any, *digits: Any) -> Any:
    return round(value, *digits)


_BUILTINS: Final[dict[str, _Function]] = {
    **{
        name: _constants_only(function)
        for name, function in {
            "abs": abs,
            "ascii": ascii,
            "bin": bin,
            "bool": bool,
            "chr": chr,
            "complex": complex,
            "divmod": divmod,
            "float": float,
            "hex": hex,
            "int": int,
            "max": max,
            "min": min,
            "ord": ord,
            "repr": repr,
            "round": _round,
            "str": str,
            "sum": sum,
        }.items()
    },
    "all": _quantified(every=True),
    "any": _quantified(every=False),
    "callable": _callable,
    "dict": _dict,
    "enumerate": _enumerate,
    "exit": _exit,
    "filter": _filter,
    "frozenset": _set,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "isinstance": _isinstance,
    "iter": _list,
    "len": _length,
    "list": _list,
    "map": _map,
    "next": _next,
    "print": _print,
    "quit": _exit,
    "range": _range,
    "reversed": _reversed,
    "set": _set,
    "setattr": _setattr,
    "sorted": _sorted,
    "tuple": _tuple,
    "type": _type,
    "xrange": _range,
    "zip": _zip,
}
_MATH: Final = {
    name: _constants_only(getattr(math, name))
    for name in "ceil cos exp fabs floor gcd hypot log log10 log2 sin sqrt tan trunc".split()
}
FUNCTIONS: Final[dict[str, _Function]] = {
    **{f"builtins.{name}": function for name, function in _BUILTINS.items()},
    **{f"math.{name}": function for name, function in _MATH.items()},
    "math.prod": _constants_only(_prod),
    "math.pow": _constants_only(math.pow),
    "numpy.prod": _constants_only(_prod),
    "numpy.product": _constants_only(_prod),
    **{
        f"numpy.{name}": _constants_only(getattr(math, name))
        for name in ("ceil", "floor", "sqrt", "log2", "log", "exp")
    },
    "numpy.power": _constants_only(math.pow),
    "numpy.round": _constants_only(_round),
    "numpy.abs": _constants_only(abs),
    "numpy.int32": _constants_only(int),
    "numpy.int64": _constants_only(int),
    "numpy.float32": _constants_only(float),
    "numpy.array": _array_of,
    "numpy.asarray": _array_of,
    **{f"numpy.{name}": _new_array for name in ("zeros", "ones", "empty")},
    **{f"tensorflow.{name}": _new_array for name in ("zeros", "ones")},
    **{f"keras.ops.{name}": _new_array for name in ("zeros", "ones")},
    "numpy.full": _new_array,
    "numpy.random.rand": _rand,
    "numpy.random.randn": _rand,
    "numpy.random.random": _new_array,
    "numpy.random.normal": _random_sized(2),
    "numpy.random.uniform": _random_sized(2),
    "numpy.random.randint": _random_sized(2),
    "tensorflow.random.normal": _new_array,
    "tensorflow.random.uniform": _new_array,
    "keras.random.normal": _new_array,
    "keras.random.uniform": _new_array,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "collections.OrderedDict": _dict,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "itertools.chain": _chain,
    "itertools.product": _product,
    "sys.exit": _exit,
    "os._exit": _exit,
}
"""Path -> what calling it gives."""

CONSTANTS: Final[dict[str, Any]] = {
    "math.pi": math.pi,
    "math.e": math.e,
    "math.inf": math.inf,
    "numpy.pi": math.pi,
    "numpy.e": math.e,
    "numpy.inf": math.inf,
    "typing.TYPE_CHECKING": False,
}
"""Path -> the constant that it names."""
