"""Pattern x Facts -> matches: breadth-first searches on the product of graph and automaton.

One runs forwards from the calls a match may begin with, one backwards from those it may end
with, and both stop at the call that is reported. Each pair of a call and a step is visited once,
so the time is linear in calls and edges, and the first visit gives the shortest path. Both keep
to what a search from the calls that may be reported has reached: these are few, mostly none.

A predicate over several roles (``where``) would need to know which call a path bound to each.
Calls on which it reads equal values are interchangeable, so that the searches tell paths apart by
those values only: by whether the first convolution had 32 or 64 filters, not by which it was.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, Final, NamedTuple, TypeAlias

from convlint.errors import RuleError
from convlint.facts.core import Facts
from convlint.kleene import UNKNOWN, Truth
from convlint.pattern.states import ANY, Pattern, Step
from convlint.predicate.evaluate import Equals, Predicate
from convlint.suggest import did_you_mean


class Match(NamedTuple):
    """One reported call.

    Attributes:
        at: index of the call.
        path: indices of the calls on the shortest path that matches, first to last.
        roles: the call that this path binds to each role.
    """

    at: int
    path: tuple[int, ...]
    roles: Mapping[str, int]


def find(
    pattern: Pattern, facts: Facts, *, at: str, where: Predicate | None = None
) -> Iterator[Match]:
    """One match for each call that ``at`` can be bound to, in ascending order.

    ``where`` is a predicate over roles of the pattern. Of several shortest paths it is always
    the same one, at each call the neighbour with the smallest index.

    Raises:
        RuleError: the pattern does not have the role ``at`` or one that ``where`` mentions.
    """
    for role in (at, *sorted(where.roles if where else ())):
        if role not in pattern.roles:
            hint = did_you_mean(role, pattern.roles)
            raise RuleError(f"the pattern has no role {role!r}{hint}")
    if any(kind not in facts.calls_by_kind for kind in pattern.automaton.required_kinds):
        return iter(())
    conjuncts = where.conjuncts if where else ()
    return _Search(pattern, facts, at, conjuncts).matches()


Binding: TypeAlias = tuple[int, ...]
"""For each compared role the class of the call it is bound to, ``UNBOUND`` before it is."""

UNBOUND: Final = -1

_LITERALS: Final = (str, int, float, NoneType)

Successors: TypeAlias = Sequence[Sequence[int]]
"""For each step of the automaton those next to it, in the direction of a search."""
Neighbours: TypeAlias = Callable[[int, int, int], Sequence[int]]
"""The calls next to a call, in the direction of a search from one step to another."""
Region: TypeAlias = dict[int, set[int]]
"""Calls by step."""


class _Visit(NamedTuple):
    """A call that passes a step, and the visit ``before`` it on the path, if there is one.

    Visits of equal distance sort by call, step and binding.
    """

    call: int
    step: int
    binding: Binding
    distance: int
    before: Any


class _Search:
    """The matches of one pattern on one graph; ``conjuncts`` are those of ``where``."""

    def __init__(
        self, pattern: Pattern, facts: Facts, at: str, conjuncts: Sequence[Predicate]
    ) -> None:
        self.facts = facts
        self.automaton = pattern.automaton
        self.role = at
        self.conjuncts = conjuncts
        self.local = [part for part in conjuncts if len(part.roles) == 1 and at not in part.roles]
        self.known: dict[int, _Passes] = {}
        self.agreements: dict[Binding, bool] = {}

    def prepare(self) -> None:
        """What only a search takes that may find something."""
        steps = self.automaton.steps
        self.at = next(index for index, step in enumerate(steps) if step.role == self.role)
        self.passes = [self.passing(index) for index in range(len(steps))]
        self.compared = [part for part in self.conjuncts if len(part.roles) > 1]
        roles = sorted({role for part in self.compared for role in part.roles})
        self.classes = {role: _Classes(self.facts, role, self.compared) for role in roles}
        self.slots = {role: slot for slot, role in enumerate(roles)}

    def passing(self, index: int) -> "_Passes":
        """What passes a step."""
        if index not in self.known:
            self.known[index] = _passes(self.facts, self.automaton.steps[index], self.local)
        return self.known[index]

    def matches(self) -> Iterator[Match]:
        automaton = self.automaton
        if not self.possible():
            return
        self.prepare()
        before = self.region(automaton.precede, forwards=False)
        after = self.region(automaton.follow, forwards=True)
        if not any(before.get(step) for step in automaton.first):
            return
        suffixes = self.explore(after, automaton.last, automaton.precede, self.producers)
        before[self.at] &= suffixes.keys()
        prefixes = self.explore(before, automaton.first, automaton.follow, self.consumers)
        for call in sorted(prefixes.keys() & suffixes.keys()):
            joined = [
                (prefix, suffix)
                for prefix in prefixes[call]
                for suffix in suffixes[call]
                if self.agree(prefix.binding, suffix.binding)
            ]
            if joined and self.allowed(call):
                yield self.match(*min(joined, key=_length))

    def possible(self) -> bool:
        """Whether every step that a match must pass is passed by some call at all.

        Most rules find nothing in most models, and this tells at once. Rare kinds go first.
        """
        steps = self.automaton.steps
        required = sorted(
            self.automaton.required, key=lambda step: len(_of_kind(self.facts, steps[step]))
        )
        for step in required:
            passes = self.passing(step)
            if not any(map(passes.__getitem__, passes.candidates())):
                return False
        return True

    def allowed(self, call: int) -> bool:
        """Whether that part of ``where`` holds which is about the reported call or the model.

        It is asked last: this is where a page puts facts that are dear.
        """
        late = (part for part in self.conjuncts if part.roles <= {self.role})
        return all(part.evaluate(self.facts, {self.role: call}) is True for part in late)

    def region(self, successors: Successors, *, forwards: bool) -> Region:
        """For each step the calls from which ``at`` can be reached, by a search from it.

        What is reported is rarer than what a path to it may begin with.
        """
        edges = self.facts.consumers if forwards else self.facts.producers
        kinds = self.facts.kinds
        passes = self.passes[self.at]
        found: Region = {self.at: {call for call in passes.candidates() if passes[call]}}
        frontier = [(call, self.at) for call in found[self.at]]
        fitting: dict[tuple[int, frozenset[str]], list[int]] = {}
        while frontier:
            call, step = frontier.pop()
            for neighbour in edges[call]:
                producer = call if forwards else neighbour
                key = step, kinds[neighbour]
                if key not in fitting:
                    fitting[key] = [i for i in successors[step] if self.passes[i].fit(neighbour)]
                for successor in fitting[key]:
                    if not self.admits(producer, successor if forwards else step):
                        continue
                    inside = found.setdefault(successor, set())
                    if neighbour not in inside and self.passes[successor][neighbour]:
                        inside.add(neighbour)
                        frontier.append((neighbour, successor))
        return found

    def explore(
        self,
        region: Region,
        ends: Sequence[int],
        successors: Successors,
        neighbours: Neighbours,
    ) -> dict[int, list[_Visit]]:
        """Search from one end of the pattern to ``at``: the visits of each call it may name.

        ``successors`` are the steps next to a step in the direction of the search,
        ``neighbours(call, step, successor)`` the calls next to a call. The search stays in the
        ``region`` from which it can arrive.
        """
        found: dict[int, list[_Visit]] = {}
        seen: defaultdict[tuple[int, Binding], set[int]] = defaultdict(set)
        frontier: list[_Visit] = []

        def visit(step: int, calls: Iterable[int], before: _Visit | None) -> None:
            origin = (UNBOUND,) * len(self.slots) if before is None else before.binding
            distance = 0 if before is None else before.distance + 1
            role = self.automaton.steps[step].role
            compared = role in self.slots
            inside = region.get(step, ())
            binding = origin
            visited = seen[step, binding]
            for call in calls:
                if call not in inside:
                    continue
                if compared:
                    binding = self.bind(origin, str(role), call)
                    visited = seen[step, binding]
                if call not in visited:
                    visited.add(call)
                    here = _Visit(call, step, binding, distance, before)
                    if step == self.at:
                        found.setdefault(call, []).append(here)
                    else:
                        frontier.append(here)

        for step in ends:
            visit(step, sorted(region.get(step, ())), None)
        while frontier:
            # The first visit is the one that stays, so smaller indices go first.
            level, frontier = sorted(frontier), []
            for here in level:
                for step in successors[here.step]:
                    visit(step, neighbours(here.call, here.step, step), here)
        return found

    def admits(self, producer: int, step: int) -> bool:
        """Whether the arrow on the left of a step may come from a call."""
        return not self.automaton.exclusive[step] or len(self.facts.consumers[producer]) == 1

    def consumers(self, call: int, step: int, successor: int) -> Sequence[int]:
        return self.facts.consumers[call] if self.admits(call, successor) else ()

    def producers(self, call: int, step: int, predecessor: int) -> Sequence[int]:
        return [each for each in self.facts.producers[call] if self.admits(each, step)]

    def bind(self, binding: Binding, role: str, call: int) -> Binding:
        slot = self.slots[role]
        return (*binding[:slot], self.classes[role][call], *binding[slot + 1 :])

    def agree(self, prefix: Binding, suffix: Binding) -> bool:
        """Whether ``where`` holds for a path of which both halves are known."""
        binding = tuple(map(max, prefix, suffix))
        if binding not in self.agreements:
            calls = {
                role: self.classes[role].members[binding[slot]] for role, slot in self.slots.items()
            }
            self.agreements[binding] = all(
                part.evaluate(self.facts, calls) is True for part in self.compared
            )
        return self.agreements[binding]

    def match(self, prefix: _Visit, suffix: _Visit) -> Match:
        visits = [*reversed(list(_walk(prefix))), *_walk(suffix.before)]
        steps = self.automaton.steps
        return Match(
            prefix.call,
            tuple(visit.call for visit in visits),
            {role: visit.call for visit in visits if (role := steps[visit.step].role)},
        )


def _walk(visit: _Visit | None) -> Iterator[_Visit]:
    while visit is not None:
        yield visit
        visit = visit.before


def _length(halves: tuple[_Visit, _Visit]) -> tuple[int, Binding, Binding]:
    prefix, suffix = halves
    return prefix.distance + suffix.distance, prefix.binding, suffix.binding


class _Classes(dict[int, int]):
    """The number of a call's class: of the calls on which predicates read equal values for a role.

    It is found out when first asked.
    """

    def __init__(self, facts: Facts, role: str, predicates: Sequence[Predicate]) -> None:
        super().__init__()
        self.facts = facts
        self.readers = [
            reader for predicate in predicates for reader in predicate.reads.get(role, ())
        ]
        self.members: list[int] = []  # of each class one
        self.numbers: dict[Hashable, int] = {}

    def __missing__(self, call: int) -> int:
        values = [reader(self.facts, call) for reader in self.readers]
        # True equals 1, but only one of them is a truth value.
        key: Hashable = tuple((isinstance(value, bool), value) for value in values)
        try:
            known = key in self.numbers
        except TypeError:  # a dictionary, say: a class of its own
            key, known = call, False
        if not known:
            self.numbers[key] = len(self.members)
            self.members.append(call)
        number = self[call] = self.numbers[key]
        return number


class _Passes(dict[int, bool]):
    """Whether a call passes a step, looked up by its index and found out when first asked.

    ``local`` are predicates over one role each.
    """

    def __init__(self, facts: Facts, step: Step, local: Sequence[Predicate]) -> None:
        super().__init__()
        self.facts = facts
        self.kinds = facts.kinds
        self.step = step
        self.fits: dict[frozenset[str], bool] = {}  # few calls differ in their kinds
        self.own = [part.test for part in local if step.role in part.roles]
        predicate = step.predicate
        parts = predicate.conjuncts if predicate else ()
        self.tests = [(part.test, part.reads_call) for part in parts]
        self.pinned = predicate.pinned if predicate else None
        self.equals = parts[0].equals if parts else None
        # What begins with a condition on the model is settled before any call is looked at.
        self.hopeless = False
        if self.tests:
            first, reads_call = self.tests[0]
            self.hopeless = not reads_call and first(facts, 0) is not True
        self.of_kind = () if self.hopeless else _of_kind(facts, step)

    def candidates(self) -> Sequence[int]:
        """Calls of which any other does not pass, ascending."""
        if self.pinned is not None:
            index = self.pinned(self.facts, 0)
            return (index,) if type(index) is int and index in self.of_kind else ()
        if self.equals is not None:
            found = _by_value(self.facts, self.step, self.of_kind, self.equals)
            lists = [found[value] for value in self.equals.values if value in found]
            return lists[0] if len(lists) == 1 else sorted(itertools.chain(*lists))
        return self.of_kind

    def __missing__(self, call: int) -> bool:
        passes = False
        if not self.hopeless:
            fits = self.fits.get(self.kinds[call])
            if fits or (fits is None and self.fit(call)):
                passes = True
                facts = self.facts
                # In the order of the page, which has what is cheap to tell first.
                for test, reads_call in self.tests:
                    if test(facts, call) is not True:
                        passes = False
                        self.hopeless = not reads_call  # it then fails for every call
                        break
                if passes and self.own:
                    scope = {str(self.step.role): call}
                    passes = all(test(facts, scope) is True for test in self.own)
        self[call] = passes
        return passes

    def fit(self, call: int) -> bool:
        """Whether it is of the kind."""
        kinds = self.kinds[call]
        fits = self.fits.get(kinds)
        if fits is None:
            fits = self.fits[kinds] = _kind_truth(self.step, kinds) is True
        return fits


def _of_kind(facts: Facts, step: Step) -> Sequence[int]:
    """Calls of which any other is not of the step's kind, ascending."""
    if step.negated or step.kind == ANY:
        return facts.opaque
    return facts.calls_by_kind.get(step.kind, ())


