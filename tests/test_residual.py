"""Forks, joins and their sides on real architectures, and dominators against networkx."""

from __future__ import annotations

import keras
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from convlint.facts import Facts
from convlint.facts.residual import LONGEST_SIDE, SEVERAL, immediate_dominators, sides
from convlint.graph import Call, Graph, Tensor
from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of, layers_with

ROOT = -1


@st.composite
def dags(draw: st.DrawFn) -> list[list[int]]:
    """Producers of each node; a node without producers is an input."""
    size = draw(st.integers(1, 14))
    return [
        draw(st.lists(st.integers(0, node - 1), max_size=3, unique=True)) if node else []
        for node in range(size)
    ]


def graph(producers: list[list[int]]) -> Graph:
    calls = tuple(
        Call(
            index=node,
            layer=f"n{node}",
            class_name="Add" if sources else "InputLayer",
            kinds=frozenset({"add", "merge"} if sources else {"input"}),
            config={},
            inputs=tuple(Tensor(source) for source in sources),
        )
        for node, sources in enumerate(producers)
    )
    return Graph("g", calls)


@given(dags())
def test_dominators_are_those_of_networkx(producers: list[list[int]]) -> None:
    oracle = nx.DiGraph()
    for node, sources in enumerate(producers):
        oracle.add_edges_from((source, node) for source in sources or [ROOT])
    expected = nx.immediate_dominators(oracle, ROOT)
    found = immediate_dominators(Facts(graph(producers)))
    assert found == tuple(
        None if expected[node] == ROOT else expected[node] for node in range(len(producers))
    )


def conv(name: str, size: int = 3, filters: int = 8, **kwargs: object) -> layers.Layer:
    return layers.Conv2D(filters, size, padding="same", name=name, **kwargs)


def test_an_identity_block_has_a_branch_and_a_bare_shortcut() -> None:
    inputs = keras.Input((8, 8, 8))
    stem = conv("stem")(inputs)
    x = layers.ReLU(name="relu")(conv("one")(stem))
    x = layers.Dropout(0.5, name="drop")(x)
    x = conv("two")(x)
    x = layers.ReLU(name="after")(layers.Add(name="sum")([x, stem]))
    facts = facts_of(keras.Model(inputs, conv("last")(x)))
    assert layers_with(facts, "on_residual_branch") == {"one", "relu", "drop", "two"}
    assert layers_with(facts, "on_shortcut") == set()


def test_a_projection_is_the_shortcut_and_a_gate_lies_on_the_branch() -> None:
    inputs = keras.Input((8, 8, 4))
    x = conv("one")(inputs)
    gate = layers.GlobalAveragePooling2D(keepdims=True, name="squeeze")(x)
    gate = layers.Dense(8, activation="sigmoid", name="excite")(gate)
    x = layers.Multiply(name="scale")([x, gate])
    side = layers.BatchNormalization(name="bn")(conv("project", size=1)(inputs))
    facts = facts_of(keras.Model(inputs, layers.Add(name="sum")([side, x])))
    branch = {"one", "squeeze", "excite", "scale"}
    assert layers_with(facts, "on_residual_branch") == branch
    assert layers_with(facts, "on_shortcut") == {"project", "bn"}


def test_dropout_on_the_identity_path_is_on_the_shortcut() -> None:
    inputs = keras.Input((8,))
    x = layers.Dense(8, name="dense")(inputs)
    facts = facts_of(keras.Model(inputs, layers.Dropout(0.5, name="drop")(inputs) + x))
    assert layers_with(facts, "on_shortcut") == {"drop"}
    assert layers_with(facts, "on_residual_branch") == {"dense"}


def test_the_activation_after_a_sum_belongs_to_neither_side() -> None:
    inputs = keras.Input((8, 8, 8))
    x = inputs
    for block in range(3):
        branch = conv(f"conv{block}")(x)
        x = layers.ReLU(name=f"relu{block}")(layers.Add(name=f"sum{block}")([x, branch]))
    facts = facts_of(keras.Model(inputs, x))
    assert layers_with(facts, "on_residual_branch") == {"conv0", "conv1", "conv2"}
    assert layers_with(facts, "on_shortcut") == set()


def test_two_weighted_sides_are_neither_known_to_be_a_branch_nor_known_not_to_be() -> None:
    inputs = keras.Input((8, 8, 8))
    one = layers.Dropout(0.1, name="drop")(conv("one")(inputs))
    facts = facts_of(keras.Model(inputs, layers.Add()([one, conv("two")(inputs)])))
    assert fact(facts, "drop", "on_residual_branch") is UNKNOWN


