"""The class tables against Keras itself, and what classify() says."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import keras
import pytest

from convlint import kinds
from convlint.kinds.layers import ALIASES, LAYERS, OLDER
from convlint.kinds.operations import OPERATIONS
from convlint.kinds.table import Row
from convlint.kleene import UNKNOWN

COMMON = {"name", "dtype", "trainable"}


def classes(module: Any, base: type) -> dict[str, type]:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, base)
    }


def constructor_defaults(cls: type) -> dict[str, Any]:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    return {
        parameter.name: UNKNOWN if parameter.default is parameter.empty else parameter.default
        for parameter in parameters
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        and parameter.name not in COMMON
    }


def operation_classes() -> dict[str, type]:
    operation = importlib.import_module("keras.src.ops.operation").Operation
    found: dict[str, type] = {}
    for part in ("numpy", "nn", "core", "math", "image", "linalg"):
        module = importlib.import_module(f"keras.src.ops.{part}")
        for cls in classes(module, operation).values():
            if cls.__module__ == module.__name__:
                assert cls.__name__ not in found, "two operations of one name"
                found[cls.__name__] = cls
    return found


KERAS_LAYERS = classes(keras.layers, keras.layers.Layer)


@pytest.mark.parametrize("name", sorted(KERAS_LAYERS))
def test_a_layer_of_keras_is_in_the_table_with_its_defaults(name: str) -> None:
    cls = KERAS_LAYERS[name]
    assert kinds.is_known(name)
    assert kinds.canonical(name) == cls.__name__
    stated = dict(LAYERS[cls.__name__].arguments)
    expected = constructor_defaults(cls)
    # Keras passes this one on through **kwargs in some classes.
    stated.setdefault("activity_regularizer", None)
    expected.setdefault("activity_regularizer", None)
    assert stated == expected


def test_the_table_has_no_layer_that_keras_lacks() -> None:
    assert set(LAYERS) == {cls.__name__ for cls in KERAS_LAYERS.values()}
    assert not set(OLDER) & set(KERAS_LAYERS)


def test_every_operation_of_keras_is_in_the_table_with_its_defaults() -> None:
    found = operation_classes()
    of_other_packages = {"Identity", "Mish"}
    assert {name.removeprefix("ops.") for name in OPERATIONS} == set(found) | of_other_packages
    different = {
        name: (OPERATIONS[f"ops.{name}"].arguments, constructor_defaults(cls))
        for name, cls in found.items()
        if dict(OPERATIONS[f"ops.{name}"].arguments) != constructor_defaults(cls)
    }
    assert different == {}


def test_every_alias_leads_to_a_class_and_is_none_itself() -> None:
    for alias, name in ALIASES.items():
        assert name in LAYERS or name in OLDER
        assert alias not in LAYERS
        assert alias not in OLDER


def test_design_page_lists_the_vocabulary() -> None:
    page = (Path(__file__).parent.parent / "docs" / "design.md").read_text()
    section = page[page.index("## 4. Kinds") : page.index("## 5.")]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    listed = {
        word
        for line in lines
        for word in re.findall(r"`([a-z_0-9]+)`", line)
        if word not in {"k", "k!"}
    }
    assert listed == kinds.KINDS


@pytest.mark.parametrize("name", sorted({**LAYERS, **OLDER, **OPERATIONS}))
def test_a_known_class_is_itself_and_something_of_the_vocabulary(name: str) -> None:
    found = kinds.classify(name, {})
    assert name in found
    assert found - {name} <= kinds.KINDS
    assert found - {name}


@pytest.mark.parametrize(
    ("class_name", "config", "expected"),
    [
        ("Conv2D", {}, {"weight", "conv", "Conv2D"}),
        ("Convolution2D", {}, {"weight", "conv", "Conv2D"}),
        ("Dense", {"units": None}, {"weight", "dense", "Dense"}),
        ("DepthwiseConv2D", {}, {"weight", "conv", "depthwise", "DepthwiseConv2D"}),
        ("Conv3DTranspose", {}, {"weight", "conv", "transposed_conv", "Conv3DTranspose"}),
        ("GlobalMaxPool1D", {}, {"global_pool", "max_pool", "GlobalMaxPooling1D"}),
        ("AdaptiveMaxPooling2D", {"output_size": 2}, {"pool", "max_pool", "AdaptiveMaxPooling2D"}),
        (
            "AdaptiveAveragePooling2D",
            {"output_size": (1, 1)},
            {"global_pool", "avg_pool", "AdaptiveAveragePooling2D"},
        ),
        ("Activation", {"activation": "relu"}, {"act", "Activation"}),
        ("Activation", {"activation": "linear"}, {"identity", "Activation"}),
        ("Activation", {"activation": "of_my_own"}, {"act", "Activation"}),
        ("Activation", {}, {"act", "Activation"}),
        ("Dropout", {"rate": 0.5}, {"dropout", "Dropout"}),
        ("Dropout", {"rate": 0}, {"identity", "Dropout"}),
        ("SpatialDropout2D", {"rate": 0.0}, {"identity", "SpatialDropout2D"}),
        ("Dropout", {"rate": "0"}, {"dropout", "Dropout"}),
        ("Dropout", {"rate": None}, {"dropout", "Dropout"}),
        ("Dropout", {"rate": False}, {"dropout", "Dropout"}),
        ("GaussianNoise", {"stddev": 0.0}, {"identity", "GaussianNoise"}),
        ("InputLayer", {}, {"input", "InputLayer"}),
        ("Output", {}, {"output", "Output"}),
        ("Lambda", {}, {"unknown", "Lambda"}),
        ("MyLayer", {}, {"unknown", "MyLayer"}),
        ("dropout", {}, {"unknown"}),
        ("ops.Add", {}, {"merge", "add", "ops.Add"}),
        ("ops.Relu", {}, {"act", "ops.Relu"}),
        ("ops.Cast", {"dtype": "float32"}, {"identity", "ops.Cast"}),
        ("ops.Cast", {"dtype": "int32"}, {"cast", "ops.Cast"}),
        ("ops.Cast", {"dtype": {}}, {"cast", "ops.Cast"}),
        ("CustomScaleLayer", {}, {"merge", "add", "scaled", "CustomScaleLayer"}),
        ("StochasticDepth", {"rate": 0.1}, {"dropout", "stochastic_depth", "StochasticDepth"}),
        ("SyncBatchNormalization", {}, {"norm", "batch_norm", "SyncBatchNormalization"}),
        ("LSTMV2", {}, {"rnn", "LSTM"}),
    ],
)
def test_classify(class_name: str, config: dict[str, Any], expected: set[str]) -> None:
    assert kinds.classify(class_name, config) == expected


@pytest.mark.parametrize(
    ("class_name", "argument", "expected"),
    [
        ("Conv2D", "strides", (1, 1)),
        ("Convolution2D", "padding", "valid"),
        ("Conv2D", "filters", UNKNOWN),
        ("Conv2D", "rate", UNKNOWN),
        ("Dropout", "trainable", True),
        ("Dropout", "dtype", UNKNOWN),
        ("Flatten", "activity_regularizer", None),
        ("MyLayer", "activity_regularizer", UNKNOWN),
        ("ops.Sum", "keepdims", False),
    ],
)
def test_default(class_name: str, argument: str, expected: object) -> None:
    assert kinds.default(class_name, argument) == expected


def test_arguments_are_those_of_all_classes() -> None:
    assert {"name", "dtype", "trainable", "rate", "groups", "subscripts"} <= kinds.ARGUMENTS
    assert "my_argument" not in kinds.ARGUMENTS


def test_weight_layers_of_keras_apply_their_activation_to_their_output() -> None:
    fused = {name for name in LAYERS if kinds.has_fused_activation(name)}
    assert fused == {name for name, row in LAYERS.items() if "weight" in row.kinds}
    assert kinds.has_fused_activation("Convolution2D")
    assert kinds.has_fused_activation("LocallyConnected1D")
    assert not any(map(kinds.has_fused_activation, ("LSTM", "Activation", "Highway", "MyLayer")))


def test_activation_functions_are_those_of_keras() -> None:
    found = importlib.import_module("keras.src.activations").ALL_OBJECTS_DICT
    for name, function in found.items():
        assert kinds.activation_function(name) == function.__name__


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "linear"),
        ("swish", "silu"),
        ("softmax_v2", "softmax"),
        ("of_my_own", UNKNOWN),
        (UNKNOWN, UNKNOWN),
        (3, UNKNOWN),
        (["relu"], UNKNOWN),
        ({}, UNKNOWN),
        ({"class_name": "function", "config": "relu"}, "relu"),
        ({"class_name": "function", "config": None}, UNKNOWN),
        ({"class_name": "function", "config": "pkg>relu"}, UNKNOWN),
        ({"class_name": "function", "config": {"class_name": "function", "config": "elu"}}, "elu"),
        ({"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}, "leaky_relu"),
        ({"class_name": "LeakyReLU", "config": None}, "leaky_relu"),
        ({"class_name": "ReLU", "config": {"max_value": 6.0}}, "relu6"),
        ({"class_name": "ReLU", "config": {"negative_slope": 0.1}}, "leaky_relu"),
        ({"class_name": "ReLU", "config": {"negative_slope": "x", "max_value": []}}, "relu"),
        ({"class_name": "Activation", "config": {"activation": "gelu"}}, "gelu"),
        ({"class_name": "Activation", "config": {}}, UNKNOWN),
        ({"class_name": "Mine", "config": {}}, UNKNOWN),
        ({"class_name": 7, "config": {}}, UNKNOWN),
    ],
)
def test_activation_function(value: object, expected: object) -> None:
    assert kinds.activation_function(value) == expected


def test_a_row_is_immutable_data() -> None:
    assert all(isinstance(row, Row) for row in {**LAYERS, **OLDER, **OPERATIONS}.values())
