"""Receptive fields against what real layers depend on, found by changing one input at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import layers

from convlint.facts import Facts
from convlint.facts.receptive_field import (
    Extents,
    receptive_field_max,
    receptive_field_min,
    stride_max,
    stride_min,
)
from convlint.graph import Call, Graph, Tensor
from convlint.kleene import UNKNOWN
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec
from tests.layer_cases import call_of
from tests.zoo import zoo

LENGTH = 240


def facts_of(model: Any) -> Facts:
    return Facts(assemble(model_spec(json.loads(model.to_json()))))


def last(facts: Facts) -> Call:
    return facts.graph.outputs[-1]


def dependence(model: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether output position ``o`` depends on input position ``i``, as ``[i, o]``."""
    for layer in model.layers:
        layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    changed = np.asarray(model(np.eye(LENGTH, dtype="float32")[..., None]))
    return np.asarray((changed != 0).any(axis=-1))


def spans(depends: np.ndarray[Any, np.dtype[np.bool_]]) -> Iterator[tuple[int, int]]:
    """First and last input position of each output position that is far from the borders."""
    for column in depends.T:
        positions = np.flatnonzero(column)
        if len(positions) and positions[0] > LENGTH // 4 and positions[-1] < LENGTH - LENGTH // 4:
            yield int(positions[0]), int(positions[-1])


def only(extents: Extents) -> float:
    """The extent along the only axis."""
    assert extents is not UNKNOWN
    (extent,) = extents
    return extent


def sequential(*parts: Any) -> Any:
    return keras.Sequential([keras.Input((LENGTH, 1)), *parts])


def conv(kernel: int, strides: int = 1, dilation: int = 1) -> Any:
    return layers.Conv1D(1, kernel, strides, "same", dilation_rate=dilation, use_bias=False)


def depthwise(kernel: int) -> Any:
    return layers.DepthwiseConv1D(kernel, use_bias=False)


shrinking = st.one_of(
    st.tuples(st.just(conv), st.integers(1, 4), st.integers(1, 3)),
    st.tuples(st.just(conv), st.integers(1, 3), st.just(1), st.integers(1, 3)),
    st.tuples(st.just(layers.MaxPooling1D), st.integers(1, 3), st.integers(1, 2)),
    st.tuples(st.just(layers.AveragePooling1D), st.integers(1, 3)),
    st.tuples(st.just(depthwise), st.integers(1, 3)),
    st.tuples(st.just(layers.ZeroPadding1D), st.integers(0, 2)),
    st.tuples(st.just(layers.ReLU)),
)


@settings(deadline=None, max_examples=150)
@given(parts=st.lists(shrinking, min_size=1, max_size=4))
def test_fields_and_strides_of_a_chain_are_those_of_the_real_layers(parts: list[Any]) -> None:
    model = sequential(*(make(*arguments) for make, *arguments in parts))
    facts = facts_of(model)
    found = list(spans(dependence(model)))
    size, stride = (
        only(receptive_field_max(facts, last(facts))),
        only(stride_max(facts, last(facts))),
    )
    assume(len(found) > 1)
    assert {final - first + 1 for first, final in found} == {size}
    assert {after - before for (before, _), (after, _) in pairwise(found)} == {stride}
    assert receptive_field_min(facts, last(facts)) == (size,)
    assert stride_min(facts, last(facts)) == (stride,)


