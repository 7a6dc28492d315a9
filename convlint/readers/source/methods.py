"""Methods of strings and containers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.arithmetic import has_large_width
from convlint.readers.source.builtin_functions import make_dict, sorting
from convlint.readers.source.keras_values import Layer, Tensor
from convlint.readers.source.layer_methods import of_layer, of_tensor
from convlint.readers.source.run import MAX_ITEMS, MAX_TEXT, Run
from convlint.readers.source.sequences import elements, is_hashable, lose
from convlint.readers.source.values import (
    Dict,
    Function,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
)


def call_method(
    run: Run,
    receiver: Value,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """Call a method that is not one of the file's own."""
    method = _METHODS.get(type(receiver))
    if method is None:
        return Opaque()
    return method(run, receiver, name, [logic.settle(run, a) for a in arguments], keywords, site)


_TEXT_METHODS: Final = frozenset(
    """
    capitalize casefold count endswith find index isalpha isdigit isidentifier islower isnumeric
    isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind
    rindex rpartition rsplit rstrip split splitlines startswith strip swapcase title upper
    center ljust rjust zfill
    """.split()
)
_PADDING: Final = frozenset({"center", "ljust", "rjust", "zfill"})


def _text(
    run: Run,
    text: str,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    run.spend(len(text) >> 8)
    if name == "format":
        return _format(text, arguments, keywords)
    if name == "join" and arguments:
        parts = elements(run, arguments[0])
        if parts is None or not all(isinstance(part, str) for part in parts):
            return Opaque()
        joined = text.join(parts)
        return joined if len(joined) <= MAX_TEXT else Opaque()
    if name not in _TEXT_METHODS or keywords or not all(map(is_constant, arguments)):
        return Opaque()
    if name in _PADDING and arguments and not _is_moderate(arguments[0]):
        return Opaque()
    if name == "replace" and len(text) * max(len(str(arguments[-1])), 1) > MAX_TEXT:
        return Opaque()
    try:
        result = getattr(text, name)(*arguments)
    except (TypeError, ValueError):
        return Opaque()
    return List(result) if isinstance(result, list) else result


def _is_moderate(width: Value) -> bool:
    return isinstance(width, int) and width <= MAX_TEXT


def _format(text: str, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    values = [*arguments, *keywords.values()]
    if not all(map(is_constant, values)) or has_large_width(text) or "**" in keywords:
        return Opaque()
    try:
        result = text.format(*arguments, **keywords)
    except (TypeError, ValueError, LookupError, AttributeError):
        return Opaque()
    return result if len(result) <= MAX_TEXT else Opaque()


def _list(
    run: Run,
    value: List,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    first = arguments[0] if arguments else None
    items = value.items
    run.spend(len(items) >> 6)
    match name:
        case "append" | "appendleft":
            items.insert(0 if name == "appendleft" else len(items), first)
            if value.limit is not None and len(items) > value.limit:
                del items[0 if name == "append" else -1]
            if len(items) > MAX_ITEMS:
                lose(value)
        case "popleft":
            return Opaque() if value.open or not items else items.pop(0)
        case "extend":
            more = elements(run, first)
            if more is None:
                value.open = True
            else:
                items.extend(more)
        case "insert" if isinstance(first, int) and len(arguments) > 1:
            items.insert(first, arguments[1])
        case "pop":
            place = -1 if not arguments else first
            if value.open or not isinstance(place, int) or not items:
                return Opaque()
            return items.pop(place) if -len(items) <= place < len(items) else Opaque()
        case "reverse":
            items.reverse()
        case "copy":
            return List(list(items), value.open)
        case "clear":
            value.items, value.open = [], False
        case "index" | "count" | "remove" if is_constant(first) and all(map(is_constant, items)):
            try:
                return getattr(items, name)(first)
            except ValueError:
                return Opaque()
        case "sort":
            order = None if value.open else sorting(run, items, keywords, site)
            if order is None:
                lose(value)
            else:
                value.items[:] = order
        case "index" | "count" | "tolist":
            return value if name == "tolist" else Opaque()
        case "remove" | "insert":
            lose(value)
        case _:
            lose(value)
            return Opaque()
    return None


def _dict(
    run: Run,
    value: Dict,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    entries = value.entries
    key = arguments[0] if arguments else None
    default = arguments[1] if len(arguments) > 1 else None
    match name:
        case "get" | "pop" | "setdefault":
            if not is_hashable(key):
                return Opaque()
            if key in entries:
                return entries.pop(key) if name == "pop" else entries[key]
            found = Opaque() if value.open else default
            if name == "setdefault":
                entries[key] = found
            elif name == "pop" and not value.open and len(arguments) < 2:
                run.fails("KeyError")
            return found
        case "popitem" if entries and not value.open:
            return entries.popitem()
        case "move_to_end" if key in entries:
            moved = {key: entries.pop(key)}
            rest = dict(entries)
            first = not keywords.get("last", default is not False)
            entries.clear()
            entries.update({**moved, **rest} if first else {**rest, **moved})
        case "keys":
            return List(list(entries), value.open)
        case "values":
            return List(list(entries.values()), value.open)
        case "items":
            return List([(key, item) for key, item in entries.items()], value.open)
        case "copy":
            return Dict(dict(entries), value.open, value.factory)
        case "clear":
            entries.clear()
        case "update":
            if isinstance(key, Dict):
                entries.update(key.entries)
                value.open |= key.open
            elif arguments:
                made = make_dict(run, arguments[:1], {}, site)
                entries.update(made.entries)
                value.open |= made.open
            entries.update({name: item for name, item in keywords.items() if name != "**"})
            value.open |= "**" in keywords
        case _:
            lose(value)
            return Opaque()
    return None


def _set(
    run: Run,
    value: Set,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    if name == "add" and arguments and is_constant(arguments[0]):
        value.items[arguments[0]] = None
    elif name in ("discard", "remove") and arguments and is_constant(arguments[0]):
        value.items.pop(arguments[0], None)
    elif name == "copy":
        return Set(dict(value.items), value.open)
    elif name in ("union", "intersection", "difference", "symmetric_difference"):
        return Set({}, open=True)
    else:
        lose(value)
        return None if name in ("clear", "update", "discard", "remove", "add") else Opaque()
    return None


def _tuple(
    run: Run,
    value: tuple[Any, ...],
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    if name in ("as_list", "tolist"):
        return List(list(value))
    if name in ("index", "count") and is_constant(value) and all(map(is_constant, arguments)):
        try:
            return getattr(value, name)(*arguments)
        except (ValueError, TypeError):
            return Opaque()
    return Opaque()


def _function(
    run: Run,
    value: Function,
    name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    return value


_METHODS: Final[dict[type, Callable[..., Value]]] = {
    str: _text,
    List: _list,
    Dict: _dict,
    Set: _set,
    tuple: _tuple,
    Tensor: of_tensor,
    Layer: of_layer,
    Function: _function,
}
