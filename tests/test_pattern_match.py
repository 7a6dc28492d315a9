"""What patterns match, on graphs small enough to see it, and how much work that is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

import pytest

from convlint.errors import RuleError
from convlint.facts import registry
from convlint.facts.core import Facts
from convlint.kleene import UNKNOWN
from convlint.pattern import Match, find
from convlint.pattern.parse import parse
from convlint.predicate.parse import parse as parse_predicate
from tests.pattern_graphs import OwnKinds, facts_of, network


def matches(
    text: str, facts: Facts, *, at: str = "x", where: str | None = None
) -> list[tuple[int, ...]]:
    """The witness paths."""
    return [match.path for match in _matches(text, facts, at=at, where=where)]


def _matches(text: str, facts: Facts, *, at: str = "x", where: str | None = None) -> list[Match]:
    pattern = parse(text)
    condition = parse_predicate(where, roles=pattern.roles) if where else None
    return list(find(pattern, facts, at=at, where=condition))


FORK = ("Conv2D", "ReLU", "Dropout", "Add")  # the convolution feeds both, both feed the sum
FORKED = "0-1 0-2 1-3 2-3"
BRANCH = ("Conv2D", "ReLU", "ReLU", "Add")
FOUR = ("Conv2D", "ReLU", "ReLU", "ReLU", "ReLU", "Add")


@pytest.mark.parametrize(
    ("pattern", "classes", "edges", "expected"),
    [
        # one step
        ("x:conv", ("Conv2D", "ReLU", "Conv2D"), None, [(0,), (2,)]),
        ("x:weight", ("Conv2D", "ReLU", "Dense"), None, [(0,), (2,)]),
        ("x:Conv2D", ("Conv2D", "Conv1D"), None, [(0,)]),
        ("x:norm", ("Conv2D", "ReLU"), None, []),
        ("x:output", ("Conv2D", "Output"), None, [(1,)]),
        # edges, not neighbours in the order of calls
        ("x:conv -> act", ("Conv2D", "Dropout", "ReLU"), "0-1 0-2", [(0, 2)]),
        ("x:conv -> act", ("Conv2D", "Dropout", "ReLU"), "0-1 1-2", []),
        ("x:act -> conv", ("Conv2D", "ReLU"), None, []),
        # repetition
        ("x:conv -> act*", ("Conv2D", "ReLU", "ReLU"), None, [(0,)]),
        ("x:conv -> act* -> dropout", ("Conv2D", "ReLU", "ReLU", "Dropout"), None, [(0, 1, 2, 3)]),
        ("x:conv -> act* -> dropout", ("Conv2D", "Dropout"), None, [(0, 1)]),
        ("x:conv -> act+ -> dropout", ("Conv2D", "Dropout"), None, []),
        ("x:conv -> act+ -> dropout", ("Conv2D", "ReLU", "ReLU", "Dropout"), None, [(0, 1, 2, 3)]),
        ("x:conv -> act? -> dropout", ("Conv2D", "ReLU", "ReLU", "Dropout"), None, []),
        ("act+ -> x:dropout", ("ReLU", "ReLU", "Dropout"), None, [(1, 2)]),
        ("act* -> x:dropout", ("ReLU", "ReLU", "Dropout"), None, [(2,)]),
        (
            "x:conv -> (act -> dropout)* -> add",
            ("Conv2D", "ReLU", "Dropout", "ReLU", "Dropout", "Add"),
            None,
            [(0, 1, 2, 3, 4, 5)],
        ),
        (
            "x:conv -> (act -> dropout)* -> add",
            ("Conv2D", "ReLU", "Dropout", "ReLU", "Add"),
            None,
            [],
        ),
        ("x:conv -> (act* -> dropout*)+ -> add", FORK, "0-1 1-2 2-3", [(0, 1, 2, 3)]),
        # alternatives
        ("x:conv -> (act | dropout -> add)", FORK, FORKED, [(0, 1)]),
        ("x:conv -> (act -> norm | dropout -> add)", FORK, FORKED, [(0, 2, 3)]),
        ("x:conv -> ((act | norm) | (dropout)) -> add", FORK, FORKED, [(0, 1, 3)]),
        # the shortest path; of two, that over the smaller index
        ("conv -> any* -> x:add", FORK, FORKED, [(0, 1, 3)]),
        ("conv -> any* -> x:add", FORK, FORKED + " 0-3", [(0, 3)]),
        ("x:conv -> any* -> add", FORK, FORKED, [(0, 1, 3)]),
        ("(conv | act) -> x:dropout", ("ReLU", "Conv2D", "Dropout"), "0-2 1-2", [(0, 2)]),
        ("x:dropout -> (conv | act)", ("Dropout", "ReLU", "Conv2D"), "0-1 0-2", [(0, 1)]),
        ("conv -> any* -> x:act", ("Conv2D", "Conv2D", "ReLU"), None, [(1, 2)]),
        # exclusive edges
        ("x:conv => act", ("Conv2D", "ReLU", "Dropout"), None, [(0, 1)]),
        ("x:conv => act", FORK, FORKED, []),
        ("act => x:add", FORK, FORKED, [(1, 3)]),
        ("conv -> act => x:add", FORK, FORKED, [(0, 1, 3)]),
        ("conv => act -> x:add", FORK, FORKED, []),
        ("x:conv => act", ("Conv2D", "ReLU", "Output"), "0-1 0-2", []),
        ("x:conv => output", ("Conv2D", "Output", "Output"), "0-1 0-2", []),
        ("x:conv => add", ("Conv2D", "Add"), "0-1 0-1", [(0, 1)]),
        # an arrow goes with the step on its right
        ("x:conv => act* -> add", FORK, "0-3 0-1", [(0, 3)]),
        ("x:conv -> act* => add", FORK, "0-3 0-1", []),
        ("x:conv => act* -> add", FORK, FORKED, []),
        ("x:conv -> act => act* -> add", BRANCH, "0-1 1-2 1-3", [(0, 1, 3)]),
        ("x:conv -> act => act+ -> add", BRANCH, "0-1 1-2 2-3 1-3", []),
        ("x:conv => (act | dropout) -> add", FORK, FORKED, []),
        ("x:conv => (act -> add)", FORK, FORKED, []),
        ("x:conv => (act -> add)", FORK, "0-1 1-2 1-3", [(0, 1, 3)]),
        ("x:conv => (act? -> add)", FORK, "0-3 0-1", [(0, 3)]),
        ("x:conv -> (act? => add)", FORK, "0-3 0-1", []),
        ("conv -> (act => act)+ -> x:add", FOUR, "0-1 1-2 2-3 3-4 4-5", [(0, 1, 2, 3, 4, 5)]),
        ("conv -> (act => act)+ -> x:add", FOUR, "0-1 1-2 2-3 3-4 4-5 2-5", [(0, 1, 2, 5)]),
        ("conv -> (act => act)+ -> x:add", FOUR, "0-1 1-2 2-3 3-4 4-5 3-5", []),
        ("(act => act)+ -> x:add", FOUR, "0-1 1-2 2-3 3-4 4-5 2-5", [(1, 2, 5)]),
        # calls that are looked through
        ("x:conv -> act", ("Conv2D", "Identity", "Identity", "ReLU"), None, [(0, 3)]),
        ("x:conv => act", ("Conv2D", "Identity", "ReLU", "Identity"), "0-1 1-2 0-3", [(0, 2)]),
        ("x:conv => act", ("Conv2D", "Identity", "ReLU", "Dropout"), "0-1 1-2 1-3", []),
        ("x:any", ("Conv2D", "Identity", "ReLU"), None, [(0,), (2,)]),
        ("x:!conv", ("Conv2D", "Identity", "ReLU"), None, [(2,)]),
        ("x:Identity", ("Conv2D", "Identity", "ReLU"), None, []),
        # what is unknown matches neither a kind nor its negation
        ("x:any", ("Mystery",), None, [(0,)]),
        ("x:!any", ("Mystery", "Conv2D"), None, []),
        ("x:conv", ("Mystery",), None, []),
        ("x:!conv", ("Mystery", "ReLU"), None, [(1,)]),
        ("x:unknown", ("Mystery", "ReLU", "Lambda"), None, [(0,), (2,)]),
        ("x:!unknown", ("Mystery", "ReLU"), None, [(1,)]),
        ("x:Mystery", ("Mystery", "Lambda", "ReLU"), None, [(0,)]),
        ("x:!Mystery", ("Mystery", "Lambda", "ReLU"), None, [(2,)]),
        ("x:conv -> (!norm)* -> dense", ("Conv2D", "ReLU", "Dense"), None, [(0, 1, 2)]),
        ("x:conv -> (!norm)* -> dense", ("Conv2D", "Mystery", "Dense"), None, []),
        ("x:conv -> (!norm)* -> dense", ("Conv2D", "BatchNormalization", "Dense"), None, []),
        ("x:conv -> any* -> dense", ("Conv2D", "Mystery", "Dense"), None, [(0, 1, 2)]),
    ],
)
def test_patterns_match_paths(
    pattern: str, classes: tuple[str, ...], edges: str | None, expected: list[tuple[int, ...]]
) -> None:
    assert matches(pattern, network(*classes, edges=edges)) == expected


def drop(rate: Any, *producers: int) -> tuple[str, tuple[int, ...], dict[str, Any]]:
    return "Dropout", producers, {"rate": rate}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("x:dropout[rate > 0.5]", [(1,)]),
        ("x:dropout[not rate > 0.5]", [(0,)]),
        ("x:!conv[rate > 0.5]", [(1,)]),
        ("x:any[rate > 0.5]", [(1,), (3,)]),
        ("x:!dropout[rate > 0.5]", []),  # of an unknown class: perhaps a dropout
        ("x:dropout[rate == config.rate]", [(0,), (1,)]),
        ("x:dropout[rate > 0.5 or True]", [(0,), (1,), (2,)]),
    ],
)
def test_a_predicate_must_be_known_to_hold(pattern: str, expected: list[tuple[int, ...]]) -> None:
    facts = facts_of(drop(0.2), drop(0.7), drop(UNKNOWN), ("Mystery", (), {"rate": 0.9}))
    assert matches(pattern, facts) == expected


def test_a_match_names_the_call_of_each_role() -> None:
    facts = network("Conv2D", "Identity", "ReLU", "Dropout", "ReLU", "Conv2D")
    text = "first:conv -> any* -> drop:dropout -> any* -> last:conv"
    assert _matches(text, facts, at="drop") == [
        Match(at=3, path=(0, 2, 3, 4, 5), roles={"first": 0, "drop": 3, "last": 5})
    ]
    assert [match.at for match in _matches(text, facts, at="last")] == [5]


def test_each_call_is_reported_once_and_in_ascending_order() -> None:
    facts = network(
        "Conv2D", "Conv2D", "Dropout", "Dropout", "Add", edges="0-2 1-2 0-3 1-3 2-4 3-4"
    )
    assert matches("conv -> x:dropout -> add", facts) == [(0, 2, 4), (0, 3, 4)]
    assert matches("x:conv -> dropout -> add", facts) == [(0, 2, 4), (1, 2, 4)]
    assert matches("conv -> dropout -> x:add", facts) == [(0, 2, 4)]


@pytest.mark.parametrize("text", ["x:conv", "x:conv -> any*", "any* -> x:any"])
def test_an_empty_graph_has_no_matches(text: str) -> None:
    assert matches(text, facts_of()) == []


def test_find_refuses_roles_that_the_pattern_does_not_have() -> None:
    facts = network("Conv2D")
    with pytest.raises(RuleError, match="no role 'frist'; did you mean 'first'"):
        find(parse("first:conv"), facts, at="frist")
    where = parse_predicate("second.filters > 1", roles=("first", "second"))
    with pytest.raises(RuleError, match="no role 'second'"):
        find(parse("first:conv"), facts, at="first", where=where)


def conv(filters: Any, *producers: int) -> tuple[str, tuple[int, ...], dict[str, Any]]:
    return "Conv2D", producers, {"filters": filters}


SQUEEZE = facts_of(
    conv(64),
    conv(16, 0),
    drop(0.5, 0, 1),
    conv(32, 2),
    conv(128, 3),
    conv(UNKNOWN, 2),
)


@pytest.mark.parametrize(
    ("pattern", "where", "expected"),
    [
        ("a:conv -> x:dropout -> b:conv", None, [(0, 2, 3)]),
        ("a:conv -> x:dropout -> b:conv", "a.filters < b.filters", [(1, 2, 3)]),
        ("a:conv -> x:dropout -> b:conv", "a.filters > b.filters", [(0, 2, 3)]),
        ("a:conv -> x:dropout -> b:conv", "a.filters == b.filters", []),
        ("a:conv -> x:dropout -> b:conv", "a.filters < 20", [(1, 2, 3)]),
        ("a:conv -> x:dropout -> b:conv", "b.filters == None", []),
        ("a:conv -> x:dropout -> b:conv", "b.filters > 20 and x.rate > 0.4", [(0, 2, 3)]),
        ("a:conv -> x:dropout -> b:conv", "x.rate > 0.6", []),
        ("a:conv -> x:dropout -> b:conv", "x.rate * 64 == b.filters", [(0, 2, 3)]),
        # a longer way is taken where the shortest does not fulfil the condition
        ("a:conv -> any* -> x:dropout -> any* -> b:conv", "a.filters + 64 == b.filters",
         [(0, 2, 3, 4)]),
        ("a:conv -> any* -> x:dropout -> any* -> b:conv", "a.filters * 8 == b.filters",
         [(1, 2, 3, 4)]),
        ("x:conv -> any* -> b:conv", "x.filters == b.filters / 2", [(0, 2, 3, 4), (1, 2, 3)]),
        ("a:conv -> any* -> x:conv", "x.filters == a.filters * 2", [(1, 2, 3), (0, 2, 3, 4)]),
        ("a:conv -> any* -> x:dropout", "a.filters > x.rate", [(0, 2)]),
        ("a:conv -> any* -> x:conv -> conv", "a.filters != x.filters", [(0, 2, 3, 4)]),
        # three roles, two of them on one side
        ("a:conv -> b:conv -> any* -> x:conv", "a.filters == b.filters * 4 and x.filters > 100",
         [(0, 1, 2, 3, 4)]),
        ("a:conv -> any* -> b:conv -> any* -> x:conv", "a.filters + b.filters == x.filters + 48",
         [(0, 1, 2, 3)]),
        ("a:conv -> any* -> b:conv -> any* -> x:conv", "a.filters + b.filters == x.filters - 32",
         [(0, 2, 3, 4)]),
        # not known is not enough, unless it does not matter
        ("a:conv -> dropout -> x:conv", "not a.filters < x.filters or a.filters < 20",
         [(0, 2, 3), (1, 2, 5)]),
        ("x:conv -> dropout -> b:conv", "x.filters < b.filters", [(1, 2, 3)]),
    ],
)  # fmt: skip
def test_where_compares_roles(
    pattern: str, where: str | None, expected: list[tuple[int, ...]]
) -> None:
    assert matches(pattern, SQUEEZE, where=where) == expected


def test_the_shortest_of_the_paths_that_fulfil_the_condition_is_the_witness() -> None:
    facts = facts_of(conv(1), conv(2, 0), conv(3, 1), drop(0.5, 2))
    text = "a:conv -> any* -> x:dropout"
    assert matches(text, facts, where="a.filters > x.rate") == [(2, 3)]
    assert matches(text, facts, where="a.filters / 3 < x.rate * 2") == [(1, 2, 3)]


def test_where_may_ask_for_facts_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODEL_FACTS, "depth", lambda facts: len(facts))
    facts = network("Conv2D", "ReLU")
    assert matches("x:conv", facts, where="model.depth == 2") == [(0,)]
    assert matches("x:conv", facts, where="model.depth > 2") == []
    assert matches("x:conv -> y:act", facts, where="model.depth == 2 or x.rate > y.rate") == [
        (0, 1)
    ]


def test_a_truth_value_and_the_number_it_equals_are_told_apart() -> None:
    facts = facts_of(
        ("Conv2D", (), {"use_bias": 1, "units": 1}),
        ("Conv2D", (), {"use_bias": True, "units": 1}),
        ("ReLU", (0, 1), {"units": 1}),
    )
    where = "a.use_bias and a.units == x.units or a.units > x.units"
    assert matches("a:conv -> x:act", facts, where=where) == [(1, 2)]


def test_values_without_a_hash_are_compared_too() -> None:
    zeros: dict[str, Any] = {"class_name": "Zeros"}
    facts = facts_of(
        ("Conv2D", (), {"kernel_initializer": {"class_name": "Ones"}}),
        ("Conv2D", (), {"kernel_initializer": dict(zeros)}),
        ("Dense", (0, 1), {"kernel_initializer": dict(zeros)}),
    )
    where = "a.kernel_initializer == x.kernel_initializer"
    assert matches("a:conv -> x:dense", facts, where=where) == [(1, 2)]


class Edges(tuple[int, ...]):
    """Neighbours of a call that count how many of them are looked at."""

    looked_at: ClassVar[int] = 0

    def __iter__(self) -> Iterator[int]:
        Edges.looked_at += len(self)
        return super().__iter__()


class Counted(OwnKinds):
    @cached_property
    def producers(self) -> tuple[Edges, ...]:
        return tuple(map(Edges, super().producers))

    @cached_property
    def consumers(self) -> tuple[Edges, ...]:
        return tuple(map(Edges, super().consumers))


def edges_looked_at(facts: Facts, text: str, where: str | None) -> int:
    counted = Counted(facts.graph)
    assert (len(counted.producers), len(counted.consumers)) == (len(facts), len(facts))
    _ = counted.calls_by_kind
    Edges.looked_at = 0
    assert matches(text, counted, where=where) != []
    return Edges.looked_at


def dense_blocks(calls: int) -> OwnKinds:
    """Each call consumes all calls before it."""
    layers = ("Conv2D", "BatchNormalization", "ReLU", "Dropout")
    return facts_of(
        *(
            (layers[index % 4], tuple(range(index)), {"filters": index % 3, "rate": 0.5})
            for index in range(calls)
        )
    )


@pytest.mark.parametrize(
    ("pattern", "where", "ways"),
    [
        ("a:conv -> (act | norm | pool)* -> x:dropout -> (act | norm)* -> b:conv", None, 1),
        ("a:conv -> any* -> x:dropout -> any* -> b:conv", None, 1),
        ("a:conv -> any* -> x:dropout -> any* -> b:conv", "a.filters < b.filters", 3),
        ("a:conv -> any* -> c:act -> any* -> x:conv", "a.filters + c.filters == x.filters", 9),
    ],
)
def test_work_is_proportional_to_the_edges_and_not_to_the_paths(
    pattern: str, where: str | None, ways: int
) -> None:
    facts = dense_blocks(120)
    edges = sum(map(len, facts.producers))
    transitions = sum(map(len, parse(pattern).automaton.follow))
    region = edges * transitions
    assert edges_looked_at(facts, pattern, where) <= region + edges * transitions * ways


@pytest.mark.parametrize("where", [None, "a.filters < b.filters"])
def test_work_on_a_chain_is_linear(where: str | None) -> None:
    pattern = "a:conv -> any* -> x:dropout -> any* -> b:conv"
    layers = [conv(1), drop(0.5, 0), conv(2, 1), ("ReLU", (2,), {})]

    def chain(repeats: int) -> OwnKinds:
        return facts_of(
            *(
                (layers[index % 4][0], (index - 1,) if index else (), layers[index % 4][2])
                for index in range(4 * repeats)
            )
        )

    short, long = (edges_looked_at(chain(repeats), pattern, where) for repeats in (100, 1000))
    assert long <= 11 * short


def test_a_kind_that_the_graph_lacks_costs_nothing() -> None:
    facts = Counted(dense_blocks(50).graph)
    _ = facts.calls_by_kind
    Edges.looked_at = 0
    assert matches("x:conv -> any* -> (act -> embedding | embedding)", facts) == []
    assert Edges.looked_at == 0


def test_graphs_may_be_deeper_than_the_stack() -> None:
    depth = 50_000
    facts = network("Conv2D", *["ReLU"] * depth, "Dropout", "Dense")
    (match,) = _matches("first:conv -> act* -> x:dropout -> dense", facts)
    assert match.path == tuple(range(depth + 3))
