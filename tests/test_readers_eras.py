"""Configurations of older eras: today's names, every form of nesting and sharing."""

from __future__ import annotations

from typing import Any

import pytest

from convlint.graph import Graph, Tensor
from convlint.kinds.layers import ALIASES
from convlint.kleene import UNKNOWN
from tests.configs import (
    edges,
    functional,
    graph_of,
    inputs,
    layer,
    sequential,
    structured,
    tensor,
)

GLOROT = {"class_name": "GlorotUniform", "config": {}}


def first_layer(class_name: str, **config: Any) -> Any:
    """The call of a layer of Keras 1 that stands alone in a model."""
    document = {"class_name": "Sequential", "config": [_entry(class_name, config)]}
    return graph_of(document).calls[1]


def _entry(class_name: str, config: dict[str, Any]) -> dict[str, Any]:
    # The configuration comes before the class in many files of that time.
    return {"config": {"name": "it", **config}, "class_name": class_name}


@pytest.mark.parametrize(
    ("class_name", "config", "today", "arguments"),
    [
        (
            "Convolution2D",
            {
                "nb_filter": 8,
                "nb_row": 3,
                "nb_col": 5,
                "subsample": [2, 1],
                "border_mode": "same",
                "dim_ordering": "th",
                "init": "glorot_uniform",
                "W_regularizer": {"name": "WeightRegularizer", "l1": 0.0, "l2": 0.01},
                "b_regularizer": None,
                "W_constraint": {"name": "MaxNorm", "m": 2, "axis": 0},
                "b_constraint": None,
                "activity_regularizer": None,
                "activation": "linear",
                "bias": False,
            },
            "Conv2D",
            {
                "filters": 8,
                "kernel_size": (3, 5),
                "strides": (2, 1),
                "padding": "same",
                "data_format": "channels_first",
                "kernel_initializer": GLOROT,
                "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.01}},
                "bias_regularizer": None,
                "kernel_constraint": {
                    "class_name": "MaxNorm",
                    "config": {"axis": 0, "max_value": 2},
                },
                "bias_constraint": None,
                "activity_regularizer": None,
                "activation": "linear",
                "use_bias": False,
            },
        ),
        (
            "Convolution1D",
            {"nb_filter": 4, "filter_length": 7, "subsample_length": 2, "border_mode": "valid"},
            "Conv1D",
            {"filters": 4, "kernel_size": 7, "strides": 2, "padding": "valid"},
        ),
        (
            "Convolution3D",
            {"nb_filter": 4, "kernel_dim1": 1, "kernel_dim2": 2, "kernel_dim3": 3},
            "Conv3D",
            {"filters": 4, "kernel_size": (1, 2, 3)},
        ),
        (
            "AtrousConvolution2D",
            {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "atrous_rate": [2, 2]},
            "Conv2D",
            {"filters": 4, "kernel_size": (3, 3), "dilation_rate": (2, 2)},
        ),
        (
            "Deconvolution2D",
            {"nb_filter": 4, "nb_row": 2, "nb_col": 2, "output_shape": [None, 8, 8, 4]},
            "Conv2DTranspose",
            {"filters": 4, "kernel_size": (2, 2)},
        ),
        (
            "SeparableConvolution2D",
            {"nb_filter": 4, "nb_row": 3, "nb_col": 3, "depthwise_init": "glorot_uniform"},
            "SeparableConv2D",
            {"filters": 4, "kernel_size": (3, 3), "depthwise_initializer": GLOROT},
        ),
        (
            "MaxPooling1D",
            {"pool_length": 2, "stride": 3, "border_mode": "valid"},
            "MaxPooling1D",
            {"pool_size": 2, "strides": 3, "padding": "valid"},
        ),
        (
            "AveragePooling2D",
            {"pool_size": [2, 2], "strides": [2, 2], "dim_ordering": "tf"},
            "AveragePooling2D",
            {"pool_size": (2, 2), "strides": (2, 2), "data_format": "channels_last"},
        ),
        ("UpSampling1D", {"length": 3}, "UpSampling1D", {"size": 3}),
        (
            "ZeroPadding2D",
            {"padding": [1, 2, 3, 4], "dim_ordering": "default"},
            "ZeroPadding2D",
            {"padding": ((1, 2), (3, 4))},
        ),
        (
            "Dense",
            {"output_dim": 5, "input_dim": 3, "init": "he_normal", "activation": "relu"},
            "Dense",
            {
                "units": 5,
                "kernel_initializer": {"class_name": "HeNormal", "config": {}},
                "activation": "relu",
            },
        ),
        ("Dropout", {"p": 0.5}, "Dropout", {"rate": 0.5}),
        ("GaussianDropout", {"p": 0.5}, "GaussianDropout", {"rate": 0.5}),
        (
            "SpatialDropout2D",
            {"p": 0.2, "dim_ordering": "th"},
            "SpatialDropout2D",
            {"rate": 0.2, "data_format": "channels_first"},
        ),
        ("GaussianNoise", {"sigma": 0.1}, "GaussianNoise", {"stddev": 0.1}),
        (
            "BatchNormalization",
            {"mode": 0, "axis": 1, "gamma_init": "one", "beta_init": "zero", "momentum": 0.9},
            "BatchNormalization",
            {
                "mode": 0,
                "axis": 1,
                "gamma_initializer": {"class_name": "Ones", "config": {}},
                "beta_initializer": {"class_name": "Zeros", "config": {}},
                "momentum": 0.9,
            },
        ),
        (
            "Embedding",
            {"input_dim": 100, "output_dim": 8, "init": "uniform", "input_length": 7},
            "Embedding",
            {
                "input_dim": 100,
                "output_dim": 8,
                "embeddings_initializer": {"class_name": "RandomUniform", "config": {}},
            },
        ),
        (
            "LSTM",
            {
                "output_dim": 6,
                "inner_activation": "hard_sigmoid",
                "inner_init": "orthogonal",
                "forget_bias_init": "one",
                "dropout_W": 0.1,
                "dropout_U": 0.2,
                "U_regularizer": None,
                "consume_less": "gpu",
                "return_sequences": True,
            },
            "LSTM",
            {
                "units": 6,
                "recurrent_activation": "hard_sigmoid",
                "recurrent_initializer": {"class_name": "Orthogonal", "config": {}},
                "unit_forget_bias": True,
                "dropout": 0.1,
                "recurrent_dropout": 0.2,
                "recurrent_regularizer": None,
                "return_sequences": True,
            },
        ),
        ("LeakyReLU", {"alpha": 0.3}, "LeakyReLU", {"negative_slope": 0.3}),
        (
            "PReLU",
            {"init": "zero"},
            "PReLU",
            {"alpha_initializer": {"class_name": "Zeros", "config": {}}},
        ),
        (
            "MaxoutDense",
            {"output_dim": 4, "nb_feature": 3},
            "MaxoutDense",
            {"output_dim": 4, "nb_feature": 3},
        ),
        ("Highway", {"activation": "relu"}, "Highway", {"activation": "relu"}),
        ("Merge", {"mode": "concat", "concat_axis": 1}, "Concatenate", {"axis": 1}),
        ("Merge", {"mode": "sum"}, "Add", {}),
        ("Merge", {"mode": "mul"}, "Multiply", {}),
        ("Merge", {"mode": "ave"}, "Average", {}),
        ("Merge", {"mode": "max"}, "Maximum", {}),
        ("Merge", {"mode": "dot", "dot_axes": [1, 1]}, "Dot", {"axes": (1, 1), "normalize": False}),
        ("Merge", {"mode": "cos", "dot_axes": 1}, "Dot", {"axes": 1, "normalize": True}),
        ("Merge", {"mode": "<lambda>", "mode_type": "lambda"}, "Lambda", {"output_shape": None}),
        # Later eras
        ("BatchNormalizationV1", {"axis": [3]}, "BatchNormalization", {"axis": 3}),
        (
            "LeakyReLU",
            {"alpha": {"type": "ndarray", "value": 0.25}},
            "LeakyReLU",
            {"negative_slope": 0.25},
        ),
        ("CuDNNLSTM", {"units": 3}, "CuDNNLSTM", {"units": 3}),
        ("Addons>GroupNormalization", {"groups": 4}, "GroupNormalization", {"groups": 4}),
        ("Addons>Snake", {"frequency": 1.0}, "Snake", {"frequency": 1.0}),
        (
            "Dense",
            {
                "units": 2,
                "kernel_initializer": {
                    "class_name": "VarianceScaling",
                    "config": {"scale": 2.0, "mode": "fan_in", "distribution": "normal", "seed": 1},
                },
                "dtype": {"class_name": "Policy", "config": {"name": "mixed_float16"}},
            },
            "Dense",
            {
                "units": 2,
                "kernel_initializer": {"class_name": "HeNormal", "config": {"seed": 1}},
                "dtype": "mixed_float16",
            },
        ),
        (
            "Lambda",
            {
                "function": ["4wEAAAAB", None, None],
                "function_type": "lambda",
                "output_shape": [4, 2],
                "arguments": {},
            },
            "Lambda",
            {"output_shape": (4, 2), "bytecode": True},
        ),
        (
            "Lambda",
            {"function": "f", "output_shape": ["4wEAAAAB", None, None]},
            "Lambda",
            {"output_shape": UNKNOWN, "bytecode": False},
        ),
        (
            "Reshape",
            {"target_shape": {"class_name": "__tuple__", "items": [2, -1]}},
            "Reshape",
            {"target_shape": (2, -1)},
        ),
    ],
)
def test_classes_and_arguments_get_todays_names(
    class_name: str, config: dict[str, Any], today: str, arguments: dict[str, Any]
) -> None:
    call = first_layer(class_name, **config)
    assert call.class_name == today
    assert dict(call.config) == arguments


