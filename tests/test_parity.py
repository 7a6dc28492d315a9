"""The same model, in memory and saved in every format, is the same graph with the same findings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import tf_keras

import convlint
from convlint import readers
from convlint.config import Config
from convlint.facts import Facts
from convlint.finding import Finding
from convlint.graph import Graph, Training
from convlint.readers.live import read_model
from tests import models
from tests.dumps import dump
from tests.zoo import ZOO, zoo

FORMATS: Final = ("keras", "h5", "json")

SMALL: Final = {**models.MODELS, **models.TF_KERAS}

WITHOUT_WEIGHTS: Final = frozenset({"tf_sequential_unbuilt"})
"""Models that tf.keras does not save as HDF5."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keras warns that HDF5 is legacy, that a model is not built or has a lambda."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def save(model: Any, extension: str, folder: Path) -> Path:
    """Save a model the way its own Keras does."""
    path = folder / f"model.{extension}"
    with quiet():
        if extension == "json":
            path.write_text(model.to_json())
        else:
            model.save(path)
    return path


def shapes(graph: Graph) -> list[Any]:
    facts = Facts(graph)
    return [facts.lookup(call.index, "shape") for call in graph.calls]


def without_metrics(training: Training | None) -> Any:
    """What a compilation says, but for what tf.keras works out before it saves HDF5."""
    return training and (training.losses, training.optimizer)


def findings(target: Any) -> list[Finding]:
    """The findings of all rules, whatever their default, without the file that they are in."""
    return [
        finding._replace(file=None)
        for finding in convlint.check(target, select="ALL", config=Config())
    ]


def assert_same_graph(saved: Graph, live: Graph) -> None:
    assert dump(saved) == dump(live)
    assert saved.name == live.name
    assert shapes(saved) == shapes(live)


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("name", SMALL)
def test_each_construct_is_the_same_graph_in_memory_and_saved(
    name: str, extension: str, tmp_path: Path
) -> None:
    if extension == "h5" and name in WITHOUT_WEIGHTS:
        pytest.skip("tf.keras cannot save it as HDF5")
    model = SMALL[name]()
    live = read_model(model)
    path = save(model, extension, tmp_path)
    ((saved,),) = readers.read(path)
    assert_same_graph(saved, live)
    if extension == "keras":
        assert saved.training == live.training
    elif extension == "h5":
        assert without_metrics(saved.training) == without_metrics(live.training)
    if extension != "json" or live.training is None:
        # HDF5 does not say whether a custom class was registered.
        told = [f for f in findings(model) if extension != "h5" or f.code != "CVL963"]
        assert findings(path) == told


@pytest.mark.parametrize("name", ZOO)
def test_an_application_is_the_same_graph_with_the_same_findings(name: str, tmp_path: Path) -> None:
    model = zoo(name)
    live, found = read_model(model), findings(model)
    for extension in FORMATS:
        path = save(model, extension, tmp_path)
        ((saved,),) = readers.read(path)
        assert_same_graph(saved, live)
        assert findings(path) == found
        path.unlink()


@pytest.mark.parametrize("name", ["EfficientNetB0", "MobileNetV3Small", "ResNet50", "VGG16"])
def test_an_application_of_tf_keras_has_the_findings_of_its_twin(name: str, tmp_path: Path) -> None:
    model = getattr(tf_keras.applications, name)(weights=None)
    live, found = read_model(model), findings(model)
    # Some layers have other names in the two libraries.
    assert [(f.code, f.layer_class, f.severity) for f in found] == [
        (f.code, f.layer_class, f.severity) for f in findings(zoo(name))
    ]
    for extension in FORMATS:
        path = save(model, extension, tmp_path)
        ((saved,),) = readers.read(path)
        assert_same_graph(saved, live)
        assert findings(path) == found
        path.unlink()
