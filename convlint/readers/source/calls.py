"""Calls: evaluating their arguments, and the functions of the file."""

from __future__ import annotations

import ast
from collections.abc import Hashable
from dataclasses import replace
from typing import Final

from convlint.readers.source import logic
from convlint.readers.source.dispatch import (
    call,
    calls,
    evaluate,
    evaluates,
    execute,
)
from convlint.readers.source.generators import generate, is_generator
from convlint.readers.source.run import MAX_DEPTH, GivenUp, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.sequences import elements, is_hashable
from convlint.readers.source.signals import UNDECIDED, Return
from convlint.readers.source.values import (
    UNPACKED,
    Bound,
    Choice,
    Class,
    Dict,
    Function,
    Opaque,
    Partial,
    Super,
    Value,
)

_OF_SCOPE: Final = frozenset({"super", "globals", "locals", "vars"})
"""Functions whose result depends on where they are called."""


@evaluates(ast.Call)
def _evaluate_call(run: Run, node: ast.Call, scope: Scope) -> Value:
    function = node.func
    if type(function) is ast.Name and function.id in _OF_SCOPE:
        if function.id == "super":
            return _super(run, node, scope)
        if not node.args:
            return Dict((scope.module if function.id == "globals" else scope).names)
    callee = evaluate(run, function, scope)
    arguments: list[Value] = []
    unknown = False
    for argument in node.args:
        if type(argument) is ast.Starred:
            more = elements(run, evaluate(run, argument.value, scope))
            if more is None:
                unknown = True
                break
            arguments.extend(more)
        else:
            arguments.append(evaluate(run, argument, scope))
    keywords: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(run, keyword.value, scope)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        else:
            unknown |= _unpack(run, value, keywords)
    if unknown:
        keywords[UNPACKED] = Opaque()
    if type(callee) is Choice:
        callee = logic.settle(run, callee)
    return call(run, callee, arguments, keywords, node)


def _unpack(run: Run, value: Value, keywords: dict[str, Value]) -> bool:
    """Add the entries of ``**value``; whether there may be others."""
    value = logic.settle(run, value)
    if not isinstance(value, Dict):
        return True
    keywords.update({str(key): entry for key, entry in value.entries.items()})
    return value.open


def _super(run: Run, node: ast.Call, scope: Scope) -> Value:
    """``super()`` in a method: what its class and its first argument are."""
    if len(node.args) == 2:
        cls, receiver = (evaluate(run, argument, scope) for argument in node.args)
        return Super(cls, receiver) if isinstance(cls, Class) else Opaque()
    current: Scope | None = scope
    while current is not None:
        function = current.function
        if function is not None and function.owner is not None:
            parameters = [*function.node.args.posonlyargs, *function.node.args.args]
            receiver = current.names.get(parameters[0].arg) if parameters else None
            return Super(function.owner, receiver)
        current = current.outer
    return Opaque()


@calls(Function)
def call_function(
    run: Run,
    function: Function,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """Call a function of the file."""
    if function.results is not None:
        return _remembered(run, function, function.results, arguments, keywords, site)
    node = function.node
    run.called.add(node)
    if run.nesting >= MAX_DEPTH:
        raise GivenUp(f"calls are nested deeper than {MAX_DEPTH}")
    scope = Scope(
        _parameters(run, function, arguments, keywords), function.scope, function=function
    )
    run.nesting += 1
    try:
        if isinstance(node, ast.Lambda):
            return evaluate(run, node.body, scope)
        if isinstance(node, ast.AsyncFunctionDef):
            return Opaque()
        if is_generator(node):
            return generate(run, function, scope)
        signal = execute(run, node.body, scope)
    finally:
        run.nesting -= 1
    if type(signal) is Return:
        return signal.value
    return Opaque() if signal is UNDECIDED else None


def _remembered(
    run: Run,
    function: Function,
    results: dict[Hashable, Value],
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """What a function gives that is not called again for the same arguments."""
    forgetful = replace(function, results=None)
    if not all(map(is_hashable, (*arguments, *keywords.values()))):
        return call_function(run, forgetful, arguments, keywords, site)
    given = (*arguments, *keywords.items())
    if given not in results:
        results[given] = call_function(run, forgetful, arguments, keywords, site)
    return results[given]


def _parameters(
    run: Run, function: Function, arguments: list[Value], keywords: dict[str, Value]
) -> dict[str, Value]:
    """What the parameters are bound to; unknown where that cannot be told."""
    spec = function.node.args
    names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)]
    bound: dict[str, Value] = dict(zip(names, arguments, strict=False))
    unknown = UNPACKED in keywords
    rest: dict[str, Value] = {}
    keyword_names = {parameter.arg for parameter in spec.kwonlyargs}
    for name, value in keywords.items():
        if name in keyword_names or name in names:
            bound[name] = value
        elif name != UNPACKED:
            rest[name] = value
    first_default = len(names) - len(function.defaults)
    for place, name in enumerate(names):
        if name not in bound:
            known = place >= first_default and not unknown
            bound[name] = function.defaults[place - first_default] if known else Opaque()
    for name in keyword_names - bound.keys():
        known = name in function.keyword_defaults and not unknown
        bound[name] = function.keyword_defaults[name] if known else Opaque()
    if spec.vararg is not None:
        bound[spec.vararg.arg] = Opaque() if unknown else tuple(arguments[len(names) :])
    if spec.kwarg is not None:
        bound[spec.kwarg.arg] = Dict(dict(rest), unknown)
    return bound


@calls(Bound)
def _call_bound(
    run: Run, bound: Bound, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    if isinstance(bound.function, Function):
        return call_function(run, bound.function, [bound.receiver, *arguments], keywords, site)
    from convlint.readers.source.methods import call_method

    return call_method(run, bound.receiver, bound.function, arguments, keywords, site)


@calls(Partial)
def _call_partial(
    run: Run, partial: Partial, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return call(
        run,
        partial.function,
        [*partial.arguments, *arguments],
        {**partial.keywords, **keywords},
        site,
    )
