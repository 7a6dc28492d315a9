"""Running a file through the interpreter, once for each way that its conditions may go."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from convlint.kleene import UNKNOWN
from convlint.readers.source import (  # noqa: F401 - importing them registers what they do
    attributes,
    branches,
    calls,
    classes,
    comprehensions,
    contexts,
    expressions,
    keras_calls,
    members,
    patterns,
    statements,
)
from convlint.readers.source.classes import keras_base
from convlint.readers.source.dispatch import call, execute
from convlint.readers.source.keras_values import Layer, Traced
from convlint.readers.source.models import held_layers
from convlint.readers.source.nesting import Unreadable, layers_of
from convlint.readers.source.relevance import builds, class_builds
from convlint.readers.source.run import MAX_STEPS, GivenUp, Raised, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.specs import Locate, model_spec
from convlint.readers.source.subclassed import trace
from convlint.readers.source.summaries import summary
from convlint.readers.source.values import UNPACKED, Bound, Class, Function, Instance, Opaque, Value
from convlint.readers.spec import ModelSpec
from convlint.readers.variants import Note

MAX_RUNS: Final = 16
"""Most ways through one file, or through one function that nothing calls, that are followed."""

MAX_TOTAL_STEPS: Final = 300_000
"""Most steps of all runs through one file."""

MAX_ALIKE: Final = 32
"""Most models that one line makes and that are looked at."""

Place: TypeAlias = tuple[int, int, int, int]
"""Number of the unit that makes a model; line and column of the construction, and which one of
those made there."""


@dataclass(slots=True)
class Found:
    """The variants of one model: the same construction in several runs."""

    line: int
    variants: list[ModelSpec] = field(default_factory=list)
    given_up: str | None = None


def models_of(tree: ast.Module, locate: Locate) -> tuple[list[Found], list[Note]]:
    """Every model that a file builds, with its variants, and what was given up."""
    explorer = _Explorer(locate)
    scope = Scope()
    main = Run()
    runs: list[Run] = []

    def run_file(run: Run) -> None:
        nonlocal scope, main
        runs.append(run)
        own = Scope()
        if not run.script:
            scope, main = own, run
        execute(run, tree.body, own)

    explorer.explore(run_file, {})
    names = dict(scope.names)
    main.steps = MAX_STEPS
    main.policy = _settled([run.policy for run in runs])
    main.data_format = _settled([run.data_format for run in runs])
    try:
        for unit in _uncalled(main, names):
            if unit.node not in explorer.called:
                scope.names.clear()
                scope.names.update(names)
                explorer.explore(unit.follow, main.counters, main)
    except (GivenUp, RecursionError) as reason:
        explorer.notes.setdefault(Note(1, str(reason)))
    return list(explorer.found.values()), list(explorer.notes)


def _settled(values: Sequence[Any]) -> Any:
    """What a setting is after the file was run; UNKNOWN if that depends on conditions."""
    return values[0] if all(value == values[0] for value in values) else UNKNOWN


@dataclass(frozen=True, slots=True)
class _Unit:
    """Something that builds models and that nothing may call, and how to call it."""

    node: ast.AST
    follow: Callable[[Run], object]


def _uncalled(main: Run, names: dict[str, Value]) -> Iterator[_Unit]:
    """Functions and classes that build models, those first that no other one refers to."""
    values = [*reversed(names.values()), *reversed(main.decorated)]
    referred = {name for value in values for name in _referred(main, value)}
    values.sort(key=lambda value: getattr(value, "name", "") in referred)
    for value in values:
        if isinstance(value, Function) and builds(main, value):
            unknown = {UNPACKED: Opaque()} if value in main.decorated else {}
            yield _Unit(value.node, _caller(value, unknown))
        elif isinstance(value, Class) and value.node is not None and class_builds(main, value):
            yield _Unit(value.node, _caller(value, {}))
            yield from _methods(main, value)


def _referred(main: Run, value: Value) -> Iterator[str]:
    """The names that a function or class of the file uses, but for its own."""
    if isinstance(value, Function | Class) and value.node is not None:
        body: Any = value.node.body
        uses = summary(main, body).uses
        yield from (use.path[0] for use in uses if use.path[0] != value.name)


def _caller(value: Function | Class, keywords: dict[str, Value]) -> Callable[[Run], object]:
    return lambda run: call(run, value, [], keywords, value.node or ast.Pass())


def _methods(main: Run, cls: Class) -> Iterator[_Unit]:
    """The methods that build models, each of an object made for it."""
    if keras_base(cls) is not None:
        return  # Keras calls them
    for member in tuple(cls.namespace.values()):  # a method that is followed may add another
        if isinstance(member, Function) and member.name != "__init__" and builds(main, member):
            yield _Unit(member.node, _method_caller(cls, member))


def _method_caller(cls: Class, method: Function) -> Callable[[Run], object]:
    def follow(run: Run) -> object:
        if method.kind == "staticmethod":
            return call(run, method, [], {}, method.node)
        receiver: Value = cls
        if method.kind != "classmethod":
            receiver = call(run, cls, [], {}, method.node)
            if not isinstance(receiver, Instance):
                return None
        run.models.clear()  # those of the constructor are a unit of their own
        return call(run, Bound(method, receiver), [], {}, method.node)

    return follow


class _Explorer:
    """Follows units of code every way that their conditions may go, and keeps the models."""

    def __init__(self, locate: Locate) -> None:
        self.found: dict[Place, Found] = {}
        self.notes: dict[Note, None] = {}
        self.called: set[ast.AST] = set()
        self._locate = locate
        self._steps = MAX_TOTAL_STEPS
        self._units = 0

    def explore(
        self, follow: Callable[[Run], object], counters: dict[str, int], main: Run | None = None
    ) -> None:
        """Run once for each combination of answers, as far as the bounds allow."""
        pending: deque[tuple[bool, ...]] = deque([()])
        places: dict[Place, int] = {}
        self._units += 1
        runs = first_questions = 0
        while pending and runs < MAX_RUNS:
            run = Run(pending.popleft(), counters=dict(counters))
            run.steps = min(MAX_STEPS, self._steps)
            if main is not None:
                run.building, run.unbound = main.building, main.unbound
                run.policy, run.data_format = main.policy, main.data_format
            failure = _finish(follow, run)
            self._steps -= min(MAX_STEPS, self._steps) - max(run.steps, 0)
            self.called |= run.called
            for place in self._collect(run, failure):
                places[place] = places.get(place, 0) + 1
            self.notes |= dict.fromkeys(run.notes)
            if not runs:
                first_questions = len(run.trail)
            runs += 1
            # One more than there are runs left tells that there are too many.
            room = MAX_RUNS - runs + 1 - len(pending)
            for number in range(len(run.script), min(len(run.trail), len(run.script) + room)):
                pending.append((*run.trail[:number], not run.trail[number]))
        if pending:
            self._give_up(places, runs, every_question=first_questions < MAX_RUNS)

    def _give_up(self, places: dict[Place, int], runs: int, *, every_question: bool) -> None:
        """Keep only models on which no question had an influence, if each was asked alone."""
        for place, times in places.items():
            entry = self.found[place]
            if not every_question or times < runs or len(entry.variants) > 1:
                entry.given_up = f"it depends on conditions with more than {MAX_RUNS} outcomes"

    def _collect(self, run: Run, failure: str | None) -> list[Place]:
        """Note the models of a run; the places where they were made."""
        run.settle_settings()
        for model in run.models:
            _trace_unbuilt(run, model)
        parts: set[int] = set()
        try:
            parts = _parts(run.models)
        except GivenUp as reason:
            failure = failure or str(reason)
        counts: dict[tuple[int, int], int] = {}
        places = []
        for model in run.models:
            site = getattr(model.site, "lineno", 1), getattr(model.site, "col_offset", 0)
            if id(model) in parts:
                continue
            counts[site] = counts.get(site, 0) + 1
            if counts[site] > MAX_ALIKE:
                note = f"only the first {MAX_ALIKE} models that are made here are checked"
                self.notes.setdefault(Note(site[0], note))
                continue
            place = (self._units, *site, counts[site])
            places.append(place)
            entry = self.found.setdefault(place, Found(site[0]))
            if failure is None:
                self._describe(model, entry)
            else:
                entry.given_up = failure
        if failure is not None and not places:
            self.notes.setdefault(Note(1, failure))
        return places

    def _describe(self, model: Layer, entry: Found) -> None:
        try:
            spec = model_spec(model, self._locate)
            if spec not in entry.variants:
                entry.variants.append(spec)
        except (Unreadable, GivenUp) as reason:
            entry.given_up = str(reason)
        except RecursionError:
            entry.given_up = "it is nested too deeply"


def _finish(follow: Callable[[Run], object], run: Run) -> str | None:
    """Run; the reason if it had to be given up."""
    try:
        follow(run)
    except Raised:
        return None
    except GivenUp as reason:
        return str(reason)
    except RecursionError:
        return "it is nested too deeply"
    return None


def _trace_unbuilt(run: Run, model: Layer) -> None:
    """Follow the ``call`` of a subclassed model that the file never calls."""
    if isinstance(model.body, Traced) and not model.called:
        model.called = run.reading = True
        failure = _finish(lambda inner: trace(inner, model, [], {}), run)
        if failure is not None:
            model.given_up = failure


def _parts(models: list[Layer]) -> set[int]:
    """The models that are layers of other models, or of their custom layers."""
    found: set[int] = set()
    seen: set[int] = set()
    for model in models:
        pending = _inside(model)
        while pending:
            layer = pending.pop()
            target = layer.wrapped or layer
            if target is model or id(target) in seen:
                continue
            found.add(id(target))
            if target.body is None or _is_closed(target):
                # A model that can be read is among the models itself.
                seen.add(id(target))
                pending.extend(held_layers(target))
    return found


def _is_closed(model: Layer) -> bool:
    return isinstance(model.body, Traced) and model.body.network is None


def _inside(layer: Layer) -> list[Layer]:
    """What a model that can be read holds."""
    try:
        return [*layers_of(layer), *held_layers(layer)]
    except Unreadable:
        return []