@pytest.mark.parametrize(
    ("parts", "period"),
    [
        ([layers.UpSampling1D(2)], 2),
        ([layers.UpSampling1D(2), conv(3)], 2),
        ([layers.UpSampling1D(3), conv(2), conv(3)], 3),
        ([conv(3, 2), conv(3), layers.UpSampling1D(2), conv(4)], 2),
        ([conv(2, 2), layers.UpSampling1D(2), conv(2), layers.UpSampling1D(3), conv(3)], 6),
        ([layers.Conv1DTranspose(1, 4, 2, "same", use_bias=False)], 2),
        ([layers.Conv1DTranspose(1, 3, 2, use_bias=False)], 2),
        ([layers.Conv1DTranspose(1, 2, 2, use_bias=False), conv(3)], 2),
        ([conv(3, 2), layers.Conv1DTranspose(1, 6, 3, use_bias=False), conv(2)], 3),
        ([layers.Conv1DTranspose(1, 3, 1, "same", dilation_rate=2, use_bias=False)], 1),
    ],
)
def test_after_upsampling_the_field_is_the_mean_over_the_phases(
    parts: list[Any], period: int
) -> None:
    model = sequential(*parts)
    facts = facts_of(model)
    found = list(spans(dependence(model)))
    whole = found[: len(found) // period * period]
    assert len(whole) >= 2 * period
    sizes = [final - first + 1 for first, final in whole]
    size, stride = (
        only(receptive_field_max(facts, last(facts))),
        only(stride_max(facts, last(facts))),
    )
    assert np.mean(sizes) == pytest.approx(size)
    assert (whole[-period][0] - whole[0][0]) / (len(whole) - period) == pytest.approx(stride)


def test_paths_that_meet_have_a_smallest_and_a_largest_field() -> None:
    start = keras.Input((LENGTH, 1))
    short, long = conv(1)(start), conv(5)(conv(3, dilation=2)(start))
    model = keras.Model(start, conv(3)(layers.Add()([start, short, long])))
    facts = facts_of(model)
    sizes = {final - first + 1 for first, final in spans(dependence(model))}
    assert sizes == {11}
    assert receptive_field_max(facts, last(facts)) == (11,)
    assert receptive_field_min(facts, last(facts)) == (3,)
    assert stride_max(facts, last(facts)) == (1,)


def test_axes_are_told_apart() -> None:
    model = keras.Sequential(
        [
            keras.Input((32, 30, 3)),
            layers.Conv2D(4, (3, 5), (2, 1), dilation_rate=1),
            layers.MaxPooling2D((1, 2)),
            layers.Conv2D(4, (3, 1)),
        ]
    )
    facts = facts_of(model)
    assert receptive_field_max(facts, last(facts)) == (7, 6)
    assert stride_max(facts, last(facts)) == (2, 2)


# The values that Araujo, Norris and Sim (2019) give for these architectures.
@pytest.mark.parametrize(
    ("name", "layer", "size", "stride"),
    [
        ("VGG16", "block5_pool", 212, 32),
        ("MobileNet", "conv_pw_13_relu", 315, 32),
        ("ResNet50", "conv5_block3_out", 483, 32),
    ],
)
def test_fields_of_applications_are_those_published(
    name: str, layer: str, size: int, stride: int
) -> None:
    facts = facts_of(zoo(name))
    (call,) = (call for call in facts.graph.calls if call.name == layer)
    assert receptive_field_max(facts, call) == (size, size)
    assert stride_max(facts, call) == (stride, stride)


def after(*parts: tuple[str, dict[str, Any]], start: tuple[int | None, ...]) -> tuple[Any, Any]:
    """Smallest and largest field after a chain of layers."""
    calls = [call_of("InputLayer", {"batch_shape": start})]
    for class_name, config in parts:
        index = len(calls)
        calls.append(call_of(class_name, config, [Tensor(index - 1)], index))
    facts = Facts(Graph("chain", tuple(calls)))
    return receptive_field_min(facts, calls[-1]), receptive_field_max(facts, calls[-1])


CONV = ("Conv2D", {"filters": 6, "kernel_size": 3})
MAP = (None, 16, 16, 6)
SERIES = (None, 9, 4)


@pytest.mark.parametrize(
    ("start", "parts", "expected"),
    [
        (MAP, [CONV, ("GlobalAveragePooling2D", {})], (inf, inf)),
        (MAP, [CONV, ("GlobalAveragePooling2D", {}), ("Dense", {"units": 3})], (inf, inf)),
        (MAP, [CONV, ("GlobalMaxPooling2D", {"keepdims": True}), CONV], (inf, inf)),
        (MAP, [CONV, ("Flatten", {}), ("Dense", {"units": 3})], (inf, inf)),
        (MAP, [CONV, ("Flatten", {}), ("Reshape", {"target_shape": (14, 14, 6)})], (inf, inf)),
        (MAP, [CONV, ("Dense", {"units": 3})], (3, 3)),
        (MAP, [CONV, ("BatchNormalization", {}), ("ReLU", {}), ("Dropout", {"rate": 0.1})], (3, 3)),
        (MAP, [CONV, ("MyLayer", {})], UNKNOWN),
        (MAP, [("Conv2D", {"filters": 6, "kernel_size": None})], UNKNOWN),
        (MAP, [("Conv2D", {"filters": 6, "kernel_size": (3, "a")})], UNKNOWN),
        (MAP, [("Conv2D", {"filters": 6, "kernel_size": 0})], UNKNOWN),
        (MAP, [("Conv1D", {"filters": 6, "kernel_size": (3,)})], (3, 3)),
        (MAP, [("MaxPooling2D", {})], (2, 2)),
        (MAP, [("AdaptiveMaxPooling2D", {"output_size": 4})], UNKNOWN),
        (MAP, [("AdaptiveMaxPooling2D", {"output_size": 1})], (inf, inf)),
        (MAP, [("LocallyConnected2D", {"filters": 6, "kernel_size": 3})], (3, 3)),
        (MAP, [("UpSampling2D", {"interpolation": "bilinear"})], (2, 2)),
        (MAP, [("UpSampling2D", {"interpolation": "lanczos5"})], UNKNOWN),
        (MAP, [("Resizing", {"height": 32, "width": 8, "interpolation": "nearest"}), CONV], (2, 5)),
        (MAP, [("Resizing", {"height": 32, "width": 8}), CONV], (3, 6)),
        (MAP, [("Resizing", {"height": 0, "width": 8}), CONV], UNKNOWN),
        (MAP, [("ops.SpaceToDepth", {"block_size": 2}), CONV], (6, 6)),
        (MAP, [("ops.DepthToSpace", {"block_size": 2}), CONV], (2, 2)),
        (MAP, [("Permute", {"dims": (2, 1, 3)})], UNKNOWN),
        (MAP, [("Reshape", {"target_shape": (16, 16, 6)})], (1, 1)),
        (MAP, [("Reshape", {"target_shape": (8, 32, 6)})], UNKNOWN),
        (MAP, [CONV, ("ops.Mean", {"axis": (1, 2)})], (inf, inf)),
        (MAP, [CONV, ("ops.Mean", {"axis": -1})], (3, 3)),
        (MAP, [CONV, ("ops.Mean", {"axis": 1})], UNKNOWN),
        (MAP, [CONV, ("ops.Exp", {})], (3, 3)),
        (MAP, [CONV, ("ops.Cumsum", {"axis": 1})], UNKNOWN),
        (MAP, [CONV, ("Softmax", {})], (3, 3)),
        (MAP, [CONV, ("Softmax", {"axis": (1, 2)})], (inf, inf)),
        (MAP, [CONV, ("EinsumDense", {"equation": "abcd,be->aecd"})], UNKNOWN),
        (SERIES, [("LSTM", {"units": 3})], (inf,)),
        (SERIES, [("LSTM", {"units": 3, "return_sequences": True})], (inf,)),
        (SERIES, [("LSTM", {"units": 3, "return_sequences": None})], UNKNOWN),
        (SERIES, [("MultiHeadAttention", {"num_heads": 2, "key_dim": 3})], (inf,)),
        (SERIES, [("MultiHeadAttention", {"attention_axes": (1,)})], UNKNOWN),
        ((None, 9), [("Dense", {"units": 3})], ()),
        (
            (None, 9),
            [
                ("Embedding", {"input_dim": 9, "output_dim": 4}),
                ("Conv1D", {"filters": 3, "kernel_size": 3}),
            ],
            (3,),
        ),
    ],
)
def test_field_after(start: Any, parts: list[Any], expected: Any) -> None:
    assert after(*parts, start=start) == (expected, expected)


def test_a_gate_sees_everything_on_its_path_only() -> None:
    start = keras.Input((16, 16, 6))
    features = layers.Conv2D(6, 3, padding="same")(start)
    squeezed = layers.Reshape((1, 1, 6))(layers.GlobalAveragePooling2D()(features))
    gate = layers.Conv2D(6, 1, activation="sigmoid")(squeezed)
    gated = layers.Conv2D(6, 3)(layers.Multiply()([features, gate]))
    facts = facts_of(keras.Model(start, gated))
    assert receptive_field_min(facts, last(facts)) == (5, 5)
    assert receptive_field_max(facts, last(facts)) == (inf, inf)
    assert stride_min(facts, last(facts)) == (1, 1)


def test_an_input_without_places_adds_nothing() -> None:
    image, label = keras.Input((16, 16, 6)), keras.Input((1,))
    features = layers.Conv2D(6, 3)(image)
    scale = layers.Reshape((1, 1, 6))(layers.Dense(6)(label))
    facts = facts_of(keras.Model([image, label], layers.Multiply()([features, scale])))
    assert receptive_field_max(facts, last(facts)) == (3, 3)


@pytest.mark.parametrize(("axis", "expected"), [(-1, (3, 3)), (1, UNKNOWN)])
def test_paths_are_joined_along_the_channels(axis: int, expected: Any) -> None:
    start = keras.Input((16, 16, 6))
    joined = layers.Concatenate(axis)([start, layers.Conv2D(6, 3, padding="same")(start)])
    facts = facts_of(keras.Model(start, joined))
    assert receptive_field_max(facts, last(facts)) == expected


def test_time_is_an_axis_that_time_distributed_layers_leave_alone() -> None:
    start = keras.Input((5, 16, 16, 6))
    frames = layers.TimeDistributed(layers.Conv2D(6, 3))(start)
    vectors = layers.TimeDistributed(layers.GlobalAveragePooling2D())(frames)
    mixed = layers.Conv1D(4, 2)(vectors)
    model = keras.Model(start, [frames, vectors, mixed, layers.LSTM(3)(mixed)])
    facts = facts_of(model)
    found = [receptive_field_max(facts, output) for output in facts.graph.outputs]
    assert found == [(1, 3, 3), (1, inf, inf), (2, inf, inf), (inf, inf, inf)]


def test_a_product_of_positions_is_not_known() -> None:
    start = keras.Input((9, 4))
    scores = layers.Dot(axes=2)([start, start])
    facts = facts_of(keras.Model(start, scores))
    assert receptive_field_max(facts, last(facts)) is UNKNOWN
    assert stride_max(facts, last(facts)) is UNKNOWN


def test_a_deep_chain_needs_no_recursion() -> None:
    depth = 20_000
    config = {"filters": 1, "kernel_size": 3, "padding": "same"}
    chain = [("Conv1D", config)] * depth
    assert after(*chain, start=(None, 9, 1))[1] == (2 * depth + 1,)
