"""Facts about additions, shortcuts, concatenations and repeated inputs."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from convlint.facts import Facts
from convlint.graph import Call, Graph, Tensor
from convlint.kinds import classify
from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of, layers_with


def conv(name: str, size: int = 3, filters: int = 8, **kwargs: Any) -> layers.Layer:
    return layers.Conv2D(filters, size, padding="same", name=name, **kwargs)


def add(x: Any, y: Any, name: str = "sum") -> Any:
    return layers.Add(name=name)([x, y])


@pytest.fixture
def resnet() -> Facts:
    """Two blocks: a projection to more channels, then one with a 1x1 on an equal shape."""
    inputs = keras.Input((16, 16, 3))
    x = conv("stem")(inputs)
    y = layers.ReLU(name="inside")(conv("a1", filters=16)(x))
    y = layers.BatchNormalization(name="end1")(conv("a2", filters=16)(y))
    x = layers.ReLU(name="after1")(add(conv("project", 1, 16)(x), y, "sum1"))
    y = conv("b2", filters=16)(conv("b1", filters=16, activation="relu")(x))
    x = add(conv("needless", 1, 16)(x), layers.ReLU(name="end2")(y), "sum2")
    return facts_of(keras.Model(inputs, x))


def test_residual_additions(resnet: Facts) -> None:
    assert layers_with(resnet, "is_residual_addition") == {"sum1", "sum2"}
    assert layers_with(resnet, "ends_residual_branch") == {"end1", "end2"}
    assert resnet.model("residual_depth") == 2


def test_only_the_shortcut_between_equal_shapes_is_altered(resnet: Facts) -> None:
    assert layers_with(resnet, "alters_shortcut") == {"needless"}


def test_the_first_of_them(resnet: Facts) -> None:
    calls = resnet.graph.calls
    assert calls[resnet.model("first_residual_addition")].name == "sum1"
    assert calls[resnet.model("first_activated_addition")].name == "sum1"


def test_parallel_convolutions_are_no_residual_block() -> None:
    x = inputs = keras.Input((16, 16, 3))
    x = conv("stem")(x)
    facts = facts_of(keras.Model(inputs, add(conv("one", 1)(x), conv("three")(x))))
    assert layers_with(facts, "is_residual_addition") == set()
    assert facts.model("first_residual_addition") is None
    assert facts.model("first_activated_addition") is None
    assert facts.model("residual_depth") == 0


def test_what_lies_beside_an_unknown_layer_is_not_known() -> None:
    x = inputs = keras.Input((16, 16, 8))
    lambdas = layers.Lambda(lambda y: y, name="lambda")(x)
    facts = facts_of(keras.Model(inputs, add(lambdas, conv("two")(conv("one")(x)))))
    assert fact(facts, "sum", "is_residual_addition") is UNKNOWN
    assert fact(facts, "two", "ends_residual_branch") is UNKNOWN


INITIALIZERS = [
    ("glorot_uniform", False),
    ("he_normal", False),
    ("lecun_normal", False),
    ("zeros", True),
    ("random_normal", True),
    (keras.initializers.VarianceScaling(0.1), True),
]


@pytest.mark.parametrize(("initializer", "expected"), INITIALIZERS)
def test_a_branch_starts_small_unless_its_initializer_keeps_the_variance(
    initializer: Any, expected: bool
) -> None:
    x = inputs = keras.Input((16, 16, 8))
    y = conv("two", kernel_initializer=initializer)(conv("one")(x))
    facts = facts_of(keras.Model(inputs, add(x, y)))
    assert facts.model("residuals_start_small") is expected


def merged(merge: layers.Layer, *sources: str) -> Facts:
    inputs = keras.Input((16, 16, 8))
    tensors = {"x": inputs, "y": conv("y")(inputs), "same": layers.Dropout(0.0)(inputs)}
    tensors["stopped"] = keras.ops.stop_gradient(inputs)
    return facts_of(keras.Model(inputs, merge([tensors[source] for source in sources])))


MERGES = [
    ("Add", "x x", True),
    ("Add", "x y", False),
    ("Add", "x same", True),
    ("Add", "x stopped", False),
    ("Average", "x y x", True),
    ("Multiply", "x x", False),
    ("Concatenate", "x x", True),
    ("Concatenate", "x x x", False),
    ("Concatenate", "x x y", True),
]


@pytest.mark.parametrize(("merge", "sources", "expected"), MERGES)
def test_repeats_input(merge: str, sources: str, expected: bool) -> None:
    layer = getattr(layers, merge)(name="merge")
    assert fact(merged(layer, *sources.split()), "merge", "repeats_input") is expected


AXES = [(1, True), (2, True), (-2, True), (3, False), (-1, False)]


@pytest.mark.parametrize(("axis", "expected"), AXES)
def test_concatenates_positions(axis: int, expected: bool) -> None:
    x = inputs = keras.Input((16, 16, 3))
    x = conv("stem")(x)
    x = layers.Concatenate(axis=axis, name="join")([conv("one")(x), conv("two")(x)])
    facts = facts_of(keras.Model(inputs, x))
    assert fact(facts, "join", "concatenates_positions") is expected
    assert fact(facts, "one", "concatenates_positions") is False


def test_maps_from_two_inputs_are_left_alone() -> None:
    left, right = keras.Input((16, 16, 3)), keras.Input((16, 16, 3))
    x = layers.Concatenate(axis=1, name="join")([conv("one")(left), conv("two")(right)])
    facts = facts_of(keras.Model([left, right], x))
    assert fact(facts, "join", "concatenates_positions") is False


def test_many_joins_behind_a_long_chain_take_linear_time() -> None:
    def call(index: int, name: str, *inputs: int) -> Call:
        tensors = tuple(Tensor(source) for source in inputs)
        return Call(index, f"n{index}", name, classify(name, {}), {}, tensors)

    length = 20_000
    calls = [call(0, "InputLayer")]
    calls += [call(index, "ReLU", index - 1) for index in range(1, length)]
    calls += [call(length + n, "Concatenate", length - 1 - n, length - 2 - n) for n in range(5000)]
    facts = Facts(Graph("g", tuple(calls)))
    for name in ("concatenates_positions", "repeats_input", "sigmoids_in_a_row"):
        assert not any(facts.lookup(index, name) for index in range(len(calls)))


STEPS = [
    ("relu conv", "relu conv", False),
    ("relu conv", "gelu conv", True),
    ("relu conv", "relu", True),
    ("relu conv", "conv", True),
    ("relu", "relu relu", True),
    ("relu conv relu", "gelu conv gelu", False),
    ("relu conv", "", False),
    ("relu conv norm", "relu norm conv", False),
]


@pytest.mark.parametrize(("usual", "odd", "expected"), STEPS)
def test_a_block_is_odd_if_it_differs_in_one_step(usual: str, odd: str, expected: bool) -> None:
    make = {
        "relu": lambda: layers.ReLU(),
        "gelu": lambda: layers.Activation("gelu"),
        "conv": lambda: layers.Conv2D(8, 1),
        "norm": lambda: layers.BatchNormalization(),
    }
    x = inputs = keras.Input((4, 4, 8))
    for number, steps in enumerate((usual, odd, usual)):
        y = layers.Conv2D(8, 3, padding="same")(x)
        for step in steps.split():
            y = make[step]()(y)
        x = add(x, y, f"sum{number}")
    facts = facts_of(keras.Model(inputs, x))
    assert layers_with(facts, "odd_block_out") == ({"sum1"} if expected else set())
    assert facts.model("alike_blocks") == (3 if usual == odd else 2)
