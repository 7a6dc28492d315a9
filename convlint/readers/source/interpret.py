"""Running a file through the interpreter, once for each way that its conditions may go."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from convlint.graph import Location
from convlint.readers.source import (  # noqa: F401 - importing them registers what they do
    attributes,
    branches,
    calls,
    classes,
    contexts,
    expressions,
    keras_calls,
    patterns,
    statements,
)
from convlint.readers.source.calls import call_function
from convlint.readers.source.dispatch import execute
from convlint.readers.source.models import held_layers
from convlint.readers.source.relevance import builds
from convlint.readers.source.run import GivenUp, Raised, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.specs import Unreadable, layers_of, model_spec
from convlint.readers.source.subclassed import trace
from convlint.readers.source.values import Function, Layer, Traced
from convlint.readers.spec import ModelSpec
from convlint.readers.variants import Note

MAX_RUNS: Final = 16
"""Most ways through one file, or through one function that nothing calls, that are followed."""

Locate = Callable[[ast.AST | None], Location | None]


@dataclass(slots=True)
class Found:
    """The variants of one model: the same construction in several runs."""

    variants: list[ModelSpec] = field(default_factory=list)
    given_up: str | None = None
    line: int = 1


def models_of(tree: ast.Module, locate: Locate) -> tuple[list[Found], list[Note]]:
    """Every model that a file builds, with its variants, and what was given up."""
    found: dict[tuple[int, ...], Found] = {}
    notes: dict[Note, None] = {}
    first: list[tuple[Run, Scope]] = []

    def main(run: Run) -> None:
        scope = Scope()
        first.append((run, scope))
        execute(run, tree.body, scope)

    called = _explore(main, found, notes, locate, {})
    if not first:
        return list(found.values()), list(notes)
    run, scope = first[0]
    for function in _uncalled(run, scope):
        if function.node in called:
            continue
        names = dict(scope.names)

        def build(inner: Run, function: Function = function) -> None:
            inner.building = run.building
            call_function(inner, function, [], {}, function.node)

        called |= _explore(build, found, notes, locate, dict(run.counters))
        scope.names = names
    return list(found.values()), list(notes)


def _uncalled(run: Run, scope: Scope) -> Iterator[Function]:
    """Functions that build models, the last defined first, as it may call those before it."""
    for value in reversed(list(scope.names.values())):
        if isinstance(value, Function) and builds(run, value):
            yield value


def _explore(
    execute_once: Callable[[Run], None],
    found: dict[tuple[int, ...], Found],
    notes: dict[Note, None],
    locate: Locate,
    counters: dict[str, int],
) -> set[ast.AST]:
    """Run once for each combination of answers, and note the models; returns what was called."""
    pending: deque[tuple[bool, ...]] = deque([()])
    called: set[ast.AST] = set()
    runs = 0
    while pending and runs < MAX_RUNS:
        run = Run(pending.popleft(), counters=dict(counters))
        runs += 1
        failure = _finish(execute_once, run)
        if failure is not None:
            notes.setdefault(Note(1, failure))
        called |= run.called
        _collect(run, found, locate, failure)
        for note in run.notes:
            notes.setdefault(note)
        for place in range(len(run.script), len(run.trail)):
            pending.append((*run.trail[:place], not run.trail[place]))
    return called


def _finish(execute_once: Callable[[Run], None], run: Run) -> str | None:
    """Run; the reason if it had to be given up."""
    try:
        execute_once(run)
    except Raised:
        return None
    except GivenUp as reason:
        return str(reason)
    except RecursionError:
        return "it is nested too deeply"
    return None


def _collect(
    run: Run, found: dict[tuple[int, ...], Found], locate: Locate, failure: str | None
) -> None:
    counts: dict[tuple[int, int], int] = {}
    for model in run.models:
        _trace_unbuilt(run, model)
    parts = _parts(run.models)
    for model in run.models:
        site = model.site
        place = (getattr(site, "lineno", 0), getattr(site, "col_offset", 0))
        counts[place] = counts.get(place, 0) + 1
        if id(model) in parts:
            continue
        entry = found.setdefault((*place, counts[place]), Found(line=place[0]))
        if failure is not None:
            entry.given_up = failure
            continue
        try:
            spec = model_spec(model, locate)
        except Unreadable as reason:
            entry.given_up = str(reason)
        except RecursionError:
            entry.given_up = "it is nested too deeply"
        else:
            if spec not in entry.variants:
                entry.variants.append(spec)


def _trace_unbuilt(run: Run, model: Layer) -> None:
    """Follow the ``call`` of a subclassed model that the file never calls."""
    if isinstance(model.body, Traced) and not model.called:
        model.called = True
        failure = _finish(lambda inner: trace(inner, model, [], {}), run)
        if failure is not None:
            model.given_up = failure


def _parts(models: list[Layer]) -> set[int]:
    """The models that are layers of other models, at any depth."""
    found: set[int] = set()
    for model in models:
        pending = [model]
        seen: set[int] = set()
        while pending:
            for layer in _inside(pending.pop()):
                target = layer.wrapped or layer
                if id(target) not in seen and target is not model:
                    seen.add(id(target))
                    pending.append(target)
        found |= seen
    return found


def _inside(layer: Layer) -> list[Layer]:
    """What a layer or model that can be read holds."""
    if layer.body is None:
        return held_layers(layer)
    try:
        return [*layers_of(layer), *held_layers(layer)]
    except Unreadable:
        return []
