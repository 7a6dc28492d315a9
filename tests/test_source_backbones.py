"""Models on backbones of ``keras.applications``, of which source code tells only a summary.

In the graph of source code a backbone is one call, in that of the model in memory all its layers.
Everything around it must be the same, and so must the shapes that it hands on.
"""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import Any, Final

import keras
import pytest

from convlint.facts import Facts
from convlint.graph import Call, Graph
from convlint.kleene import UNKNOWN
from convlint.readers.source import read_source
from convlint.readers.source.applications import SUMMARIES
from tests.running import LiveModel, header, run

FOLDER: Final = Path(__file__).parent / "scripts"
SCRIPTS: Final = (
    "backbone_choice",
    "backbone_efficientnet",
    "backbone_unet",
    "transfer_flat_vgg",
    "transfer_sequential_resnet",
    "transfer_two_phase",
)


def in_backbone(call: Call, names: frozenset[str]) -> bool:
    """Whether a call is, or is inside, a backbone."""
    if call.class_name.startswith("applications."):
        return True
    if call.class_name == "InputLayer" or call.class_name.startswith("ops."):
        return False
    return call.layer.partition("/")[0] in names


def around(graph: Graph, names: frozenset[str]) -> Counter[tuple[Any, ...]]:
    """Each call outside the backbone with what it consumes, the backbone being one thing."""

    def name(index: int) -> str:
        call = graph.calls[index]
        return "backbone" if in_backbone(call, names) else f"{call.layer} {call.class_name}"

    return Counter(
        (
            call.layer,
            call.label,
            call.kinds,
            call.trainable,
            call.fused,
            repr(sorted(call.arguments)),
            tuple(name(tensor.call) for tensor in call.inputs),
        )
        for call in graph.calls
        if not in_backbone(call, names)
    )


def handed_on(graph: Graph, names: frozenset[str]) -> dict[str, Any]:
    """The shape of what each layer takes from the backbone."""
    facts = Facts(graph)
    return {
        call.layer: facts.lookup(call.index, "input_shape")
        for call in graph.calls
        if call.inputs
        and not in_backbone(call, names)
        and in_backbone(graph.calls[call.inputs[0].call], names)
    }


@pytest.mark.parametrize("script", SCRIPTS)
def test_all_around_a_backbone_is_the_same_as_in_memory(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = FOLDER / f"{script}.py"
    live = {model.graph.name: model for model in run(path, header(path).calls)}
    read = read_source(path.read_text(encoding="utf-8"), path.name).models
    assert {graph.name for (graph,) in read} == live.keys()
    for (graph,) in read:
        compare(graph, live[graph.name])


def compare(graph: Graph, live: LiveModel) -> None:
    names = frozenset(live.backbone)
    assert around(graph, names) == around(live.graph, names)
    ours, theirs = handed_on(graph, names), handed_on(live.graph, names)
    assert ours.keys() == theirs.keys()
    for layer, shape in ours.items():
        if shape is UNKNOWN:  # from the inside of the backbone
            continue
        assert len(shape) == len(theirs[layer])
        for size, other in zip(shape, theirs[layer], strict=True):
            assert size in (UNKNOWN, other), (layer, shape, theirs[layer])


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
    source = (
        f"import keras\nbase = keras.applications.{name}({arguments})\n"
        "x = keras.layers.Dropout(0.5)(base.output)\nmodel = keras.Model(base.input, x)\n"
    )
    keras.utils.clear_session()
    base = getattr(keras.applications, name)(**eval(f"dict({arguments})"))  # noqa: S307
    ((graph,),) = read_source(source, "x.py").models
    backbone = next(call for call in graph.calls if call.class_name == f"applications.{name}")
    shape_read = Facts(graph).lookup(backbone.index, "shape")
    assert shape_read == tuple(UNKNOWN if size is None else size for size in base.output_shape)
    assert backbone.name == base.name
    normalizes = any(isinstance(layer, keras.layers.BatchNormalization) for layer in base.layers)
    assert backbone.config["normalizes"] is normalizes
    after = keras.layers.Dropout(0.5).name
    assert graph.calls[-1].layer == after


def test_every_application_of_keras_has_a_summary() -> None:
    functions = {
        name
        for name in dir(keras.applications)
        if inspect.isfunction(getattr(keras.applications, name))
    }
    assert functions == SUMMARIES.keys()
