"""What the source reader knows of an application of Keras is what Keras makes of it."""

from __future__ import annotations

import inspect
from typing import Final

import keras
import pytest

from convlint.facts import Facts
from convlint.kleene import UNKNOWN
from convlint.readers.source.applications import SUMMARIES
from tests.sources import only

SMALL: Final = (
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "VGG16",
    "ResNet50V2",
    "DenseNet121",
)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize(
    "options",
    ["include_top=False", "include_top=False, pooling='avg'", "include_top=True, classes=7"],
)
def test_the_summary_of_an_application_is_right(name: str, options: str) -> None:
    shape = "(224, 224, 3)" if "classes" in options else "(96, 64, 3)"
    arguments = f"weights=None, input_shape={shape}, {options}"
    keras.utils.clear_session()
    base = getattr(keras.applications, name)(**eval(f"dict({arguments})"))  # noqa: S307
    graph = only(
        f"base = keras.applications.{name}({arguments})\n"
        "model = keras.Model(base.input, layers.Dropout(0.5)(base.output))\n"
    )
    backbone = next(call for call in graph.calls if call.class_name == f"applications.{name}")
    known = tuple(UNKNOWN if size is None else size for size in base.output_shape)
    assert Facts(graph).lookup(backbone.index, "shape") == known
    assert backbone.name == base.name
    normalizes = any(isinstance(layer, keras.layers.BatchNormalization) for layer in base.layers)
    assert backbone.config["normalizes"] is normalizes
    assert graph.calls[-1].layer == keras.layers.Dropout(0.5).name


def test_every_application_of_keras_has_a_summary() -> None:
    functions = {
        name
        for name in dir(keras.applications)
        if inspect.isfunction(getattr(keras.applications, name))
    }
    assert functions == SUMMARIES.keys()


def test_a_backbone_can_be_frozen() -> None:
    code = (
        "base = keras.applications.VGG16(include_top=False, input_shape=(64, 64, 3))\n{}\n"
        "model = keras.Model(base.input, layers.Flatten()(base.output))\n"
    )
    frozen = ("base.trainable = False", "for layer in base.layers: layer.trainable = False")
    for statement in frozen:
        assert [call.trainable for call in only(code.format(statement)).calls[1:3]] == [False, True]
    assert all(call.trainable for call in only(code.format("")).calls)


def test_results_of_inner_layers_come_from_the_backbone() -> None:
    graph = only(
        "base = keras.applications.VGG16(include_top=False, input_shape=(64, 64, 3))\n"
        "a, b = [base.get_layer(name).output for name in ('block3_pool', 'block5_pool')]\n"
        "again = base.get_layer('block3_pool').output\n"
        "tensors = [a, b, again, base.layers[4].output]\n"
        "model = keras.Model(base.input, layers.concatenate(tensors))\n"
    )
    joined = next(call for call in graph.calls if call.class_name == "Concatenate")
    assert {tensor.call for tensor in joined.inputs} == {1}
    outputs = [tensor.output for tensor in joined.inputs]
    assert outputs[0] == outputs[2]
    assert len(set(outputs)) == 3
    assert 0 not in outputs
