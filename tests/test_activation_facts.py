"""Facts about where a stack of layers is linear and where it saturates."""

from __future__ import annotations

import keras
import pytest
from keras import layers

from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of

KERNELS = [
    (layers.Dense(4), True),
    (layers.Conv2D(4, 3), True),
    (layers.Conv2D(4, 1), True),
    (layers.Conv2D(4, (3, 5)), True),
    (layers.Conv2D(4, (1, 7)), False),
    (layers.Conv2D(4, (7, 1)), False),
    (layers.Conv2D(4, 3, groups=2), False),
    (layers.DepthwiseConv2D(3), False),
    (layers.SeparableConv2D(4, 3), True),
    (layers.Conv2DTranspose(4, 3), True),
    (layers.MaxPooling2D(), False),
    (layers.Lambda(lambda x: x), UNKNOWN),
]


@pytest.mark.parametrize(("layer", "expected"), KERNELS, ids=lambda value: str(value))
def test_a_full_kernel_connects_all_inputs_and_is_no_strip(
    layer: layers.Layer, expected: object
) -> None:
    model = keras.Sequential([keras.Input((16, 16, 4)), layer])
    assert fact(facts_of(model), layer.name, "full_kernel") is expected


def test_a_kernel_on_a_map_of_one_place_is_full_unless_it_is_depthwise() -> None:
    model = keras.Sequential(
        [
            keras.Input((1, 1, 4)),
            layers.DepthwiseConv2D(1, name="depthwise"),
            layers.Conv2D(4, 1, name="pointwise"),
        ]
    )
    facts = facts_of(model)
    assert fact(facts, "depthwise", "full_kernel") is False
    assert fact(facts, "pointwise", "full_kernel") is True


def test_sigmoids_are_counted_until_something_else_stands_between() -> None:
    model = keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(4, activation="sigmoid", name="one"),
            layers.Dropout(0.1),
            layers.Dense(4, activation="hard_sigmoid", name="two"),
            layers.Dense(4, activation="relu", name="none"),
            layers.Dense(4, activation="sigmoid", name="one_again"),
            layers.BatchNormalization(),
            layers.Dense(4, activation="sigmoid", name="one_after_a_norm"),
            layers.Dense(4, name="linear"),
            layers.Dense(4, activation="sigmoid", name="two_past_a_linear_one"),
        ]
    )
    facts = facts_of(model)
    assert {
        name: fact(facts, name, "sigmoids_in_a_row", fused=True)
        for name in ("one", "two", "none", "one_again", "one_after_a_norm", "two_past_a_linear_one")
    } == {
        "one": 1,
        "two": 2,
        "none": 0,
        "one_again": 1,
        "one_after_a_norm": 1,
        "two_past_a_linear_one": 2,
    }


def test_a_sigmoid_that_no_weight_precedes_is_not_counted() -> None:
    model = keras.Sequential([keras.Input((16,)), layers.Activation("sigmoid", name="first")])
    assert fact(facts_of(model), "first", "sigmoids_in_a_row") == 0


def test_a_sum_ends_a_row() -> None:
    x = inputs = keras.Input((4,))
    x = layers.Dense(4, activation="sigmoid")(x)
    x = layers.Add()([x, layers.Dense(4, activation="sigmoid")(x)])
    x = layers.Dense(4, activation="sigmoid", name="last")(x)
    facts = facts_of(keras.Model(inputs, x))
    assert fact(facts, "last", "sigmoids_in_a_row", fused=True) == 1
