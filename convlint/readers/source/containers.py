"""``collections``, ``functools``, ``dataclasses``, ``copy``, ``operator`` and ``json``."""

from __future__ import annotations

import ast
import json
import string
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.builtin_functions import make_dict
from convlint.readers.source.dispatch import attribute, call
from convlint.readers.source.enumerations import auto
from convlint.readers.source.expressions import combine_values
from convlint.readers.source.instances import lineage
from convlint.readers.source.keras_values import KerasObject
from convlint.readers.source.numeric import NativeFunction, first
from convlint.readers.source.run import MAX_TEXT, Run
from convlint.readers.source.sequences import elements, item
from convlint.readers.source.structures import is_moderate
from convlint.readers.source.values import (
    UNPACKED,
    Class,
    Dict,
    External,
    Function,
    Instance,
    Iterator,
    List,
    Manager,
    Native,
    Opaque,
    Partial,
    Set,
    Value,
    is_constant,
)


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


def same(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """A function, such as a decorator, that gives back what it is given."""
    return first(arguments) if arguments else None


def _decorator(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """What makes a decorator that leaves the function as it is."""
    return Native("decorator", same)


def _maybe_decorator(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """A decorator that may also be called with options first."""
    given = first(arguments)
    return Native("decorator", same) if not arguments or is_constant(given) else given


def _remembering(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """``lru_cache`` and ``cache``, with or without options."""
    function = first(arguments)
    if not isinstance(function, Function):
        return Native("lru_cache", _remembering)
    function.results = {}
    return function


def copied(run: Run, value: Value) -> Value:
    """A copy of a container; anything else that may be shared is itself."""
    run.spend(1)
    if isinstance(value, List):
        return List([copied(run, item) for item in value.items], value.open, value.limit)
    if isinstance(value, Dict):
        entries = {key: copied(run, item) for key, item in value.entries.items()}
        return Dict(entries, value.open, value.factory)
    if isinstance(value, Set):
        return Set(dict(value.items), value.open)
    if is_constant(value) or isinstance(value, KerasObject | External):
        return value
    return Opaque()


def _copy(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    if isinstance(value, List):
        return List(list(value.items), value.open, value.limit)
    if isinstance(value, Dict):
        return Dict(dict(value.entries), value.open, value.factory)
    return copied(run, value)


def _deepcopy(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    if isinstance(value, List | Dict) and not is_moderate(value):
        return Opaque()
    return copied(run, value)


def _defaultdict(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    result = make_dict(run, arguments[1:], keywords, site)
    result.factory = first(arguments) if arguments else None
    return result


def _zero(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    return 0


def _counter(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    result = Dict({}, factory=Native("zero", _zero))
    values = elements(run, arguments[0]) if arguments else []
    if values is None or not all(map(is_constant, values)):
        return Dict({}, open=True)
    for value in values:
        result.entries[value] = result.entries.get(value, 0) + 1
    return result


def _deque(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    limit = keywords.get("maxlen", arguments[1] if len(arguments) > 1 else None)
    values = elements(run, arguments[0]) if arguments else []
    if values is None or not (limit is None or isinstance(limit, int)):
        return List([], open=True)
    return List(values[-limit:] if limit else list(values), limit=limit)


def _namedtuple(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    if len(arguments) < 2 or not isinstance(arguments[0], str):
        return Opaque()
    names = arguments[1]
    names = names.replace(",", " ").split() if isinstance(names, str) else elements(run, names)
    defaults = elements(run, keywords.get("defaults", ()))
    if names is None or defaults is None or not all(isinstance(name, str) for name in names):
        return Opaque()
    namespace = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    cls = Class(arguments[0], None, (External("typing.NamedTuple"),), namespace)
    cls.lineage, cls.fields = lineage(cls), tuple(names)
    return cls


def _field(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """``dataclasses.field``: what makes the default of each object."""
    factory = keywords.get("default_factory")
    if factory is None:
        return keywords.get("default", Opaque())
    return Partial(factory, (), {})


def _replaced(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """``dataclasses.replace``: made anew, with the fields that are not given as they are."""
    value = logic.settle(run, first(arguments))
    if not isinstance(value, Instance) or value.cls.fields is None:
        return Opaque()
    fields = {name: value.attributes.get(name, Opaque()) for name in value.cls.fields}
    return call(run, value.cls, [], {**fields, **keywords}, site)


def _asdict(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    if not isinstance(value, Instance) or value.cls.fields is None:
        return Opaque()
    fields = {name: value.attributes.get(name, Opaque()) for name in value.cls.fields}
    if any(isinstance(field, Instance) for field in fields.values()):
        return Dict({}, open=True)
    return Dict({name: copied(run, field) for name, field in fields.items()})


def _json(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    text = logic.settle(run, first(arguments))
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return Opaque()
    try:
        return _value(json.loads(text))
    except (ValueError, RecursionError):
        return Opaque()


def _value(data: Any) -> Value:
    if isinstance(data, list):
        return List([_value(item) for item in data])
    if isinstance(data, dict):
        return Dict({key: _value(item) for key, item in data.items()})
    return data


def _module(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    name = logic.settle(run, first(arguments))
    return External(name) if isinstance(name, str) and not name.startswith(".") else Opaque()


def _itemgetter(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    keys = list(arguments)

    def get(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
        found = [item(run, first(arguments), key, site) for key in keys]
        return found[0] if len(found) == 1 else tuple(found)

    return Native("itemgetter", get)


def _attrgetter(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    name = first(arguments)

    def get(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
        return attribute(run, first(arguments), name) if isinstance(name, str) else Opaque()

    return Native("attrgetter", get)


def _operator(kind: type) -> NativeFunction:
    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        if len(arguments) != 2:
            return Opaque()
        return combine_values(run, kind, arguments[0], arguments[1], site)

    return evaluate


def _manager(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """``@contextmanager``: a call of the generator function gives a context manager."""
    function = first(arguments)

    def enter(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
        made = call(run, function, arguments, keywords, site)
        return Manager(made) if isinstance(made, Iterator) else Opaque()

    return Native("contextmanager", enter)


CONTAINERS: Final[dict[str, NativeFunction]] = {
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "functools.wraps": _decorator,
    **dict.fromkeys(("functools.cache", "functools.lru_cache"), _remembering),
    **dict.fromkeys(("abc.abstractmethod", "typing.override"), same),
    "dataclasses.dataclass": _maybe_decorator,
    "dataclasses.field": _field,
    "enum.auto": auto,
    "dataclasses.replace": _replaced,
    "dataclasses.asdict": _asdict,
    "collections.OrderedDict": make_dict,
    "collections.defaultdict": _defaultdict,
    "collections.Counter": _counter,
    "collections.deque": _deque,
    "collections.namedtuple": _namedtuple,
    "types.MappingProxyType": same,
    "types.SimpleNamespace": lambda run, arguments, keywords, site: Opaque(members=dict(keywords)),
    "copy.copy": _copy,
    "copy.deepcopy": _deepcopy,
    "json.loads": _json,
    "importlib.import_module": _module,
    "operator.itemgetter": _itemgetter,
    "operator.attrgetter": _attrgetter,
    **{
        f"operator.{name}": _operator(kind)
        for name, kind in {
            "add": ast.Add,
            "sub": ast.Sub,
            "mul": ast.Mult,
            "truediv": ast.Div,
            "floordiv": ast.FloorDiv,
        }.items()
    },
    "contextlib.contextmanager": _manager,
    "contextlib.suppress": lambda run, arguments, keywords, site: Manager(None, tuple(arguments)),
    "contextlib.nullcontext": lambda run, arguments, keywords, site: Manager(),
}
"""Path -> what calling it gives."""

TEXTS: Final[dict[str, Any]] = {
    f"string.{name}": getattr(string, name)
    for name in ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "punctuation")
}
"""Path -> the string that it names."""
