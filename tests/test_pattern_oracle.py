"""Matches against an enumeration of all paths, on random graphs and random patterns."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import networkx
from hypothesis import event, given, settings
from hypothesis import strategies as st

from convlint import pattern
from convlint.kleene import UNKNOWN
from convlint.pattern.parse import parse as parse_pattern
from convlint.predicate.parse import parse as parse_predicate
from tests.pattern_graphs import OwnKinds, facts_of

# What is tested is written down once more, as naively as can be: a truth value is a number
# (0 false, 1 true, 1/2 unknown), a pattern a tree that is walked with backtracking.


def truth(value: bool | None) -> float:
    return 0.5 if value is None else float(value)


KINDS = ("conv", "act", "dropout", "unknown", "Conv2D", *["any"] * 5)
CLASSES = ("Conv2D", "ReLU", "Dropout", "Mystery", "Identity")
DRAWN_CLASSES = ("Conv2D", "Conv2D", "Conv2D", "ReLU", "ReLU", "Dropout", "Mystery", "Identity")
MEMBERS: Mapping[str, Sequence[str]] = {
    "conv": ("Conv2D",),
    "act": ("ReLU",),
    "dropout": ("Dropout",),
    "unknown": ("Mystery",),
    "Conv2D": ("Conv2D",),
    "any": CLASSES,
}
Config: TypeAlias = Mapping[str, Any]
Bound: TypeAlias = dict[str, int]


def number(config: Config, name: str) -> float | None:
    value = config.get(name)
    return None if value is UNKNOWN else value


def compare(
    compared: Callable[[float, float], bool], one: float | None, other: float | None
) -> float:
    return 0.5 if one is None or other is None else truth(compared(one, other))


PREDICATES: Mapping[str, Callable[[Config], float]] = {
    "filters > 1": lambda call: compare(float.__gt__, number(call, "filters"), 1.0),
    "not filters == 2": lambda call: compare(float.__ne__, number(call, "filters"), 2.0),
    "config.filters < 3 and rate > 1": lambda call: min(
        compare(float.__lt__, number(call, "filters"), 3.0),
        compare(float.__gt__, number(call, "rate"), 1.0),
    ),
}
WHERE: Mapping[str, Callable[[Config, Config], float]] = {
    "{0}.filters > 1": lambda a, b: compare(float.__gt__, number(a, "filters"), 1.0),
    "{0}.filters < {1}.filters": lambda a, b: compare(
        float.__lt__, number(a, "filters"), number(b, "filters")
    ),
    "{0}.filters == {1}.filters and {1}.rate > 1": lambda a, b: min(
        compare(float.__eq__, number(a, "filters"), number(b, "filters")),
        compare(float.__gt__, number(b, "rate"), 1.0),
    ),
    "not {0}.filters == {1}.filters or {0}.rate > {1}.config.rate": lambda a, b: max(
        compare(float.__ne__, number(a, "filters"), number(b, "filters")),
        compare(float.__gt__, number(a, "rate"), number(b, "rate")),
    ),
}


@dataclass
class Atom:
    kind: str
    negated: bool
    predicate: str | None
    role: str | None = None

    def __str__(self) -> str:
        role = f"{self.role}:" if self.role else ""
        condition = f"[{self.predicate}]" if self.predicate else ""
        return f"{role}{'!' if self.negated else ''}{self.kind}{condition}"

    def truth(self, class_name: str, config: Config) -> float:
        of_kind = truth(class_name in MEMBERS[self.kind])
        if class_name == "Mystery" and not of_kind:
            of_kind = 0.5
        if self.negated:
            of_kind = 1 - of_kind
        return min(of_kind, PREDICATES[self.predicate](config) if self.predicate else 1.0)


@dataclass
class Chain:
    items: list[Tree]
    arrows: list[str]

    def __str__(self) -> str:
        rest = zip(self.arrows, self.items[1:], strict=True)
        return str(self.items[0]) + "".join(f" {arrow} {item}" for arrow, item in rest)


@dataclass
class Group:
    alternatives: list[Tree]
    mark: str

    def __str__(self) -> str:
        return "(" + " | ".join(map(str, self.alternatives)) + ")" + self.mark


Tree: TypeAlias = Atom | Chain | Group

atoms = st.builds(
    Atom,
    st.sampled_from(KINDS),
    st.sampled_from([False] * 5 + [True]),
    st.sampled_from([None] * 9 + sorted(PREDICATES)),
)
arrows = st.sampled_from(["->", "->", "=>"])


def chains(items: st.SearchStrategy[Tree], longest: int) -> st.SearchStrategy[Tree]:
    return st.lists(items, min_size=1, max_size=longest).flatmap(
        lambda found: st.builds(
            Chain,
            st.just(found),
            st.lists(arrows, min_size=len(found) - 1, max_size=len(found) - 1),
        )
    )


def groups(items: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.builds(
        Group,
        st.lists(chains(items, 3), min_size=1, max_size=2),
        st.sampled_from(["", "*", "*", "+", "?"]),
    )


trees: st.SearchStrategy[Tree] = st.one_of(
    atoms, groups(atoms), groups(st.one_of(atoms, groups(atoms)))
)


def free_atoms(tree: Tree) -> Iterator[Atom]:
    """The steps that every path passes once."""
    match tree:
        case Atom():
            yield tree
        case Chain(items):
            for item in items:
                yield from free_atoms(item)
        case Group([only], ""):
            yield from free_atoms(only)


@st.composite
def patterns(draw: st.DrawFn) -> tuple[Tree, list[str]]:
    """A pattern and its roles, of which there is at least one."""
    before, after = draw(st.lists(trees, max_size=2)), draw(st.lists(trees, max_size=2))
    items: list[Tree] = [*before, draw(atoms), *after]
    links = draw(st.lists(arrows, min_size=len(items) - 1, max_size=len(items) - 1))
    tree = Chain(items, links)
    free = list(free_atoms(tree))
    # An atom that was drawn once may stand in the tree twice; a role needs a step of its own.
    chosen = draw(st.lists(st.sampled_from(free), min_size=1, max_size=3, unique_by=id))
    roles = ["a", "b", "c"][: len(chosen)]
    for role, atom in zip(roles, chosen, strict=True):
        atom.role = role
    return tree, roles


configs = st.fixed_dictionaries(
    {"filters": st.sampled_from([1.0, 2.0, 2.0, 3.0, 3.0, UNKNOWN])},
    optional={"rate": st.sampled_from([1.0, 2.0])},
)


@st.composite
def graphs(draw: st.DrawFn) -> OwnKinds:
    calls: list[tuple[str, list[int], Config]] = []
    for index in range(draw(st.integers(1, 8))):
        name = draw(st.sampled_from(DRAWN_CLASSES))
        most = 1 if name == "Identity" else 3
        before = st.integers(0, max(0, index - 1))
        count = draw(st.integers(1, most)) if index else 0
        producers = draw(st.sets(before, min_size=min(count, index), max_size=count))
        calls.append((name, sorted(producers), draw(configs)))
    return facts_of(*calls)


def without_transparent(facts: OwnKinds) -> networkx.DiGraph:
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(facts)))
    for call in facts.graph.calls:
        graph.add_edges_from((tensor.call, call.index) for tensor in call.inputs)
    for call in facts.graph.calls:
        if call.class_name == "Identity" and call.inputs:
            (producer,) = graph.predecessors(call.index)
            graph.add_edges_from((producer, consumer) for consumer in graph[call.index])
            graph.remove_node(call.index)
    return graph


def all_paths(graph: networkx.DiGraph) -> Iterator[list[int]]:
    for source in graph:
        yield [source]
        for target in networkx.descendants(graph, source):
            yield from networkx.all_simple_paths(graph, source, target)


def walks(
    tree: Tree, arrow: str, facts: OwnKinds, graph: networkx.DiGraph, path: list[int], start: int
) -> Iterator[tuple[int, Bound]]:
    """How a pattern can pass the calls from ``start`` on: where it ends, and its roles."""
    match tree:
        case Atom():
            if start == len(path):
                return
            if start and arrow == "=>" and graph.out_degree(path[start - 1]) != 1:
                return
            call = facts.graph.calls[path[start]]
            if tree.truth(call.class_name, call.config) == 1:
                yield start + 1, {tree.role: call.index} if tree.role else {}
        case Chain([], _):
            yield start, {}
        case Chain([first, *rest], own):
            for middle, roles in walks(first, arrow, facts, graph, path, start):
                then = Chain(rest, own[1:])
                for end, more in walks(then, own[0] if own else "", facts, graph, path, middle):
                    yield end, {**roles, **more}
        case Group(alternatives, mark):
            if mark in ("*", "?"):
                yield start, {}
            for alternative in alternatives:
                for middle, roles in walks(alternative, arrow, facts, graph, path, start):
                    yield middle, roles
                    if mark in ("*", "+") and middle > start:
                        again = Group(alternatives, "*")
                        yield from walks(again, arrow, facts, graph, path, middle)


@settings(max_examples=600, deadline=None)
@given(graphs(), patterns())
def test_matches_are_those_of_an_enumeration_of_all_paths(
    facts: OwnKinds, drawn: tuple[Tree, list[str]]
) -> None:
    tree, roles = drawn
    graph = without_transparent(facts)
    found = [
        (tuple(path), bound)
        for path in all_paths(graph)
        for end, bound in walks(tree, "->", facts, graph, path, 0)
        if end == len(path)
    ]
    event("some match" if found else "no match")
    compiled = parse_pattern(str(tree))
    for at in roles:
        check(list(pattern.find(compiled, facts, at=at)), at, found)
        for template, holds in WHERE.items():
            for one, other in itertools.product(roles, repeat=2):
                where = parse_predicate(template.format(one, other), roles=roles)
                matches = list(pattern.find(compiled, facts, at=at, where=where))
                chosen = [
                    (path, bound)
                    for path, bound in found
                    if holds(
                        facts.graph.calls[bound[one]].config, facts.graph.calls[bound[other]].config
                    )
                    == 1
                ]
                check(matches, at, chosen)


def check(
    matches: Sequence[pattern.Match], at: str, expected: list[tuple[tuple[int, ...], Bound]]
) -> None:
    """One match for each call that ``at`` can be, on a shortest path, bound as on that path."""
    assert [match.at for match in matches] == sorted({bound[at] for _, bound in expected})
    for match in matches:
        lengths = [len(path) for path, bound in expected if bound[at] == match.at]
        assert len(match.path) == min(lengths)
        assert match.roles[at] == match.at
        assert (match.path, dict(match.roles)) in expected
