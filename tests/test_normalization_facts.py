"""What normalizations take their statistics from, held against what Keras' layers compute."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812

from convlint import catalog
from convlint.facts import Facts
from convlint.kleene import UNKNOWN
from convlint.lint import lint
from convlint.readers.live import read_model
from convlint.readers.source import read_source
from tests.facts import fact, facts_of, layers_with


def facts_of_layer(layer: Any, shape: tuple[int | None, ...], batch: int | None = None) -> Facts:
    inputs = keras.Input(shape, batch_size=batch)
    return facts_of(keras.Model(inputs, layer(inputs)))


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (lambda: L.LayerNormalization(name="n"), (5, 3), 3),
        (lambda: L.LayerNormalization(axis=1, name="n"), (5, 3), 5),
        (lambda: L.LayerNormalization(axis=(1, 2), name="n"), (5, 3), 15),
        (lambda: L.LayerNormalization(axis=(-2, -1), name="n"), (5, 3), 15),
        (lambda: L.RMSNormalization(name="n"), (5, 3), 3),
        (lambda: L.UnitNormalization(name="n"), (5, 3), 3),
        (lambda: L.GroupNormalization(2, name="n"), (5, 8), 20),
        (lambda: L.GroupNormalization(-1, name="n"), (5, 8), 5),
        (lambda: L.GroupNormalization(-1, name="n"), (8,), 1),
        (lambda: L.GroupNormalization(4, axis=1, name="n"), (4, 6), 6),
    ],
)
def test_values_that_share_a_mean(layer: Any, shape: tuple[int, ...], expected: int) -> None:
    assert fact(facts_of_layer(layer(), shape), "n", "normalized_values") == expected
    # As many values change with one of them as the layer normalizes together.
    built, sample = layer(), np.random.default_rng(0).normal(size=(1, *shape))
    before = np.asarray(built(sample))
    sample.flat[0] += 1
    assert np.sum(np.abs(np.asarray(built(sample)) - before) > 1e-6) == expected * (expected > 1)


@pytest.mark.parametrize(
    ("layer", "shape", "batch", "expected"),
    [
        (lambda: L.BatchNormalization(name="n"), (4, 6, 8), 2, 48),
        (lambda: L.BatchNormalization(axis=1, name="n"), (4, 6, 8), 2, 96),
        (lambda: L.BatchNormalization(name="n"), (8,), 1, 1),
        (lambda: L.BatchNormalization(name="n"), (8,), None, UNKNOWN),
        (lambda: L.BatchNormalization(name="n", trainable=False), (8,), 2, UNKNOWN),
        (lambda: L.GroupNormalization(-1, name="n"), (None, 8), None, UNKNOWN),
        (lambda: L.TimeDistributed(L.LayerNormalization(), name="n"), (4, 6, 1), None, UNKNOWN),
        (lambda: L.ReLU(name="n"), (4, 6), 2, UNKNOWN),
    ],
)
def test_values_of_a_batch(layer: Any, shape: Any, batch: int | None, expected: Any) -> None:
    assert fact(facts_of_layer(layer(), shape, batch), "n", "normalized_values") == expected


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (lambda: L.BatchNormalization(name="n"), 3),
        (lambda: L.BatchNormalization(axis=1, name="n"), 1),
        (lambda: L.GroupNormalization(4, axis=-3, name="n"), 1),
        (lambda: L.LayerNormalization(name="n"), UNKNOWN),
    ],
)
def test_the_axis_that_is_kept_apart(layer: Any, expected: Any) -> None:
    assert fact(facts_of_layer(layer(), (4, 6, 8)), "n", "normalized_axis") == expected


@pytest.mark.parametrize(
    ("arguments", "scale", "offset"),
    [
        ({}, 1, 0),
        ({"gamma_initializer": "zeros"}, 0, 0),
        ({"scale": False, "gamma_initializer": "zeros", "center": False}, 1, 0),
        ({"gamma_initializer": keras.initializers.Constant(0.5)}, 0.5, 0),
        ({"gamma_initializer": "random_normal", "beta_initializer": "ones"}, UNKNOWN, 1),
    ],
)
def test_what_a_normalization_starts_with(arguments: Any, scale: Any, offset: Any) -> None:
    facts = facts_of_layer(L.BatchNormalization(name="n", **arguments), (8,))
    assert fact(facts, "n", "initial_scale") == scale
    assert fact(facts, "n", "initial_offset") == offset


@pytest.mark.parametrize(
    ("activation", "alive"), [("relu", False), ("relu6", False), ("leaky_relu", True)]
)
def test_a_gamma_of_zero_gets_a_gradient_unless_relu_follows(activation: str, alive: bool) -> None:
    import tensorflow as tf

    norm = L.BatchNormalization(gamma_initializer="zeros")
    layers = [L.Input((4,)), L.Dense(8), norm, L.Activation(activation), L.Dense(1)]
    model = keras.Sequential(layers)
    with tf.GradientTape() as tape:
        sample = np.random.default_rng(0).normal(size=(16, 4))
        loss = tf.reduce_sum(model(sample, training=True))
    gradient = tape.gradient(loss, norm.beta)
    assert bool(np.any(np.asarray(gradient) != 0)) is alive


def variants(source: str) -> list[Facts]:
    return [Facts(graph) for models in read_source(source, "model.py").models for graph in models]


@pytest.mark.parametrize(
    ("shape", "argument", "expected"),
    [
        ("(224, 224, 3)", "", True),
        ("(3, 224, 224)", "", False),
        ("(None, None, 3)", "", False),
        ("(3, 224, 224)", ", data_format='channels_first'", True),
    ],
)
def test_a_script_may_leave_the_layout_open(shape: str, argument: str, expected: bool) -> None:
    (facts,) = variants(
        "import keras\n"
        f"x = keras.Input({shape})\n"
        f"model = keras.Model(x, keras.layers.Conv2D(8, 3{argument}, name='c')(x))\n"
    )
    assert fact(facts, "c", "layout_known") is expected


@pytest.mark.parametrize(("backbone", "expected"), [("ResNet50", True), ("VGG16", False)])
def test_a_backbone_in_a_script_is_known_to_normalize_or_not(backbone: str, expected: bool) -> None:
    (facts,) = variants(
        "import keras\n"
        f"base = keras.applications.{backbone}(include_top=False, input_shape=(64, 64, 3))\n"
        "x = keras.Input((64, 64, 3))\n"
        "model = keras.Model(x, keras.layers.Flatten()(base(x)))\n"
    )
    assert facts.model("normalizes") is expected


def test_convolutions_that_are_normalized() -> None:
    def conv(name: str, x: Any) -> Any:
        return L.Conv2D(4, 3, padding="same", name=name)(x)

    inputs = keras.Input((8, 8, 3))
    x = L.ReLU()(L.BatchNormalization()(conv("direct", inputs)))
    x = L.MaxPooling2D()(L.BatchNormalization()(L.ReLU()(conv("past an activation", x))))
    branch = conv("past a sum", conv("bare", x))
    x = L.ReLU()(L.BatchNormalization()(L.Add()([x, branch])))
    facts = facts_of(keras.Model(inputs, conv("last", x)))
    assert layers_with(facts, "normalized") >= {"direct", "past an activation", "past a sum"}
    assert fact(facts, "bare", "normalized") is False
    assert fact(facts, "last", "normalized") is False
    assert facts.model("normalized_convs") == 3
    assert facts.model("convs") == 5
    assert facts.model("normalized_conv_share") == pytest.approx(0.6)


def test_what_an_unknown_layer_does_to_a_convolution_is_unknown() -> None:
    inputs = keras.Input((8, 8, 3))
    outputs = L.Lambda(lambda y: y)(L.Conv2D(4, 3, name="c")(inputs))
    facts = facts_of(keras.Model(inputs, outputs))
    assert fact(facts, "c", "normalized") is UNKNOWN
    assert facts.model("normalized_conv_share") is UNKNOWN


def test_sums_with_an_input() -> None:
    inputs = keras.Input((8, 8, 3))
    x = L.Conv2D(3, 3, padding="same")(inputs)
    total = L.Add(name="with input")([inputs, x])
    total = L.Add(name="with rescaled input")([total, L.Rescaling(0.5)(inputs)])
    total = L.Add(name="of features")([total, L.Conv2D(3, 1)(x)])
    facts = facts_of(keras.Model(inputs, L.Concatenate(name="join")([total, inputs])))
    assert layers_with(facts, "adds_input") == {"with input", "with rescaled input"}


def test_the_first_batch_norm_that_is_trained() -> None:
    inputs = keras.Input((8,))
    x = L.BatchNormalization(trainable=False)(inputs)
    x = L.BatchNormalization(name="trained")(L.Dense(4)(x))
    facts = facts_of(keras.Model(inputs, L.BatchNormalization()(L.Dense(4)(x))))
    index = facts.model("first_trained_batch_norm")
    assert facts.graph.calls[index].name == "trained"
    frozen = facts_of_layer(L.BatchNormalization(trainable=False), (8,))
    assert frozen.model("first_trained_batch_norm") is None


@pytest.mark.parametrize(("depth", "found"), [(4, False), (3, True)])
def test_depth_from_which_normalization_is_expected(depth: int, found: bool) -> None:
    inputs = x = keras.Input((16, 16, 3))
    for _ in range(3):
        x = L.Conv2D(4, 3, padding="same", activation="relu")(x)
    outputs = L.Dense(3, activation="softmax")(L.GlobalAveragePooling2D()(x))
    name = "deep-convnet-without-normalization"
    rules = catalog.configured(catalog.load(), [(name, [("least-depth", depth)])])
    graph = read_model(keras.Model(inputs, outputs))
    assert bool(lint(graph, [rule for rule in rules if rule.name == name])) is found


def test_an_order_that_counts_as_chosen_is_reported_once() -> None:
    inputs = x = keras.Input((16, 16, 3))
    for _ in range(3):
        x = L.BatchNormalization()(L.Conv2D(4, 3, activation="relu")(x))
    x = L.ReLU()(L.BatchNormalization()(L.Conv2D(4, 3)(x)))
    graph = read_model(keras.Model(inputs, x))
    name = "batchnorm-after-activation"

    def number(share: float) -> int:
        rules = catalog.configured(catalog.load(), [(name, [("consistent-share", share)])])
        return len(lint(graph, [rule for rule in rules if rule.name == name]))

    assert (number(0.8), number(0.75)) == (3, 1)
