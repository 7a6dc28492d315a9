"""Real models, saved by real Keras, read back: the graph computes what the model computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import pytest
import tensorflow as tf
import tf_keras
from keras import layers, ops

from convlint.graph import Call, Graph
from convlint.kleene import UNKNOWN
from convlint.readers import read
from tests.dumps import dump
from tests.interpret import interpret
from tests.models import MODELS, TF_KERAS, into, tf_conv_net

pytestmark = pytest.mark.filterwarnings("ignore")

FORMATS = ("json", "keras", "h5")
HERE: Final[dict[str, Callable[[], Any]]] = {}
"""Models whose calls are easily confused."""

NOT_COMPUTED = {
    "custom_layer_with_several_tensors": "the interpreter does not know its arguments",
    "explicit_mask": "the interpreter passes no masks",
    "fixed_batch_size": "keeps its state from one run to the next",
    "layer_called_in_training_mode": "drops other values in every run",
    "preprocessing": "augments by chance",
    "shared_sequential": "augments by chance",
    "sequential_unbuilt": "has no input shape",
    "tf_sequential_unbuilt": "has no input shape",
}


def tower(name: str, library: Any = keras) -> Any:
    inputs = library.Input((4,))
    return library.Model(inputs, library.layers.Dense(4, activation="tanh")(inputs), name=name)


@into(HERE)
def first_call_is_an_output() -> Any:
    inner, x = tower("inner"), keras.Input((4,))
    first = inner(x)
    return keras.Model(x, [first, layers.Dense(2)(inner(ops.relu(first)))])


@into(HERE)
def last_call_is_an_output() -> Any:
    inner, x = tower("inner"), keras.Input((4,))
    first = inner(x)
    return keras.Model(x, [layers.Dense(2)(first), inner(ops.relu(first))])


@into(HERE)
def sequential_called_three_times() -> Any:
    inner = keras.Sequential([layers.Dense(4), layers.ReLU()], name="inner")
    x = keras.Input((4,))
    first = inner(x)
    second = inner(first)
    return keras.Model(x, [second, inner(second), first])


@into(HERE)
def calls_of_a_shared_model_in_another_order() -> Any:
    inner, x = tower("inner"), keras.Input((4,))
    calls = [inner(x * factor) for factor in (1.0, 2.0, 3.0)]
    return keras.Model(x, layers.Concatenate()([calls[2], calls[0], calls[1]]))


@into(HERE)
def model_hands_an_input_on() -> Any:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    inner = keras.Model([a, b], [b, layers.Dense(4)(a), a], name="inner")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    first, second, third = inner([x, y])
    return keras.Model([x, y], layers.Subtract()([layers.Subtract()([first, second]), third]))


@into(HERE)
def inputs_by_name_in_another_order() -> Any:
    z, a = keras.Input((4,), name="z"), keras.Input((4,), name="a")
    inner = keras.Model([z, a], layers.Subtract()([z, a]), name="inner")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    return keras.Model([x, y], inner({"a": x, "z": y}))


@into(HERE)
def arguments_by_keyword() -> Any:
    x, y = keras.Input((5, 4), name="x"), keras.Input((5, 4), name="y")
    z = layers.MultiHeadAttention(2, 4)(value=y, key=x, query=x)
    z = ops.where(ops.greater(z, 0.0), x2=y, x1=z)
    z = ops.Subtract()(x2=z, x1=x) if hasattr(ops, "Subtract") else ops.subtract(x2=z, x1=x)
    return keras.Model([x, y], ops.subtract(1.0, ops.divide(z, 2.0)))


@into(HERE)
def masked() -> Any:
    tokens = keras.Input((6,), dtype="int32")
    x = layers.Embedding(20, 4, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    return keras.Model(tokens, layers.GRU(2)(layers.Dense(4)(x)))


@into(HERE)
def recurrent_model_for_each_step() -> Any:
    inputs = keras.Input((3, 5, 4))
    inner = keras.Sequential([layers.Bidirectional(layers.GRU(2)), layers.Dense(3, "relu")])
    return keras.Model(inputs, layers.TimeDistributed(inner, name="each")(inputs))


@into(HERE)
def tf_called_three_times() -> Any:
    inner, late = tower("inner", tf_keras), tf_keras.Sequential([tf_keras.layers.Dense(4)], "late")
    x = tf_keras.Input((4,))
    first = inner(x)
    second = inner(late(first))
    return tf_keras.Model(x, [second, inner(second), late(second)])


@into(HERE)
def tf_functions() -> Any:
    x = tf_keras.Input((8, 8, 4))
    y = tf_keras.layers.Conv2D(4, 3, padding="same")(x)
    z = tf.nn.relu(y) + x
    z = 1.0 - z
    z = tf.concat([z, y * 0.5], axis=-1)
    first, second, _ = tf.split(z, [3, 3, 2], axis=-1)
    z = tf.math.maximum(tf.subtract(first, second), 0.1) / 2.0
    z = tf.nn.leaky_relu(tf.pad(z, [[0, 0], [1, 1], [2, 0], [0, 0]]), alpha=0.3)
    z = tf.transpose(z, perm=[0, 2, 1, 3])[:, 1:, ::2]
    z = tf.reduce_mean(z, axis=1, keepdims=True)
    z = tf.squeeze(tf.tile(z, [1, 1, 1, 2]), axis=1)
    z = tf.where(z > 0.0, z, 0.2 * z)
    z = tf.matmul(z, z, transpose_b=True)
    z = tf.clip_by_value(tf.reduce_sum(z, [-1]), -1.0, 1.0)
    z = tf.stack([z, tf.square(z), -z], axis=1)
    return tf_keras.Model(x, tf.nn.softmax(tf.reshape(z, [-1, 15]), axis=-1))


@into(HERE)
def tf_functions_with_other_defaults() -> Any:
    x = tf_keras.Input((8, 8, 4))
    first, *_ = tf.unstack(tf.nn.max_pool2d(x, 2, 2, "SAME"), axis=1)
    ends = [
        tf.nn.gelu(x),
        tf.gather(x, [2, 0], axis=3),
        tf.math.l2_normalize(x, axis=-1),
        tf.math.cumsum(first, axis=1),
        tf.cast(tf.argmax(x, -1), "float32"),
        tf.math.top_k(x, 2)[0],
        tf.reverse(tf.roll(x, 1, 1), [2]),
        tf.nn.space_to_depth(tf.nn.depth_to_space(x, 2), 4),
        tf.repeat(tf.ensure_shape(x, [None, 8, 8, 4]), 2, axis=1),
        tf.nn.avg_pool(x, 3, 1, "VALID"),
        tf.image.resize(x, (4, 16), method="nearest"),
        tf.tensordot(x, x, axes=[[1, 2, 3], [1, 2, 3]]),
        x**2 + tf.math.reduce_std(x, -1, keepdims=True),
        x[:, :, :, tf.newaxis, 0] @ tf.ones((1, 3)),
    ]
    return tf_keras.Model(x, ends)


@into(HERE)
def tf_nested_with_operators() -> Any:
    base, x = tf_conv_net("base"), tf_keras.Input((8, 8, 3))
    return tf_keras.Model(x, [base(x) * 2.0, base(x + 1.0) - base(x)])


ALL = {**MODELS, **TF_KERAS, **HERE}


def save(model: Any, folder: Path, extension: str) -> Path:
    path = folder / f"model.{extension}"
    if extension == "json":
        path.write_text(model.to_json())
    else:
        model.save(path)
    return path


def read_one(path: Path) -> Graph:
    ((graph,),) = read(path)
    return graph


def saved(model: Any, folder: Path, extension: str = "json") -> Graph:
    return read_one(save(model, folder, extension))


def calls_of(graph: Graph, layer: str) -> list[Call]:
    return [call for call in graph.calls if call.layer == layer and call.class_name != "Output"]


@pytest.mark.parametrize("name", sorted(ALL.keys() - NOT_COMPUTED.keys()))
def test_graph_computes_what_the_model_computes(name: str, tmp_path: Path) -> None:
    model = ALL[name]()
    graph = saved(model, tmp_path, "h5")  # which states least
    inputs = [_data_for(tensor) for tensor in model.inputs]
    expected = keras.tree.flatten(model(_structured(model, inputs)))
    names = [tensor._keras_history[0].name for tensor in model.inputs]
    computed = interpret(graph, model, dict(zip(names, inputs, strict=True)))
    assert len(computed) == len(expected)
    for value, reference in zip(computed, expected, strict=True):
        np.testing.assert_allclose(value, reference, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", sorted(HERE))
def test_every_format_gives_the_same_graph(name: str, tmp_path: Path) -> None:
    model = ALL[name]()
    first, *others = (dump(saved(model, tmp_path, extension)) for extension in FORMATS)
    for other in others:
        assert other == first


def _data_for(tensor: Any) -> Any:
    """Random values for a model's input; other axes differ from the batch axis."""
    batch, *shape = tensor.shape
    size = [batch or 2, *(5 if length is None else length for length in shape)]
    generator = np.random.default_rng(0)
    if "int" in str(tensor.dtype):
        return generator.integers(0, 20, size).astype("int32")
    return generator.normal(size=size).astype("float32")


