"""Conditions and loops, decided and undecided."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.dispatch import evaluate, execute, executes, set_attribute
from convlint.readers.source.keras_values import Hidden, Layer
from convlint.readers.source.relevance import builds, follow, has_effects, is_relevant
from convlint.readers.source.run import Raised, Run
from convlint.readers.source.scope import MISSING, Scope
from convlint.readers.source.sequences import bind, elements, lose
from convlint.readers.source.signals import BREAK, CONTINUE, UNDECIDED
from convlint.readers.source.summaries import summary
from convlint.readers.source.values import (
    Bound,
    Class,
    Dict,
    Function,
    Instance,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
)

MAX_IDLE: Final = 256
"""Most repetitions of a loop that has nothing to do with a model; beyond, it is skipped."""

_EXITS: Final = frozenset({"exit", "quit", "sys.exit", "os._exit", "os.abort", "parser.error"})


@executes(ast.If)
def _if(run: Run, node: ast.If, scope: Scope) -> Any:
    while True:
        test = logic.truth(run, evaluate(run, node.test, scope))
        if test is not True and test is not False:
            return branch(run, test, node.body, node.orelse, scope)
        body = node.body if test else node.orelse
        if len(body) == 1 and isinstance(body[0], ast.If):
            node = body[0]  # a long chain of elif must not be deep here
            run.spend(1)
            continue
        return execute(run, body, scope)


def branch(
    run: Run,
    test: Value,
    body: Sequence[ast.stmt],
    orelse: Sequence[ast.stmt],
    scope: Scope,
) -> Any:
    """Go on at a condition that is not known."""
    if _only_fails(body):
        return execute(run, list(orelse), scope)
    if _only_fails(orelse):
        return execute(run, list(body), scope)
    both = [*body, *orelse]
    found = [summary(run, part) for part in (body, orelse)]
    leaves = any(part.returns or part.breaks for part in found)
    if any(is_relevant(run, part, scope) for part in (body, orelse)) or (
        leaves and _around_is_relevant(run, scope, returns=any(part.returns for part in found))
    ):
        chosen = run.decide(logic.question(test))
        return execute(run, list(body if chosen else orelse), scope)
    if leaves:
        return UNDECIDED
    if any(has_effects(run, part, scope) for part in (body, orelse)):
        forget(run, both, scope)
    else:
        _join(run, test, body, orelse, scope)
    return None


def _only_fails(body: Sequence[ast.stmt]) -> bool:
    """Whether a branch does nothing but end the program, so that it is not what is meant."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.Raise):
        return True
    if isinstance(last, ast.Assert):
        return isinstance(last.test, ast.Constant) and not last.test.value
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        return ast.unparse(last.value.func) in _EXITS
    return False


def _around_is_relevant(run: Run, scope: Scope, *, returns: bool) -> bool:
    """Whether leaving the enclosing loop or function early may matter to a model."""
    if run.loops and not returns:
        return is_relevant(run, *run.loops[-1])
    current: Scope | None = scope
    while current is not None:
        if current.function is not None:
            return builds(run, current.function)
        current = current.outer
    return True


def _join(
    run: Run,
    test: Value,
    body: Sequence[ast.stmt],
    orelse: Sequence[ast.stmt],
    scope: Scope,
) -> None:
    """Execute both branches, which only assign names; each name is then one or the other."""
    results: list[dict[str, Value] | None] = []
    for part in (body, orelse):
        inner = Scope(outer=scope, function=scope.function)
        try:
            execute(run, list(part), inner)
            results.append(inner.names)
        except Raised:
            results.append(None)
    yes, no = results
    if yes is None or no is None:
        for name, value in (yes or no or {}).items():
            scope.bind(name, value)
        return
    for name in {**yes, **no}:
        before = scope.find(name)
        if before is MISSING:
            before = Opaque()
        scope.bind(name, logic.select(test, yes.get(name, before), no.get(name, before)))


