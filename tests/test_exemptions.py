"""Near misses: for each rule the places where it fires, and those it must leave alone.

Every exemption that a rule page claims under "already silent about" stands here with the
smallest change that brings the finding back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from tests.near_misses import Cases, classes, conv, drop

case = Cases()


# CVL101


@case("CVL101", "drop")
def between_convs(x: Any) -> Any:
    return classes(conv(drop()(conv(x, activation="relu"))))


@case("CVL101", "drop")
def between_convs_with_a_sum_and_a_pointwise_conv_on_the_way(x: Any) -> Any:
    x = conv(x)
    x = drop()(L.Add()([x, conv(x)]))
    return classes(conv(conv(x, size=1)))


@case("CVL101")
def spatial_dropout(x: Any) -> Any:
    return classes(conv(L.SpatialDropout2D(0.3)(conv(x))))


@case("CVL101")
def noise_shape_of_whole_channels(x: Any) -> Any:
    return classes(conv(drop(noise_shape=(None, 1, 1, 8))(conv(x))))


@case("CVL101")
def stochastic_depth(x: Any) -> Any:
    return classes(conv(drop(noise_shape=(None, 1, 1, 1))(conv(x))))


@case("CVL101")
def inside_a_residual_branch(x: Any) -> Any:
    x = conv(x)
    return classes(conv(L.Add()([x, conv(drop()(conv(x)))])))


@case("CVL101")
def in_a_dense_block(x: Any) -> Any:
    x = conv(x)
    return classes(conv(L.Concatenate()([x, conv(drop()(conv(x)))])))


@case("CVL101")
def in_the_transition_to_a_dense_block(x: Any) -> Any:
    x = L.MaxPooling2D()(drop()(conv(conv(x), size=1)))
    return classes(L.Concatenate()([x, conv(x)]))


@case("CVL101")
def on_a_collapsed_map(x: Any) -> Any:
    x = L.GlobalAveragePooling2D(keepdims=True)(conv(x))
    return L.Softmax()(L.Flatten()(conv(drop()(x), 10, 1)))


@case("CVL101")
def before_a_pointwise_classifier(x: Any) -> Any:
    return L.Softmax()(L.GlobalAveragePooling2D()(conv(drop()(conv(x)), 10, 1)))


@case("CVL101")
def always_on(x: Any) -> Any:
    return classes(conv(drop()(conv(x), training=True)))


@case("CVL101")
def rate_of_zero(x: Any) -> Any:
    return classes(conv(drop(0.0)(conv(x))))


@case("CVL101")
def across_an_unknown_layer(x: Any) -> Any:
    return classes(conv(L.Lambda(lambda y: y)(drop()(conv(x)))))


# CVL102


@case("CVL102", "drop")
def dropout_before_batchnorm(x: Any) -> Any:
    return classes(L.BatchNormalization()(conv(drop()(conv(x)))))


@case("CVL102", "drop")
def spatial_dropout_before_batchnorm(x: Any) -> Any:
    return classes(L.BatchNormalization()(conv(L.SpatialDropout2D(0.2, name="drop")(conv(x)))))


@case("CVL102")
def frozen_batchnorm(x: Any) -> Any:
    return classes(L.BatchNormalization(trainable=False)(conv(drop()(conv(x)))))


@case("CVL102")
def batchnorm_in_inference_mode(x: Any) -> Any:
    return classes(L.BatchNormalization()(conv(drop()(conv(x))), training=False))


@case("CVL102")
def norm_without_moving_statistics(x: Any) -> Any:
    return classes(L.GroupNormalization(4)(conv(drop()(conv(x)))))


@case("CVL102")
def joined_with_an_undropped_tensor(x: Any) -> Any:
    x = conv(x)
    return classes(L.BatchNormalization()(L.Add()([x, conv(drop()(conv(x)))])))


@case("CVL102")
def stochastic_depth_before_batchnorm(x: Any) -> Any:
    x = drop(noise_shape=(None, 1, 1, 1))(conv(x))
    return classes(L.BatchNormalization()(conv(x)))


@case("CVL102", shape=(64,))
def dropout_that_keeps_the_variance(x: Any) -> Any:
    x = L.AlphaDropout(0.1)(L.Dense(64, activation="selu")(x))
    return L.BatchNormalization()(L.Dense(64)(x))


# CVL105


@case("CVL105", "drop", shape=(64,))
def nine_tenths(x: Any) -> Any:
    return L.Dense(2)(drop(0.9)(L.Dense(64, activation="relu")(x)))


@case("CVL105", "drop")
def more_than_half_of_a_feature_map(x: Any) -> Any:
    return classes(L.SpatialDropout2D(0.6, name="drop")(conv(x)))


@case("CVL105", shape=(64,))
def more_than_half_of_a_dense_layer(x: Any) -> Any:
    return L.Dense(2)(drop(0.6)(L.Dense(64, activation="relu")(x)))


@case("CVL105", shape=(64,))
def corrupted_input(x: Any) -> Any:
    return L.Dense(64)(L.Dense(8, activation="relu")(drop(0.9)(x)))


@case("CVL105")
def stochastic_depth_of_a_late_block(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([x, drop(0.9, noise_shape=(None, 1, 1, 1))(conv(x))]))


# CVL106


def head(x: Any, *inside: Any, units: int = 256, last: str | None = "softmax", **kw: Any) -> Any:
    x = L.Flatten()(L.MaxPooling2D(4)(conv(x)))
    x = L.Dense(units, activation="relu", name="hidden", **kw)(x)
    for layer in inside:
        x = layer(x)
    return L.Dense(10, activation=last)(x)


@case("CVL106", "hidden")
def plain_head(x: Any) -> Any:
    return head(x)


@case("CVL106")
def head_with_dropout(x: Any) -> Any:
    return head(x, L.Dropout(0.5))


@case("CVL106")
def head_fed_from_dropout(x: Any) -> Any:
    x = L.Flatten()(L.Dropout(0.3)(L.MaxPooling2D(4)(conv(x))))
    return L.Dense(10, activation="softmax")(L.Dense(256, activation="relu")(x))


@case("CVL106")
def normalized_head(x: Any) -> Any:
    return head(x, L.BatchNormalization())


@case("CVL106", "hidden")
def recurrent_head(x: Any) -> Any:
    return recurrent(x, L.GRU(32))


@case("CVL106")
def recurrent_head_with_dropout(x: Any) -> Any:
    return recurrent(x, L.Bidirectional(L.GRU(32, dropout=0.5)))


@case("CVL106")
def recurrent_head_with_recurrent_dropout(x: Any) -> Any:
    return recurrent(x, L.LSTM(32, recurrent_dropout=0.5))


def recurrent(x: Any, layer: Any) -> Any:
    x = layer(L.Reshape((16, 64))(L.MaxPooling2D(2)(conv(x, 4))))
    return L.Dense(10, activation="softmax")(L.Dense(512, activation="relu", name="hidden")(x))


@case("CVL106")
def penalised_head(x: Any) -> Any:
    return head(x, kernel_regularizer="l2")


@case("CVL106")
def narrow_head(x: Any) -> Any:
    return head(x, units=100)


@case("CVL106")
def regression_head(x: Any) -> Any:
    return head(x, last=None)


@case("CVL106")
def actor_and_critic(x: Any) -> Any:
    x = L.Flatten()(L.MaxPooling2D(4)(conv(x)))
    x = L.Dense(256, activation="relu", name="hidden")(x)
    return [L.Dense(4, activation="softmax")(x), L.Dense(1)(x)]


@case("CVL106", shape=(64,))
def no_convolution(x: Any) -> Any:
    return L.Dense(10, activation="softmax")(L.Dense(256, activation="relu")(x))


@case("CVL106")
def gate_in_the_body(x: Any) -> Any:
    x = conv(x, 256)
    gate = L.Dense(256, activation="relu")(L.GlobalAveragePooling2D(keepdims=True)(x))
    return classes(L.Multiply()([x, L.Dense(256, activation="sigmoid")(gate)]))


# CVL108


@case("CVL108", "drop")
def channels_first_mask_on_channels_last(x: Any) -> Any:
    return classes(drop(noise_shape=(None, 32, 1, 1))(conv(x)))


@case("CVL108", "drop")
def fixed_batch(x: Any) -> Any:
    return classes(drop(noise_shape=(16, 1, 1, 8))(conv(x)))


@case("CVL108", shape=(10, 8))
def time_steps_dropped_together(x: Any) -> Any:
    return drop(noise_shape=(None, 1, 8))(x)


@case("CVL108", shape=(4, 8, 8))
def channels_first_mask_on_channels_first(x: Any) -> Any:
    return drop(noise_shape=(None, 8, 1, 1))(conv(x, data_format="channels_first"))


# CVL201


def deep(x: Any, depth: int = 8, **kwargs: Any) -> Any:
    for number in range(depth):
        x = conv(x, name=f"conv{number}", **{"activation": "relu", **kwargs})
    return x


@case("CVL201", "conv0")
def eight_convolutions(x: Any) -> Any:
    return classes(deep(x))


@case("CVL201")
def seven_convolutions(x: Any) -> Any:
    return classes(deep(x, 7))


@case("CVL201")
def one_norm_is_enough(x: Any) -> Any:
    return classes(L.LayerNormalization()(deep(x)))


@case("CVL201")
def self_normalizing(x: Any) -> Any:
    return classes(deep(x, activation="selu", kernel_initializer="lecun_normal"))


@case("CVL201")
def an_unknown_layer_might_normalize(x: Any) -> Any:
    return classes(L.Lambda(lambda y: y)(deep(x)))


@case("CVL201")
def spectral_normalization(x: Any) -> Any:
    return classes(L.SpectralNormalization(L.Conv2D(8, 3))(deep(x)))


@case("CVL201")
def generator(x: Any) -> Any:
    return deep(x)


@case("CVL201")
def critic(x: Any) -> Any:
    return L.Dense(1)(L.GlobalAveragePooling2D()(deep(x)))


@case("CVL201")
def frozen(x: Any) -> Any:
    return classes(deep(x, trainable=False))


@case("CVL201")
def scaled_residual_branches(x: Any) -> Any:
    x = conv(x)
    for _ in range(4):
        x = L.Add()([x, L.Rescaling(0.1)(conv(conv(x, activation="relu")))])
    return classes(x)


# CVL202


def norm(**kwargs: Any) -> Any:
    return L.BatchNormalization(name="norm", **kwargs)


@case("CVL202", "norm")
def norm_of_an_activation(x: Any) -> Any:
    return classes(norm()(conv(x, activation="relu")))


@case("CVL202", "norm")
def norm_of_an_activation_behind_a_frozen_one(x: Any) -> Any:
    x = L.BatchNormalization(trainable=False)(conv(x, activation="relu"))
    return classes(norm()(conv(x, activation="relu")))


@case("CVL202")
def norm_before_the_activation(x: Any) -> Any:
    return classes(L.ReLU()(norm()(conv(x, use_bias=False))))


@case("CVL202")
def norm_of_a_sum(x: Any) -> Any:
    x = conv(x)
    return classes(norm()(L.Add()([x, L.ReLU()(conv(x))])))


@case("CVL202")
def norm_of_a_pooled_map(x: Any) -> Any:
    return classes(norm()(L.MaxPooling2D()(conv(x, activation="relu"))))


@case("CVL202")
def layer_norm_of_an_activation(x: Any) -> Any:
    return classes(L.LayerNormalization()(conv(x, activation="relu")))


@case("CVL202")
def order_of_convmixer(x: Any) -> Any:
    return classes(norm()(conv(x, activation="gelu")))


@case("CVL202")
def prelu(x: Any) -> Any:
    return classes(norm()(L.PReLU()(conv(x))))


# CVL203


@case("CVL203", "biased")
def bias_before_norm(x: Any) -> Any:
    return classes(norm()(conv(x, name="biased")))


@case("CVL203")
def bias_before_a_group_norm(x: Any) -> Any:
    return classes(L.GroupNormalization(4)(conv(x, name="biased")))


@case("CVL203", "biased")
def bias_before_an_instance_norm(x: Any) -> Any:
    return classes(L.GroupNormalization(-1)(conv(x, name="biased")))


@case("CVL203")
def bias_that_goes_elsewhere_too(x: Any) -> Any:
    x = conv(x, name="biased")
    return classes(L.Add()([x, norm()(x)]))


@case("CVL203", "biased")
def shared_bias_that_is_always_normalized(x: Any) -> Any:
    shared = L.Conv2D(3, 3, padding="same", name="biased")
    return classes(norm()(shared(L.ReLU()(L.BatchNormalization()(shared(x))))))


@case("CVL203")
def shared_bias_that_is_normalized_once(x: Any) -> Any:
    shared = L.Conv2D(3, 3, padding="same", name="biased")
    return classes(shared(L.ReLU()(norm()(shared(x)))))


@case("CVL203", shape=(6, 8))
def bias_of_several_axes(x: Any) -> Any:
    x = L.EinsumDense("abc,cde->abde", output_shape=(6, 3, 4), bias_axes="de", name="biased")(x)
    return norm()(x)


@case("CVL203")
def bias_before_a_frozen_norm(x: Any) -> Any:
    return classes(norm(trainable=False)(conv(x, name="biased")))


@case("CVL203")
def bias_before_a_norm_without_offset(x: Any) -> Any:
    return classes(norm(center=False)(conv(x, name="biased")))


@case("CVL203")
def bias_before_a_norm_of_another_axis(x: Any) -> Any:
    return classes(norm(axis=1)(conv(x, name="biased")))


@case("CVL203")
def bias_behind_an_activation(x: Any) -> Any:
    return classes(norm()(conv(x, name="biased", activation="relu")))


# CVL302


@case("CVL302", "again", shape=(8,))
def relu_twice(x: Any) -> Any:
    return L.ReLU(name="again")(L.Dense(8, activation="relu")(x))


@case("CVL302", shape=(8,))
def identity_between(x: Any) -> Any:
    return L.ReLU()(L.Activation("linear")(L.Dense(8)(x)))


@case("CVL302", "again", shape=(8,))
def identity_between_two(x: Any) -> Any:
    return L.ReLU(name="again")(L.Identity()(L.Dense(8, activation="relu")(x)))


@case("CVL302", shape=(8,))
def gate(x: Any) -> Any:
    return L.Multiply()([x, L.Activation("sigmoid")(L.Dense(8, activation="relu")(x))])


@case("CVL302", shape=(5, 8))
def weights_of_graph_attention(x: Any) -> Any:
    weights = L.Softmax()(L.LeakyReLU()(L.Dense(5)(x)))
    return keras.ops.matmul(L.Dropout(0.6)(weights), x)


@case("CVL302", shape=(5, 8))
def weights_of_additive_attention(x: Any) -> Any:
    weights = L.Softmax(axis=1)(L.Dense(1, activation="tanh")(x))
    return L.Dot(axes=1)([weights, x])


@case("CVL302", "again", shape=(5, 8))
def probabilities_that_a_dense_layer_multiplies(x: Any) -> Any:
    return L.Dense(8)(L.Softmax(name="again")(L.Dense(8, activation="tanh")(x)))


@case("CVL302", shape=(8,))
def activation_used_twice(x: Any) -> Any:
    x = L.ReLU()(L.Dense(8)(x))
    return [x, L.Activation("tanh")(x)]


# CVL501


def flattened(x: Any, units: int = 2048, last: str | None = "softmax") -> Any:
    x = L.Flatten()(conv(x, activation="relu"))
    return L.Dense(10, activation=last)(L.Dense(units, activation="relu", name="wide")(x))


@case("CVL501", "wide")
def wide_layer_after_flatten(x: Any) -> Any:
    return flattened(x)


@case("CVL501")
def fewer_than_a_million(x: Any) -> Any:
    return flattened(x, 100)


@case("CVL501")
def regression_of_positions(x: Any) -> Any:
    return flattened(x, last=None)


@case("CVL501")
def keypoints_between_zero_and_one(x: Any) -> Any:
    return flattened(x, last="sigmoid")


@case("CVL501")
def class_and_box(x: Any) -> Any:
    x = L.Flatten()(conv(x, activation="relu"))
    x = L.Dense(2048, activation="relu", name="wide")(x)
    return [L.Dense(10, activation="softmax")(x), L.Dense(4)(x)]


@case("CVL501", shape=(19, 19, 3))
def board_game(x: Any) -> Any:
    return flattened(x)


@case("CVL501")
def no_hidden_layer(x: Any) -> Any:
    return L.Dense(1000, activation="softmax", name="wide")(L.Flatten()(conv(x)))


@case("CVL501")
def collapsed_before_flatten(x: Any) -> Any:
    x = L.Flatten()(L.GlobalAveragePooling2D(keepdims=True)(conv(x, 2048)))
    return L.Dense(10, activation="softmax")(L.Dense(1024, activation="relu")(x))


@case("CVL501", shape=(28, 28, 1))
def autoencoder_with_a_flat_output(x: Any) -> Any:
    code = L.Dense(256, activation="relu")(L.Flatten()(conv(x, 32)))
    return L.Dense(784, activation="softmax")(code)


@case("CVL501")
def latent_of_an_autoencoder(x: Any) -> Any:
    code = L.Dense(128, name="wide")(L.Flatten()(conv(x)))
    x = L.Reshape((32, 32, 1))(L.Dense(1024, activation="relu")(code))
    return conv(x, 3, activation="sigmoid")


# CVL601


@case("CVL601", "one", shape=(8,))
def softmax_of_one_unit(x: Any) -> Any:
    return L.Dense(1, activation="softmax", name="one")(x)


@case("CVL601", shape=(8,))
def softmax_of_two_units(x: Any) -> Any:
    return L.Dense(2, activation="softmax", name="two")(x)


@case("CVL601", shape=(None, 8))
def attention_over_a_sequence(x: Any) -> Any:
    return L.Softmax(axis=1)(L.Dense(1)(x))


@case.all
def test_only_what_the_rule_is_about_is_reported(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected


PAIRS = [
    # last activation, loss, code that must be reported
    ("softmax", keras.losses.SparseCategoricalCrossentropy(from_logits=True), "CVL602"),
    ("sigmoid", keras.losses.BinaryCrossentropy(from_logits=True), "CVL602"),
    ("softmax", keras.losses.SparseCategoricalCrossentropy(), None),
    ("softmax", "sparse_categorical_crossentropy", None),
    (None, "sparse_categorical_crossentropy", "CVL603"),
    (None, keras.losses.BinaryCrossentropy(), "CVL603"),
    ("relu", "categorical_crossentropy", "CVL603"),
    ("tanh", "binary_crossentropy", "CVL603"),
    (None, keras.losses.CategoricalCrossentropy(from_logits=True), None),
    (None, "mse", None),
    (None, lambda y, p: keras.ops.mean(p), None),
    ("sigmoid", "binary_focal_crossentropy", None),
]


@pytest.mark.parametrize(("activation", "loss", "code"), PAIRS)
def test_activation_and_loss_agree_or_are_reported(activation: Any, loss: Any, code: Any) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, L.Dense(3, activation=activation, name="last")(inputs))
    model.compile("sgd", loss)
    found = {(finding.code, finding.layer) for finding in check(model, select=["CVL602", "CVL603"])}
    assert found == ({(code, "last")} if code else set())


@pytest.mark.parametrize("last", [L.Lambda(lambda y: y), L.LayerNormalization(), L.Softmax()])
def test_what_ends_the_model_otherwise_is_not_taken_for_logits(last: Any) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, last(L.Dense(3)(inputs)))
    model.compile("sgd", "categorical_crossentropy")
    assert not check(model, select=["CVL602", "CVL603"])


def test_a_model_without_a_loss_is_not_judged_by_one() -> None:
    inputs = keras.Input((4,))
    assert not check(keras.Model(inputs, L.Dense(3)(inputs)), select=["CVL602", "CVL603"])


@pytest.mark.parametrize(
    ("first", "second", "severity"),
    [
        ("softmax", "softmax", "error"),
        ("sigmoid", "relu", "error"),
        ("relu", "relu", "warning"),
        ("relu", "softmax", "warning"),
        ("relu", "relu6", "info"),
    ],
)
def test_severity_of_a_repeated_activation(first: str, second: str, severity: str) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, L.Activation(second)(L.Dense(3, activation=first)(inputs)))
    (finding,) = check(model, select=["CVL302"])
    assert str(finding.severity) == severity


def test_a_dropout_at_the_bottleneck_of_a_u_net_is_only_worth_knowing() -> None:
    inputs = keras.Input((32, 32, 3))
    x = drop()(conv(L.MaxPooling2D()(conv(inputs)), activation="relu"))
    model = keras.Model(inputs, L.Conv2DTranspose(8, 2, strides=2)(x))
    (finding,) = check(model, select=["CVL101"])
    assert str(finding.severity) == "info"


def test_a_wide_residual_branch_bears_dropout_before_norm() -> None:
    inputs = keras.Input((8, 8, 256))
    x = L.BatchNormalization()(conv(drop()(conv(inputs, 256)), 256))
    model = keras.Model(inputs, L.Add()([inputs, x]))
    (finding,) = check(model, select=["CVL102"])
    assert str(finding.severity) == "info"


def test_a_low_rate_before_norm_is_only_worth_knowing() -> None:
    inputs = keras.Input((64,))
    model = keras.Model(inputs, L.BatchNormalization()(L.Dense(8)(drop(0.1)(inputs))))
    (finding,) = check(model, select=["CVL102"])
    assert str(finding.severity) == "info"