def _structured(model: Any, inputs: list[Any]) -> Any:
    names = getattr(model, "input", None)
    if isinstance(names, dict):
        return dict(zip(sorted(names), inputs, strict=True))
    return inputs if len(inputs) > 1 else inputs[0]


def test_masks_that_keras_computes_are_no_edges(tmp_path: Path) -> None:
    graph = saved(masked(), tmp_path)
    assert [call.class_name for call in graph.calls] == [
        "InputLayer",
        "Embedding",
        "LSTM",
        "Dense",
        "GRU",
        "Output",
    ]
    assert all(len(call.inputs) == 1 for call in graph.calls[1:])


def test_a_mask_that_comes_from_a_layer_is_an_edge(tmp_path: Path) -> None:
    graph = saved(MODELS["explicit_mask"](), tmp_path)
    producers = {
        call.class_name: [graph.calls[tensor.call].class_name for tensor in call.inputs]
        for call in graph.calls
    }
    assert producers["LSTM"] == ["Embedding", "InputLayer"]
    assert producers["GlobalAveragePooling1D"] == ["LSTM", "InputLayer"]


def test_training_is_an_argument_only_if_somebody_passed_it(tmp_path: Path) -> None:
    inputs = keras.Input((4,))
    x = layers.Dropout(0.3, name="always")(inputs, training=True)
    x = layers.Dropout(0.3, name="default")(x)
    x = layers.RandomContrast(0.1, name="augment")(ops.reshape(x, (-1, 2, 2, 1)))
    x = layers.BatchNormalization(name="frozen")(x, training=False)
    graph = saved(keras.Model(inputs, x), tmp_path)
    arguments = {call.layer: dict(call.arguments) for call in graph.calls[:-1]}
    assert arguments["always"] == {"training": True}
    assert arguments["default"] == arguments["augment"] == {}
    assert arguments["frozen"] == {"training": False}