def test_dense_in_time_is_a_wrapped_dense() -> None:
    call = first_layer("TimeDistributedDense", output_dim=4, input_dim=3, input_length=5)
    assert call.label == "TimeDistributed(Dense)"
    assert call.config == {"units": 4}


@pytest.mark.parametrize(
    ("entry", "shape"),
    [
        (("Dense", {"name": "d", "batch_input_shape": [None, 7]}), (None, 7)),
        (("Dense", {"name": "d", "output_dim": 4, "input_dim": 7}), (None, 7)),
        (("Dense", {"name": "d", "input_shape": [3, 7]}), (None, 3, 7)),
        (("LSTM", {"name": "d", "input_dim": 7, "input_length": 5}), (None, 5, 7)),
        (("LSTM", {"name": "d", "input_dim": 7, "input_length": None}), (None, None, 7)),
        (("Embedding", {"name": "d", "input_dim": 100, "input_length": 5}), (None, 5)),
        (("Embedding", {"name": "d", "input_dim": 100}), None),
        (("Flatten", {"name": "d"}), None),
        (("TimeDistributedDense", {"name": "d", "input_dim": 7, "input_length": 5}), (None, 5, 7)),
    ],
)
def test_first_layer_states_the_input_shape(entry: Any, shape: Any) -> None:
    first = graph_of(sequential(entry)).calls[0]
    assert (first.layer, first.class_name) == ("d_input", "InputLayer")
    assert first.output_shapes == (() if shape is None else (shape,))
    assert first.config == ({} if shape is None else {"batch_shape": shape})