def test_a_sum_of_two_inputs_is_not_residual() -> None:
    first, second = keras.Input((8,)), keras.Input((8,))
    total = layers.Add()([first, layers.Dense(8, name="dense")(second)])
    facts = facts_of(keras.Model([first, second], total))
    assert fact(facts, "dense", "on_residual_branch") is False


def test_the_skip_of_an_hourglass_is_no_residual_block() -> None:
    inputs = keras.Input((8, 8, 8))
    encoded = conv("down", strides=2)(inputs)
    decoded = layers.UpSampling2D(name="up")(conv("bottom")(encoded))
    facts = facts_of(keras.Model(inputs, layers.Add()([inputs, decoded])))
    assert layers_with(facts, "on_residual_branch") == set()


def test_a_branch_holds_what_lies_inside_the_joins_on_it() -> None:
    inputs = keras.Input((8, 8, 8))
    x = conv("head")(inputs)
    split = layers.Concatenate(name="cat")([conv("left")(x), conv("right")(x)])
    x = conv("tail")(split)
    facts = facts_of(keras.Model(inputs, layers.Add()([inputs, x])))
    inside = {"head", "left", "right", "cat", "tail"}
    assert layers_with(facts, "on_residual_branch") == inside


@pytest.mark.parametrize("all_earlier", [False, True])
def test_a_dense_block_marks_what_it_concatenates(all_earlier: bool) -> None:
    inputs = keras.Input((8, 8, 8))
    earlier = [inputs]
    x = inputs
    for step in range(3):
        y = layers.Dropout(0.2, name=f"drop{step}")(conv(f"conv{step}")(x))
        earlier.append(y)
        x = layers.Concatenate(name=f"cat{step}")(earlier if all_earlier else [x, y])
    facts = facts_of(keras.Model(inputs, x))
    assert {"drop0", "drop1", "drop2"} <= layers_with(facts, "on_dense_branch")


def test_the_skip_of_a_u_net_is_no_dense_block() -> None:
    inputs = keras.Input((8, 8, 8))
    skip = conv("encode")(inputs)
    x = layers.Dropout(0.2, name="drop")(conv("bottom")(layers.MaxPooling2D()(skip)))
    x = layers.Concatenate()([skip, layers.UpSampling2D()(x)])
    facts = facts_of(keras.Model(inputs, x))
    assert fact(facts, "drop", "on_dense_branch") is False


def test_a_side_longer_than_the_bound_is_given_up() -> None:
    # Whether a weightless side is a shortcut cannot be told if it was not followed to its end.
    inputs = keras.Input((8,))
    x = inputs
    for step in range(LONGEST_SIDE + 5):
        x = layers.ReLU(name=f"relu{step}")(x)
    facts = facts_of(keras.Model(inputs, layers.Add()([layers.Dense(8, name="dense")(inputs), x])))
    assert fact(facts, "dense", "on_residual_branch") is UNKNOWN


def test_joins_of_one_fork_share_their_sides() -> None:
    # A densely connected block: a producer, and a join of all that is before it, in turn.
    producers: list[list[int]] = [[]]
    ends = [0]
    for _ in range(100):
        producers.append(list(ends))
        producers.append([len(producers) - 1])
        ends.append(len(producers) - 1)
    found = [side for around in sides(Facts(graph(producers))).values() for side in around]
    assert len(found) == sum(range(2, 101))
    assert len({id(side) for side in found}) == 100


def test_weights_are_not_counted_beyond_several() -> None:
    # The paths double in each block; a number of them would soon be longer than the graph.
    calls = [Call(0, "image", "InputLayer", frozenset({"input"}), {}, ())]
    for block in range(200):
        last = len(calls) - 1
        for side in range(2):
            source = Tensor(last)
            kinds = frozenset({"conv", "weight"})
            calls.append(Call(last + 1 + side, f"c{block}_{side}", "Conv2D", kinds, {}, (source,)))
        both = Tensor(last + 1), Tensor(last + 2)
        skipped = (*both, Tensor(0))
        kinds = frozenset({"add", "merge"})
        calls.append(Call(last + 3, f"a{block}", "Add", kinds, {}, skipped))
    found = sides(Facts(Graph("g", tuple(calls))))
    assert max(side.weights for around in found.values() for side in around) == SEVERAL
