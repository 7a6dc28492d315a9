"""Near misses of the rules on activations: where they fire, and what they must leave alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as L  # noqa: N812

from convlint import check
from tests.near_misses import Cases, classes, conv

case = Cases()


def dense(x: Any, units: int, activation: str | None = None, **kwargs: Any) -> Any:
    return L.Dense(units, activation=activation, **kwargs)(x)


# CVL301


def first(x: Any, filters: int = 16, size: int = 3, **kwargs: Any) -> Any:
    return conv(x, filters, size, name="first", **kwargs)


def two_kernels(x: Any, one: tuple[int, int], other: tuple[int, int]) -> Any:
    x = L.Conv2D(16, one, name="first")(x)
    return classes(L.Conv2D(16, other, activation="relu")(x))


@case("CVL301", "first", shape=(64,))
def two_dense_layers(x: Any) -> Any:
    return dense(dense(x, 32, name="first"), 10, "softmax")


@case("CVL301", shape=(64,))
def with_an_activation_between(x: Any) -> Any:
    return dense(dense(x, 32, "relu", name="first"), 10, "softmax")


@case("CVL301", shape=(64,))
def with_a_custom_activation_between(x: Any) -> Any:
    return dense(L.Lambda(lambda y: y * y)(dense(x, 32, name="first")), 10, "softmax")


@case("CVL301", shape=(64,))
def narrower_than_both_neighbours(x: Any) -> Any:
    return dense(dense(x, 8, name="first"), 64, "relu")


@case("CVL301", "first", shape=(64,))
def narrower_than_its_input_but_not_than_the_next(x: Any) -> Any:
    return dense(dense(x, 8, name="first"), 8, "relu")


@case("CVL301", shape=(64,))
def with_layer_normalization_between(x: Any) -> Any:
    return dense(L.LayerNormalization()(dense(x, 32, name="first")), 10, "softmax")


@case("CVL301", "first", shape=(64,))
def with_dropout_and_batch_normalization_between(x: Any) -> Any:
    x = L.Dropout(0.5)(L.BatchNormalization()(dense(x, 32, name="first")))
    return dense(x, 10, "softmax")


@case("CVL301", shape=(64,))
def used_elsewhere_too(x: Any) -> Any:
    x = dense(x, 32, name="first")
    return L.Concatenate()([x, dense(x, 10, "relu")])


@case("CVL301", shape=(64,))
def merged(x: Any) -> Any:
    return dense(L.Add()([dense(x, 32, name="first"), dense(x, 32, "relu")]), 10, "softmax")


@case("CVL301", shape=(64,))
def frozen_first(x: Any) -> Any:
    return dense(dense(x, 128, name="first", trainable=False), 10, "softmax")


@case("CVL301", shape=(64,))
def frozen_second(x: Any) -> Any:
    return dense(dense(x, 128, name="first"), 10, "softmax", trainable=False)


@case("CVL301", shape=(64,))
def reshaped_to_a_feature_map(x: Any) -> Any:
    return classes(conv(L.Reshape((4, 4, 8))(dense(x, 128, name="first")), activation="relu"))


@case("CVL301", "first", shape=(64,))
def reshaped_to_a_vector(x: Any) -> Any:
    return dense(L.Reshape((32,))(dense(x, 32, name="first")), 10, "softmax")


@case("CVL301", "first")
def two_convolutions(x: Any) -> Any:
    return classes(conv(first(x), 16, activation="relu"))


@case("CVL301", "first")
def with_average_pooling_and_padding_between(x: Any) -> Any:
    return classes(conv(L.ZeroPadding2D()(L.AveragePooling2D(2)(first(x))), 16, activation="relu"))


@case("CVL301")
def with_max_pooling_between(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D()(first(x)), 16, activation="relu"))


@case("CVL301", "first")
def flattened_into_a_dense_layer(x: Any) -> Any:
    return dense(L.Flatten()(first(x)), 10, "softmax")


@case("CVL301", "first")
def pooled_globally_into_a_dense_layer(x: Any) -> Any:
    return classes(first(x))


@case("CVL301")
def before_a_depthwise_convolution(x: Any) -> Any:
    return classes(conv(L.DepthwiseConv2D(3, activation="relu")(first(x)), activation="relu"))


@case("CVL301")
def depthwise_before_pointwise(x: Any) -> Any:
    return classes(conv(L.DepthwiseConv2D(3, name="first")(x), 16, 1, activation="relu"))


@case("CVL301", shape=(32, 32, 8))
def grouped(x: Any) -> Any:
    return classes(conv(first(x, groups=4), 16, 1, activation="relu"))


@case("CVL301", "first", shape=(32, 32, 8))
def in_one_group(x: Any) -> Any:
    return classes(conv(first(x, groups=1), 16, 1, activation="relu"))


@case("CVL301")
def strips(x: Any) -> Any:
    return two_kernels(x, (1, 7), (7, 1))


@case("CVL301", "first")
def kernels_that_are_no_strips(x: Any) -> Any:
    return two_kernels(x, (3, 7), (7, 3))


@case("CVL301")
def reduction_before_a_larger_kernel(x: Any) -> Any:
    return classes(conv(first(conv(x, 64, activation="relu"), 16, 1), 16, activation="relu"))


@case("CVL301", "first")
def reduction_and_normalization_before_a_larger_kernel(x: Any) -> Any:
    x = L.BatchNormalization()(first(conv(x, 64, activation="relu"), 16, 1))
    return classes(conv(x, 16, activation="relu"))


@case("CVL301", "first")
def reduction_before_a_pointwise_convolution(x: Any) -> Any:
    return classes(conv(first(conv(x, 64, activation="relu"), 16, 1), 16, 1, activation="relu"))


@case("CVL301")
def pointwise_end_of_a_block_before_a_wider_one(x: Any) -> Any:
    x = L.BatchNormalization()(first(conv(x, 16, activation="relu"), 32, 1))
    return classes(conv(x, 64, 1, activation="relu"))


@case("CVL301")
def adapter_to_three_channels(x: Any) -> Any:
    return classes(conv(first(x, 3), 16, activation="relu"))


@case("CVL301", "first")
def to_four_channels(x: Any) -> Any:
    return classes(conv(first(x, 4), 16, activation="relu"))


@case("CVL301")
def learned_upsampling_before_a_convolution(x: Any) -> Any:
    x = L.Conv2DTranspose(16, 2, strides=2, name="first")(conv(x, activation="relu"))
    return classes(conv(x, 16, activation="relu"))


@case("CVL301", "first")
def two_transposed_convolutions(x: Any) -> Any:
    x = L.Conv2DTranspose(16, 2, strides=2, name="first")(conv(x, activation="relu"))
    return L.Conv2DTranspose(1, 2, strides=2, activation="sigmoid")(L.BatchNormalization()(x))


@case("CVL301")
def learned_upsampling_of_class_scores(x: Any) -> Any:
    return L.Conv2DTranspose(4, 16, strides=8, activation="softmax")(first(x, 4))


@case("CVL301", "first")
def transposed_convolution_to_other_channels(x: Any) -> Any:
    return L.Conv2DTranspose(2, 16, strides=8, activation="softmax")(first(x, 4))


@case("CVL301")
def pixel_shuffling(x: Any) -> Any:
    return conv(keras.ops.depth_to_space(first(x, 64), 2), 3)


# CVL302


def test_a_softmax_after_a_log_softmax_is_only_redundant() -> None:
    inputs = keras.Input((8,))
    x = dense(inputs, 4, "log_softmax", name="dense")
    model = keras.Model(inputs, L.Softmax(name="again")(x))
    (finding,) = check(model, select=["CVL302"])
    assert str(finding.severity) == "warning"
    assert finding.message == (
        "again applies softmax to the output of dense, which has been through log_softmax already"
    )


# CVL303


def sigmoids(x: Any, count: int, activation: str = "sigmoid") -> Any:
    for number in range(1, count + 1):
        x = dense(x, 32, activation, name=f"hidden{number}")
    return dense(x, 1, "sigmoid")


@case("CVL303", "hidden3", shape=(64,))
def three_sigmoids(x: Any) -> Any:
    return sigmoids(x, 3)


@case("CVL303", "hidden3", shape=(64,))
def five_sigmoids_are_reported_once(x: Any) -> Any:
    return sigmoids(x, 5)


@case("CVL303", shape=(64,))
def two_sigmoids_and_the_output(x: Any) -> Any:
    return sigmoids(x, 2)


@case("CVL303", "hidden3", shape=(64,))
def three_hard_sigmoids(x: Any) -> Any:
    return sigmoids(x, 3, "hard_sigmoid")


@case("CVL303", shape=(64,))
def eight_tanh(x: Any) -> Any:
    return sigmoids(x, 8, "tanh")


@case("CVL303", shape=(64,))
def a_relu_between(x: Any) -> Any:
    x = dense(dense(x, 32, "sigmoid"), 32, "sigmoid")
    return dense(dense(dense(x, 32, "relu"), 32, "sigmoid"), 1, "sigmoid")


@case("CVL303", shape=(64,))
def normalized(x: Any) -> Any:
    for _ in range(4):
        x = L.Activation("sigmoid")(L.BatchNormalization()(dense(x, 32)))
    return dense(x, 1, "sigmoid")


@case("CVL303", shape=(64,))
def a_gate(x: Any) -> Any:
    x = dense(dense(x, 32, "sigmoid"), 32, "sigmoid")
    gate = dense(x, 32, "sigmoid", name="gate")
    return dense(L.Multiply()([x, gate]), 1, "sigmoid")


@case("CVL303", shape=(32,))
def sums_between(x: Any) -> Any:
    for _ in range(4):
        x = L.Add()([x, dense(x, 32, "sigmoid")])
    return dense(x, 1, "sigmoid")


@case("CVL303", "hidden3")
def convolutions_with_pooling_between(x: Any) -> Any:
    x = L.AveragePooling2D(2)(conv(x, activation="sigmoid"))
    x = L.Flatten()(L.AveragePooling2D(2)(conv(x, activation="sigmoid")))
    return dense(dense(x, 32, "sigmoid", name="hidden3"), 10, "softmax")


@case("CVL303", shape=(8, 4))
def recurrent_layers(x: Any) -> Any:
    for _ in range(4):
        x = L.LSTM(8, activation="sigmoid", return_sequences=True)(x)
    return dense(x, 1, "sigmoid")


# CVL304


@case("CVL304", "soft", shape=(64,))
def hidden_softmax(x: Any) -> Any:
    return dense(dense(x, 32, "softmax", name="soft"), 3, "softmax")


@case("CVL304", "soft", shape=(64,))
def hidden_softmax_before_dropout_and_normalization(x: Any) -> Any:
    x = L.BatchNormalization()(L.Dropout(0.5)(L.Softmax(name="soft")(dense(x, 32))))
    return dense(x, 3, "softmax")


@case("CVL304", shape=(64,))
def softmax_at_the_output(x: Any) -> Any:
    return dense(dense(x, 32, "relu"), 3, "softmax")


@case("CVL304", shape=(8, 4))
def attention(x: Any) -> Any:
    scores = L.Softmax()(L.Dot(axes=2)([x, x]))
    return dense(L.Dot(axes=(2, 1))([scores, x]), 3, "softmax")


@case("CVL304", shape=(8, 4))
def talking_heads(x: Any) -> Any:
    scores = dense(L.Softmax(axis=1)(L.Dot(axes=2)([x, x])), 8)
    return dense(L.Dot(axes=(2, 1))([L.BatchNormalization()(scores), x]), 3, "softmax")


@case("CVL304", "soft", shape=(8, 4))
def scores_that_weigh_nothing(x: Any) -> Any:
    scores = dense(L.Softmax(axis=1, name="soft")(L.Dot(axes=2)([x, x])), 8)
    return dense(L.Add()([L.BatchNormalization()(scores), dense(x, 8)]), 3, "softmax")


@case("CVL304", shape=(64,))
def mixture_of_experts(x: Any) -> Any:
    gate = L.Reshape((4, 1))(dense(x, 4, "softmax"))
    return dense(L.Flatten()(L.Multiply()([gate, L.Reshape((4, 16))(x)])), 3, "softmax")


@case("CVL304", shape=(64,))
def softmax_that_is_merged(x: Any) -> Any:
    return dense(L.Concatenate()([x, dense(x, 4, "softmax")]), 3, "softmax")


@case("CVL304", shape=(64,))
def frozen_bins(x: Any) -> Any:
    return dense(dense(x, 32, "softmax"), 1, use_bias=False, trainable=False)


@case("CVL304", shape=(64,))
def frozen_classifier(x: Any) -> Any:
    return dense(dense(x, 32, "softmax", trainable=False), 3, "softmax")


@case("CVL304")
def softmax_before_a_depthwise_convolution(x: Any) -> Any:
    return classes(L.DepthwiseConv2D(3)(conv(x, activation="softmax")))


# CVL305


@case("CVL305", "last")
def relu_at_the_end_of_the_branch(x: Any) -> Any:
    x = conv(x, activation="relu")
    return classes(L.Add()([x, conv(conv(x, activation="relu"), activation="relu", name="last")]))


@case("CVL305")
def relu_after_the_addition(x: Any) -> Any:
    for _ in range(3):
        x = conv(x, activation="relu")
        x = L.ReLU()(L.Add()([x, conv(conv(x, activation="relu"))]))
    return classes(x)


@case("CVL305", shape=(8, 16))
def branch_of_attention_alone(x: Any) -> Any:
    return L.Dense(2)(L.Add()([x, L.ReLU()(L.MultiHeadAttention(2, 8)(x, x))]))


@case("CVL305")
def gelu_at_the_end_of_the_branch(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([x, conv(x, activation="gelu")]))


@case("CVL305")
def sum_of_two_branches(x: Any) -> Any:
    x = conv(x)
    one = conv(conv(x, activation="relu"), activation="relu")
    return classes(L.Add()([one, conv(conv(x, activation="relu"), activation="relu")]))


@case("CVL305")
def sum_of_a_pair_that_reparametrizes(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([conv(x, size=1), conv(x, activation="relu")]))


@case("CVL305")
def skip_connection_of_an_hourglass(x: Any) -> Any:
    x = conv(x)
    deep = conv(L.MaxPooling2D()(x), activation="relu")
    return classes(L.Add()([x, conv(L.UpSampling2D()(deep), activation="relu")]))


# CVL306


def bottleneck(x: Any, width: int, depth: int, activation: str | None = "relu") -> Any:
    x = L.ReLU()(L.BatchNormalization()(conv(x, width, 1)))
    x = L.ReLU()(L.BatchNormalization()(L.DepthwiseConv2D(3, padding="same")(x)))
    x = L.BatchNormalization()(conv(x, depth, 1))
    return classes(L.Activation(activation, name="last")(x))


@case("CVL306", "last", shape=(32, 32, 16))
def activation_at_the_narrow_end(x: Any) -> Any:
    return bottleneck(x, 96, 24)


@case("CVL306", shape=(32, 32, 16))
def linear_at_the_narrow_end(x: Any) -> Any:
    return bottleneck(x, 96, 24, None)


@case("CVL306", shape=(32, 32, 16))
def activation_where_it_is_not_narrow(x: Any) -> Any:
    return bottleneck(x, 96, 64)


@case("CVL306", shape=(32, 32, 96))
def separable_convolution_that_does_not_widen(x: Any) -> Any:
    x = L.DepthwiseConv2D(3, padding="same", activation="relu")(x)
    return classes(conv(x, 24, 1, activation="relu"))


@case("CVL306", shape=(32, 32, 24))
def activation_after_the_sum(x: Any) -> Any:
    y = L.DepthwiseConv2D(3, padding="same", activation="relu")(conv(x, 96, 1, activation="relu"))
    return classes(L.ReLU()(L.Add()([x, conv(y, 24, 1)])))


@case.all
def test_reported_is_what_is_wrong_and_nothing_else(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected
