"""Inferred shapes against those that Keras computes, and the facts made of them."""

from __future__ import annotations

import gc
import json
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from convlint.facts import Facts
from convlint.facts.inference import infers, output_shapes
from convlint.facts.inference.dimensions import TensorShape
from convlint.facts.inference.site import Site
from convlint.facts.inference.weights import weights
from convlint.facts.shapes import (
    channel_axis,
    channels,
    input_channels,
    input_rank,
    input_shape,
    input_spatial_size,
    rank,
    shape,
    shapes,
    spatial_shape,
    spatial_size,
)
from convlint.graph import Graph, Tensor
from convlint.kinds.layers import LAYERS as LAYER_ROWS
from convlint.kinds.layers import OLDER
from convlint.kinds.operations import OPERATIONS
from convlint.kleene import UNKNOWN
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec
from tests.layer_cases import (
    IDS,
    LAYERS,
    Shape,
    call_of,
    call_of_layer,
    known,
    shapes_by_keras,
)
from tests.zoo import ZOO, layer_at, zoo


def graph_of(model: Any) -> Graph:
    return assemble(model_spec(json.loads(model.to_json())))


def without_stated_shapes(graph: Graph) -> Graph:
    calls = tuple(call.replace(output_shapes=()) for call in graph.calls)
    return Graph(graph.name, calls, graph.training, graph.trainable)


def chain(*parts: tuple[str, dict[str, Any]], stated: Shape) -> Facts:
    """Facts of an input of a stated shape followed by these layers in a chain."""
    calls = [call_of("InputLayer", {"batch_shape": stated})]
    for class_name, config in parts:
        index = len(calls)
        calls.append(call_of(class_name, config, [Tensor(index - 1)], index))
    return Facts(Graph("chain", tuple(calls)))


@pytest.mark.parametrize(("layer", "inputs"), LAYERS, ids=IDS)
def test_a_layer_has_the_shapes_that_keras_gives_it(layer: Any, inputs: list[Shape]) -> None:
    inferred = output_shapes(call_of_layer(layer, {}), tuple(map(known, inputs)))
    assert list(inferred) == shapes_by_keras(layer, inputs)


def test_einsum_dense_has_the_shape_of_what_it_computes() -> None:
    # The symbolic shape of Keras 3.15 swaps the two axes that the ellipsis stands for.
    layer = layers.EinsumDense("...x,xy->...y", 4)
    value = layer(np.zeros((1, 3, 2, 5), "float32"))
    assert output_shapes(call_of_layer(layer, {}), ((1, 3, 2, 5),)) == (tuple(value.shape),)


def test_attention_scores_are_a_second_output() -> None:
    layer = layers.Attention()
    call = call_of_layer(layer, {"return_attention_scores": True})
    inferred = output_shapes(call, ((2, 3, 4), (2, 6, 4)))
    assert inferred == ((2, 3, 4), (2, 3, 6))


def test_every_layer_of_keras_whose_shape_is_determined_has_a_rule() -> None:
    without = {name for name in LAYER_ROWS if not infers(call_of(name))}
    unknown = {name for name, row in LAYER_ROWS.items() if "unknown" in row.kinds}
    assert without == unknown | {"StackedRNNCells", "MaxNumBoundingBoxes"}


@pytest.mark.parametrize("name", ZOO)
def test_shapes_of_an_application_are_those_of_keras(name: str) -> None:
    model = zoo(name)
    facts = Facts(without_stated_shapes(graph_of(model)))
    for call in facts.graph.calls:
        if "output" not in call.kinds and not ("input" in call.kinds and call.inputs):
            assert shape(facts, call) == known(layer_at(model, call.layer).output.shape), call.layer


sizes = st.one_of(st.none(), st.integers(1, 30))
factors = st.integers(1, 4)


def _compare(layer: Any, shape_: Shape) -> None:
    """Equal shapes, or an UNKNOWN where Keras refuses the layer."""
    inferred = output_shapes(call_of_layer(layer, {}), (known(shape_),))
    try:
        expected = layer.compute_output_shape(shape_)
    except ValueError:
        assert inferred[0] is not UNKNOWN
        assert UNKNOWN in inferred[0][1:]
        return
    assert inferred == (tuple(UNKNOWN if n is None or n < 1 else n for n in expected),)


