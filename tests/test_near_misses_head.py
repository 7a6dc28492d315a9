"""Near misses of the rules on heads: each exemption beside the smallest change that ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import catalog, check
from convlint.lint import lint
from convlint.readers.live import read_model
from tests.near_misses import Cases, classes, conv

case = Cases()


def dense(x: Any, units: int, name: str | None = None, activation: str | None = "relu") -> Any:
    return L.Dense(units, activation=activation, name=name)(x)


def scores(x: Any, units: int = 10) -> Any:
    return L.Dense(units, activation="softmax", name="last")(x)


# CVL502


@case("CVL502", "flat")
def flatten_after_pooling(x: Any) -> Any:
    return scores(L.Flatten(name="flat")(L.GlobalAveragePooling2D()(conv(x))))


@case("CVL502", "flat")
def flatten_after_pooling_and_dropout(x: Any) -> Any:
    x = L.Dropout(0.5)(L.GlobalMaxPooling2D()(conv(x)))
    return scores(L.Flatten(name="flat")(x))


@case("CVL502", "flat", shape=(8,))
def flatten_after_dense(x: Any) -> Any:
    return scores(L.Flatten(name="flat")(dense(x, 4)))


@case("CVL502")
def flatten_after_pooling_that_keeps_its_axes(x: Any) -> Any:
    return scores(L.Flatten()(L.GlobalAveragePooling2D(keepdims=True)(conv(x))))


@case("CVL502")
def flatten_of_a_map_of_one_position(x: Any) -> Any:
    return scores(L.Flatten()(L.AveragePooling2D(32)(conv(x))))


# CVL503


def halved(x: Any, **kwargs: Any) -> Any:
    return L.MaxPooling2D()(conv(x, activation="relu", **kwargs))


@case("CVL503", "last")
def missing_flatten(x: Any) -> Any:
    return scores(dense(halved(x), 16))


@case("CVL503", "last")
def missing_flatten_without_pooling(x: Any) -> Any:
    return scores(L.Conv2D(8, 3)(x))


@case("CVL503", "last", shape=(None, None, 3))
def missing_flatten_for_images_of_any_size(x: Any) -> Any:
    return scores(halved(x))


@case("CVL503", "last")
def missing_flatten_of_a_binary_classifier(x: Any) -> Any:
    return dense(halved(x), 1, "last", "sigmoid")


@case("CVL503")
def flattened_head(x: Any) -> Any:
    return scores(L.Flatten()(halved(x)))


@case("CVL503")
def pooled_head(x: Any) -> Any:
    return classes(halved(x))


@case("CVL503")
def segmentation_of_the_input_s_size(x: Any) -> Any:
    return scores(conv(x))


@case("CVL503", shape=(None, None, 3))
def segmentation_of_any_size(x: Any) -> Any:
    return scores(conv(x))


@case("CVL503")
def upsampled_segmentation(x: Any) -> Any:
    return scores(L.UpSampling2D()(halved(halved(x))))


@case("CVL503")
def grid_by_a_pointwise_convolution(x: Any) -> Any:
    return L.Conv2D(10, 1, activation="softmax", name="last")(halved(x))


@case("CVL503")
def grid_of_numbers(x: Any) -> Any:
    return dense(halved(x), 4, "last", None)


@case("CVL503")
def dense_inside_a_block(x: Any) -> Any:
    x = halved(x)
    return classes(L.Add()([x, dense(dense(x, 32), 8, None, None)]))


@case("CVL503", shape=(64, 8))
def tokens(x: Any) -> Any:
    return scores(L.MaxPooling1D()(L.Conv1D(8, 3, padding="same")(x)))


@case("CVL503", shape=(32, 32, 2))
def network_of_coordinates(x: Any) -> Any:
    return dense(dense(x, 64), 3, "last", "sigmoid")


@case("CVL503")
def map_of_one_position(x: Any) -> Any:
    return scores(L.AveragePooling2D(32)(conv(x)))


# CVL504


@case("CVL504", "last")
def narrow_layer_before_many_classes(x: Any) -> Any:
    return scores(dense(L.GlobalAveragePooling2D()(conv(x)), 4), 100)


@case("CVL504", "last")
def few_channels_before_many_classes(x: Any) -> Any:
    return scores(L.GlobalAveragePooling2D()(conv(x, 4)), 100)


@case("CVL504")
def wide_enough_layer(x: Any) -> Any:
    return scores(dense(L.GlobalAveragePooling2D()(conv(x)), 13), 100)


@case("CVL504")
def few_classes(x: Any) -> Any:
    return scores(dense(L.GlobalAveragePooling2D()(conv(x)), 2), 19)


@case("CVL504", shape=(8,))
def vocabulary(x: Any) -> Any:
    return scores(x, 5001)


@case("CVL504", shape=(16, 8))
def sequence_of_words(x: Any) -> Any:
    return scores(x, 100)


@case("CVL504")
def many_numbers(x: Any) -> Any:
    return dense(dense(L.GlobalAveragePooling2D()(conv(x)), 4), 100, "last", None)


# CVL505


@case("CVL505", "wide")
def head_that_widens(x: Any) -> Any:
    return scores(dense(dense(L.GlobalAveragePooling2D()(conv(x)), 16), 64, "wide"))


@case("CVL505", "wide")
def head_that_widens_behind_a_dropout(x: Any) -> Any:
    x = L.Dropout(0.5)(dense(L.Flatten()(conv(x)), 16))
    return scores(dense(x, 64, "wide"))


@case("CVL505")
def head_that_narrows(x: Any) -> Any:
    return scores(dense(dense(L.GlobalAveragePooling2D()(conv(x)), 64), 16))


@case("CVL505")
def head_of_one_width(x: Any) -> Any:
    return scores(dense(dense(L.GlobalAveragePooling2D()(conv(x)), 32), 32))


@case("CVL505")
def output_wider_than_its_input(x: Any) -> Any:
    return scores(dense(L.GlobalAveragePooling2D()(conv(x)), 8))


@case("CVL505")
def gate(x: Any) -> Any:
    x = conv(x, 16)
    weights = dense(dense(L.GlobalAveragePooling2D(keepdims=True)(x), 4), 16, None, "sigmoid")
    return classes(conv(L.Multiply()([x, weights])))


@case("CVL505")
def decoder(x: Any) -> Any:
    code = dense(L.Flatten()(conv(x)), 4)
    x = L.Reshape((8, 8, 1))(dense(dense(code, 16), 64))
    return conv(x, 3)


@case("CVL505", shape=(8,))
def model_without_convolutions(x: Any) -> Any:
    return scores(dense(dense(x, 16), 64))


@case("CVL505")
def head_of_a_regression(x: Any) -> Any:
    return dense(dense(dense(L.GlobalAveragePooling2D()(conv(x)), 16), 64), 2, None, None)


@case.all
def test_only_what_the_rule_is_about_is_reported(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (keras.losses.SparseCategoricalCrossentropy(from_logits=True), ["last"]),
        (keras.losses.BinaryCrossentropy(from_logits=True), ["last"]),
        ("mse", []),
        (lambda labels, scores: keras.ops.mean(scores), []),
    ],
)
def test_a_loss_says_that_logits_at_every_position_are_classes(loss: Any, expected: Any) -> None:
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, dense(halved(inputs), 10, "last", None))
    model.compile("sgd", loss)
    assert [finding.layer for finding in check(model, select=["CVL503"])] == expected


@pytest.mark.parametrize(
    ("code", "network", "settings", "expected"),
    [
        ("CVL501", lambda x: scores(dense(L.Flatten()(conv(x)), 64)), {}, set()),
        (
            "CVL501",
            lambda x: scores(dense(L.Flatten()(conv(x)), 64, "wide")),
            {"fewest-parameters": 1000},
            {"wide"},
        ),
        (
            "CVL504",
            lambda x: scores(L.GlobalAveragePooling2D()(conv(x)), 40),
            {"classes-per-feature": 4},
            {"last"},
        ),
        (
            "CVL505",
            lambda x: scores(dense(dense(L.Flatten()(conv(x)), 16), 20, "wide")),
            {"growth": 1.5},
            set(),
        ),
    ],
)
def test_limits_can_be_changed(
    code: str, network: Callable[[Any], Any], settings: dict[str, Any], expected: set[str]
) -> None:
    inputs = keras.Input((32, 32, 3))
    graph = read_model(keras.Model(inputs, network(inputs)))
    (rule,) = (rule for rule in catalog.load() if rule.code == code)
    assert {finding.layer for finding in lint(graph, [rule.configured(settings)])} == expected
