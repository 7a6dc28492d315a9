"""Near misses of the rules on dropout and weight penalties: where they fire, and where not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from convlint.config import read
from tests.near_misses import Cases, classes, conv, drop

case = Cases()


# CVL101


def discriminator(x: Any, function: str = "leaky_relu", units: int = 1) -> Any:
    x = drop()(conv(x, strides=2, activation=function))
    return L.Dense(units)(L.Flatten()(conv(x, strides=2, activation=function)))


@case("CVL101")
def noise_in_a_discriminator(x: Any) -> Any:
    return discriminator(x)


@case("CVL101", "drop")
def in_a_network_with_relu_and_one_output(x: Any) -> Any:
    return discriminator(x, "relu")


@case("CVL101", "drop")
def in_a_network_with_leaky_relu_and_several_outputs(x: Any) -> Any:
    return discriminator(x, units=10)


# CVL103


@case("CVL103", "drop")
def dropout_on_the_shortcut(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([drop()(x), conv(x)]))


@case("CVL103", "drop")
def spatial_dropout_on_the_shortcut(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([L.SpatialDropout2D(0.2, name="drop")(x), conv(x)]))


@case("CVL103", "drop")
def behind_a_pooling_on_the_shortcut(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([drop()(L.MaxPooling2D()(x)), conv(x, strides=2)]))


@case("CVL103", "drop", shape=(16, 8))
def beside_an_attention_layer(x: Any) -> Any:
    return L.Add()([drop()(x), L.MultiHeadAttention(2, 4)(x, x)])


@case("CVL103", "drop", shape=(16, 8))
def beside_a_recurrent_layer(x: Any) -> Any:
    return L.Add()([drop()(x), L.LSTM(8, return_sequences=True)(x)])


@case("CVL103")
def dropout_on_the_branch(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([x, drop()(conv(x))]))


@case("CVL103")
def dropout_before_the_fork(x: Any) -> Any:
    x = drop()(conv(x))
    return classes(L.Add()([x, conv(x)]))


@case("CVL103", shape=(16, 8))
def dropout_after_attention_beside_a_dense_layer(x: Any) -> Any:
    return L.Add()([drop()(L.MultiHeadAttention(2, 4)(x, x)), L.Dense(8)(x)])


@case("CVL103")
def stochastic_depth_of_the_shortcut(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([drop(noise_shape=(None, 1, 1, 1))(x), conv(x)]))


@case("CVL103")
def shortcut_with_a_projection(x: Any) -> Any:
    return classes(L.Add()([drop()(conv(x, size=1)), conv(conv(x))]))


@case("CVL103")
def skip_connection_of_a_u_net(x: Any) -> Any:
    x = conv(x)
    return conv(L.Add()([drop()(x), L.UpSampling2D()(conv(L.MaxPooling2D()(x)))]))


@case("CVL103")
def nothing_beside_it_that_learns(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([x, drop()(x)]))


@case("CVL103")
def beside_a_layer_that_nobody_knows(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([drop()(x), L.Lambda(lambda y: y)(x)]))


@case("CVL103")
def sampled_at_inference(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([drop()(x, training=True), conv(x)]))


# CVL104


@case("CVL104", "drop", shape=(8,))
def probabilities_dropped(x: Any) -> Any:
    return drop()(L.Dense(3, activation="softmax")(x))


@case("CVL104", "drop", shape=(8,))
def logits_dropped(x: Any) -> Any:
    return L.Softmax()(drop()(L.Dense(3)(x)))


@case("CVL104", shape=(8,))
def features_of_an_encoder(x: Any) -> Any:
    return drop()(L.Dense(3, activation="relu")(x))


@case("CVL104")
def dropout_before_the_last_convolution(x: Any) -> Any:
    return L.Softmax()(L.GlobalAveragePooling2D()(conv(drop()(conv(x)), 10, 1)))


@case("CVL104")
def dropout_before_the_last_pooling(x: Any) -> Any:
    return L.Softmax()(L.GlobalAveragePooling2D()(drop()(conv(x, 10))))


@case("CVL104", shape=(5, 8))
def attention_weights_that_are_handed_out(x: Any) -> Any:
    weights = drop()(L.Softmax()(L.Dense(5)(x)))
    return [L.Dot(axes=(2, 1))([weights, x]), weights]


# CVL107


def selu(x: Any, **kwargs: Any) -> Any:
    return L.Dense(8, activation="selu", kernel_initializer="lecun_normal", **kwargs)(x)


@case("CVL107", "drop", shape=(8,))
def dropout_between_selus(x: Any) -> Any:
    return selu(drop()(selu(x)))


@case("CVL107", "drop", shape=(8,))
def gaussian_dropout_between_selus(x: Any) -> Any:
    return selu(L.GaussianDropout(0.1, name="drop")(selu(x)))


@case("CVL107", "drop", shape=(8,))
def activations_as_layers(x: Any) -> Any:
    x = L.Activation("selu")(L.Dense(8)(x))
    return L.Activation("selu")(L.Dense(8)(drop()(x)))


@case("CVL107", shape=(8,))
def alpha_dropout(x: Any) -> Any:
    return selu(L.AlphaDropout(0.1)(selu(x)))


@case("CVL107", shape=(8,))
def dropout_before_the_output(x: Any) -> Any:
    return L.Dense(3)(drop()(selu(x)))


@case("CVL107", shape=(8,))
def normalized_in_between(x: Any) -> Any:
    return selu(drop()(L.LayerNormalization()(selu(x))))


@case("CVL107")
def pooled_in_between(x: Any) -> Any:
    return classes(conv(drop()(L.MaxPooling2D()(conv(x, activation="selu"))), activation="selu"))


@case("CVL107")
def spatial_dropout_between_selus(x: Any) -> Any:
    x = L.SpatialDropout2D(0.1)(conv(x, activation="selu"))
    return classes(conv(x, activation="selu"))


@case("CVL107", shape=(8,))
def sampled_between_selus(x: Any) -> Any:
    return selu(drop()(selu(x), training=True))


# CVL109


@case("CVL109", "drop")
def dropout_before_max_pooling(x: Any) -> Any:
    return classes(L.MaxPooling2D()(drop()(conv(x))))


@case("CVL109", "drop")
def with_a_relu_in_between(x: Any) -> Any:
    return classes(L.MaxPooling2D()(L.ReLU()(drop()(conv(x)))))


@case("CVL109", "drop")
def before_global_max_pooling(x: Any) -> Any:
    return L.Dense(3)(L.GlobalMaxPooling2D()(drop()(conv(x))))


@case("CVL109")
def before_average_pooling(x: Any) -> Any:
    return classes(L.AveragePooling2D(2)(drop()(conv(x))))


@case("CVL109")
def before_global_average_pooling(x: Any) -> Any:
    return classes(drop()(conv(x)))


@case("CVL109")
def spatial_dropout_before_max_pooling(x: Any) -> Any:
    return classes(L.MaxPooling2D()(L.SpatialDropout2D(0.3)(conv(x))))


@case("CVL109")
def dropout_after_max_pooling(x: Any) -> Any:
    return classes(drop()(L.MaxPooling2D()(conv(x))))


@case("CVL109")
def sampled_before_max_pooling(x: Any) -> Any:
    return classes(L.MaxPooling2D()(drop()(conv(x), training=True)))


# CVL110


@case("CVL110", "drop", shape=(8,))
def dropout_twice(x: Any) -> Any:
    return L.Dense(3)(drop()(L.Dropout(0.5)(x)))


@case("CVL110", "drop", shape=(4, 4, 8))
def with_a_flatten_in_between(x: Any) -> Any:
    return L.Dense(3)(drop()(L.Flatten()(L.Dropout(0.5)(x))))


@case("CVL110", "drop")
def spatial_dropout_twice(x: Any) -> Any:
    return classes(L.SpatialDropout2D(0.2, name="drop")(L.SpatialDropout2D(0.2)(conv(x))))


@case("CVL110")
def spatial_dropout_and_dropout(x: Any) -> Any:
    return classes(drop()(L.SpatialDropout2D(0.2)(conv(x))))


@case("CVL110", shape=(8,))
def dropout_and_alpha_dropout(x: Any) -> Any:
    return L.Dense(3)(L.AlphaDropout(0.1)(L.Dropout(0.5)(x)))


@case("CVL110", shape=(8,))
def dropout_of_which_something_else_takes_the_first(x: Any) -> Any:
    x = L.Dropout(0.5)(x)
    return [L.Dense(3)(drop()(x)), L.Dense(3)(x)]


@case("CVL110", shape=(8,))
def only_one_of_them_sampled(x: Any) -> Any:
    return L.Dense(3)(drop()(L.Dropout(0.5)(x, training=True)))


@case("CVL110", shape=(8,))
def with_a_dense_layer_in_between(x: Any) -> Any:
    return L.Dense(3)(drop()(L.Dense(8)(L.Dropout(0.5)(x))))


@case("CVL110", shape=(8,))
def dropout_and_a_rate_of_zero(x: Any) -> Any:
    return L.Dense(3)(L.Dropout(0.0)(drop()(x)))


# CVL111


@case("CVL111", "drop", shape=(8,))
def dropout_that_is_always_on(x: Any) -> Any:
    return L.Dense(3)(drop()(x, training=True))


@case("CVL111", "inner/drop", shape=(8,))
def dropout_of_a_model_that_is_always_in_training(x: Any) -> Any:
    inner = keras.Sequential([L.Input((8,)), L.Dropout(0.5, name="drop")], name="inner")
    return L.Dense(3)(inner(x, training=True))


@case("CVL111", "rnn", shape=(5, 8))
def recurrent_dropout_that_is_always_on(x: Any) -> Any:
    return L.LSTM(4, dropout=0.2, name="rnn")(x, training=True)


@case("CVL111", shape=(5, 8))
def recurrent_layer_without_dropout(x: Any) -> Any:
    return L.LSTM(4)(x, training=True)


@case("CVL111", shape=(8,))
def dropout_that_is_always_off(x: Any) -> Any:
    return L.Dense(3)(drop()(x, training=False))


@case("CVL111", shape=(8,))
def noise_that_is_always_on(x: Any) -> Any:
    return L.Dense(3)(L.GaussianNoise(0.1)(x, training=True))


# CVL112


@case("CVL112", "norm")
def penalty_on_a_scale(x: Any) -> Any:
    return classes(L.BatchNormalization(gamma_regularizer="l2", name="norm")(conv(x)))


@case("CVL112", "biased", shape=(8,))
def penalty_on_a_bias(x: Any) -> Any:
    return L.Dense(3, bias_regularizer="l2", name="biased")(x)


@case("CVL112", shape=(8,))
def penalty_on_a_kernel(x: Any) -> Any:
    return L.Dense(3, kernel_regularizer="l2")(x)


@case("CVL112", shape=(8,))
def penalty_on_a_bias_that_is_not_there(x: Any) -> Any:
    return L.Dense(3, use_bias=False, bias_regularizer="l2")(x)


@case("CVL112")
def penalty_on_a_frozen_scale(x: Any) -> Any:
    return classes(L.BatchNormalization(gamma_regularizer="l2", trainable=False)(conv(x)))


@case.all
def test_only_what_the_rule_is_about_is_reported(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", {"drop"}),
        ("huber", {"drop"}),
        (keras.losses.SparseCategoricalCrossentropy(from_logits=True), {"drop"}),
        ("cosine_similarity", set()),
        (lambda y, p: keras.ops.mean(p), set()),
        (None, set()),
    ],
)
def test_the_loss_says_whether_an_output_is_a_prediction(loss: Any, expected: set[str]) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, drop()(L.Dense(3)(inputs)))
    model.compile("sgd", loss)
    assert {finding.layer for finding in check(model, select=["CVL104"])} == expected


def test_an_output_without_a_loss_may_be_dropped_beside_one_that_has_one() -> None:
    inputs = keras.Input((4,))
    features = drop()(L.Dense(3, activation="softmax", name="features")(inputs))
    model = keras.Model(inputs, [features, L.Dense(1, name="target")(inputs)])
    model.compile("sgd", {"target": "mse"})
    assert not check(model, select=["CVL104"])


def test_the_rate_of_two_dropouts_in_a_row_is_told() -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, L.Dense(3)(drop(0.5)(L.Dropout(0.5, name="first")(inputs))))
    (finding,) = check(model, select=["CVL110"])
    assert finding.message == "drop follows first: together they drop 75%"


def feature_map_dropped(x: Any) -> Any:
    return classes(drop(0.4)(conv(x)))


def head_of_200_units(x: Any) -> Any:
    x = L.Flatten()(L.MaxPooling2D(4)(conv(x)))
    return L.Dense(10, activation="softmax")(L.Dense(200, activation="relu", name="wide")(x))


OPTIONS = [
    # rule, option, another value, network, what is reported then, what is reported by default
    ("CVL105", "highest-rate", 0.3, feature_map_dropped, {"drop"}, set()),
    ("CVL105", "highest-rate-in-body", 0.3, feature_map_dropped, {"drop"}, set()),
    ("CVL105", "lowest-rate", 0.45, feature_map_dropped, {"drop"}, set()),
    ("CVL106", "least-units", 201, head_of_200_units, set(), {"wide"}),
    ("CVL106", "least-parameters", 200_000, head_of_200_units, set(), {"wide"}),
    ("CVL106", "least-head-share", 0.999, head_of_200_units, set(), {"wide"}),
]


@pytest.mark.parametrize(("code", "option", "value", "network", "changed", "default"), OPTIONS)
def test_an_option_moves_the_threshold(
    tmp_path: Path,
    code: str,
    option: str,
    value: float,
    network: Callable[[Any], Any],
    changed: set[str],
    default: set[str],
) -> None:
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, network(inputs))
    file = tmp_path / "convlint.toml"
    file.write_text(f"[options.{code}]\n{option} = {value}\n", encoding="utf-8")
    assert {f.layer for f in check(model, select=[code], config=read(file))} == changed
    assert {f.layer for f in check(model, select=[code])} == default


def test_the_width_that_bears_dropout_before_norm_is_an_option(tmp_path: Path) -> None:
    inputs = keras.Input((8, 8, 64))
    x = L.BatchNormalization()(conv(drop()(conv(inputs, 64)), 64))
    model = keras.Model(inputs, L.Add()([inputs, x]))
    file = tmp_path / "convlint.toml"
    file.write_text("[options.CVL102]\nwide-branch = 64\n", encoding="utf-8")
    (by_default,) = check(model, select=["CVL102"])
    (changed,) = check(model, select=["CVL102"], config=read(file))
    assert (str(by_default.severity), str(changed.severity)) == ("warning", "info")