@pytest.mark.parametrize("name", ["frozen_base", "tf_nested_frozen"])
def test_calls_in_a_nested_model_inherit_trainable_and_training(name: str, tmp_path: Path) -> None:
    graph = saved(ALL[name](), tmp_path)
    inside = [call for call in graph.calls if call.model == "base"]
    assert {call.layer.partition("/")[0] for call in inside} == {"base"}
    assert len(inside) == 5  # with the activation of the convolution
    assert not any(call.trainable for call in inside)
    assert all(call.arguments == {"training": False} for call in inside)
    outside = [call for call in graph.calls if not call.model]
    assert all(call.trainable and not call.arguments for call in outside)


def test_layers_frozen_one_by_one(tmp_path: Path) -> None:
    graph = saved(MODELS["frozen_layers"](), tmp_path)
    frozen = [call.class_name for call in graph.calls if not call.trainable]
    assert frozen == ["Conv2D", "Activation", "BatchNormalization", "GlobalAveragePooling2D"]


def test_own_training_argument_wins_over_the_inherited_one(tmp_path: Path) -> None:
    inputs = tf_keras.Input((4,))
    x = tf_keras.layers.Dropout(0.5, name="own")(inputs, training=True)
    inner = tf_keras.Model(inputs, tf_keras.layers.Dropout(0.5, name="other")(x), name="inner")
    outer = tf_keras.Input((4,))
    graph = saved(tf_keras.Model(outer, inner(outer, training=False)), tmp_path)
    (own,) = calls_of(graph, "inner/own")
    (other,) = calls_of(graph, "inner/other")
    assert own.arguments == {"training": True}
    assert other.arguments == {"training": False}


