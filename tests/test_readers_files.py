"""Files of every kind: what is a model is read, everything else gets a sentence that helps."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import pytest
import tf_keras

from convlint.errors import InputError
from convlint.graph import Graph, Loss
from convlint.readers import assemble, looks_like_model, read, read_bytes
from tests.configs import functional, inputs, layer, sequential

PLAIN = sequential(("Dense", {"name": "d", "units": 2, "batch_input_shape": [None, 4]}))
TWO_OUTPUTS = functional(
    [inputs("x", 4), layer("Dense", "a", ["x"]), layer("Dense", "b", ["x"])], ["a", "b"]
)

TRAINING = {"loss": "mse", "optimizer_config": {"class_name": "Adam", "config": {}}}


@pytest.mark.parametrize(
    "document",
    [
        PLAIN,
        json.dumps(PLAIN),
        json.dumps(json.dumps(PLAIN)),
        PLAIN["config"],
        PLAIN["config"]["layers"],
        {"class_name": "Sequential", "config": PLAIN["config"]["layers"], "keras_version": "1.2"},
        {"class": "CNNPolicy", "keras_model": json.dumps(PLAIN), "feature_list": ["board"]},
        {"note": '"class_name" is not here', "model": PLAIN},
        {"modelTopology": PLAIN, "weightsManifest": []},
        {"modelTopology": {"keras_version": "2", "model_config": PLAIN}, "format": "layers-model"},
        {"modelTopology": json.dumps(PLAIN)},
    ],
)
def test_forms_of_one_document(document: Any) -> None:
    ((graph,),) = read_bytes(json.dumps(document).encode(), "model.json")
    assert [call.layer for call in graph.calls] == ["d_input", "d", "d"]


def test_bare_configuration_of_a_functional_model() -> None:
    config = TWO_OUTPUTS["config"]
    ((graph,),) = read_bytes(json.dumps(config).encode("utf-8-sig"), "model.json")
    assert [call.layer for call in graph.outputs] == ["a", "b"]


@pytest.mark.parametrize(
    "document",
    [
        {**PLAIN, "compile_config": {"loss": "mse", "optimizer": "adam"}},
        {**PLAIN, "training_config": TRAINING},
        {"modelTopology": {"model_config": PLAIN, "training_config": TRAINING}},
    ],
)
def test_places_of_the_training_configuration(document: Any) -> None:
    ((graph,),) = read_bytes(json.dumps(document).encode(), "model.json")
    assert graph.training is not None
    assert (graph.training.losses, graph.training.optimizer) == (
        (Loss("mean_squared_error"),),
        "adam",
    )


# --- containers ---------------------------------------------------------------------------------


def archive(**members: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("_json", ".json"), content)
    return stream.getvalue()


def hdf5(**attributes: Any) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for name, value in attributes.items():
            file.attrs[name] = value
    return stream.getvalue()


def layers_of(graph: Graph) -> list[str]:
    return [call.layer for call in graph.calls]


CONTAINERS = {
    "json": json.dumps(PLAIN).encode(),
    "utf-16": json.dumps(PLAIN).encode("utf-16"),
    "zip": archive(config_json=json.dumps(PLAIN), metadata_json="{}"),
    "hdf5": hdf5(model_config=json.dumps(PLAIN)),
    "hdf5 bytes": hdf5(model_config=json.dumps(PLAIN).encode()),
    "hdf5 array": hdf5(model_config=[json.dumps(PLAIN).encode()]),
}


@pytest.mark.parametrize("name", ["model.json", "model.h5", "model.keras", "model"])
@pytest.mark.parametrize("content", CONTAINERS.values(), ids=CONTAINERS.keys())
def test_content_decides_and_not_the_name(name: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for ((graph,),) in (read(path), read(str(path)), read_bytes(content, "-")):
        assert layers_of(graph) == ["d_input", "d", "d"]


@pytest.mark.filterwarnings("ignore")
def test_folder_that_keras_saved_unzipped(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,), name="x"), keras.layers.Dense(2, name="d")])
    keras.saving.save_model(model, tmp_path / "model", zipped=False)
    ((graph,),) = read(tmp_path / "model")
    assert layers_of(graph) == ["x", "d", "d"]


def test_training_configuration_of_hdf5() -> None:
    training = json.dumps({"loss": "mse", "optimizer_config": {"class_name": "Adam", "config": {}}})
    ((graph,),) = read_bytes(hdf5(model_config=json.dumps(PLAIN), training_config=training), "m.h5")
    assert graph.training is not None
    assert graph.training.losses == (Loss("mean_squared_error"),)


@pytest.mark.parametrize("training", ["{", "[1]", "7", b"\xff", 3])
def test_damaged_training_configuration_is_left_out(training: Any) -> None:
    content = hdf5(model_config=json.dumps(PLAIN), training_config=training)
    ((graph,),) = read_bytes(content, "m.h5")
    assert graph.training is None


# --- what is no model ---------------------------------------------------------------------------

CELL = {"class_name": "Dense", "config": {"name": "d", "units": 2}}

SENTENCES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "git lfs": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
        "this is a Git LFS pointer, not the model itself; run: git lfs pull",
    ),
    "text": (b"hello", "it is not valid JSON (line 1, column 1: Expecting value)"),
    "truncated json": (
        json.dumps(PLAIN).encode()[:40],
        "it is not valid JSON (line 1, column 41: Expecting property name",
    ),
    "binary": (b"\x80\x81\x82\x83", "it is neither a Keras archive, nor HDF5, nor JSON text"),
    "long number": (b"9" * 5000, "it is not valid JSON (Exceeds the limit"),
    "tensorflow lite": (
        b"\x1c\x00\x00\x00TFL3\x14\x00",
        "this is a TensorFlow Lite model, which has no layers to check",
    ),
    "zip": (
        archive(data_pkl="x"),
        "this zip archive has no config.json, so it is not a Keras model",
    ),
    "truncated zip": (
        archive(config_json=json.dumps(PLAIN))[:-30],
        "this zip archive is damaged or incomplete; save or download it again",
    ),
    "zip without json": (
        archive(config_json="?"),
        "its config.json is not valid JSON (line 1, column 1: Expecting value)",
    ),
    "hdf5": (hdf5(title="x"), "this HDF5 file was not saved by Keras: it has no model_config"),
    "hdf5 number": (
        hdf5(model_config=3),
        "this HDF5 file was not saved by Keras: it has no model_config",
    ),
    "truncated hdf5": (
        hdf5(model_config=json.dumps(PLAIN))[:700],
        "this HDF5 file is damaged or incomplete; save or download it again",
    ),
    "hdf5 without json": (
        hdf5(model_config="?"),
        "its model_config is not valid JSON (line 1, column 1: Expecting value)",
    ),
    "weights": (
        hdf5(layer_names=["d"], keras_version="2.3.1"),
        "this HDF5 file holds weights only, not the architecture; "
        "save the whole model (model.save) or its model.to_json()",
    ),
    "many weights": (
        hdf5(layer_names0=["d"], layer_names1=["e"]),
        "this HDF5 file holds weights only, not the architecture; "
        "save the whole model (model.save) or its model.to_json()",
    ),
    "json list": (b"[1, 2]", "it is JSON, but not a Keras model"),
    "json object": (b'{"name": "x", "layers": 3}', "it is JSON, but not a Keras model"),
    "json number": (b"7", "it is JSON, but not a Keras model"),
    "graph model": (
        json.dumps({"format": "graph-model", "modelTopology": {"node": []}}).encode(),
        "this TF.js model is a graph of TensorFlow operations without layers; "
        "convert the Keras model with --output_format=tfjs_layers_model",
    ),
    "no topology": (b'{"modelTopology": null}', "its modelTopology is not a Keras model"),
    "opaque class": (
        json.dumps({"class_name": "BertBackbone", "config": {"hidden_dim": 768}}).encode(),
        "it stores the class BertBackbone by its constructor arguments, not by its layers; "
        "save keras.Model(m.inputs, m.outputs) instead of the model m, "
        "or check it in Python with convlint.check(m)",
    ),
    "own class": (
        json.dumps({**PLAIN, "class_name": "MyNet"}).encode(),
        "its class MyNet is not Keras' own, and may connect its layers as it likes; "
        "check the model m in Python with convlint.check(m)",
    ),
    "one layer": (
        json.dumps(CELL).encode(),
        "it is not a Keras model but a single layer, Dense",
    ),
    "no layers": (
        json.dumps(sequential()).encode(),
        "the model sequential has no layers",
    ),
    "no list of layers": (
        json.dumps({"class_name": "Functional", "config": {"layers": 3}}).encode(),
        "the configuration of its Functional has no list of layers",
    ),
    "deep": (
        b'{"class_name": "Sequential", "config": ' + b"[" * 100_000,
        "it is nested deeper than Python's JSON parser can follow (about",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_what_is_no_model_gets_a_sentence(name: str, tmp_path: Path) -> None:
    content, sentence = SENTENCES[name]
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    with pytest.raises(InputError) as from_file:
        read(path)
    with pytest.raises(InputError) as from_bytes:
        read_bytes(content, "<stdin>")
    assert str(from_file.value).startswith(f"{path}: {sentence}")
    assert str(from_bytes.value).startswith(f"<stdin>: {sentence}")
    assert "\n" not in str(from_file.value)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("library", [keras, tf_keras], ids=["keras", "tf_keras"])
@pytest.mark.parametrize("name", ["model.weights.h5", "model_weights.h5"])
def test_weights_of_a_real_model(library: Any, name: str, tmp_path: Path) -> None:
    if library is keras and name == "model_weights.h5":
        pytest.skip("Keras 3 saves weights under one form of name")
    model = library.Sequential([library.Input((4,)), library.layers.Dense(2)])
    model.save_weights(tmp_path / name)
    with pytest.raises(InputError, match="holds weights only"):
        read(tmp_path / name)


@pytest.mark.parametrize("name", ["saved_model.pb", "keras_metadata.pb"])
def test_saved_model(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x08\x01")
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(InputError, match=r"TensorFlow SavedModel.*save the Keras model as"):
            read(path)


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    for path, sentence in (
        (tmp_path / "missing.h5", "there is no such file"),
        (tmp_path, "this is a folder, not a model file"),
        (tmp_path / ("x" * 300), "it cannot be read: File name too long"),
        ("a\0b", "it cannot be read: embedded null byte"),
    ):
        with pytest.raises(InputError) as error:
            read(path)
        assert str(error.value) == f"{path}: {sentence}"


# --- what contradicts itself --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (
            functional([inputs("x", 4), layer("Dense", "d", ["ghost"])], ["d"]),
            "the layer d refers to ghost, a layer that model does not have",
        ),
        (
            functional([inputs("x", 4), layer("Dense", "d", ["x"])], ["e"]),
            "the model model refers to e, a layer that model does not have",
        ),
        (
            functional([inputs("x", 4), layer("Dense", "d", [["x", 2, 0, {}]])], ["d"]),
            "the layer d refers to call 2 of the layer x, which has no such call",
        ),
        (
            functional([inputs("x", 4), layer("Dense", "x", ["x"])], ["x"]),
            "the model model has two layers of the name x",
        ),
        (
            sequential(("Dense", {"name": "d"}), ("ReLU", {"name": "d"})),
            "the model sequential has two layers of the name d",
        ),
        (
            functional(
                [inputs("x", 4), layer("Add", "a", ["x", "b"]), layer("ReLU", "b", ["a"])], ["b"]
            ),
            "the layer b depends on its own output",
        ),
        (
            functional([inputs("x", 4), layer("ReLU", "a", ["a"])], ["a"]),
            "the layer a depends on its own output",
        ),
        (
            functional(
                [
                    inputs("x", 4),
                    {**TWO_OUTPUTS, "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]]]},
                    layer("ReLU", "r", [["inner", 1, 5, {}]]),
                ],
                ["r"],
            ),
            "the layer r takes output 5 of inner, which has 2 outputs",
        ),
        (
            functional(
                [
                    inputs("x", 4),
                    {
                        **functional([inputs("p", 4), inputs("q", 4)], ["p", "q"]),
                        "name": "inner",
                        "inbound_nodes": [[["x", 0, 0, {}]]],
                    },
                ],
                ["inner"],
            ),
            "the model inner has 2 inputs, but is called with 1",
        ),
        (functional([inputs("x", 4)], []), "the model model names no output_layers"),
        (functional([inputs("x", 4)], [[7]]), "its output_layers do not name layers"),
        (sequential("Dense"), "entry 1 of the layers of sequential is no layer"),
        (sequential({"config": {}}), "entry 1 of the layers of sequential has no class_name"),
        (
            functional([{**CELL, "name": "d", "inbound_nodes": "x"}], ["d"]),
            "the inbound_nodes of d are no list",
        ),
        (
            functional([{**CELL, "name": "d", "inbound_nodes": ["x"]}], ["d"]),
            "the layer d has an inbound node that is no list of calls",
        ),
        (
            functional([{**CELL, "name": "d", "inbound_nodes": [{"args": 3}]}], ["d"]),
            "the layer d has an inbound node whose args and kwargs are no list and mapping",
        ),
        (
            functional(
                [
                    {
                        **CELL,
                        "name": "d",
                        "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__"}]}],
                    }
                ],
                ["d"],
            ),
            "the layer d has an input that does not say which layer it comes from",
        ),
    ],
)
def test_contradictions_name_the_layer(document: Any, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        read_bytes(json.dumps(document).encode(), "m.json")
    assert str(error.value) == f"m.json: {sentence}"


def test_nesting_that_doubles_with_each_level_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assemble, "MAX_CALLS", 1000)
    model = TWO_OUTPUTS
    for level in range(12):
        inner = {**model, "name": "n", "inbound_nodes": [[["x", 0, 0, {}]], [["x", 0, 0, {}]]]}
        join = layer("Add", "s", [["n", 1, 0, {}], ["n", 2, 0, {}]])
        model = functional([inputs("x", 4), inner, join], ["s"], name=f"level{level}")
    with pytest.raises(InputError, match="nested models expand to more than 1000 calls"):
        read_bytes(json.dumps(model).encode(), "m.json")


# --- which files of a folder are worth reading --------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.keras", b"", True),
        ("a.H5", b"", True),
        ("a.hdf5", b"", True),
        ("a.json", json.dumps(PLAIN).encode(), True),
        ("a.json", json.dumps(PLAIN, indent=2).encode(), True),
        ("a.json", json.dumps(json.dumps(PLAIN)).encode(), True),
        ("a.json", json.dumps({"modelTopology": {}}).encode(), True),
        ("a.json", b'{"config": [{"config": {"batch_input_shape": [null, 3]}}]}', True),
        ("a.json", b'{"name": "x"}', False),
        ("tokenizer.json", b'{"class_name": "Tokenizer", "config": {"num_words": 9}}', False),
        ("trial.json", b'{"space": [{"class_name": "Int", "config": {"name": "n"}}]}', False),
        ("model.weights.h5", b"", False),
        ("model_weights.h5", b"", True),
        ("a.json", b"", False),
        ("a.txt", json.dumps(PLAIN).encode(), False),
        ("keras", b"", False),
    ],
)
def test_looks_like_model(name: str, content: bytes, expected: bool, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert looks_like_model(path) is expected


def test_missing_file_does_not_look_like_a_model(tmp_path: Path) -> None:
    assert not looks_like_model(tmp_path / "missing.json")
