"""Which function evaluates, executes or calls what: the seams between the interpreter's modules.

Each module registers what it can do; none needs to import the others.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias, TypeVar

from convlint.readers.source.run import Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.values import Opaque, Value

Evaluator: TypeAlias = Callable[[Run, Any, Scope], Value]
Executor: TypeAlias = Callable[[Run, Any, Scope], Any]
Caller: TypeAlias = Callable[[Run, Any, list[Value], dict[str, Value], ast.AST], Value]
Reader: TypeAlias = Callable[[Run, Any, str], Value]
Writer: TypeAlias = Callable[[Run, Any, str, Value], None]

EVALUATORS: Final[dict[type, Evaluator]] = {}
EXECUTORS: Final[dict[type, Executor]] = {}
CALLERS: Final[dict[type, Caller]] = {}
READERS: Final[dict[type, Reader]] = {}
WRITERS: Final[dict[type, Writer]] = {}

_F = TypeVar("_F", bound=Callable[..., Any])


def _register(table: dict[type, Any], kinds: Iterable[type]) -> Callable[[_F], _F]:
    def register(function: _F) -> _F:
        for kind in kinds:
            table[kind] = function
        return function

    return register


def evaluates(*kinds: type[ast.AST]) -> Callable[[_F], _F]:
    """The decorated function gives the value of expressions of these kinds."""
    return _register(EVALUATORS, kinds)


def executes(*kinds: type[ast.AST]) -> Callable[[_F], _F]:
    """The decorated function executes statements of these kinds."""
    return _register(EXECUTORS, kinds)


def calls(*kinds: type) -> Callable[[_F], _F]:
    """The decorated function calls values of these types."""
    return _register(CALLERS, kinds)


def reads(*kinds: type) -> Callable[[_F], _F]:
    """The decorated function reads attributes of values of these types."""
    return _register(READERS, kinds)


def writes(*kinds: type) -> Callable[[_F], _F]:
    """The decorated function sets attributes of values of these types."""
    return _register(WRITERS, kinds)


def evaluate(run: Run, node: ast.expr, scope: Scope) -> Value:
    """The value of an expression; unknown if it is of a kind that nobody evaluates."""
    evaluator = EVALUATORS.get(type(node))
    return Opaque() if evaluator is None else evaluator(run, node, scope)


def execute(run: Run, body: list[ast.stmt], scope: Scope) -> Any:
    """Execute statements; what ended them early (see ``statements``), or None."""
    run.spend(len(body))
    for statement in body:
        executor = EXECUTORS.get(type(statement))
        if executor is not None:
            signal = executor(run, statement, scope)
            if signal is not None:
                return signal
    return None


def call(
    run: Run, callee: Value, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """The result of calling a value; ``site`` is the node of the call."""
    run.spend(1)
    caller = CALLERS.get(type(callee))
    if caller is None:
        return Opaque()
    return caller(run, callee, arguments, keywords, site)


def attribute(run: Run, value: Value, name: str) -> Value:
    """An attribute of a value; unknown if it has none of that name."""
    reader = READERS.get(type(value))
    return Opaque() if reader is None else reader(run, value, name)


def set_attribute(run: Run, value: Value, name: str, new: Value) -> None:
    """Set an attribute; of values that have none, nothing happens."""
    writer = WRITERS.get(type(value))
    if writer is not None:
        writer(run, value, name, new)