def test_wrapper_states_the_input_shape_of_the_model() -> None:
    inner = {"class_name": "LSTM", "config": {"units": 3, "batch_input_shape": [None, 5, 2]}}
    graph = graph_of(sequential(("Bidirectional", {"name": "both", "layer": inner})))
    assert graph.calls[0].output_shapes == ((None, 5, 2),)


def test_build_input_shape_states_the_input_shape() -> None:
    document = sequential(("Dense", {"name": "d"}))
    document["config"]["build_input_shape"] = [None, 4]
    assert graph_of(document).calls[0].output_shapes == ((None, 4),)


def test_nested_sequential_states_the_input_shape() -> None:
    inner = sequential(("Dense", {"name": "d", "batch_input_shape": [None, 4]}), name="inner")
    graph = graph_of(sequential(inner, ("Dense", {"name": "e"})))
    assert [call.layer for call in graph.calls] == ["inner_input", "inner/d", "e", "e"]
    assert graph.calls[0].output_shapes == ((None, 4),)


# --- nesting and sharing ------------------------------------------------------------------------


def test_nested_sequential_with_a_list_of_layers() -> None:
    inner = layer("Sequential", "inner", ["x"])
    inner["config"] = [
        {"class_name": "Dense", "config": {"name": "a", "batch_input_shape": [None, 4]}},
        {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "b"}}]},
    ]
    graph = graph_of(functional([inputs("x", 4), inner, layer("Dense", "c", ["inner"])], ["c"]))
    assert [call.layer for call in graph.calls] == [
        "x",
        "inner/a",
        "inner/sequential_2/b",
        "c",
        "c",
    ]
    assert edges(graph)[1:] == [("inner/a", "inner/sequential_2/b"), ("inner/sequential_2/b", "c")]
    assert [call.model for call in graph.calls] == ["", "inner", "inner/sequential_2", "", ""]