def forget(run: Run, code: Sequence[ast.stmt], scope: Scope, *, lost: str | None = None) -> None:
    """Make unknown what a piece of code may have assigned or changed.

    With ``lost``, the code may have built a part of a model; then a model that it may have
    changed is given up.
    """
    found = summary(run, code)
    for path in found.changes:
        _forget_changed(run, path, scope)
    for use in found.uses:
        value, _ = follow(use.path, scope)
        if lost is not None and isinstance(value, Layer) and value.body is not None:
            value.given_up = value.given_up or lost
        if isinstance(value, Function | Bound | Class):
            _forget_effects(run, value, set())
    for name in found.stores:
        scope.bind(name, Opaque(lost=lost))


def _forget_effects(run: Run, value: Value, seen: set[ast.AST]) -> None:
    """Make unknown what a call of a function or class of the file may change outside of it."""
    if isinstance(value, Bound):
        value = value.function
    if isinstance(value, Class):
        for member in value.namespace.values():
            _forget_effects(run, member, seen)
    if not isinstance(value, Function) or value.node in seen:
        return
    seen.add(value.node)
    body: Any = value.node.body
    found = summary(run, body)
    for path in found.changes:
        _forget_changed(run, path, value.scope)
    for name in found.declared:
        if value.scope.find(name) is not MISSING:
            value.scope.rebind(name, Opaque())
    for use in found.uses:
        _forget_effects(run, follow(use.path, value.scope)[0], seen)


def _forget_changed(run: Run, path: tuple[str, ...], scope: Scope) -> None:
    value, rest = follow(path[:-1], scope)
    if rest or value is MISSING:
        return
    if isinstance(value, List | Dict | Set):
        lose(value)
    elif isinstance(value, Instance) and path[-1] in value.attributes:
        held = value.attributes[path[-1]]
        if is_constant(held) or isinstance(held, Opaque):
            set_attribute(run, value, path[-1], Opaque())


@executes(ast.For, ast.AsyncFor)
def _for(run: Run, node: Any, scope: Scope) -> Any:
    iterable = evaluate(run, node.iter, scope)
    if isinstance(iterable, Hidden):
        # One layer stands for all of them.
        bind(run, node.target, iterable, scope)
        return execute(run, node.body, scope)
    values = elements(run, iterable)
    if values is None:
        return _skip(run, node, scope)
    if len(values) * run.repetition > MAX_IDLE and not is_relevant(run, node.body, scope):
        return _skip(run, node, scope)
    values = list(values)
    repetition = run.repetition
    run.repetition *= max(len(values), 1)
    run.loops.append((node.body, scope))
    try:
        for value in values:
            run.spend(1)
            bind(run, node.target, value, scope)
            signal = execute(run, node.body, scope)
            if signal is None or signal is CONTINUE:
                continue
            if signal is BREAK:
                return None
            return _skip(run, node, scope) if signal is UNDECIDED else signal
    finally:
        run.repetition = repetition
        run.loops.pop()
    return execute(run, node.orelse, scope)


@executes(ast.While)
def _while(run: Run, node: ast.While, scope: Scope) -> Any:
    run.loops.append((node.body, scope))
    rounds = 0
    try:
        while True:
            test = logic.truth(run, logic.settle(run, evaluate(run, node.test, scope)))
            if test is False:
                break
            rounds += 1
            idle = rounds * run.repetition > MAX_IDLE
            if test is not True or (idle and not is_relevant(run, node.body, scope)):
                return _skip(run, node, scope)
            run.spend(1)
            signal = execute(run, node.body, scope)
            if signal is None or signal is CONTINUE:
                continue
            if signal is BREAK:
                return None
            return _skip(run, node, scope) if signal is UNDECIDED else signal
    finally:
        run.loops.pop()
    return execute(run, node.orelse, scope)


def _skip(run: Run, node: Any, scope: Scope) -> Any:
    """Go on behind a loop that cannot be followed."""
    if isinstance(node, ast.For | ast.AsyncFor):
        bind(run, node.target, Opaque(), scope)
    lost = None
    if is_relevant(run, node.body, scope):
        lost = "it is built in a loop of unknown length"
        run.note(node, "a loop that builds layers cannot be followed")
    forget(run, node.body, scope, lost=lost)
    return UNDECIDED if summary(run, node.body).returns else None
