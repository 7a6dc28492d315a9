"""Values that are yielded one by one, and what ``itertools`` makes of them."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Sequence
from collections.abc import Iterator as PythonIterator
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.dispatch import call
from convlint.readers.source.numeric import NativeFunction, first
from convlint.readers.source.run import MAX_ITEMS, Run
from convlint.readers.source.sequences import elements
from convlint.readers.source.values import UNPACKED, Iterator, List, Opaque, Value, is_constant


def stream(run: Run, value: Value, into: Iterator) -> PythonIterator[Value]:
    """What iteration over a value yields; ``into`` is open if that cannot be followed."""
    value = logic.settle(run, value)
    if isinstance(value, Iterator):
        for item in value.source:
            run.spend(1)
            yield item
        into.open |= value.open
        return
    found = elements(run, value)
    if found is None:
        into.open = True
    else:
        yield from list(found)


def lazily(
    run: Run,
    values: Sequence[Value],
    combine: Callable[..., PythonIterator[Value]],
    *more: Any,
) -> Iterator:
    """An iterator made from the streams of values, as a function of Python combines them."""
    result = Iterator(iter(()))
    if not values:
        result.open = True
        return result
    result.source = combine(*(stream(run, value, result) for value in values), *more)
    return result


def _zip(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if UNPACKED in keywords:
        return Iterator(iter(()), open=True)
    return lazily(run, arguments, zip)


def _enumerate(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    start = keywords.get("start", arguments[1] if len(arguments) > 1 else 0)
    if not isinstance(start, int):
        return lazily(run, arguments[:1], lambda values: ((Opaque(), value) for value in values))
    return lazily(run, arguments[:1], enumerate, start)


def _map(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    def combine(*streams: PythonIterator[Value]) -> PythonIterator[Value]:
        for row in zip(*streams, strict=False):
            yield call(run, arguments[0], list(row), {}, site)

    return lazily(run, arguments[1:], combine)


def _filter(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if len(arguments) != 2:
        return Opaque()
    result = Iterator(iter(()))

    def kept() -> PythonIterator[Value]:
        for value in stream(run, arguments[1], result):
            test = value if arguments[0] is None else call(run, arguments[0], [value], {}, site)
            known = logic.truth(run, logic.settle(run, test))
            if known is True:
                yield value
            elif known is not False:
                result.open = True
                return

    result.source = kept()
    return result


def _reversed(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    values = elements(run, first(arguments))
    if values is None:
        return Iterator(iter(()), open=True)
    return Iterator(iter(values[::-1]))


def _iter(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    return value if isinstance(value, Iterator) else lazily(run, arguments[:1], iter)


def _next(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    if not isinstance(value, Iterator):
        return Opaque()
    for item in value.source:
        return item
    return arguments[1] if len(arguments) > 1 and not value.open else Opaque()


def _chain(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if UNPACKED in keywords:
        return Iterator(iter(()), open=True)
    return lazily(run, arguments, itertools.chain)


def _chained(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """``chain.from_iterable``."""
    result = Iterator(iter(()))

    def flat() -> PythonIterator[Value]:
        for value in stream(run, first(arguments), result):
            yield from stream(run, value, result)

    result.source = flat()
    return result


def _repeat(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    times = keywords.get("times", arguments[1] if len(arguments) > 1 else None)
    if times is None:
        return Iterator(itertools.repeat(first(arguments)))
    if not isinstance(times, int):
        return Iterator(iter(()), open=True)
    return Iterator(itertools.repeat(first(arguments), times))


def _count(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    given = [*arguments, *keywords.values()]
    if not all(isinstance(value, int | float) for value in given):
        return Iterator(iter(()), open=True)
    return Iterator(itertools.count(*given))


def _islice(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    bounds = arguments[1:]
    if not bounds or not all(bound is None or isinstance(bound, int) for bound in bounds):
        return Iterator(iter(()), open=True)
    return lazily(run, arguments[:1], itertools.islice, *bounds)


def _over_lists(function: Callable[..., Any]) -> NativeFunction:
    """A function of ``itertools`` on complete sequences, with constants as further arguments."""

    def evaluate(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        given: list[Any] = []
        for value in arguments:
            value = logic.settle(run, value)
            if isinstance(value, int):
                given.append(value)
                continue
            values = elements(run, value)
            if values is None:
                return Iterator(iter(()), open=True)
            given.append(values)
        if not all(map(is_constant, keywords.values())):
            return Iterator(iter(()), open=True)
        try:
            found = list(itertools.islice(function(*given, **keywords), MAX_ITEMS + 1))
        except (TypeError, ValueError):
            return Iterator(iter(()), open=True)
        return List(found, open=len(found) > MAX_ITEMS)

    return evaluate


def _accumulate(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    values = elements(run, first(arguments))
    function = arguments[1] if len(arguments) > 1 else keywords.get("func")
    if values is None or (function is None and not all(map(is_constant, values))):
        return Iterator(iter(()), open=True)
    if function is None:
        try:
            return Iterator(iter(list(itertools.accumulate(values))))
        except TypeError:
            return Iterator(iter(()), open=True)
    combine = lambda left, right: call(run, function, [left, right], {}, site)  # noqa: E731
    return Iterator(itertools.accumulate(values, combine))


ITERATION: Final[dict[str, NativeFunction]] = {
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.reversed": _reversed,
    "builtins.iter": _iter,
    "builtins.next": _next,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chained,
    "itertools.repeat": _repeat,
    "itertools.count": _count,
    "itertools.islice": _islice,
    "itertools.cycle": lambda run, arguments, keywords, site: lazily(
        run, arguments[:1], itertools.cycle
    ),
    "itertools.accumulate": _accumulate,
    "itertools.product": _over_lists(itertools.product),
    "itertools.permutations": _over_lists(itertools.permutations),
    "itertools.combinations": _over_lists(itertools.combinations),
    "itertools.pairwise": _over_lists(itertools.pairwise),
    "itertools.zip_longest": _over_lists(itertools.zip_longest),
}
"""Path -> what calling it gives."""
