"""Near misses of the rules on initial weights: where they fire, and where not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import initializers
from keras import layers as L  # noqa: N812

from convlint import check
from tests.near_misses import Cases, classes, conv

case = Cases()


def dense(x: Any, units: int = 8, **kwargs: Any) -> Any:
    return L.Dense(units, **kwargs)(x)


def constant(x: Any, kernel: Any = "zeros", units: int = 8, **kwargs: Any) -> Any:
    return dense(x, units, kernel_initializer=kernel, name="constant", **kwargs)


# CVL701


@case("CVL701", "constant", shape=(8,))
def zeros_before_a_relu(x: Any) -> Any:
    return dense(constant(x, activation="relu"))


@case("CVL701", "constant")
def convolution_of_zeros_before_a_relu(x: Any) -> Any:
    x = conv(x, kernel_initializer="zeros", name="constant")
    return classes(conv(L.ReLU()(x)))


@case("CVL701", "constant", shape=(8,))
def zeros_before_a_relu_even_of_one_unit(x: Any) -> Any:
    return dense(constant(x, units=1, activation="relu"))


@case("CVL701", "constant", shape=(8,))
def ones(x: Any) -> Any:
    return dense(constant(x, "ones", activation="tanh"))


@case("CVL701", "constant", shape=(8,))
def distribution_without_spread(x: Any) -> Any:
    return dense(constant(x, initializers.RandomNormal(0.1, 0.0), activation="tanh"))


@case("CVL701", "constant", "next", shape=(8,))
def two_in_a_row(x: Any) -> Any:
    x = constant(x, "ones", activation="tanh")
    x = dense(x, kernel_initializer="ones", activation="tanh", name="next")
    return dense(x)


@case("CVL701", "constant", shape=(8,))
def ones_and_a_dropout(x: Any) -> Any:
    return dense(L.Dropout(0.5)(constant(x, "ones", activation="tanh")))


@case("CVL701", shape=(8,))
def zeros_with_a_positive_bias_and_one_unit(x: Any) -> Any:
    x = constant(x, units=1, activation="relu", bias_initializer="ones")
    return dense(x)


@case("CVL701", shape=(8,))
def last_layer_of_zeros(x: Any) -> Any:
    return constant(dense(x, activation="relu"), activation="softmax")


@case("CVL701", shape=(8,))
def result_that_is_used_twice(x: Any) -> Any:
    x = constant(x, "ones", activation="tanh")
    return L.Concatenate()([dense(x), dense(x)])


@case("CVL701", shape=(8,))
def residual_branch_that_starts_at_zero(x: Any) -> Any:
    return dense(L.Add()([x, constant(dense(x, activation="relu"))]))


@case("CVL701", shape=(8,))
def modulation_that_starts_at_zero(x: Any) -> Any:
    return dense(L.Multiply()([x, constant(x, activation="sigmoid")]))


@case("CVL701")
def frozen_average(x: Any) -> Any:
    average = initializers.Constant(1 / 9)
    return classes(conv(conv(x, kernel_initializer=average, trainable=False)))


@case("CVL701")
def depthwise_average(x: Any) -> Any:
    return classes(conv(L.DepthwiseConv2D(3, depthwise_initializer="ones")(x)))


@case("CVL701", shape=(8,))
def one_unit_of_ones(x: Any) -> Any:
    return dense(constant(x, "ones", units=1, activation="tanh"))


@case("CVL701", shape=(8,))
def constant_of_an_array(x: Any) -> Any:
    return dense(constant(x, initializers.Constant(np.eye(8).tolist()), activation="relu"))


@case("CVL701", shape=(8,))
def identity(x: Any) -> Any:
    return dense(constant(x, "identity", activation="relu"))


@case("CVL701", shape=(8,))
def converted_model(x: Any) -> Any:
    x = constant(x, activation="relu")
    return dense(x, kernel_initializer="zeros")


# CVL702


def selu(x: Any, units: int = 8, **kwargs: Any) -> Any:
    return dense(x, units, activation="selu", name="selu", **kwargs)


@case("CVL702", "selu", shape=(784,))
def default_kernel_of_a_narrowing_layer(x: Any) -> Any:
    return dense(selu(x, 64))


@case("CVL702", "selu", shape=(8,))
def kernel_of_he(x: Any) -> Any:
    return dense(selu(x, kernel_initializer="he_normal"))


@case("CVL702", "selu", shape=(100,))
def normal_kernel_of_another_size(x: Any) -> Any:
    return dense(selu(x, kernel_initializer=initializers.RandomNormal(stddev=0.05)))


@case("CVL702", "selu")
def convolution_with_the_default_kernel(x: Any) -> Any:
    return classes(conv(x, 64, activation="selu", name="selu"))


@case("CVL702", shape=(100,))
def normal_kernel_of_the_right_size(x: Any) -> Any:
    return dense(selu(x, kernel_initializer=initializers.RandomNormal(stddev=0.1)))


@case("CVL702", shape=(784,))
def kernel_of_lecun(x: Any) -> Any:
    return dense(selu(x, 64, kernel_initializer="lecun_uniform"))


@case("CVL702", shape=(784,))
def kernel_of_lecun_by_another_name(x: Any) -> Any:
    scaling = initializers.VarianceScaling(1.0, "fan_in", "uniform")
    return dense(selu(x, 64, kernel_initializer=scaling))


@case("CVL702", shape=(64,))
def default_kernel_of_a_square_layer(x: Any) -> Any:
    return dense(selu(x, 64))


@case("CVL702", shape=(784,))
def normalized(x: Any) -> Any:
    return dense(L.LayerNormalization()(selu(x, 64)))


@case("CVL702", shape=(784,))
def frozen(x: Any) -> Any:
    return dense(selu(x, 64, trainable=False))


@case("CVL702", shape=(784,))
def before_another_activation(x: Any) -> Any:
    return dense(dense(x, 64, activation="relu"))


@case("CVL702")
def depthwise_kernel(x: Any) -> Any:
    return classes(L.DepthwiseConv2D(3, activation="selu")(x))


# CVL703


def chain(x: Any, depth: int = 10, **kwargs: Any) -> Any:
    for number in range(depth):
        x = dense(x, 16, name=f"dense{number}", **{"activation": "relu", **kwargs})
    return x


@case("CVL703", "dense9", shape=(16,))
def ten_layers(x: Any) -> Any:
    return chain(x, 12)


@case("CVL703", shape=(16,))
def nine_layers(x: Any) -> Any:
    return chain(x, 9)


@case("CVL703", shape=(16,))
def ten_layers_of_he(x: Any) -> Any:
    return chain(x, kernel_initializer="he_uniform")


@case("CVL703", shape=(16,))
def ten_layers_of_tanh(x: Any) -> Any:
    return chain(x, activation="tanh")


@case("CVL703", shape=(16,))
def ten_layers_and_a_norm(x: Any) -> Any:
    x = L.LayerNormalization()(chain(x, 5))
    for _ in range(5):
        x = dense(x, 16, activation="relu")
    return x


@case("CVL703", shape=(16,))
def ten_layers_and_an_addition(x: Any) -> Any:
    y = chain(x, 5)
    x = L.Add()([dense(x, 16), y])
    for _ in range(5):
        x = dense(x, 16, activation="relu")
    return x


# CVL704


def seeded(seed: int = 0) -> Any:
    return initializers.HeNormal(seed=seed)


@case("CVL704", "second", shape=(8,))
def same_seed_in_a_chain(x: Any) -> Any:
    x = dense(x, kernel_initializer=seeded(), activation="relu")
    x = dense(x, kernel_initializer=seeded(), activation="relu", name="second")
    return dense(x, kernel_initializer=seeded())


@case("CVL704", "second", "third", shape=(8,))
def same_seed_on_the_same_input(x: Any) -> Any:
    branches = [dense(x, kernel_initializer=seeded(), name=n) for n in ("first", "second", "third")]
    return L.Average()(branches)


@case("CVL704", "second", shape=(8,))
def same_seed_on_the_same_input_but_random_biases(x: Any) -> Any:
    made = {"kernel_initializer": seeded(), "bias_initializer": "random_normal"}
    branches = [dense(x, name=name, **made) for name in ("first", "second", "third")]
    return L.Average()(branches)


@case("CVL704", shape=(8,))
def another_seed(x: Any) -> Any:
    return dense(dense(x, kernel_initializer=seeded(1)), kernel_initializer=seeded(2))


@case("CVL704", shape=(8,))
def another_shape(x: Any) -> Any:
    return dense(dense(x, kernel_initializer=seeded()), 9, kernel_initializer=seeded())


@case("CVL704", shape=(8,))
def another_distribution(x: Any) -> Any:
    x = dense(x, kernel_initializer=seeded())
    return dense(x, kernel_initializer=initializers.HeUniform(seed=0))


@case("CVL704", shape=(8,))
def no_seed(x: Any) -> Any:
    return dense(dense(x, kernel_initializer="he_normal"), kernel_initializer="he_normal")


@case("CVL704", shape=(8,))
def seed_generator(x: Any) -> Any:
    def drawn() -> Any:
        return initializers.HeNormal(seed=keras.random.SeedGenerator(0))

    return dense(dense(x, kernel_initializer=drawn()), kernel_initializer=drawn())


@case("CVL704", shape=(8,))
def siamese(x: Any) -> Any:
    shared = L.Dense(8, kernel_initializer=seeded())
    return L.Add()([shared(x), shared(L.ReLU()(x))])


@case("CVL704", shape=(8,))
def frozen_copy(x: Any) -> Any:
    x = dense(x, kernel_initializer=seeded())
    return dense(x, kernel_initializer=seeded(), trainable=False)


# CVL705


@case("CVL705", "biased", shape=(8,))
def bias_of_one(x: Any) -> Any:
    return dense(dense(x, activation="relu", bias_initializer="ones", name="biased"))


@case("CVL705", "biased", shape=(8,))
def negative_bias(x: Any) -> Any:
    bias = initializers.Constant(-0.5)
    return dense(dense(x, activation="relu", bias_initializer=bias, name="biased"))


@case("CVL705", shape=(8,))
def small_positive_bias(x: Any) -> Any:
    bias = initializers.Constant(0.01)
    return dense(dense(x, activation="relu", bias_initializer=bias))


@case("CVL705", shape=(8,))
def bias_of_the_output(x: Any) -> Any:
    return dense(x, 1, activation="sigmoid", bias_initializer=initializers.Constant(-2.2))


@case("CVL705", shape=(5, 8))
def forget_gate(x: Any) -> Any:
    return dense(L.LSTM(8)(x))


@case("CVL705", shape=(8,))
def carry_gate(x: Any) -> Any:
    gate = dense(x, activation="sigmoid", bias_initializer=initializers.Constant(-2.0))
    return dense(L.Multiply()([x, gate]))


@case("CVL705", shape=(8,))
def factor_of_a_product(x: Any) -> Any:
    factor = dense(x, activation="relu", bias_initializer="ones")
    return dense(L.Multiply()([x, factor]))


@case("CVL705", shape=(8,))
def random_bias(x: Any) -> Any:
    return dense(dense(x, activation="relu", bias_initializer="random_normal"))


@case("CVL705", shape=(8,))
def no_bias(x: Any) -> Any:
    return dense(dense(x, activation="relu", use_bias=False, bias_initializer="ones"))


@case("CVL705", shape=(8,))
def frozen_bias(x: Any) -> Any:
    return dense(dense(x, activation="relu", bias_initializer="ones", trainable=False))


@case.all
def test_only_what_the_rule_is_about_is_reported(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected


@pytest.mark.parametrize(
    ("first", "second", "activation", "severity"),
    [
        ("zeros", "glorot_uniform", "relu", "error"),
        ("ones", "ones", "tanh", "error"),
        ("ones", "glorot_uniform", "relu", "warning"),
        ("zeros", "glorot_uniform", "tanh", "warning"),
    ],
)
def test_severity_of_a_constant_kernel(
    first: str, second: str, activation: str, severity: str
) -> None:
    inputs = keras.Input((4,))
    x = constant(inputs, first, activation=activation)
    model = keras.Model(inputs, dense(x, kernel_initializer=second))
    model.compile("sgd", "mse")
    (finding,) = check(model, select=["CVL701"])
    assert str(finding.severity) == severity


def test_a_model_of_constants_is_taken_for_a_converted_one_unless_it_has_a_loss() -> None:
    inputs = keras.Input((4,))
    x = constant(inputs, activation="relu")
    model = keras.Model(inputs, dense(x, kernel_initializer="zeros"))
    assert not check(model, select=["CVL701"])
    model.compile("sgd", "mse")
    assert [finding.layer for finding in check(model, select=["CVL701"])] == ["constant"]


def test_copies_on_one_input_weigh_more_than_equal_kernels() -> None:
    inputs = keras.Input((8,))
    x = L.Add()([dense(inputs, kernel_initializer=seeded(), name=name) for name in ("one", "two")])
    model = keras.Model(inputs, dense(x, kernel_initializer=seeded(), name="three"))
    (finding,) = check(model, select=["CVL704"])
    assert (finding.layer, str(finding.severity)) == ("two", "warning")