@settings(deadline=None, max_examples=200)
@given(
    size=sizes,
    width=st.integers(1, 30),
    kernel=st.tuples(factors, factors),
    strides=st.tuples(factors, factors),
    dilation=st.tuples(factors, factors),
    padding=st.sampled_from(["valid", "same"]),
    data_format=st.sampled_from(["channels_first", "channels_last"]),
    depthwise=st.booleans(),
)
def test_convolution_arithmetic_is_that_of_keras(
    size: int | None,
    width: int,
    kernel: tuple[int, int],
    strides: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
    data_format: str,
    depthwise: bool,
) -> None:
    arguments = {
        "strides": (1, 1) if max(dilation) > 1 else strides,
        "dilation_rate": dilation,
        "padding": padding,
        "data_format": data_format,
    }
    layer = (
        layers.DepthwiseConv2D(kernel, depth_multiplier=2, **arguments)
        if depthwise
        else layers.Conv2D(5, kernel, **arguments)
    )
    first = data_format == "channels_first"
    _compare(layer, (None, 3, size, width) if first else (None, size, width, 3))


@settings(deadline=None, max_examples=200)
@given(
    size=sizes,
    window=factors,
    strides=st.one_of(st.none(), factors),
    padding=st.sampled_from(["valid", "same"]),
)
def test_pooling_arithmetic_is_that_of_keras(
    size: int | None, window: int, strides: int | None, padding: str
) -> None:
    _compare(layers.MaxPooling1D(window, strides, padding), (None, size, 3))


@settings(deadline=None, max_examples=200)
@given(
    size=sizes,
    kernel=factors,
    strides=factors,
    padding=st.sampled_from(["valid", "same"]),
    output_padding=st.one_of(st.none(), st.integers(0, 3)),
    dilation=factors,
)
def test_transposed_convolution_arithmetic_is_that_of_keras(
    size: int | None,
    kernel: int,
    strides: int,
    padding: str,
    output_padding: int | None,
    dilation: int,
) -> None:
    if output_padding is not None and output_padding >= strides:
        output_padding = strides - 1
    layer = layers.Conv1DTranspose(
        5,
        kernel,
        1 if dilation > 1 else strides,
        padding,
        output_padding=None if dilation > 1 else output_padding,
        dilation_rate=dilation,
    )
    _compare(layer, (None, size, 3))


ABSURD = [
    None, "3", -1, 0, 2.5, True, (), (-1, 3), ("a", None), (1, 2, 3, 4, 5), {}, {"class_name": 3},
    UNKNOWN, 10**40, [1, 2], b"x", ((1,), 2), ...,
]  # fmt: skip
INPUTS: list[TensorShape] = [
    UNKNOWN, (), (UNKNOWN,), (UNKNOWN, 5), (2, 0), (UNKNOWN, 9, 4), (UNKNOWN, 1, 1, 6),
    (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN), (1, 2, 3, 4, 5), (1,) * 40,
]  # fmt: skip
CLASSES = sorted({**LAYER_ROWS, **OLDER, **OPERATIONS})


@settings(deadline=None, max_examples=600)
@given(data=st.data())
def test_absurd_configurations_give_unknown_and_no_error(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(CLASSES))
    names = sorted({**LAYER_ROWS, **OLDER, **OPERATIONS}[name].arguments) or ["key"]
    absurd = st.sampled_from(ABSURD)
    call = call_of(
        name,
        data.draw(st.dictionaries(st.sampled_from(names), absurd)),
        arguments=data.draw(st.dictionaries(st.sampled_from(["key", "x2", *names]), absurd)),
        wrapper=data.draw(st.sampled_from([None, "TimeDistributed", "Bidirectional", "Mine"])),
        wrapper_config=data.draw(
            st.dictionaries(st.sampled_from(["merge_mode", "backward_layer"]), absurd)
        ),
    )
    inputs = tuple(data.draw(st.lists(st.sampled_from(INPUTS), max_size=3)))
    for found in output_shapes(call, inputs):
        assert found is UNKNOWN or all(
            size is UNKNOWN or (type(size) is int and size >= 0) for size in found
        )
    count = weights(Site(call, inputs))
    assert count is UNKNOWN or (type(count) is int and count >= 0)