def _by_value(
    facts: Facts, step: Step, calls: Sequence[int], equals: Equals
) -> Mapping[Any, list[int]]:
    """The calls of a kind by what is read of them: many rules look for one value of one fact."""
    key = step.kind, step.negated, equals.name
    if key not in facts.steps:
        found: dict[Any, list[int]] = {}
        for call in calls:
            value = equals.read(facts, call)
            if isinstance(value, _LITERALS):
                found.setdefault(value, []).append(call)
        facts.steps[key] = found
    values: Mapping[Any, list[int]] = facts.steps[key]
    return values


def _passes(facts: Facts, step: Step, local: Sequence[Predicate]) -> "_Passes":
    """What passes a step; steps that ask the same, of whatever pattern, share the answers."""
    if any(step.role in part.roles for part in local):
        return _Passes(facts, step, local)
    key = step.kind, step.negated, step.predicate and step.predicate.key
    if key not in facts.steps:
        facts.steps[key] = _Passes(facts, step, ())
    passes: _Passes = facts.steps[key]
    return passes


def _kind_truth(step: Step, kinds: frozenset[str]) -> Truth:
    truth: Truth = step.kind == ANY or step.kind in kinds
    if not truth and "unknown" in kinds:
        return UNKNOWN
    return not truth if step.negated else truth
