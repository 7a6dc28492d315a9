"""Models that Keras refuses, in source code and in edited files, and those it just builds.

What stands in a table as refused is run, too: Keras has to raise.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import pytest
from keras import layers

from convlint import check
from convlint.readers.source import read_source

CODES = ["CVL414", "CVL806", "CVL807", "CVL809"]
PREAMBLE = "import keras\nfrom keras import layers\n"

REFUSED = {
    "a recurrent layer on a last state": (
        "CVL807",
        (10, 3),
        "layers.Bidirectional(layers.LSTM(4))",
        "layers.GRU(4)",
    ),
    "a recurrent layer for each time step of a sequence": (
        "CVL807",
        (10, 3),
        "layers.TimeDistributed(layers.LSTM(4))",
    ),
    "a layer for each time step without time": (
        "CVL807",
        (10,),
        "layers.TimeDistributed(layers.Dense(3))",
    ),
    "a convolution of a flat map": ("CVL807", (8, 8, 3), "layers.Flatten()", "layers.Conv1D(4, 3)"),
    "pooling of what is pooled": (
        "CVL807",
        (8, 8, 3),
        "layers.GlobalMaxPooling2D()",
        "layers.GlobalMaxPooling2D()",
    ),
    "pooling of images along one axis": ("CVL807", (8, 8, 3), "layers.MaxPooling1D()"),
    "a permutation of too few axes": ("CVL807", (8, 8, 3), "layers.Permute((2, 1))"),
    "a repeated sequence": ("CVL807", (8, 3), "layers.RepeatVector(2)"),
    "a window that is one too long": ("CVL414", (8, 8, 3), "layers.Conv2D(4, (9, 1))"),
    "a dilated window that is one too long": (
        "CVL414",
        (8, 3),
        "layers.Conv1D(4, 3, dilation_rate=4)",
    ),
    "a depthwise window": ("CVL414", (4, 4, 3), "layers.DepthwiseConv2D(5)"),
    "pooling of too small a map": (
        "CVL414",
        (8, 8, 3),
        "layers.Conv2D(4, 7)",
        "layers.MaxPooling2D(3, strides=1)",
    ),
    "a window on each frame": (
        "CVL414",
        (5, 8, 8, 3),
        "layers.TimeDistributed(layers.AveragePooling2D(9))",
    ),
    "channels first": (
        "CVL414",
        (3, 4, 40),
        "layers.MaxPooling2D(5, data_format='channels_first')",
    ),
    "one value too many": ("CVL806", (8, 8), "layers.Reshape((5, 13))"),
    "rows that do not come out even": ("CVL806", (8, 8), "layers.Reshape((-1, 10))"),
    "values of each frame": ("CVL806", (5, 8, 8), "layers.TimeDistributed(layers.Reshape((60,)))"),
}

BUILT = {
    "a recurrent layer on a sequence": (
        (10, 3),
        "layers.Bidirectional(layers.LSTM(4, return_sequences=True))",
        "layers.GRU(4)",
    ),
    "a last state that is repeated": (
        (10, 3),
        "layers.LSTM(4)",
        "layers.RepeatVector(3)",
        "layers.LSTM(4)",
    ),
    "a sequence of any length": ((None, 3), "layers.Conv1D(4, 9)", "layers.LSTM(4)"),
    "a layer for each time step": ((10, 4), "layers.TimeDistributed(layers.Dense(3))"),
    "pooling that keeps its axes": (
        (8, 8, 3),
        "layers.GlobalMaxPooling2D(keepdims=True)",
        "layers.GlobalMaxPooling2D()",
    ),
    "a convolution of a map that is made anew": (
        (8, 8, 3),
        "layers.Flatten()",
        "layers.Reshape((16, 12))",
        "layers.Conv1D(4, 3)",
    ),
    "a window as long as the map": ((8, 8, 3), "layers.Conv2D(4, 8)"),
    "a padded window": ((8, 8, 3), "layers.Conv2D(4, 9, padding='same')"),
    "a causal window": ((8, 3), "layers.Conv1D(4, 3, dilation_rate=4, padding='causal')"),
    "a transposed window": ((2, 2, 3), "layers.Conv2DTranspose(4, 5)"),
    "pooling with padding": ((2, 2, 3), "layers.MaxPooling2D(3, padding='same')"),
    "one value for each": ((8, 8), "layers.Reshape((4, 16))"),
    "rows that come out even": ((8, 8), "layers.Reshape((-1, 32))"),
    "an open axis for one that is not static": ((None, 8), "layers.Reshape((-1, 16))"),
}


def chain(shape: tuple[int | None, ...], *made: str) -> str:
    lines = [f"model.add({layer})" for layer in (f"layers.Input({shape})", *made)]
    return PREAMBLE + "\n".join(["model = keras.Sequential()", *lines, ""])


def reported(source: str, tmp_path: Path) -> list[tuple[str, int]]:
    path = tmp_path / "model.py"
    path.write_text(source, encoding="utf-8")
    found = check(path, select=CODES)
    assert found.errors == ()
    return [(f.code, f.location.line) for f in found if f.location is not None]


@pytest.mark.parametrize(
    ("code", "shape", "made"), [(c, s, m) for c, s, *m in REFUSED.values()], ids=list(REFUSED)
)
def test_what_keras_refuses_is_reported_at_its_line(
    code: str, shape: tuple[int | None, ...], made: list[str], tmp_path: Path
) -> None:
    source = chain(shape, *made)
    with pytest.raises(ValueError):  # noqa: PT011  each layer has its own words
        exec(source, {})  # noqa: S102
    assert reported(source, tmp_path) == [(code, len(source.splitlines()))]


@pytest.mark.parametrize(("shape", "made"), [(s, m) for s, *m in BUILT.values()], ids=list(BUILT))
def test_what_keras_builds_is_not_reported(
    shape: tuple[int | None, ...], made: list[str], tmp_path: Path
) -> None:
    source = chain(shape, *made)
    exec(source, {})  # noqa: S102
    assert reported(source, tmp_path) == []


MERGES = {
    "sizes": ("layers.Add()([a, b])", (8, 8, 3), (8, 4, 3), True),
    "a size of one": ("layers.Add()([a, b])", (8, 8, 3), (8, 1, 3), False),
    "a vector on a map": ("layers.Multiply()([a, b])", (8, 8, 3), (3,), False),
    "a vector of another size on a map": ("layers.Multiply()([a, b])", (8, 8, 3), (4,), True),
    "joined channels": ("layers.Concatenate()([a, b])", (8, 8, 3), (8, 8, 5), False),
    "joined maps": ("layers.Concatenate()([a, b])", (8, 8, 3), (9, 8, 3), True),
    "joined rows": ("layers.Concatenate(axis=1)([a, b])", (8, 8, 3), (9, 8, 3), False),
    "a size of one is not joined": ("layers.Concatenate()([a, b])", (8, 8, 3), (1, 8, 3), True),
    "a vector joined to a map": ("layers.Concatenate()([a, b])", (8, 8, 3), (3,), True),
    "operands": ("a * b", (8, 8, 3), (8, 8, 4), True),
    "operands of which one is stretched": ("a * b", (8, 8, 3), (8, 8, 1), False),
    "a size that is not static": ("a + b", (None, 3), (5, 3), False),
}


@pytest.mark.parametrize(("merge", "left", "right", "refused"), MERGES.values(), ids=list(MERGES))
def test_shapes_are_reported_as_keras_merges_them(
    merge: str, left: tuple[int | None, ...], right: tuple[int, ...], refused: bool, tmp_path: Path
) -> None:
    source = PREAMBLE + f"a = layers.Input({left})\nb = layers.Input({right})\nc = {merge}\n"
    if refused:
        with pytest.raises(ValueError):  # noqa: PT011
            exec(source, {})  # noqa: S102
    else:
        exec(source, {})  # noqa: S102
    source += "model = keras.Model([a, b], c)\n"
    assert reported(source, tmp_path) == ([("CVL809", 5)] if refused else [])


def test_reading_goes_on_behind_a_layer_that_cannot_be() -> None:
    source = (
        PREAMBLE
        + """