def test_a_stated_shape_is_taken_and_a_missing_one_inferred() -> None:
    calls = (
        call_of("InputLayer", {"batch_shape": (None, 8, 8, 3)}),
        call_of("MyLayer", inputs=[Tensor(0)], index=1, output_shapes=((None, 4, 4, 7),)),
        call_of("Flatten", inputs=[Tensor(1)], index=2, output_shapes=(None,)),
        call_of("MyLayer", inputs=[Tensor(2)], index=3),
        call_of("Activation", {"activation": "relu"}, inputs=[Tensor(3)], index=4),
    )
    facts = Facts(Graph("stated", calls))
    assert [shape(facts, call) for call in calls] == [
        (UNKNOWN, 8, 8, 3),
        (UNKNOWN, 4, 4, 7),
        (UNKNOWN, 112),
        UNKNOWN,
        UNKNOWN,
    ]
    assert rank(facts, calls[3]) is UNKNOWN
    assert input_rank(facts, calls[2]) == 4


def test_outputs_of_one_call_have_their_own_shapes() -> None:
    calls = (
        call_of("InputLayer", {"batch_shape": (None, 9, 4)}),
        call_of(
            "LSTM",
            {"units": 3, "return_sequences": True, "return_state": True},
            [Tensor(0)],
            1,
        ),
        call_of("Dense", {"units": 2}, [Tensor(1, 2)], 2),
        call_of("Dense", {"units": 2}, [Tensor(1, 7)], 3),
    )
    facts = Facts(Graph("outputs", calls))
    assert shapes(facts)[1] == ((UNKNOWN, 9, 3), (UNKNOWN, 3), (UNKNOWN, 3))
    assert input_shape(facts, calls[2]) == (UNKNOWN, 3)
    assert shape(facts, calls[2]) == (UNKNOWN, 2)
    assert input_shape(facts, calls[3]) is UNKNOWN
    assert input_shape(facts, calls[0]) is UNKNOWN


CONV_FIRST = ("Conv2D", {"filters": 8, "kernel_size": 3, "data_format": "channels_first"})
CONV = ("Conv2D", {"filters": 8, "kernel_size": (3, 3)})


def test_channels_follow_the_data_format_of_the_layers_around() -> None:
    facts = chain(
        ("Rescaling", {"scale": 2.0}),
        CONV_FIRST,
        ("BatchNormalization", {"axis": 1}),
        ("MaxPooling2D", {"data_format": "channels_first"}),
        ("Permute", {"dims": (2, 3, 1)}),
        ("Dropout", {"rate": 0.5}),
        ("GlobalAveragePooling2D", {"data_format": "channels_last"}),
        ("Dense", {"units": 5}),
        stated=(None, 3, 32, 30),
    )
    found = [
        (channel_axis(facts, call), channels(facts, call), spatial_shape(facts, call))
        for call in facts.graph.calls
    ]
    assert found == [
        (1, 3, (32, 30)),
        (1, 3, (32, 30)),
        (1, 8, (30, 28)),
        (1, 8, (30, 28)),
        (1, 8, (15, 14)),
        (3, 8, (15, 14)),
        (3, 8, (15, 14)),
        (1, 8, ()),
        (1, 5, ()),
    ]
    assert input_channels(facts, facts.graph.calls[2]) == 3
    assert input_spatial_size(facts, facts.graph.calls[2]) == 960


def test_channels_are_last_where_no_layer_says_otherwise() -> None:
    facts = chain(CONV, ("ReLU", {}), stated=(None, None, 30, 3))
    assert [channels(facts, call) for call in facts.graph.calls] == [3, 8, 8]
    assert spatial_shape(facts, facts.graph.calls[2]) == (UNKNOWN, 28)
    assert spatial_size(facts, facts.graph.calls[2]) is UNKNOWN


