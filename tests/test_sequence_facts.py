"""Facts about masks, recurrence and attention, on layers of real Keras."""

from __future__ import annotations

from typing import Any, Final

import keras
import pytest
import tf_keras
from keras import layers as L  # noqa: N812

from convlint.kinds import masking
from convlint.kinds.layers import LAYERS
from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of

ARGUMENTS: Final[dict[str, Any]] = {
    "filters": 2,
    "kernel_size": 1,
    "units": 2,
    "pool_size": 2,
    "rate": 0.1,
    "num_heads": 1,
    "key_dim": 2,
    "equation": "ab,bc->ac",
    "output_shape": 2,
    "stddev": 0.1,
    "target_shape": (2,),
    "dims": (1,),
    "n": 2,
    "activation": "relu",
}
"""Values for arguments that have no default."""


def supports_masking(library: Any, name: str) -> bool | None:
    """Whether a layer of Keras says that it supports masking; None if there is none of the name."""
    made = getattr(library.layers, name, None)
    if made is None:
        return None
    row = LAYERS[name].arguments
    required = {
        key: ARGUMENTS[key]
        for key, default in row.items()
        if default is UNKNOWN and key in ARGUMENTS
    }
    if name == "RNN":
        required["cell"] = library.layers.SimpleRNNCell(2)
    return bool(made(**required).supports_masking)


@pytest.mark.parametrize(
    "name",
    sorted(
        {*masking.MAKES, *masking.HANDS_ON, *masking.JOINS, *masking.RECURRENT, *masking.AVERAGES}
    ),
)
def test_layers_that_do_something_with_masks_support_them(name: str) -> None:
    assert supports_masking(keras, name) is True
    assert supports_masking(tf_keras, name) in (True, None)


@pytest.mark.parametrize("name", sorted(masking.LOSES))
def test_layers_that_lose_masks_do_not_support_them(name: str) -> None:
    assert supports_masking(keras, name) is False
    assert supports_masking(tf_keras, name) in (False, None)


def test_what_keeps_the_steps_of_a_sequence_is_among_what_loses_masks() -> None:
    assert masking.KEEPS_STEPS <= masking.LOSES


MASKED: Final[list[tuple[str, Any, Any]]] = [
    # name, layers behind an embedding with a mask, whether the last one carries it
    ("dense", [L.Dense(4, activation="relu")], True),
    ("norm", [L.LayerNormalization()], True),
    ("sequences", [L.LSTM(4, return_sequences=True)], True),
    ("both ways", [L.Bidirectional(L.GRU(4, return_sequences=True))], True),
    ("state", [L.LSTM(4)], False),
    ("mean", [L.GlobalAveragePooling1D()], False),
    ("convolution", [L.Conv1D(4, 3)], False),
    ("each step", [L.TimeDistributed(L.Dense(4))], True),
]


@pytest.mark.parametrize(("name", "layers", "expected"), MASKED, ids=[row[0] for row in MASKED])
@pytest.mark.filterwarnings("ignore:.*was passed an input with a mask:UserWarning")
def test_a_mask_is_carried_as_keras_carries_it(name: str, layers: Any, expected: bool) -> None:
    inputs = keras.Input((16,))
    x = L.Embedding(9, 4, mask_zero=True)(inputs)
    for layer in layers:
        x = layer(x)
    assert (getattr(x, "_keras_mask", None) is not None) is expected
    layers[-1].name = "last"
    assert fact(facts_of(keras.Model(inputs, x)), "last", "carries_mask") is expected


def test_a_concatenation_has_a_mask_if_one_of_its_inputs_has() -> None:
    inputs = keras.Input((16,))
    masked, plain = L.Embedding(9, 4, mask_zero=True)(inputs), L.Embedding(9, 4)(inputs)
    both = [L.Concatenate(name="join")([plain, masked]), L.Add(name="sum")([plain, masked])]
    facts = facts_of(keras.Model(inputs, both))
    assert fact(facts, "join", "carries_mask") is True
    assert fact(facts, "sum", "carries_mask") is UNKNOWN


@pytest.mark.filterwarnings("ignore:.*was passed an input with a mask:UserWarning")
def test_an_unknown_layer_may_do_anything_with_a_mask() -> None:
    inputs = keras.Input((16,))
    x = L.Lambda(lambda y: y, name="own")(L.Embedding(9, 4, mask_zero=True)(inputs))
    assert fact(facts_of(keras.Model(inputs, x)), "own", "carries_mask") is UNKNOWN


@pytest.mark.parametrize(
    ("layer", "name", "expected"),
    [
        (L.LSTM(4), "time_steps", 16),
        (L.LSTM(4), "state_activation", "tanh"),
        (L.LSTM(4), "gate_activation", "sigmoid"),
        (L.GRU(4, activation="swish"), "state_activation", "silu"),
        (L.GRU(4, activation="gelu"), "unbounded_state", True),
        (L.GRU(4), "unbounded_state", False),
        (L.SimpleRNN(4, activation=keras.ops.sin), "unbounded_state", UNKNOWN),
        (L.SimpleRNN(4), "recurrence_starts_as_identity", False),
        (
            L.SimpleRNN(4, recurrent_initializer=keras.initializers.Identity(0.5)),
            "recurrence_starts_as_identity",
            True,
        ),
        (L.Dense(4), "time_steps", UNKNOWN),
    ],
)
def test_what_a_recurrent_layer_does_at_each_step(layer: Any, name: str, expected: Any) -> None:
    layer.name = "cell"
    model = keras.Sequential([L.Input((16, 3)), layer])
    assert fact(facts_of(model), "cell", name) == expected


def test_order_enters_where_tokens_are_told_apart() -> None:
    inputs = keras.Input((16,))
    x = L.Embedding(9, 4, name="tokens")(inputs)
    x = L.MultiHeadAttention(2, 2, name="first")(x, x)
    flat = L.Dense(2)(L.Flatten()(L.MultiHeadAttention(2, 2, name="second")(x, x)))
    mean = L.GlobalAveragePooling1D()(L.MultiHeadAttention(2, 2, name="third")(x, x))
    facts = facts_of(keras.Model(inputs, [flat, mean]))
    assert [fact(facts, name, "blind_to_order") for name in ("first", "second", "third")] == [
        True,
        True,
        True,
    ]
    assert [fact(facts, name, "order_enters_later") for name in ("first", "second", "third")] == [
        True,
        True,
        False,
    ]


def test_shuffled_tokens_give_the_same_mean_behind_blind_attention() -> None:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((8,))
    x = L.Embedding(9, 4)(inputs)
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 2, name="mha")(x, x)]))
    model = keras.Model(inputs, L.GlobalAveragePooling1D()(L.Dense(3, activation="relu")(x)))
    assert fact(facts_of(model), "mha", "blind_to_order") is True
    one = model(keras.ops.convert_to_tensor([[1, 2, 3, 4, 5, 6, 7, 8]]))
    other = model(keras.ops.convert_to_tensor([[8, 3, 1, 2, 7, 6, 5, 4]]))
    assert float(keras.ops.max(keras.ops.abs(one - other))) < 1e-5
