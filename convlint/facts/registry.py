"""What facts there are: each is a function in a module of this package, found by its name.

A fact is decorated with :func:`call_fact` (one value for each call) or :func:`model_fact` (one
value for the model). Its name is the name that predicates use, its docstring the documentation.
A value that cannot be established is ``UNKNOWN``.

A fact that depends on the same fact of a producer must be a single pass in topological order
(:func:`sweep`), never a recursion: graphs are deeper than Python's stack.

A module is imported when a fact of it is first asked for: most models need few of them.
"""

import os
from collections.abc import Callable, Collection, Mapping
from functools import cache, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from convlint import compiled

if TYPE_CHECKING:
    from convlint.facts.core import Facts
    from convlint.graph import Call

T = TypeVar("T")

_CALL_FACTS: Final[dict[str, Callable[["Facts", "Call"], Any]]] = {}
_MODEL_FACTS: Final[dict[str, Callable[["Facts"], Any]]] = {}


class Modules(NamedTuple):
    """The module that defines each fact, by the name of the fact."""

    of_calls: Mapping[str, str]
    of_models: Mapping[str, str]


@cache
def modules() -> Modules:
    """Where the facts are: as it is stored, or else by importing every module."""
    stored = compiled.section("facts")
    return discovered() if stored is None else Modules(*stored)


def discovered() -> Modules:
    """Where the facts are, by importing every module of this package."""
    import pkgutil

    for module in pkgutil.iter_modules([os.path.dirname(__file__)], "convlint.facts."):
        import_module(module.name)
    return Modules(
        {name: fact.__module__ for name, fact in sorted(_CALL_FACTS.items())},
        {name: fact.__module__ for name, fact in sorted(_MODEL_FACTS.items())},
    )


def call_fact_names() -> Collection[str]:
    """The names of all facts of a call."""
    return {**modules().of_calls, **_CALL_FACTS}


def model_fact_names() -> Collection[str]:
    """The names of all facts of the model."""
    return {**modules().of_models, **_MODEL_FACTS}


def call_fact_named(name: str) -> Callable[["Facts", "Call"], Any] | None:
    """The fact of a call that has this name, ``None`` if there is none."""
    if name not in _CALL_FACTS and name in modules().of_calls:
        import_module(modules().of_calls[name])
    return _CALL_FACTS.get(name)


def model_fact_named(name: str) -> Callable[["Facts"], Any] | None:
    """The fact of the model that has this name, ``None`` if there is none."""
    if name not in _MODEL_FACTS and name in modules().of_models:
        import_module(modules().of_models[name])
    return _MODEL_FACTS.get(name)


def call_fact(function: Callable[["Facts", "Call"], T]) -> Callable[["Facts", "Call"], T]:
    """Register a fact of a call under the function's name and remember its values."""
    name = function.__name__
    _require_new(name, _CALL_FACTS)

    @wraps(function)
    def remembered(facts: "Facts", call: "Call") -> T:
        index = call.index
        values: dict[int, T] = facts.values[name]
        if index in values:
            return values[index]
        value = values[index] = function(facts, call)
        return value

    _CALL_FACTS[name] = remembered
    return remembered


def model_fact(function: Callable[["Facts"], T]) -> Callable[["Facts"], T]:
    """Register a fact of the model under the function's name and remember its value."""
    _require_new(function.__name__, _MODEL_FACTS)
    remembered = sweep(function)
    _MODEL_FACTS[function.__name__] = remembered
    return remembered


def _require_new(name: str, known: Collection[str]) -> None:
    if name in known:
        raise ValueError(f"there are two facts named {name!r}")


def sweep(function: Callable[["Facts"], T]) -> Callable[["Facts"], T]:
    """Remember what a pass over the whole graph computes, without making it a named fact."""
    key = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def remembered(facts: "Facts") -> T:
        cache = facts.sweeps
        if key not in cache:
            cache[key] = function(facts)
        value: T = cache[key]
        return value

    return remembered
