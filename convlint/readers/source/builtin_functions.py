"""Python's built-in functions, but for those that iterate or ask about classes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.arithmetic import binary
from convlint.readers.source.dispatch import call
from convlint.readers.source.numeric import NativeFunction, constants_only, first
from convlint.readers.source.overloading import special
from convlint.readers.source.run import Raised, Run
from convlint.readers.source.scope import MISSING
from convlint.readers.source.sequences import elements, is_hashable
from convlint.readers.source.values import (
    UNPACKED,
    Dict,
    Instance,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
)


def _length(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    if isinstance(value, Instance):
        result = special(run, value, "__len__", [], site)
        if result is not MISSING:
            return result
        value = value.native if value.native is not None else elements(run, value)
    if isinstance(value, List | Set | Dict):
        items: Any = value.entries if isinstance(value, Dict) else value.items
        return Opaque() if value.open else len(items)
    try:
        return len(value) if isinstance(value, tuple | str | bytes | range | list) else Opaque()
    except OverflowError:  # a range may be longer than Python can say
        return Opaque()


def _range(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    bounds = [logic.settle(run, value) for value in arguments]
    if not bounds or not all(isinstance(bound, int) for bound in bounds):
        return Opaque()
    try:
        return range(*bounds)
    except (TypeError, ValueError):
        return Opaque()


def _list(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, arguments[0]) if arguments else []
    return List([], open=True) if values is None else List(list(values))


def _tuple(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, arguments[0]) if arguments else []
    return Opaque() if values is None else tuple(values)


def _set(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, arguments[0]) if arguments else []
    if values is None or not all(map(is_constant, values)):
        return Set({}, open=True)
    return Set(dict.fromkeys(values))


def make_dict(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Dict:
    """``dict(...)`` in all its forms."""
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
            if both is not None and len(both) == 2 and is_hashable(both[0]):
                result.entries[both[0]] = both[1]
            else:
                result.open = True
    result.entries.update({name: v for name, v in keywords.items() if name != UNPACKED})
    return result


def _sorted(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, first(arguments))
    order = None if values is None else sorting(run, values, keywords, site)
    return List([], open=True) if order is None else List(order)


def sorting(
    run: Run, values: list[Value], keywords: dict[str, Value], site: ast.AST
) -> list[Value] | None:
    """The values in order; None if that is not known."""
    key, backwards = keywords.get("key"), keywords.get("reverse", False)
    keys = values if key is None else [call(run, key, [value], {}, site) for value in values]
    if not all(map(is_constant, keys)) or not isinstance(backwards, bool | int):
        return None
    try:
        order = sorted(range(len(values)), key=lambda i: keys[i], reverse=bool(backwards))
    except TypeError:
        return None
    return [values[i] for i in order]


def _extreme(function: Callable[..., Any]) -> NativeFunction:
    """``max`` or ``min``."""

    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        given = [logic.settle(run, value) for value in arguments]
        values = elements(run, given[0]) if len(given) == 1 else given
        if not values or keywords.keys() - {"key"}:
            return keywords.get("default", Opaque()) if values == [] else Opaque()
        key = keywords.get("key")
        keys = values if key is None else [call(run, key, [value], {}, site) for value in values]
        if not all(map(is_constant, keys)):
            return Opaque()
        try:
            return values[function(range(len(values)), key=lambda i: keys[i])]
        except TypeError:
            return Opaque()

    return evaluate


def _sum(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, first(arguments))
    total = keywords.get("start", arguments[1] if len(arguments) > 1 else 0)
    if values is None:
        return Opaque()
    for value in values:
        if not (is_constant(value) or isinstance(value, List)):
            return Opaque()
        total = binary(run, ast.Add, total, value)
    return total


def _quantified(*, every: bool) -> NativeFunction:
    """``all`` or ``any``."""

    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        values = elements(run, first(arguments))
        if values is None:
            return Opaque()
        results = [logic.truth(run, value) for value in values]
        if any(result is (not every) for result in results):
            return not every
        return every if all(result is every for result in results) else Opaque()

    return evaluate


def _text(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    for name in ("__str__", "__repr__"):
        result = special(run, first(arguments), name, [], site)
        if result is not MISSING:
            return result
    return _plain_text(run, arguments, keywords, site)


_plain_text: Final = constants_only(str)


def _nothing(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    return None


def _exit(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    raise Raised


BUILTINS: Final[dict[str, NativeFunction]] = {
    **{
        f"builtins.{function.__name__}": constants_only(function)
        for function in (abs, ascii, bin, bool, chr, complex, divmod, float, hex, int, ord, repr)
    },
    "builtins.round": constants_only(round),
    "builtins.str": _text,
    "builtins.all": _quantified(every=True),
    "builtins.any": _quantified(every=False),
    "builtins.dict": make_dict,
    "builtins.frozenset": _set,
    "builtins.len": _length,
    "builtins.list": _list,
    "builtins.max": _extreme(max),
    "builtins.min": _extreme(min),
    "builtins.print": _nothing,
    "builtins.range": _range,
    "builtins.set": _set,
    "builtins.sorted": _sorted,
    "builtins.sum": _sum,
    "builtins.tuple": _tuple,
    "builtins.xrange": _range,
    **dict.fromkeys(("builtins.exit", "builtins.quit", "sys.exit", "os._exit"), _exit),
}
"""Path -> what calling it gives."""