@pytest.mark.parametrize(
    ("class_name", "config", "stated"),
    [
        ("GlobalAveragePooling2D", {}, (None, None, None, 6)),
        ("GlobalAveragePooling2D", {"keepdims": True}, (None, None, None, 6)),
        ("AdaptiveAveragePooling2D", {"output_size": 1}, (None, None, None, 6)),
        ("Flatten", {}, (None, None, None, 6)),
        ("LSTM", {"units": 3}, (None, None, 6)),
        ("MaxPooling2D", {"pool_size": 4}, (None, 4, 4, 6)),
        ("Dense", {"units": 3}, (None, 6)),
        ("ops.Squeeze", {"axis": 1}, (None, 1)),
    ],
)
def test_a_collapsed_map_has_one_place(
    class_name: str, config: dict[str, Any], stated: Shape
) -> None:
    facts = chain((class_name, config), stated=stated)
    assert spatial_size(facts, facts.graph.calls[1]) == 1


def test_time_is_no_spatial_axis_of_a_time_distributed_layer() -> None:
    calls = (
        call_of("InputLayer", {"batch_shape": (None, 5, 3, 32, 30)}),
        call_of(*CONV_FIRST, [Tensor(0)], 1, wrapper="TimeDistributed"),
        call_of("ReLU", {}, [Tensor(1)], 2, wrapper="TimeDistributed"),
    )
    facts = Facts(Graph("video", calls))
    for call in calls[1:]:
        assert shape(facts, call) == (UNKNOWN, 5, 8, 30, 28)
        assert (channel_axis(facts, call), channels(facts, call)) == (2, 8)
        assert spatial_shape(facts, call) == (30, 28)
    assert input_channels(facts, calls[1]) == 3


def test_recurrent_convolutions_have_their_channels_after_the_time_axis() -> None:
    config = {**CONV_FIRST[1], "return_sequences": True}
    facts = chain(
        ("ConvLSTM2D", config),
        ("ConvLSTM2D", {**config, "return_sequences": False}),
        ("ReLU", {}),
        stated=(None, 5, 3, 32, 30),
    )
    assert [channel_axis(facts, call) for call in facts.graph.calls] == [2, 2, 1, 1]
    assert [channels(facts, call) for call in facts.graph.calls] == [3, 8, 8, 8]


def test_channels_of_a_dense_layer_are_known_where_its_rank_is_not() -> None:
    facts = chain(
        ("MyLayer", {}),
        ("Dense", {"units": 1}),
        ("Activation", {"activation": "softmax"}),
        ("MyLayer", {}),
        stated=(None, 4),
    )
    assert [channels(facts, call) for call in facts.graph.calls] == [4, UNKNOWN, 1, 1, UNKNOWN]


def test_a_reshaped_map_has_its_channels_last() -> None:
    facts = chain(CONV_FIRST, ("Reshape", {"target_shape": (-1, 4)}), stated=(None, 3, 8, 8))
    assert channels(facts, facts.graph.calls[2]) == 4


def test_a_deep_chain_is_one_pass() -> None:
    def seconds(depth: int) -> float:
        facts = chain(*[("ReLU", {})] * depth, stated=(None, 8, 8, 3))
        last = facts.graph.calls[-1]
        gc.disable()  # its pauses depend on what else the process holds
        try:
            start = time.process_time()
            assert (shape(facts, last), channels(facts, last)) == ((UNKNOWN, 8, 8, 3), 3)
            return time.process_time() - start
        finally:
            gc.enable()

    short = min(seconds(10_000) for _ in range(3))
    # Ten times as long is linear, a hundred times quadratic.
    assert seconds(100_000) < 40 * short


def test_shapes_by_operations_of_keras_2_are_inferred() -> None:
    calls = (
        call_of("InputLayer", {"batch_shape": (None, 8, 8, 3)}),
        call_of("ops.Mean", {"axis": (1, 2), "keepdims": True}, [Tensor(0)], 1),
        call_of("ops.Multiply", {}, [Tensor(0), Tensor(1)], 2),
        call_of("ops.Add", {}, [Tensor(2)], 3, arguments={"x2": (1.0, 2.0, 3.0)}),
    )
    facts = Facts(Graph("operations", calls))
    assert [shape(facts, call) for call in calls[1:]] == [
        (UNKNOWN, 1, 1, 3),
        (UNKNOWN, 8, 8, 3),
        (UNKNOWN, 8, 8, 3),
    ]
