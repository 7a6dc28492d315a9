"""``match`` statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from convlint.readers.source import logic
from convlint.readers.source.branches import branch
from convlint.readers.source.dispatch import attribute, evaluate, execute, executes
from convlint.readers.source.instances import is_of
from convlint.readers.source.run import Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.sequences import elements
from convlint.readers.source.values import Choice, Dict, External, Instance, List, Opaque, Value

_SELF_MATCHING = frozenset({"bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"})


@executes(ast.Match)
def _match(run: Run, node: ast.Match, scope: Scope) -> Any:
    for number, case, test in cases(run, node, scope):
        if test is True:
            return execute(run, case.body, scope)
        rest: list[ast.stmt] = []
        if number + 1 < len(node.cases):
            rest = [ast.copy_location(ast.Match(node.subject, node.cases[number + 1 :]), node)]
        return branch(run, test, case.body, rest, scope)
    return None


def cases(run: Run, node: ast.Match, scope: Scope) -> Iterator[tuple[int, ast.match_case, Value]]:
    """The cases that match, or of which that is not known, with their numbers."""
    subject = logic.settle(run, evaluate(run, node.subject, scope))
    for number, case in enumerate(node.cases):
        test = matches(run, case.pattern, subject, scope)
        if test is True and case.guard is not None:
            test = logic.truth(run, evaluate(run, case.guard, scope))
        if test is not False:
            yield number, case, test


def matches(run: Run, pattern: ast.pattern, subject: Value, scope: Scope) -> Value:
    """Whether a pattern matches: True, False or unknown. Its names are bound on the way."""
    match pattern:
        case ast.MatchValue(value=value):
            return logic.truth(
                run, logic.compare(run, ast.Eq, subject, evaluate(run, value, scope))
            )
        case ast.MatchSingleton(value=value):
            return logic.truth(run, logic.compare(run, ast.Is, subject, value))
        case ast.MatchAs(pattern=inner, name=name):
            result = True if inner is None else matches(run, inner, subject, scope)
            if name is not None and result is not False:
                scope.bind(name, subject)
            return result
        case ast.MatchOr(patterns=patterns):
            return _any(matches(run, inner, subject, scope) for inner in patterns)
        case ast.MatchSequence(patterns=patterns):
            return _sequence(run, patterns, subject, scope)
        case ast.MatchMapping():
            return _mapping(run, pattern, subject, scope)
        case ast.MatchClass():
            return _class(run, pattern, subject, scope)
    return Opaque()


def _any(results: Any) -> Value:
    unknown = []
    for result in results:
        if result is True:
            return True
        if result is not False:
            unknown.append(result)
    if not unknown:
        return False
    return Opaque(("or", *(getattr(result, "key", result) for result in unknown)))


def _all(results: Any) -> Value:
    unknown = []
    for result in results:
        if result is False:
            return False
        if result is not True:
            unknown.append(result)
    if not unknown:
        return True
    return Opaque(("and", *(getattr(result, "key", result) for result in unknown)))


def _is_unknown(subject: Value) -> bool:
    return isinstance(subject, Opaque | Choice)


def _sequence(run: Run, patterns: Sequence[ast.pattern], subject: Value, scope: Scope) -> Value:
    if _is_unknown(subject):
        return Opaque()
    values = elements(run, subject) if isinstance(subject, tuple | List) else None
    if values is None:
        return Opaque() if isinstance(subject, List) else False
    star = next((i for i, p in enumerate(patterns) if isinstance(p, ast.MatchStar)), None)
    if star is None:
        if len(values) != len(patterns):
            return False
        return _all(
            matches(run, inner, value, scope) for inner, value in zip(patterns, values, strict=True)
        )
    after = len(patterns) - star - 1
    if len(values) < star + after:
        return False
    rest = patterns[star]
    if isinstance(rest, ast.MatchStar) and rest.name is not None:
        scope.bind(rest.name, List(values[star : len(values) - after]))
    pairs = [
        *zip(patterns[:star], values[:star], strict=True),
        *zip(patterns[star + 1 :], values[len(values) - after :], strict=True),
    ]
    return _all(matches(run, inner, value, scope) for inner, value in pairs)


def _mapping(run: Run, pattern: ast.MatchMapping, subject: Value, scope: Scope) -> Value:
    if not isinstance(subject, Dict):
        return Opaque() if _is_unknown(subject) else False
    results: list[Value] = []
    keys = [evaluate(run, key, scope) for key in pattern.keys]
    for key, inner in zip(keys, pattern.patterns, strict=True):
        if key not in subject.entries:
            results.append(Opaque() if subject.open else False)
        else:
            results.append(matches(run, inner, subject.entries[key], scope))
    if pattern.rest is not None:
        entries = {key: value for key, value in subject.entries.items() if key not in keys}
        scope.bind(pattern.rest, Dict(entries, subject.open))
    return _all(results)


def _class(run: Run, pattern: ast.MatchClass, subject: Value, scope: Scope) -> Value:
    cls = evaluate(run, pattern.cls, scope)
    result = is_of(subject, cls)
    if result is False:
        return False
    fields: Sequence[str] | None = subject.cls.fields if isinstance(subject, Instance) else None
    results = [result]
    for place, inner in enumerate(pattern.patterns):
        if isinstance(cls, External) and cls.path.rpartition(".")[2] in _SELF_MATCHING:
            results.append(matches(run, inner, subject, scope))
        elif fields is not None and place < len(fields):
            value = attribute(run, subject, fields[place])
            results.append(matches(run, inner, value, scope))
        else:
            return Opaque()
    for name, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
        results.append(matches(run, inner, attribute(run, subject, name), scope))
    return _all(results)
