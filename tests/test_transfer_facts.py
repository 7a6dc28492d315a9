"""Facts about frozen weights, scaled inputs, number types and saving, on layers of real Keras."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint.kleene import UNKNOWN
from convlint.readers.source import read_source
from tests.facts import fact, facts_of


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (L.Rescaling(1 / 255), 1 / 255),
        (L.Rescaling([0.1, -0.5, 0.2]), 0.5),
        (L.Normalization(mean=[0.0, 0.0, 0.0], variance=[4.0, 16.0, 9.0]), 0.5),
        (L.Normalization(mean=1.0, variance=4.0, invert=True), UNKNOWN),
        (L.Normalization(), UNKNOWN),
        (L.ReLU(), UNKNOWN),
    ],
)
def test_by_how_much_a_layer_scales_its_input(layer: Any, expected: Any) -> None:
    layer.name = "scale"
    found = fact(facts_of(keras.Sequential([L.Input((8, 8, 3)), layer])), "scale", "scaling")
    assert found is UNKNOWN if expected is UNKNOWN else found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (lambda x: x / 4.0, 0.25),
        (lambda x: x * 0.5, 0.5),
        (lambda x: -3.0 * x, 3.0),
        (lambda x: x - 1.0, 1.0),
        (lambda x: 1.0 + x, 1.0),
        (lambda x: 4.0 / x, UNKNOWN),
        (lambda x: x / 0.0, UNKNOWN),
    ],
)
def test_by_how_much_arithmetic_scales_its_input(operation: Any, expected: Any) -> None:
    inputs = keras.Input((8,))
    facts = facts_of(keras.Model(inputs, operation(inputs)))
    assert facts.lookup(1, "scaling") == expected


@pytest.mark.parametrize(
    ("layer", "arguments", "expected"),
    [
        (L.BatchNormalization(), {}, True),
        (L.BatchNormalization(), {"training": True}, True),
        (L.BatchNormalization(), {"training": False}, False),
        (L.BatchNormalization(trainable=False), {}, False),
        (L.LayerNormalization(), {}, False),
    ],
)
def test_who_takes_statistics_from_the_batch(layer: Any, arguments: Any, expected: bool) -> None:
    layer.name = "norm"
    inputs = keras.Input((8,))
    model = keras.Model(inputs, layer(inputs, **arguments))
    assert fact(facts_of(model), "norm", "updates_statistics") is expected


def test_what_is_trainable_and_what_is_frozen_last() -> None:
    model = keras.Sequential(
        [
            L.Input((4,)),
            L.Dense(2, trainable=False),
            L.PReLU(),
            L.Dense(3, trainable=False),
            L.ReLU(),
        ]
    )
    facts = facts_of(model)
    assert facts.model("trainable_parameters") == sum(w.shape[0] for w in model.trainable_weights)
    assert facts.graph.calls[facts.model("last_frozen_layer")].name == model.layers[2].name
    assert facts.model("frozen_as_a_whole") is False
    model.trainable = False
    assert facts_of(model).model("frozen_as_a_whole") is True
    assert facts_of(model).model("trainable_parameters") == 0


@pytest.mark.parametrize(
    ("call", "pretrained", "preprocesses"),
    [
        ("ResNet50()", True, False),
        ("ResNet50(weights=None)", False, False),
        ("ResNet50(weights=path)", UNKNOWN, False),
        ("ResNet50(weights='best.weights.h5')", True, False),
        ("EfficientNetB3()", True, True),
        ("EfficientNetV2B0(include_preprocessing=False)", True, False),
        ("ConvNeXtBase(False, False)", True, False),
        ("MobileNetV3Large(include_preprocessing=flag)", True, UNKNOWN),
        ("ConvNeXtTiny(**options)", UNKNOWN, UNKNOWN),
        ("MobileNetV2()", True, False),
    ],
)
def test_what_is_known_of_a_backbone(call: str, pretrained: Any, preprocesses: Any) -> None:
    source = (
        "import keras\nfrom keras.applications import *\nfrom settings import path, flag, options\n"
        f"base = {call}\nmodel = keras.Sequential([base, keras.layers.Softmax()])\n"
    )
    ((graph,),) = read_source(source, "train.py").models
    (backbone,) = (call for call in graph.calls if call.class_name.startswith("applications."))
    assert backbone.config["pretrained"] is pretrained
    assert backbone.config["preprocesses"] is preprocesses


@pytest.mark.parametrize("name", ["EfficientNetV2B0", "ConvNeXtTiny", "MobileNetV3Small"])
def test_backbones_that_preprocess_begin_with_it(name: str) -> None:
    made = getattr(keras.applications, name)
    first = made(weights=None, include_top=False, input_shape=(64, 64, 3)).layers[1]
    assert isinstance(first, L.Rescaling | L.Normalization)
    plain = made(
        weights=None, include_top=False, input_shape=(64, 64, 3), include_preprocessing=False
    ).layers[1]
    assert not isinstance(plain, L.Rescaling | L.Normalization)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (L.Dense(2), "float32"),
        (L.Dense(2, dtype="mixed_float16"), "mixed_float16"),
        (
            L.Dense(2, dtype=keras.DTypePolicy("mixed_bfloat16"), activation="relu"),
            "mixed_bfloat16",
        ),
        (L.Activation("linear", dtype="float16"), "float16"),
    ],
)
def test_the_policy_of_the_layer_that_gives_the_output(layer: Any, expected: str) -> None:
    facts = facts_of(keras.Sequential([L.Input((4,)), layer]))
    (output,) = facts.graph.outputs
    assert facts.lookup(output.index, "output_policy") == expected


def test_whether_a_lambda_holds_bytecode() -> None:
    def named(x: Any) -> Any:
        return x

    layers = [L.Lambda(lambda x: x, name="code"), L.Lambda(named, name="name"), L.ReLU(name="no")]
    facts = facts_of(keras.Sequential([L.Input((4,)), *layers]))
    assert fact(facts, "code", "stores_bytecode") is True
    assert fact(facts, "name", "stores_bytecode") is False
    assert fact(facts, "no", "stores_bytecode") is False
