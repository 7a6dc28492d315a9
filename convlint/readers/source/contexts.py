"""``try`` and ``with``."""

from __future__ import annotations

import ast
from typing import Any

from convlint.readers.source.dispatch import call, evaluate, execute, executes
from convlint.readers.source.exceptions import catches, handler_for
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import Raised, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.sequences import bind
from convlint.readers.source.values import Bound, Function, Instance, Manager, Opaque, Value


@executes(ast.Try, *([ast.TryStar] if hasattr(ast, "TryStar") else []))
def _try(run: Run, node: Any, scope: Scope) -> Any:
    signal = None
    try:
        signal = _body(run, node, scope)
        if signal is None:
            signal = execute(run, node.orelse, scope)
    except Raised as raised:
        handler = handler_for(run, node.handlers, raised, scope)
        if handler is None:
            execute(run, node.finalbody, scope)
            raise
        signal = execute(run, handler.body, scope)
    last = execute(run, node.finalbody, scope)
    return signal if last is None else last


def _body(run: Run, node: Any, scope: Scope) -> Any:
    run.trying += bool(node.handlers)
    try:
        return execute(run, node.body, scope)
    finally:
        run.trying -= bool(node.handlers)


@executes(ast.With, ast.AsyncWith)
def _with(run: Run, node: Any, scope: Scope) -> Any:
    managers = []
    for item in node.items:
        manager = evaluate(run, item.context_expr, scope)
        managers.append(manager)
        value = _enter(run, manager, node)
        if item.optional_vars is not None:
            bind(run, item.optional_vars, value, scope)
    signal = None
    try:
        signal = execute(run, node.body, scope)
    except Raised as raised:
        if not any(_suppresses(manager, raised) for manager in managers):
            raise
    finally:
        for manager in reversed(managers):
            _leave(run, manager, node)
    return signal


def _enter(run: Run, manager: Value, site: ast.AST) -> Value:
    if isinstance(manager, Manager):
        return None if manager.generator is None else next(manager.generator.source, None)
    if isinstance(manager, Instance):
        enter = method_of(manager.cls, "__enter__")
        if isinstance(enter, Function):
            return call(run, Bound(enter, manager), [], {}, site)
        return manager
    return manager if isinstance(manager, Opaque) else Opaque()


def _leave(run: Run, manager: Value, site: ast.AST) -> None:
    if isinstance(manager, Manager) and manager.generator is not None:
        next(manager.generator.source, None)
    elif isinstance(manager, Instance):
        leave = method_of(manager.cls, "__exit__")
        if isinstance(leave, Function):
            call(run, Bound(leave, manager), [None, None, None], {}, site)


def _suppresses(manager: Value, raised: Raised) -> bool:
    return isinstance(manager, Manager) and catches(manager.suppresses, raised.value)
