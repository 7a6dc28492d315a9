"""Comprehensions and generator expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator as PythonIterator
from collections.abc import Sequence

from convlint.readers.source import logic
from convlint.readers.source.dispatch import evaluate, evaluates
from convlint.readers.source.run import MAX_ITEMS, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.sequences import bind, elements, is_hashable
from convlint.readers.source.values import Dict, Iterator, List, Set, Value, is_constant


@evaluates(ast.ListComp)
def _list_comprehension(run: Run, node: ast.ListComp, scope: Scope) -> Value:
    found: list[Value] = []
    for inner in _rows(run, node.generators, scope):
        if inner is None:
            return List([], open=True)
        found.append(evaluate(run, node.elt, inner))
    return List(found)


@evaluates(ast.GeneratorExp)
def _generator(run: Run, node: ast.GeneratorExp, scope: Scope) -> Value:
    result = Iterator(iter(()))

    def steps() -> PythonIterator[Value]:
        for inner in _rows(run, node.generators, scope):
            if inner is None:
                result.open = True
                return
            yield evaluate(run, node.elt, inner)

    result.source = steps()
    return result


@evaluates(ast.SetComp)
def _set_comprehension(run: Run, node: ast.SetComp, scope: Scope) -> Value:
    found: dict[Value, None] = {}
    for inner in _rows(run, node.generators, scope):
        value = None if inner is None else logic.settle(run, evaluate(run, node.elt, inner))
        if inner is None or not is_constant(value):
            return Set({}, open=True)
        found[value] = None
    return Set(found)


@evaluates(ast.DictComp)
def _dict_comprehension(run: Run, node: ast.DictComp, scope: Scope) -> Value:
    result = Dict({})
    for inner in _rows(run, node.generators, scope):
        if inner is None:
            return Dict({}, open=True)
        key = logic.settle(run, evaluate(run, node.key, inner))
        value = evaluate(run, node.value, inner)
        if is_hashable(key):
            result.entries[key] = value
        else:
            result.open = True
    return result


def _rows(
    run: Run, generators: Sequence[ast.comprehension], around: Scope
) -> PythonIterator[Scope | None]:
    """The scope of a comprehension once for each element; None if it cannot be followed.

    Of a class body ``around`` it, only the first iterable sees the names.
    """
    yield from _elements(run, generators, Scope(outer=around.closure), around)


def _elements(
    run: Run, generators: Sequence[ast.comprehension], scope: Scope, around: Scope
) -> PythonIterator[Scope | None]:
    if not generators:
        yield scope
        return
    generator = generators[0]
    values = elements(run, evaluate(run, generator.iter, around))
    if values is None or len(values) > MAX_ITEMS:
        yield None
        return
    for value in values:
        run.spend(1)
        bind(run, generator.target, value, scope)
        kept = _kept(run, generator, scope)
        if kept is None:
            yield None
            return
        if kept:
            yield from _elements(run, generators[1:], scope, scope)


def _kept(run: Run, generator: ast.comprehension, scope: Scope) -> bool | None:
    """Whether the conditions hold for an element; None if that is not known."""
    for condition in generator.ifs:
        test = logic.truth(run, logic.settle(run, evaluate(run, condition, scope)))
        if test is False:
            return False
        if test is not True:
            return None
    return True
