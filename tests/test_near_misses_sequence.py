"""Near misses of the rules on sequences and attention."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from tests.near_misses import Cases

case = Cases()

SERIES = (100, 8)
SHORT = (10, 8)


def recur(x: Any, layer: Any = L.LSTM, units: int = 4, **kwargs: Any) -> Any:
    return layer(units, name="cell", **kwargs)(x)


# CVL901


@case("CVL901", "cell", shape=SERIES)
def recurrent_dropout(x: Any) -> Any:
    return recur(x, recurrent_dropout=0.1)


@case("CVL901", "cell", shape=SERIES)
def another_bounded_activation(x: Any) -> Any:
    return recur(x, activation="softsign")


@case("CVL901", "cell", shape=SERIES)
def unrolled(x: Any) -> Any:
    return recur(x, L.GRU, unroll=True)


@case("CVL901", "cell", shape=SERIES)
def without_bias(x: Any) -> Any:
    return recur(x, use_bias=False)


@case("CVL901", "cell", shape=SERIES)
def other_gates(x: Any) -> Any:
    return recur(x, recurrent_activation="relu")


@case("CVL901", "cell", shape=SERIES)
def reset_before(x: Any) -> Any:
    return recur(x, L.GRU, reset_after=False)


@case("CVL901", "both", shape=SERIES)
def inside_bidirectional(x: Any) -> Any:
    return L.Bidirectional(L.LSTM(4, recurrent_dropout=0.1), name="both")(x)


@case("CVL901", shape=SERIES)
def defaults(x: Any) -> Any:
    return L.LSTM(4)(recur(x, L.GRU, return_sequences=True, dropout=0.1))


@case("CVL901", shape=SERIES)
def defaults_of_older_keras(x: Any) -> Any:
    return recur(x, L.GRU, recurrent_activation="hard_sigmoid", reset_after=False)


@case("CVL901", shape=SERIES)
def unbounded_activation(x: Any) -> Any:
    return recur(x, activation="relu")


@case("CVL901", shape=SERIES)
def no_kernel_for_this_layer(x: Any) -> Any:
    return recur(x, L.SimpleRNN, activation="softsign")


# CVL902


@case("CVL902", "cell", shape=SERIES)
def relu_over_many_steps(x: Any) -> Any:
    return recur(x, activation="relu")


@case("CVL902", "cell", shape=(None, 8))
def relu_over_any_number_of_steps(x: Any) -> Any:
    return recur(x, L.GRU, activation="elu")


@case("CVL902", shape=SERIES)
def identity_start(x: Any) -> Any:
    return recur(x, L.SimpleRNN, activation="relu", recurrent_initializer="identity")


@case("CVL902", shape=SERIES)
def recurrent_constraint(x: Any) -> Any:
    return recur(x, activation="relu", recurrent_constraint="max_norm")


@case("CVL902", shape=SERIES)
def linear_recurrence(x: Any) -> Any:
    return recur(x, L.SimpleRNN, activation="linear")


@case("CVL902", shape=SERIES)
def custom_activation(x: Any) -> Any:
    return recur(x, activation=lambda y: y)


# CVL903


def normed(x: Any, norm: Any = L.BatchNormalization, **kwargs: Any) -> Any:
    return norm(name="norm", **kwargs)(x)


@case("CVL903", "norm", shape=SERIES)
def between_recurrent_layers(x: Any) -> Any:
    return L.LSTM(4)(normed(recur(x, return_sequences=True)))


@case("CVL903", "norm", shape=SERIES)
def behind_an_attention(x: Any) -> Any:
    return normed(L.Add()([x, L.MultiHeadAttention(2, 4)(x, x)]))


@case("CVL903", shape=SERIES)
def layer_norm_between_recurrent_layers(x: Any) -> Any:
    return L.LSTM(4)(normed(recur(x, return_sequences=True), L.LayerNormalization))


@case("CVL903", shape=SERIES)
def behind_a_convolution(x: Any) -> Any:
    return L.LSTM(4)(normed(L.Conv1D(4, 3)(recur(x, return_sequences=True))))


@case("CVL903", shape=SERIES)
def of_the_last_state(x: Any) -> Any:
    return normed(recur(x))


@case("CVL903", shape=SERIES)
def frozen_norm(x: Any) -> Any:
    return L.LSTM(4)(normed(recur(x, return_sequences=True), trainable=False))


# CVL904


def attend(x: Any, y: Any = None, **kwargs: Any) -> Any:
    return L.MultiHeadAttention(2, 4, name="mha")(x, x if y is None else y, **kwargs)


def embed(x: Any) -> Any:
    return L.Embedding(9, 8)(x)


def pooled(x: Any) -> Any:
    return L.Dense(2)(L.GlobalAveragePooling1D()(x))


@case("CVL904", "mha", shape=(16,))
def words_without_positions(x: Any) -> Any:
    x = L.LayerNormalization()(L.Dropout(0.1)(L.Dense(8)(embed(x))))
    return pooled(L.Dense(8, activation="relu")(L.Add()([x, attend(x)])))


@case("CVL904", "mha", shape=(16,))
def every_word_is_labelled(x: Any) -> Any:
    return L.Dense(2)(attend(embed(x)))


@case("CVL904", "mha", shape=(32, 32, 3))
def patches_without_positions(x: Any) -> Any:
    return pooled(attend(L.Reshape((16, 8))(L.Conv2D(8, 8, strides=8)(x))))


@case("CVL904", shape=(16,))
def a_table_of_positions_is_added(x: Any) -> Any:
    return pooled(attend(embed(x) + keras.ops.ones((1, 16, 8))))


@case("CVL904", shape=(16,))
def a_custom_layer_may_add_positions(x: Any) -> Any:
    return pooled(attend(L.Lambda(lambda y: y)(embed(x))))


@case("CVL904", shape=(16,))
def a_second_embedding_is_added(x: Any) -> Any:
    return pooled(attend(L.Add()([embed(x), embed(x)])))


@case("CVL904", shape=(16,))
def a_convolution_sees_neighbours_before(x: Any) -> Any:
    return pooled(attend(L.Conv1D(8, 3)(embed(x))))


@case("CVL904", shape=(16,))
def a_recurrent_layer_comes_later(x: Any) -> Any:
    return L.LSTM(4)(attend(embed(x)))


@case("CVL904", shape=(16,))
def tokens_are_flattened_later(x: Any) -> Any:
    return L.Dense(2)(L.Flatten()(attend(embed(x))))


@case("CVL904", shape=(16,))
def the_first_token_is_taken(x: Any) -> Any:
    return L.Dense(2)(attend(embed(x))[:, 0])


@case("CVL904", shape=(16,))
def causal(x: Any) -> Any:
    return pooled(attend(embed(x), use_causal_mask=True))


@case("CVL904", shape=(16,))
def cross_attention(x: Any) -> Any:
    return pooled(attend(embed(x), embed(x)))


@case("CVL904", shape=(16, 8))
def a_set_of_vectors(x: Any) -> Any:
    return pooled(attend(L.Dense(8)(x)))


@case("CVL904", shape=(32, 32, 3))
def patches_that_overlap(x: Any) -> Any:
    return pooled(attend(L.Reshape((16, 8))(L.Conv2D(8, 9, strides=8, padding="same")(x))))


# CVL906


@case("CVL906", "mha", shape=(16, 8))
def key_dim_of_the_whole_model(x: Any) -> Any:
    return L.MultiHeadAttention(2, 8, name="mha")(x, x)


@case("CVL906", shape=(16, 8))
def key_dim_of_a_head(x: Any) -> Any:
    return L.MultiHeadAttention(2, 4)(x, x)


@case("CVL906", shape=(16, 8))
def a_single_head(x: Any) -> Any:
    return L.MultiHeadAttention(1, 8)(x, x)


# CVL907


def words(x: Any) -> Any:
    return L.Embedding(9, 8, mask_zero=True)(x)


def lose(x: Any) -> Any:
    return L.Conv1D(8, 3, padding="same", name="lost")(x)


@case("CVL907", "lost", shape=(16,))
def convolution_before_a_recurrent_layer(x: Any) -> Any:
    return L.LSTM(4)(lose(words(x)))


@case("CVL907", "lost", shape=(16,))
def convolution_and_pooling_before_a_mean(x: Any) -> Any:
    return L.GlobalAveragePooling1D()(L.MaxPooling1D()(L.Dropout(0.1)(lose(words(x)))))


@case("CVL907", "lost", shape=(16,))
def convolution_before_attention(x: Any) -> Any:
    x = lose(words(x))
    return L.MultiHeadAttention(2, 4)(x, x)


@case("CVL907", "lost", shape=(16,))
def rms_norm_behind_a_first_recurrent_layer(x: Any) -> Any:
    x = L.LSTM(8, return_sequences=True)(words(x))
    return L.LSTM(4)(L.RMSNormalization(name="lost")(x))


@case("CVL907", "lost", shape=(16, 8))
def convolution_behind_masking(x: Any) -> Any:
    return L.GRU(4)(lose(L.Masking()(x)))


@case("CVL907", "add", shape=(16,))
def an_operation_before_a_recurrent_layer(x: Any) -> Any:
    return L.LSTM(4)(words(x) + 1.0)


@case("CVL907", shape=(16,))
def the_mask_arrives(x: Any) -> Any:
    x = L.LayerNormalization()(L.SpatialDropout1D(0.1)(L.Dense(8, activation="relu")(words(x))))
    x = L.Bidirectional(L.LSTM(4, return_sequences=True))(L.TimeDistributed(L.Dense(8))(x))
    return L.GlobalAveragePooling1D()(x)


@case("CVL907", shape=(16,))
def nobody_asks_for_the_mask(x: Any) -> Any:
    return L.GlobalMaxPooling1D()(lose(words(x)))


@case("CVL907", shape=(16,))
def the_mask_was_used_before(x: Any) -> Any:
    x = L.GRU(8)(words(x))
    return L.LSTM(4)(L.RepeatVector(3)(x))


@case("CVL907", shape=(16,))
def no_mask_at_all(x: Any) -> Any:
    return L.LSTM(4)(lose(L.Embedding(9, 8)(x)))


@case("CVL907", shape=(16,))
def a_mask_passed_by_hand(x: Any) -> Any:
    return L.LSTM(4)(lose(words(x)), mask=keras.ops.not_equal(x, 0))


@case("CVL907", shape=(16,))
def a_mask_of_its_own(x: Any) -> Any:
    y = lose(words(x))
    return L.MultiHeadAttention(2, 4)(y, y, attention_mask=keras.ops.ones((1, 16, 16)))


@case("CVL907", shape=(16,))
def merged_with_an_unmasked_sequence(x: Any) -> Any:
    return L.LSTM(4)(L.Add()([words(x), embed(x)]))


@case("CVL907", shape=(16,))
def a_custom_layer_may_hand_it_on(x: Any) -> Any:
    return L.LSTM(4)(L.Lambda(lambda y: y)(words(x)))


@case.all
@pytest.mark.filterwarnings("ignore:.*was passed an input with a mask:UserWarning")
def test_only_what_the_rule_is_about_is_reported(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected


@pytest.mark.parametrize(
    ("shape", "compiled", "severity"),
    [(SERIES, True, "warning"), (SHORT, True, "info"), (SERIES, False, "info")],
)
def test_an_unbounded_state_is_a_warning_over_many_steps_without_clipping(
    shape: tuple[int, int], compiled: bool, severity: str
) -> None:
    model = keras.Sequential([L.Input(shape), L.LSTM(4, activation="relu")])
    if compiled:
        model.compile("adam", "mse")
    (finding,) = check(model, select=["CVL902"])
    assert str(finding.severity) == severity


@pytest.mark.parametrize(
    ("optimizer", "found"),
    [
        ("adam", True),
        (keras.optimizers.Adam(0.001), True),
        (keras.optimizers.Adam(0.001, clipnorm=1.0), False),
        (keras.optimizers.SGD(0.1, clipvalue=0.5), False),
        (keras.optimizers.SGD(0.1, global_clipnorm=1.0), False),
    ],
)
def test_a_state_is_bounded_by_clipped_gradients(optimizer: Any, found: bool) -> None:
    model = keras.Sequential([L.Input(SERIES), L.LSTM(4, activation="relu")])
    model.compile(optimizer, "mse")
    assert bool(check(model, select=["CVL902"])) is found


def transformer(blocks: int, *, first: bool = False, rate: Any = 0.001) -> keras.Model:
    x = inputs = keras.Input((16, 8))
    for _ in range(blocks):
        start = L.LayerNormalization()(x) if first else x
        x = L.Add()([x, L.Dropout(0.1)(L.MultiHeadAttention(2, 4)(start, start))])
        x = x if first else L.LayerNormalization()(x)
    model = keras.Model(inputs, x)
    if rate is not None:
        model.compile(keras.optimizers.Adam(rate), "mse")
    return model


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (lambda: transformer(8), True),
        (lambda: transformer(7), False),
        (lambda: transformer(8, first=True), False),
        (lambda: transformer(8, rate=None), False),
        (lambda: transformer(8, rate=keras.optimizers.schedules.CosineDecay(0.0, 9)), False),
    ],
    ids=["deep", "shallow", "pre-LN", "not compiled", "schedule"],
)
def test_deep_transformers_with_late_normalization_are_reported(
    model: Callable[[], keras.Model], found: bool
) -> None:
    assert bool(check(model(), select=["CVL905"])) is found