def test_wrapped_layers_have_the_class_of_what_they_wrap(tmp_path: Path) -> None:
    inputs = keras.Input((5, 8))
    x = layers.TimeDistributed(layers.Dense(4, activation="relu"), name="each")(inputs)
    x = layers.Bidirectional(
        layers.LSTM(3), backward_layer=layers.LSTM(3, go_backwards=True), name="both"
    )(x)
    x = layers.SpectralNormalization(layers.Dense(2), name="normed")(x)
    graph = saved(keras.Model(inputs, x), tmp_path)
    described = [(call.layer, call.label, call.fused) for call in graph.calls[1:-1]]
    assert described == [
        ("each", "TimeDistributed(Dense)", False),
        ("each", "TimeDistributed(Activation)", True),
        ("both", "Bidirectional(LSTM)", False),
        ("normed", "SpectralNormalization(Dense)", False),
    ]
    (both,) = calls_of(graph, "both")
    assert both.config["units"] == 3
    assert both.wrapper_config["merge_mode"] == "concat"
    assert both.wrapper_config["backward_layer"]["class_name"] == "LSTM"


def test_calls_in_a_model_for_each_step_are_wrapped(tmp_path: Path) -> None:
    graph = saved(recurrent_model_for_each_step(), tmp_path)
    inside = [(call.label, call.model) for call in graph.calls[1:-1]]
    assert inside == [
        ("TimeDistributed(Bidirectional)", "each"),
        ("TimeDistributed(Dense)", "each"),
        ("TimeDistributed(Activation)", "each"),
    ]
    assert graph.calls[1].config["layer"]["class_name"] == "GRU"