inputs = keras.Input((28, 28))
x = layers.Conv2D(8, 3)(inputs)
print(x.shape[1] * 2)
y = layers.Conv2D(8, 3)(layers.Reshape((7, 7, 16))(inputs))
x = layers.Flatten()(layers.Concatenate()([x, y]))
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(10)(layers.Flatten()(x)))
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""
    )
    found = read_source(source, "model.py")
    assert found.notes == ()
    ((graph,),) = found.models
    behind = ["Concatenate", "Flatten", "GlobalAveragePooling2D", "Flatten", "Dense", "Output"]
    assert [call.class_name for call in graph.calls][-6:] == behind
    assert graph.training is not None


def small() -> Any:
    return keras.Sequential(
        [
            layers.Input((16, 16, 3), name="image"),
            layers.Conv2D(4, 3, name="conv"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flat"),
            layers.Reshape((7, 28), name="rows"),
            layers.LSTM(4, return_sequences=True, name="first"),
            layers.LSTM(4, name="last"),
        ]
    )


def functional() -> Any:
    model = small()
    return keras.Model(model.inputs, model.outputs)


def edited(document: dict[str, Any], layer: str, argument: str, value: Any) -> dict[str, Any]:
    for entry in document["config"]["layers"]:
        if entry["config"]["name"] == layer:
            assert argument in entry["config"]
            entry["config"][argument] = value
            return document
    raise AssertionError(layer)


EDITS = {
    "CVL414": ("pool", "pool_size", [15, 2]),
    "CVL806": ("rows", "target_shape", [7, 27]),
    "CVL807": ("first", "return_sequences", False),
}


@pytest.mark.parametrize("code", EDITS)
def test_an_architecture_that_somebody_edited_is_reported(code: str, tmp_path: Path) -> None:
    layer, argument, value = EDITS[code]
    document = edited(json.loads(small().to_json()), layer, argument, value)
    with pytest.raises(ValueError):  # noqa: PT011
        keras.models.model_from_json(json.dumps(document))
    path = tmp_path / "model.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = check(path, select=CODES)
    where = {"CVL807": "last"}.get(code, layer)
    assert [(f.code, f.layer) for f in found] == [(code, where)]


@pytest.mark.parametrize("code", EDITS)
def test_an_edited_hdf5_file_is_reported(code: str, tmp_path: Path) -> None:
    layer, argument, value = EDITS[code]
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        document = edited(json.loads(small().to_json()), layer, argument, value)
        file.attrs["model_config"] = json.dumps(document)
        file.create_group("model_weights")
    where = {"CVL807": "last"}.get(code, layer)
    assert [(f.code, f.layer) for f in check(path, select=CODES)] == [(code, where)]


@pytest.mark.parametrize("build", [small, functional])
def test_a_model_as_saved_is_not_reported(build: Callable[[], Any], tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(build().to_json(), encoding="utf-8")
    assert list(check(path, select=CODES)) == []


def decoder(units: int, target: tuple[int, ...]) -> Any:
    inputs = layers.Input((8,), name="code")
    x = layers.ReLU(name="act")(layers.Dense(units, name="dense")(inputs))
    x = layers.Reshape(target, name="map")(x)
    return keras.Model(inputs, layers.Conv2D(3, 3, padding="same", name="picture")(x))


def test_shapes_that_a_file_states_are_not_held_against_what_was_edited(tmp_path: Path) -> None:
    document = json.loads(decoder(32, (2, 4, 4)).to_json())
    document = edited(edited(document, "dense", "units", 72), "map", "target_shape", [3, 6, 4])
    keras.models.model_from_json(json.dumps(document))
    path = tmp_path / "model.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert list(check(path, select=CODES)) == []
    document = edited(json.loads(decoder(32, (2, 4, 4)).to_json()), "map", "target_shape", [3, 6])
    path.write_text(json.dumps(document), encoding="utf-8")
    assert [(f.code, f.layer) for f in check(path, select=CODES)] == [("CVL806", "map")]


def test_a_model_for_each_time_step_is_judged_by_what_it_sees_of_one() -> None:
    frame = layers.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same")(frame)
    x = layers.Concatenate()([x, layers.Add()([x, layers.Conv2D(4, 1)(frame)])])
    x = layers.Reshape((16, 32))(layers.MaxPooling2D(8, padding="same")(layers.Conv2D(512, 8)(x)))
    encoder = keras.Model(frame, layers.GlobalAveragePooling1D()(x))
    inputs = layers.Input((5, 8, 8, 3))
    outputs = layers.LSTM(4)(layers.TimeDistributed(encoder)(inputs))
    assert list(check(keras.Model(inputs, outputs), select=CODES)) == []


FORMATS = {
    "set": 'keras.backend.set_image_data_format("channels_first")',
    "set by its old name": 'keras.backend.set_image_dim_ordering("th")',
    "set to what is not known": "import sys\nkeras.config.set_image_data_format(sys.argv[1])",
    "set on a condition": (
        "import sys\nif len(sys.argv) > 1:\n"
        '    keras.config.set_image_data_format("channels_first")\n'
        "else:\n"
        '    keras.config.set_image_data_format("channels_last")'
    ),
}


@pytest.mark.parametrize("setting", FORMATS.values(), ids=list(FORMATS))
@pytest.mark.parametrize("called", [True, False])
def test_channels_are_where_the_script_puts_them(
    setting: str, called: bool, tmp_path: Path
) -> None:
    build = """
def build():
    inputs = layers.Input((3, 32, 32))
    x = layers.MaxPooling2D(4)(layers.Conv2D(8, 5)(inputs))
    return keras.Model(inputs, layers.Dense(10)(layers.Flatten()(x)))
"""
    source = PREAMBLE + setting + build + ("model = build()\n" if called else "")
    assert reported(source, tmp_path) == []
    line = PREAMBLE + "pass" + build + ("model = build()\n" if called else "")
    assert [code for code, _ in reported(line, tmp_path)] == ["CVL414"]