def test_three_element_references_of_keras_1() -> None:
    merge = layer("Merge", "sum", [["x", 0, 0], ["y", 0, 0]], mode="sum")
    graph = graph_of(functional([inputs("x", 4), inputs("y", 4), merge], ["sum"]))
    assert edges(graph) == [("x", "sum"), ("y", "sum")]


def shared_model(first: int) -> Graph:
    """A nested model that is called twice, in a file that counts its calls from ``first``."""
    inner = functional([inputs("i", 4), layer("Dense", "d", ["i"])], ["d"])
    inner |= {
        "name": "tower",
        "inbound_nodes": [[["x", 0, 0, {}]], [["y", 0, 0, {}]]],
    }
    merge = layer("Subtract", "s", [["tower", first + 1, 0, {}], ["tower", first, 0, {}]])
    return graph_of(functional([inputs("x", 4), inputs("y", 4), inner, merge], ["s"]))


@pytest.mark.parametrize("first", [0, 1])
def test_calls_of_a_nested_model_count_from_one_or_zero(first: int) -> None:
    graph = shared_model(first)
    by_input = {
        graph.calls[c.inputs[0].call].layer: c.index for c in graph.calls if c.layer == "tower/d"
    }
    (merge,) = [call for call in graph.calls if call.class_name == "Subtract"]
    assert merge.inputs == (Tensor(by_input["y"]), Tensor(by_input["x"]))


def test_shared_layer_is_a_call_for_each_node() -> None:
    shared = layer("Dense", "shared", ["x"], [["shared", 0, 0, {}]])
    add = layer("Add", "add", [["shared", 1, 0, {}], ["shared", 0, 0, {}]])
    graph = graph_of(functional([inputs("x", 4), shared, add], ["add"]))
    assert [(call.layer, call.inputs) for call in graph.calls[1:4]] == [
        ("shared", (Tensor(0),)),
        ("shared", (Tensor(1),)),
        ("add", (Tensor(2), Tensor(1))),
    ]


def test_branches_in_a_merge_at_the_start_of_a_sequential() -> None:
    left = {
        "class_name": "Sequential",
        "config": [
            {"class_name": "Dense", "config": {"name": "l", "batch_input_shape": [None, 4]}}
        ],
    }
    right = {"class_name": "Dense", "config": {"name": "r", "batch_input_shape": [None, 2]}}
    merge = {
        "class_name": "Merge",
        "config": {"name": "m", "mode": "concat", "layers": [left, right]},
    }
    document = {
        "class_name": "Sequential",
        "config": [merge, {"class_name": "Dense", "config": {"name": "d"}}],
    }
    graph = graph_of(document)
    assert edges(graph) == [
        ("branch_1_l_input", "branch_1/l"),
        ("branch_2_r_input", "branch_2/r"),
        ("branch_1/l", "m"),
        ("branch_2/r", "m"),
        ("m", "d"),
    ]
    shapes = [call.output_shapes for call in graph.calls if call.class_name == "InputLayer"]
    assert shapes == [((None, 4),), ((None, 2),)]


def test_tensor_in_the_keyword_arguments_is_an_input() -> None:
    call = [["a", 0, 0, {"value": ["b", 0, 0], "key": ["a", 0, 0], "names": ["b", 1, 2, 3]}]]
    attention = layer("MultiHeadAttention", "mha", call)
    graph = graph_of(functional([inputs("a", 5, 4), inputs("b", 6, 4), attention], ["mha"]))
    assert edges(graph) == [("a", "mha"), ("b", "mha"), ("a", "mha")]
    assert graph.calls[2].arguments == {"names": ("b", 1, 2, 3)}


def test_keyword_arguments_repeated_with_each_tensor_count_once() -> None:
    options = {"training": True, "state": ["c", 0, 0]}
    block = layer("Block", "block", [["a", 0, 0, options], ["b", 0, 0, options]])
    heads = [inputs("a", 4), inputs("b", 4), inputs("c", 4)]
    graph = graph_of(functional([*heads, block], ["block"]))
    assert edges(graph) == [("a", "block"), ("b", "block"), ("c", "block")]


