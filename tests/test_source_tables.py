"""The tables of the source reader are what Keras itself says."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import pytest
from keras import layers, ops
from keras.src.utils.naming import to_snake_case

from convlint import kinds
from convlint.kinds.layers import LAYERS
from convlint.readers.source.names import resolve
from convlint.readers.source.operation_names import OPERATION_ARGUMENTS, operation_class
from convlint.readers.source.run import snake_case
from convlint.readers.source.signatures import LAYER_ARGUMENTS, OBJECT_ARGUMENTS, OBJECTS

POSITIONAL = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)


def positional(function: Any) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [item.name for item in parameters if item.kind in POSITIONAL and item.name != "self"]


@pytest.mark.parametrize("name", sorted(name for name in LAYERS if hasattr(layers, name)))
def test_the_arguments_of_a_layer_are_in_the_order_of_its_constructor(name: str) -> None:
    arguments = positional(getattr(layers, name).__init__)
    assert list(LAYER_ARGUMENTS.get(name, ())) == arguments


@pytest.mark.parametrize("function", sorted(OPERATION_ARGUMENTS))
def test_the_arguments_of_an_operation_are_in_the_order_of_its_function(function: str) -> None:
    found = next(
        getattr(module, function)
        for module in (ops, ops.image, ops.nn)
        if hasattr(module, function)
    )
    given = [name.removeprefix("*") for name in OPERATION_ARGUMENTS[function]]
    parameters = [
        item.name
        for item in inspect.signature(found).parameters.values()
        if item.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    assert given == parameters
    assert kinds.is_known(f"ops.{operation_class(function)}")


@pytest.mark.parametrize(("section", "name"), sorted(OBJECT_ARGUMENTS))
def test_the_arguments_of_an_object_are_in_the_order_of_its_constructor(
    section: str, name: str
) -> None:
    constructor = getattr(getattr(keras, section), name).__init__
    known = OBJECT_ARGUMENTS[section, name]
    assert positional(constructor)[: len(known)] == list(known)


@pytest.mark.parametrize("section", sorted(OBJECTS))
def test_every_class_of_a_section_is_known(section: str) -> None:
    module = getattr(keras, section)
    bases = {"Initializer", "Regularizer", "Constraint", "Loss", "Metric", "Optimizer"}
    special = {"MultiOptimizer", "OptimizerMap", "OrthogonalRegularizer"}
    classes = {
        getattr(module, name).__name__
        for name in dir(module)
        if inspect.isclass(getattr(module, name))
    }
    assert classes - bases - special <= set(OBJECTS[section].values())


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_automatic_names_are_those_of_keras(name: str) -> None:
    assert snake_case(name) == to_snake_case(name)


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("keras.layers.Dense", "layer", "Dense"),
        ("tensorflow.keras.layers.Dense", "layer", "Dense"),
        ("tensorflow.python.keras.layers.core.Dense", "layer", "Dense"),
        ("tensorflow.compat.v1.keras.layers.Dense", "layer", "Dense"),
        ("tensorflow.contrib.keras.layers.Dense", "layer", "Dense"),
        ("tensorflow.keras.layers.experimental.preprocessing.Rescaling", "layer", "Rescaling"),
        ("keras.layers.convolutional.Convolution2D", "layer", "Convolution2D"),
        ("keras.layers.convolutional.conv2d.Conv2D", "layer", "Conv2D"),
        ("keras.src.layers.Conv2D", "layer", "Conv2D"),
        ("tf_keras.layers.LSTM", "layer", "LSTM"),
        ("keras_core.layers.LSTM", "layer", "LSTM"),
        ("keras.layers.merge.concatenate", "merge", "concatenate"),
        ("keras.Input", "input", "Input"),
        ("keras.engine.Input", "input", "Input"),
        ("keras.engine.topology.Input", "input", "Input"),
        ("keras.Sequential", "sequential", "Sequential"),
        ("keras.engine.training.Model", "model", "Model"),
        ("keras.applications.resnet50.ResNet50", "application", "ResNet50"),
        ("keras.applications.resnet50.preprocess_input", "keras", "preprocess_input"),
        ("keras.activations.relu", "activation", "relu"),
        ("keras.losses.MeanSquaredError", "object", "MeanSquaredError"),
        ("keras.losses.mse", "function", "mse"),
        ("keras.objectives.mse", "function", "mse"),
        ("keras.regularizers.l2", "object", "L2"),
        ("keras.optimizers.legacy.Adam", "object", "Adam"),
        ("keras.backend.mean", "operation", "mean"),
        ("keras.ops.mean", "operation", "mean"),
        ("tensorflow.reduce_mean", "tensorflow", "reduce_mean"),
        ("tensorflow.nn.relu", "tensorflow", "nn.relu"),
        ("tensorflow.config.list_physical_devices", "keras", "list_physical_devices"),
        ("keras.metrics.Accuracy", "object", "Accuracy"),
        ("keras.callbacks.EarlyStopping", "keras", "EarlyStopping"),
        ("torch.nn.Conv2d", "foreign", ""),
        ("mxnet.gluon.nn.Dense", "foreign", ""),
        ("kerastuner.Dense", "foreign", ""),
    ],
)
def test_a_path_is_what_it_names_in_keras(path: str, kind: str, name: str) -> None:
    found = resolve(path)
    assert (found.kind, found.name) == (kind, name)


COUNTED = """
layers.MultiHeadAttention(2, 4)
layers.MultiHeadAttention(2, 4, dropout=0.1)
layers.Masking()
layers.Embedding(5, 3, mask_zero=True)
layers.LSTM(3)
layers.Bidirectional(layers.GRU(3))
layers.TimeDistributed(layers.Dense(3))
layers.SeparableConv1D(3, 3)
keras.Sequential([layers.Dense(3), layers.Dropout(0.5)])
keras.Sequential([keras.Input((6, 8)), layers.Dense(3)])
"""


@pytest.mark.parametrize("layer", COUNTED.split("\n")[1:-1])
def test_what_a_layer_makes_for_itself_uses_up_its_names(layer: str) -> None:
    from convlint.readers.source import read_source

    arguments = "x, x" if "Attention" in layer else "x"
    shape = "(6,)" if "Embedding" in layer else "(6, 8)"
    code = (
        f"import keras\nfrom keras import layers\nx = keras.Input({shape})\n"
        f"made = {layer}\ny = made({arguments})\n"
        "probes = [layers.Softmax(), layers.Dropout(0.1), layers.Dense(1), layers.LSTMCell(1),\n"
        "          layers.Flatten(), keras.Input((1,)), keras.Sequential(), layers.GRU(2)]\n"
        "a = keras.ops.any(keras.ops.not_equal(x, 1))\n"
        "z = keras.Input((1,))\nm = keras.Model(z, layers.Dense(2)(z))\n"
    )
    keras.utils.clear_session()
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102
    model = names["m"]
    graphs = [graph for variants in read_source(code, "x.py").models for graph in variants]
    graph = next(graph for graph in graphs if graph.name == model.name)
    assert [call.layer for call in graph.calls[:2]] == [layer.name for layer in model.layers]
