"""Numbers of parameters against ``count_params()`` of Keras."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tf_keras
from keras import layers

from convlint.facts import Facts
from convlint.facts.inference import output_shapes, site
from convlint.facts.inference.weights import weights
from convlint.facts.parameters import parameter_share, parameters, total_parameters
from convlint.graph import Graph, Tensor
from convlint.kleene import UNKNOWN
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec
from tests.layer_cases import (
    FIRST,
    IDS,
    IMAGE,
    LAYERS,
    SERIES,
    VECTOR,
    Shape,
    call_of,
    call_of_layer,
    known,
    shapes_by_keras,
)
from tests.zoo import ZOO, layer_at, zoo


def facts_of(model: Any) -> Facts:
    return Facts(assemble(model_spec(json.loads(model.to_json()))))


def with_adapter(layer: Any, shape: Shape) -> Any:
    layer.build(shape)
    layer.enable_lora(2)
    return layer


MORE: list[tuple[Any, list[Shape]]] = [
    (layers.Dense(3, use_bias=False), [VECTOR]),
    (with_adapter(layers.Dense(3), VECTOR), [VECTOR]),
    (with_adapter(layers.Embedding(10, 3), (None, 7)), [(None, 7)]),
    (with_adapter(layers.EinsumDense("abc,cd->abd", (9, 8)), SERIES), [SERIES]),
    (layers.EinsumDense("abc,cde->abde", (9, 2, 3), bias_axes="de"), [SERIES]),
    (layers.EinsumDense("...x,xy->...y", 4, bias_axes="y"), [IMAGE]),
    (layers.EinsumDense("ab...,bc->ac...", (3,), bias_axes="c"), [(None, 5, 7, 2)]),
    (layers.ReversibleEmbedding(10, 3, tie_weights=False), [(None, 7)]),
    (layers.Conv2D(4, (3, 2), groups=2, use_bias=False), [IMAGE]),
    (layers.Conv2DTranspose(4, 3, use_bias=False, data_format="channels_first"), [FIRST]),
    (layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False), [IMAGE]),
    (layers.SeparableConv2D(5, 3, depth_multiplier=2, use_bias=False), [IMAGE]),
    (layers.BatchNormalization(center=False), [IMAGE]),
    (layers.BatchNormalization(axis=1, scale=False), [FIRST]),
    (layers.LayerNormalization(axis=(1, 3)), [IMAGE]),
    (layers.GroupNormalization(3, scale=False), [IMAGE]),
    (layers.RMSNormalization(axis=1), [IMAGE]),
    (layers.SimpleRNN(3, use_bias=False), [SERIES]),
    (layers.GRU(3, reset_after=False), [SERIES]),
    (layers.GRU(3, use_bias=False), [SERIES]),
    (layers.LSTM(3, use_bias=False), [SERIES]),
    (layers.RNN([layers.GRUCell(3), layers.LSTMCell(5), layers.SimpleRNNCell(2)]), [SERIES]),
    (layers.ConvLSTM2D(3, 2, use_bias=False), [(None, 5, 8, 9, 4)]),
    (layers.ConvLSTM2D(3, 2, data_format="channels_first"), [(None, 5, 4, 8, 9)]),
    (layers.MultiHeadAttention(2, 3, 5, use_bias=False), [SERIES, (None, 6, 8), (None, 6, 7)]),
    (layers.MultiHeadAttention(2, 3, output_shape=(2, 3), use_gate=True), [SERIES, (None, 6, 8)]),
    (layers.GroupQueryAttention(4, 6, 2, use_gate=True), [SERIES, (None, 6, 4)]),
    (layers.Attention(use_scale=True, score_mode="concat"), [SERIES, SERIES]),
    (layers.AdditiveAttention(use_scale=False), [SERIES, SERIES]),
    (layers.PReLU(), [IMAGE]),
    (layers.PReLU(shared_axes=[1, 2]), [IMAGE]),
    (layers.PReLU(shared_axes=[-1]), [IMAGE]),
    (layers.Normalization(axis=None), [IMAGE]),
    (layers.Normalization(axis=(1, 2)), [(None, 4, 3)]),
    (layers.Normalization(mean=0.0, variance=1.0), [IMAGE]),
    (layers.STFTSpectrogram("real", 32, fft_length=64, window=None), [(None, 400, 2)]),
    (layers.Lambda(lambda x: x, output_shape=(5,)), [VECTOR]),
]


@pytest.mark.parametrize(
    ("layer", "inputs"),
    [*LAYERS, *MORE],
    ids=[*IDS, *(f"more-{i}-{type(layer).__name__}" for i, (layer, _) in enumerate(MORE))],
)
def test_a_layer_has_the_parameters_that_keras_counts(layer: Any, inputs: list[Shape]) -> None:
    shapes_by_keras(layer, inputs)
    starts = [
        call_of("InputLayer", {"batch_shape": shape}, index=index)
        for index, shape in enumerate(inputs)
    ]
    call = call_of_layer(layer, {}).replace(
        index=len(starts),
        inputs=tuple(Tensor(start.index) for start in starts),
    )
    facts = Facts(Graph("one", (*starts, call)))
    assert parameters(facts, call) == layer.count_params()


OLDER: list[tuple[Callable[[], Any], Shape]] = [
    (lambda: tf_keras.layers.LocallyConnected1D(5, 3, 2), SERIES),
    (lambda: tf_keras.layers.LocallyConnected2D(5, (3, 2), use_bias=False), IMAGE),
    (lambda: tf_keras.layers.LocallyConnected2D(5, 3, data_format="channels_first"), FIRST),
    (lambda: tf_keras.layers.ThresholdedReLU(), IMAGE),
    (lambda: tf_keras.layers.BatchNormalization(axis=[3]), IMAGE),
    (lambda: tf_keras.layers.experimental.SyncBatchNormalization(), IMAGE),
    (lambda: tf_keras.layers.RandomHeight(0.1), (None, 12, 10, 3)),
    (lambda: tf_keras.layers.RandomWidth(0.1), (None, 12, 10, 3)),
]


@pytest.mark.parametrize(("make", "shape"), OLDER)
def test_a_layer_of_an_older_keras_has_its_shape_and_parameters(
    make: Callable[[], Any], shape: Shape
) -> None:
    layer = make()
    output = layer(tf_keras.Input(batch_shape=shape))
    call = call_of_layer(layer, {})
    assert output_shapes(call, (known(shape),)) == (known(tuple(output.shape)),)
    assert weights(site(call, (known(shape),))) == layer.count_params()


@pytest.mark.parametrize(
    ("class_name", "config", "shape", "count"),
    [
        # Two bias vectors for each gate, as cuDNN has.
        ("CuDNNLSTM", {"units": 3}, SERIES, 4 * 3 * (4 + 3 + 2)),
        ("CuDNNGRU", {"units": 3}, SERIES, 3 * 3 * (4 + 3 + 2)),
        ("MaxoutDense", {"output_dim": 3, "nb_feature": 2}, VECTOR, 2 * (5 * 3 + 3)),
        ("Highway", {}, VECTOR, 2 * (5 * 5 + 5)),
        ("SReLU", {"shared_axes": (1, 2)}, IMAGE, 4 * 6),
        ("ParametricSoftplus", {}, VECTOR, 2 * 5),
        ("LayerScale", {"projection_dim": 6}, IMAGE, 6),
        ("ops.Add", {}, VECTOR, 0),
        ("ops.Cond", {}, VECTOR, UNKNOWN),
        ("MyLayer", {}, VECTOR, UNKNOWN),
        ("Dense", {}, VECTOR, UNKNOWN),
        ("Dense", {"units": 3, "use_bias": None}, VECTOR, UNKNOWN),
        ("Dense", {"units": 3}, (None, None), UNKNOWN),
        ("Conv2D", {"filters": 3, "kernel_size": 3, "groups": 0}, IMAGE, UNKNOWN),
        ("BatchNormalization", {"renorm": True}, IMAGE, UNKNOWN),
        ("RNN", {"cell": {"class_name": "MyCell", "config": {}}}, SERIES, UNKNOWN),
        ("Dense", {"units": 3, "quantization_config": {"class_name": "Int8"}}, VECTOR, UNKNOWN),
    ],
)
def test_weights(class_name: str, config: dict[str, Any], shape: Shape, count: object) -> None:
    assert weights(site(call_of(class_name, config), (known(shape),))) == count


@pytest.mark.parametrize("name", ZOO)
def test_parameters_of_an_application_are_those_that_keras_counts(name: str) -> None:
    model = zoo(name)
    facts = facts_of(model)
    for call in facts.graph.calls:
        if not call.fused and "output" not in call.kinds:
            layer = layer_at(model, call.layer)
            expected = layer.count_params() if isinstance(layer, layers.Layer) else 0
            assert parameters(facts, call) == expected, call.layer
    assert total_parameters(facts) == model.count_params()


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(4, 3, activation="relu"),
        layers.Dense(4, activation="relu"),
        layers.Conv2DTranspose(4, 3),
    ],
)
def test_spectral_normalization_adds_a_vector(layer: Any) -> None:
    model = keras.Sequential([keras.Input((12, 10, 6)), layers.SpectralNormalization(layer)])
    assert total_parameters(facts_of(model)) == model.count_params()


def test_an_activation_with_parameters_counts_as_its_layers() -> None:
    model = keras.Sequential([keras.Input((5,)), layers.Dense(3, activation=layers.PReLU())])
    model(np.zeros((1, 5)))  # Keras makes the inner layer's weights at the first real call.
    assert total_parameters(facts_of(model)) == model.count_params() == 21


def test_a_wrapper_of_another_package_is_not_known() -> None:
    calls = (
        call_of("InputLayer", {"batch_shape": (None, 5)}),
        call_of("Dense", {"units": 3}, [Tensor(0)], 1, wrapper="PruneLowMagnitude"),
        call_of("Activation", {}, [Tensor(1)], 2, wrapper="PruneLowMagnitude", fused=True),
    )
    facts = Facts(Graph("pruned", calls))
    assert [parameters(facts, call) for call in calls] == [0, UNKNOWN, 0]


def test_a_shared_layer_counts_once() -> None:
    left, right = keras.Input((5,)), keras.Input((5,))
    shared = layers.Dense(5, activation="relu", name="shared")
    output = layers.Add()([shared(left), shared(right)])
    model = keras.Model([left, right], layers.Dense(2, name="last")(output))
    facts = facts_of(model)
    calls = [call for call in facts.graph.calls if call.layer == "shared" and not call.fused]
    assert [parameters(facts, call) for call in calls] == [30, 30]
    assert total_parameters(facts) == model.count_params() == 42
    assert parameter_share(facts, calls[0]) == pytest.approx(30 / 42)


def test_a_total_with_an_unknown_part_is_unknown() -> None:
    calls = (
        call_of("InputLayer", {"batch_shape": (None, 5)}),
        call_of("Dense", {"units": 3}, [Tensor(0)], 1),
        call_of("MyLayer", {}, [Tensor(1)], 2),
    )
    facts = Facts(Graph("custom", calls))
    assert parameters(facts, calls[1]) == 18
    assert total_parameters(facts) is UNKNOWN
    assert parameter_share(facts, calls[1]) is UNKNOWN


def test_a_model_without_parameters_has_no_shares() -> None:
    calls = (call_of("InputLayer", {"batch_shape": (None, 5)}),)
    facts = Facts(Graph("empty", calls))
    assert total_parameters(facts) == 0
    assert parameter_share(facts, calls[0]) is UNKNOWN


@pytest.mark.parametrize(
    ("backward", "expected"),
    [
        (None, 192),
        ({"class_name": "LSTM", "config": {"units": 3}}, 192),
        ({"class_name": "GRU", "config": {"units": 3}}, 96 + 81),
        ({"class_name": "MyRNN", "config": {"units": 3}}, UNKNOWN),
        ({"class_name": 3}, UNKNOWN),
        ("LSTM", UNKNOWN),
    ],
)
def test_both_directions_count(backward: object, expected: object) -> None:
    calls = (
        call_of("InputLayer", {"batch_shape": (None, 9, 4)}),
        call_of(
            "LSTM",
            {"units": 3},
            [Tensor(0)],
            1,
            wrapper="Bidirectional",
            wrapper_config={"backward_layer": backward},
        ),
    )
    facts = Facts(Graph("both", calls))
    assert parameters(facts, calls[1]) == expected