def tf_op(function: str, node: Any, class_name: str = "TFOpLambda") -> Graph:
    operation = {
        "class_name": class_name,
        "name": "op",
        "config": {"name": "op", "trainable": True, "function": function},
        "inbound_nodes": [node],
    }
    return graph_of(functional([inputs("x", 4), inputs("y", 4), operation], ["op"]))


@pytest.mark.parametrize(
    ("function", "node", "class_name", "sources", "config", "arguments"),
    [
        ("nn.relu", ["x", 0, 0, {"name": None}], "ops.Relu", ["x"], {}, {}),
        ("__operators__.add", ["x", 0, 0, {"y": ["y", 0, 0]}], "ops.Add", ["x", "y"], {}, {}),
        ("__operators__.add", ["x", 0, 0, {"y": 1.0}], "ops.Add", ["x"], {}, {"x2": 1.0}),
        (
            "math.subtract",
            ["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0]}],
            "ops.Subtract",
            ["x"],
            {},
            {"x1": 1.0},
        ),
        (
            "concat",
            [["x", 0, 0, {"axis": -1}], ["y", 0, 0, {"axis": -1}]],
            "ops.Concatenate",
            ["x", "y"],
            {"axis": -1},
            {},
        ),
        (
            "math.reduce_mean",
            ["x", 0, 0, {"axis": [1, 2], "keepdims": True}],
            "ops.Mean",
            ["x"],
            {"axis": (1, 2), "keepdims": True},
            {},
        ),
        (
            "compat.v1.transpose",
            ["x", 0, 0, {"perm": [0, 2, 1]}],
            "ops.Transpose",
            ["x"],
            {"axes": (0, 2, 1)},
            {},
        ),
        (
            "linalg.inv",
            ["x", 0, 0, {"adjoint": False}],
            "tf.linalg.inv",
            ["x"],
            {},
            {"adjoint": False},
        ),
    ],
)
def test_tensorflow_functions_are_operations(
    function: str, node: Any, class_name: str, sources: Any, config: Any, arguments: Any
) -> None:
    graph = tf_op(function, node)
    call = graph.calls[2]
    assert call.class_name == class_name
    assert [graph.calls[item.call].layer for item in call.inputs] == sources
    assert (dict(call.config), dict(call.arguments)) == (config, arguments)


def test_a_function_of_one_tensor_that_is_called_on_a_list_of_them_is_not_known() -> None:
    stacked = [["x", 0, 0, {"axis": 0}], ["y", 0, 0, {"axis": 0}]]
    assert tf_op("math.reduce_sum", stacked).calls[2].class_name == "tf.math.reduce_sum"
    assert tf_op("math.add_n", stacked).calls[2].class_name == "ops.Add"


def test_slices_of_tensorflow_are_slices() -> None:
    spec = [{"start": None, "stop": None, "step": None}, {"start": 1, "stop": 3, "step": None}, 0]
    graph = tf_op("__operators__.getitem", ["x", 0, 0, {"slice_spec": spec}], "SlicingOpLambda")
    assert graph.calls[2].class_name == "ops.GetItem"
    assert graph.calls[2].arguments == {"key": (slice(None), slice(1, 3), 0)}


@pytest.mark.parametrize(
    ("operation", "constants", "attributes", "class_name", "config", "arguments"),
    [
        ("AddV2", {"1": 2.0}, {}, "ops.Add", {}, {"x2": 2.0}),
        ("Mul", {"0": 2.0}, {}, "ops.Multiply", {}, {"x1": 2.0}),
        ("Relu", {}, {}, "ops.Relu", {}, {}),
        (
            "Mean",
            {"1": [1, 2]},
            {"keep_dims": {"b": True}},
            "ops.Mean",
            {"axis": (1, 2), "keepdims": True},
            {},
        ),
        ("Reshape", {"1": [-1, 4]}, {}, "ops.Reshape", {"newshape": (-1, 4)}, {}),
        ("ConcatV2", {"2": -1}, {}, "ops.Concatenate", {"axis": UNKNOWN}, {}),
        ("StridedSlice", {"1": [0, 1]}, {}, "ops.GetItem", {}, {"key": UNKNOWN}),
        ("FancyOp", {}, {}, "tf.FancyOp", {}, {}),
    ],
)
def test_tensorflow_graph_operations_are_operations(
    operation: str, constants: Any, attributes: Any, class_name: str, config: Any, arguments: Any
) -> None:
    node = layer(
        "TensorFlowOpLayer",
        "tf_op_layer_it",
        ["x"],
        node_def={"name": "it", "op": operation, "input": ["x", "it/c"], "attr": attributes},
        constants=constants,
    )
    node["config"]["name"] = "it"  # without the prefix that the layer's own name has
    graph = graph_of(functional([inputs("x", 4), node], ["tf_op_layer_it"]))
    call = graph.calls[1]
    assert call.class_name == class_name
    assert (dict(call.config), dict(call.arguments)) == (config, arguments)


# --- Keras 3 ------------------------------------------------------------------------------------


def keras_3(layers: list[Any], outputs: Any, input_layers: Any = None) -> Graph:
    document = functional(layers, [])
    document["class_name"] = "Functional"
    document["config"]["output_layers"] = outputs
    if input_layers is not None:
        document["config"]["input_layers"] = input_layers
    return graph_of(document)


@pytest.mark.parametrize("ends", [["d", 0, 0], [["d", 0, 0]], {"out": ["d", 0, 0]}])
@pytest.mark.parametrize("heads", [["x", 0, 0], [["x", 0, 0]], {"in": ["x", 0, 0]}])
def test_ends_of_a_model_flat_nested_or_named(heads: Any, ends: Any) -> None:
    dense = structured("Dense", "d", {"args": [tensor("x", shape=[None, 4])]})
    graph = keras_3([inputs("x", 4), dense], ends, heads)
    assert edges(graph) == [("x", "d")]
    assert [call.layer for call in graph.outputs] == ["d"]


def test_indices_that_count_calls_outside_the_model() -> None:
    """As Keras 3.0 saved them: here calls 0, 2 and 4 belong to other models."""
    shared = structured("Dense", "s", {"args": [tensor("x")]}, {"args": [tensor("s", 1)]})
    add = structured("Add", "a", {"args": [[tensor("s", 3), tensor("s", 1)]]})
    graph = keras_3([inputs("x", 4), shared, add], ["a", 0, 0])
    assert graph.calls[2].inputs == (Tensor(1),)
    assert graph.calls[3].inputs == (Tensor(2), Tensor(1))


def test_operation_is_told_from_the_layer_of_the_same_name() -> None:
    operation = structured("Add", "op", {"args": [tensor("x"), tensor("y")]})
    operation["module"] = "keras.src.ops.numpy"
    add = structured("Add", "lay", {"args": [[tensor("op"), tensor("y")]]}, trainable=True)
    graph = keras_3([inputs("x", 4), inputs("y", 4), operation, add], ["lay", 0, 0])
    assert [call.class_name for call in graph.calls[2:4]] == ["ops.Add", "Add"]


def test_shapes_of_tensors_are_those_of_their_producers() -> None:
    dense = structured("Dense", "d", {"args": [tensor("x", shape=[None, 4])]})
    split = structured("Split", "s", {"args": [tensor("d", shape=[None, 6])]})
    split["module"] = "keras.src.ops.numpy"
    second = structured("Dense", "e", {"args": [tensor("s", 0, 1, shape=[None, 3])]})
    graph = keras_3([inputs("x", 4), dense, split, second], ["e", 0, 0])
    assert [call.output_shapes for call in graph.calls[:4]] == [
        ((None, 4),),
        ((None, 6),),
        (None, (None, 3)),
        (),
    ]


def test_builds_state_the_output_of_a_layer_nobody_knows() -> None:
    document = sequential(
        ("InputLayer", {"name": "x", "batch_shape": [None, 4]}),
        {
            "module": "ours",
            "class_name": "Mystery",
            "config": {"name": "m"},
            "build_config": {"input_shape": [None, 4]},
        },
        {
            "module": "keras.layers",
            "class_name": "Dense",
            "config": {"name": "d", "units": 2},
            "build_config": {"input_shape": [None, 9]},
        },
    )
    assert [call.output_shapes for call in graph_of(document).calls[1:3]] == [((None, 9),), ()]
    document["config"]["layers"][1]["build_config"] = {"input_shape": [None, 5]}
    assert [call.output_shapes for call in graph_of(document).calls[1:3]] == [(), ()]


def test_other_names_of_a_class_give_todays_name() -> None:
    for alias, name in ALIASES.items():
        assert first_layer(alias).class_name == name