def test_activation_given_as_a_layer_is_a_call_of_that_layer(tmp_path: Path) -> None:
    graph = saved(MODELS["activation_as_layer"](), tmp_path)
    fused = [(call.class_name, dict(call.config)) for call in graph.calls if call.fused]
    assert fused == [
        ("LeakyReLU", {"dtype": "float32", "negative_slope": 0.2}),
        (
            "ReLU",
            {"dtype": "float32", "max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0},
        ),
    ]


def test_custom_classes_do_not_pass_for_layers_of_keras(tmp_path: Path) -> None:
    class Attention(layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs

    @keras.saving.register_keras_serializable(package="ours")
    class Conv2D(layers.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs

    inputs = keras.Input((4,))
    model = keras.Model(inputs, Conv2D()(Attention()(inputs)))
    graph = saved(model, tmp_path, "keras")
    assert [call.class_name for call in graph.calls[1:-1]] == ["Custom>Attention", "ours>Conv2D"]
    assert all("unknown" in call.kinds for call in graph.calls[1:-1])


SHAPES = sorted(ALL.keys() - {"sequential_unbuilt", "tf_sequential_unbuilt"})


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_that_a_file_states_are_those_of_keras(name: str, tmp_path: Path) -> None:
    """Compared for the layers that were called once; those have one output shape."""
    model = ALL[name]()
    graph = saved(model, tmp_path, "keras")
    inputs = {tensor._keras_history[0].name: tensor.shape for tensor in model.inputs}
    by_name = {layer.name: layer for layer in getattr(model, "operations", model.layers)}
    for call in graph.calls:
        if call.class_name == "InputLayer":
            assert call.output_shapes == (tuple(inputs[call.layer]),)
        elif not call.model and len(by_name[call.layer]._inbound_nodes) == 1:
            actual = keras.tree.flatten(by_name[call.layer].output)
            for stated, tensor in zip(call.output_shapes, actual, strict=False):
                assert stated is None or stated == tuple(tensor.shape)


def test_shapes_in_a_model_for_images_of_any_size_are_left_to_inference(tmp_path: Path) -> None:
    inputs = keras.Input((None, None, 3))
    inner = keras.Model(inputs, layers.Conv2D(2, 3, strides=2)(inputs), name="inner")
    outer = keras.Input((33, 33, 3))
    x = layers.ReLU()(layers.Conv2D(3, 3, name="first")(outer))
    graph = saved(keras.Model(outer, layers.Flatten()(inner(x))), tmp_path)
    (conv,) = [call for call in graph.calls if call.model == "inner"]
    assert conv.output_shapes == ((None, 15, 15, 2),)  # the outer model knows


def test_shapes_for_each_step_are_not_taken_for_whole_series(tmp_path: Path) -> None:
    graph = saved(MODELS["time_distributed_model"](), tmp_path)
    inside = [call for call in graph.calls if call.model]
    assert [call.output_shapes for call in inside[:-1]] == [()] * (len(inside) - 1)
    assert inside[-1].output_shapes == ((None, 5, 3),)


def test_unbuilt_sequential_has_an_input_of_unknown_shape(tmp_path: Path) -> None:
    graph = saved(MODELS["sequential_unbuilt"](), tmp_path)
    first = graph.calls[0]
    assert first.class_name == "InputLayer"
    assert first.output_shapes == ()
    assert first.kinds >= {"input"}


def test_constants_of_operations(tmp_path: Path) -> None:
    inputs = keras.Input((6, 4))
    x = 1.0 - inputs * 0.5
    x = ops.mean(x[:, 1:5, ::2], axis=-1, keepdims=True)
    x = ops.reshape(x, (-1, 2, 2))
    graph = saved(keras.Model(inputs, ops.transpose(x, (0, 2, 1))), tmp_path)
    calls = {call.class_name: call for call in graph.calls}
    assert calls["ops.Multiply"].arguments == {"x2": 0.5}
    assert calls["ops.Subtract"].arguments == {"x1": 1.0}
    full = slice(None)
    assert calls["ops.GetItem"].arguments == {"key": (full, slice(1, 5), slice(None, None, 2))}
    assert calls["ops.Mean"].config == {"axis": -1, "keepdims": True}
    assert calls["ops.Reshape"].config == {"newshape": (-1, 2, 2)}
    assert calls["ops.Transpose"].config == {"axes": (0, 2, 1)}


def test_tensorflow_functions_state_what_operations_state(tmp_path: Path) -> None:
    graph = saved(tf_functions(), tmp_path)
    calls = {call.class_name: call for call in graph.calls}
    assert calls["ops.Split"].config == {"indices_or_sections": (3, 6), "axis": -1}
    assert calls["ops.Pad"].config == {
        "pad_width": ((0, 0), (1, 1), (2, 0), (0, 0)),
        "mode": "constant",
    }
    assert calls["ops.LeakyRelu"].config == {"negative_slope": 0.3}
    assert calls["ops.Mean"].config == {"axis": 1, "keepdims": True}
    assert calls["ops.TrueDivide"].arguments == {"x2": 2.0}
    assert calls["ops.Clip"].config == {"x_min": -1.0, "x_max": 1.0}
    assert not any("unknown" in call.kinds for call in graph.calls)


def test_a_computed_size_is_an_unknown_setting_and_no_edge(tmp_path: Path) -> None:
    inputs = tf_keras.Input((8, 4))
    x = tf.reshape(inputs, [tf.shape(inputs)[0], 32])
    graph = saved(tf_keras.Model(inputs, x), tmp_path)
    assert [call.class_name for call in graph.calls] == ["InputLayer", "ops.Reshape", "Output"]
    assert graph.calls[1].config == {"newshape": UNKNOWN}


def test_a_function_whose_tensors_tf_keras_loses_is_unknown(tmp_path: Path) -> None:
    inputs = tf_keras.Input((8, 4))
    x = tf.einsum("bij,bkj->bik", inputs, inputs)
    graph = saved(tf_keras.Model(inputs, tf_keras.layers.Dense(2)(x)), tmp_path)
    call = graph.calls[1]
    assert (call.class_name, call.inputs) == ("tf.einsum", ())
    assert "unknown" in call.kinds
