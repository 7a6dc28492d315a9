"""Generator functions, followed lazily: their statements up to the next ``yield``."""

from __future__ import annotations

import ast
from collections.abc import Generator, Sequence
from typing import Any, TypeAlias

from convlint.readers.source import logic
from convlint.readers.source.dispatch import evaluate, execute
from convlint.readers.source.exceptions import handler_for
from convlint.readers.source.patterns import cases
from convlint.readers.source.run import MAX_DEPTH, GivenUp, Raised, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.sequences import bind, elements
from convlint.readers.source.signals import BREAK, CONTINUE, Return
from convlint.readers.source.syntax import yields
from convlint.readers.source.values import Function, Iterator, Value

Steps: TypeAlias = Generator[Value, None, Any]
"""Yields what the script yields, and returns what ended the block early."""


class _Unfollowed(Exception):  # noqa: N818 - no error
    """A construct around a ``yield`` that is not followed."""


def is_generator(node: ast.AST) -> bool:
    """Whether a function yields; remembered on its node."""
    known = getattr(node, "_is_generator", None)
    if known is None:
        known = any(yields(statement) for statement in getattr(node, "body", ()))
        node._is_generator = known  # type: ignore[attr-defined]
    return bool(known)


def generate(run: Run, function: Function, scope: Scope) -> Iterator:
    """What a call of a generator function gives."""
    result = Iterator(iter(()))

    def steps() -> Generator[Value, None, None]:
        if run.nesting >= MAX_DEPTH:
            raise GivenUp(f"calls are nested deeper than {MAX_DEPTH}")
        try:
            yield from _block(run, function.node.body, scope)  # type: ignore[arg-type]
        except _Unfollowed:
            result.open = True

    result.source = steps()
    return result


def _block(run: Run, body: Sequence[ast.stmt], scope: Scope) -> Steps:
    for statement in body:
        if not yields(statement):
            signal = execute(run, [statement], scope)
        else:
            run.spend(1)
            signal = yield from _statement(run, statement, scope)
        if signal is not None:
            return signal
    return None


def _statement(run: Run, node: Any, scope: Scope) -> Steps:
    match node:
        case ast.Expr(value=ast.Yield() | ast.YieldFrom() as value):
            yield from _expression(run, value, scope)
        case ast.Assign(value=ast.Yield() | ast.YieldFrom() as value):
            yield from _expression(run, value, scope)
            for target in node.targets:
                bind(run, target, None, scope)
        case ast.If():
            test = logic.decided(run, evaluate(run, node.test, scope))
            return (yield from _block(run, node.body if test else node.orelse, scope))
        case ast.Match():
            return (yield from _match(run, node, scope))
        case ast.For():
            return (yield from _for(run, node, scope))
        case ast.While():
            return (yield from _while(run, node, scope))
        case ast.Try():
            return (yield from _try(run, node, scope))
        case ast.With():
            return (yield from _block(run, node.body, scope))
        case _:
            raise _Unfollowed
    return None


def _match(run: Run, node: ast.Match, scope: Scope) -> Steps:
    for _, case, test in cases(run, node, scope):
        if test is True or logic.decided(run, test):
            return (yield from _block(run, case.body, scope))
    return None


def _expression(run: Run, node: ast.Yield | ast.YieldFrom, scope: Scope) -> Steps:
    value = None if node.value is None else evaluate(run, node.value, scope)
    if isinstance(node, ast.Yield):
        yield value
        return
    values = elements(run, value)
    if values is None:
        raise _Unfollowed
    yield from values


def _for(run: Run, node: ast.For, scope: Scope) -> Steps:
    values = elements(run, evaluate(run, node.iter, scope))
    if values is None:
        raise _Unfollowed
    for value in list(values):
        run.spend(1)
        bind(run, node.target, value, scope)
        signal = yield from _block(run, node.body, scope)
        if signal is BREAK:
            return None
        if isinstance(signal, Return):
            return signal
    return (yield from _block(run, node.orelse, scope))


def _while(run: Run, node: ast.While, scope: Scope) -> Steps:
    while True:
        test = logic.truth(run, logic.settle(run, evaluate(run, node.test, scope)))
        if test is False:
            return (yield from _block(run, node.orelse, scope))
        if test is not True:
            raise _Unfollowed
        run.spend(1)
        signal = yield from _block(run, node.body, scope)
        if signal is BREAK:
            return None
        if signal is not None and signal is not CONTINUE:
            return signal


def _try(run: Run, node: ast.Try, scope: Scope) -> Steps:
    try:
        signal = yield from _block(run, node.body, scope)
        if signal is None:
            signal = yield from _block(run, node.orelse, scope)
    except Raised as raised:
        handler = handler_for(run, node.handlers, raised, scope)
        if handler is None:
            raise
        signal = yield from _block(run, handler.body, scope)
    finally:
        execute(run, node.finalbody, scope)
    return signal
