"""The configuration is read from HDF5 files as h5py reads it, and damage never leads anywhere."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import keras
import numpy as np
import pytest
import tf_keras
from keras import layers

from convlint.errors import InputError
from convlint.readers import hdf5, hdf5_attributes
from convlint.readers.hdf5_attributes import DamagedError, UnusualError

NAMES = frozenset({"model_config", "training_config"})
TEXT = '{"name": "größer", "layers": "' + "x" * 100_000 + '"}'


def by_h5py(file: Path) -> dict[str, bytes]:
    with h5py.File(file, "r") as root:
        return {name: root.attrs[name].encode() for name in NAMES if name in root.attrs}


def directly(file: Path) -> dict[str, bytes]:
    with file.open("rb") as opened:
        return hdf5_attributes.read(opened, NAMES)


def written(path: Path, libver: Any, attributes: int, *, ordered: bool = False) -> Path:
    """A file like Keras', by one of the versions of the format, with attributes beside."""
    with h5py.File(path, "w", libver=libver, track_order=ordered) as root:
        for number in range(attributes):
            root.attrs[f"other{number}"] = np.arange(number + 1)
        root.attrs["model_config"] = TEXT
        root.attrs["training_config"] = "{}"
        root.create_group("model_weights").create_dataset("kernel", data=np.zeros(1000))
    return path


saves_weights = pytest.mark.filterwarnings(
    "ignore:__array__:DeprecationWarning", "ignore:You are saving your model:UserWarning"
)
VERSIONS = ["earliest", ("v108", "v108"), ("v110", "v110"), ("v112", "v112"), "latest"]


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("attributes", [0, 3])
@pytest.mark.parametrize("libver", VERSIONS, ids=str)
def test_every_version_of_the_format_is_read(
    libver: Any, attributes: int, ordered: bool, tmp_path: Path
) -> None:
    file = written(tmp_path / "model.h5", libver, attributes, ordered=ordered)
    assert (
        directly(file)
        == by_h5py(file)
        == {
            "model_config": TEXT.encode(),
            "training_config": b"{}",
        }
    )


def test_the_versions_differ_in_their_superblocks(tmp_path: Path) -> None:
    files = [written(tmp_path / f"{number}.h5", v, 0) for number, v in enumerate(VERSIONS)]
    assert {file.read_bytes()[8] for file in files} == {0, 2, 3}


@saves_weights
@pytest.mark.parametrize("library", [keras, tf_keras], ids=lambda library: library.__name__)
@pytest.mark.parametrize("depth", [1, 60])
def test_what_keras_saves_is_read(library: Any, depth: int, tmp_path: Path) -> None:
    dense = [library.layers.Dense(4) for _ in range(depth)]
    model = library.Sequential([library.layers.Input((4,)), *dense])
    model.compile("sgd", "mse")
    file = tmp_path / "model.h5"
    model.save(file)
    assert directly(file) == by_h5py(file)
    assert directly(file).keys() == NAMES


@saves_weights
def test_h5py_is_not_needed_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.h5"
    keras.Sequential([layers.Input((4,)), layers.Dense(4)]).save(file)
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    assert hdf5.read(str(file))[0] == directly(file)["model_config"]


def unusual(path: Path) -> Iterator[Path]:
    yield written(path / "many.h5", "latest", 20)
    block = path / "userblock.h5"
    with h5py.File(block, "w", userblock_size=512) as root:
        root.attrs["model_config"] = TEXT
    yield block
    fixed = path / "fixed.h5"
    with h5py.File(fixed, "w") as root:
        root.attrs["model_config"] = np.bytes_(b"{}")
    yield fixed
    array = path / "array.h5"
    with h5py.File(array, "w") as root:
        root.attrs.create("model_config", ["{}"], dtype=h5py.string_dtype())
    yield array


def test_what_is_unusual_is_left_to_h5py(tmp_path: Path) -> None:
    for file in unusual(tmp_path):
        with pytest.raises(UnusualError):
            directly(file)
        text = hdf5.read(str(file))[0]
        assert text in (TEXT, "{}", b"{}")


class Counted(io.BytesIO):
    """Bytes that count how many of them are read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def test_only_what_is_needed_is_read(tmp_path: Path) -> None:
    file = tmp_path / "model.h5"
    with h5py.File(file, "w") as root:
        root.attrs["model_config"] = TEXT
        root.create_dataset("kernel", data=np.zeros(10_000_000, np.uint8))
    counted = Counted(file.read_bytes())
    hdf5_attributes.read(counted, NAMES)
    assert counted.taken < len(TEXT) + 2000


def outcome(file: BinaryIO) -> str:
    try:
        return str(sorted(hdf5_attributes.read(file, NAMES)))
    except (UnusualError, DamagedError) as error:
        return type(error).__name__


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_damage_is_noticed_or_harmless_and_costs_no_more(libver: str, tmp_path: Path) -> None:
    intact = written(tmp_path / "model.h5", libver, 3).read_bytes()
    randomly = random.Random(0)  # noqa: S311
    outcomes = set()
    for _ in range(3000):
        damaged = bytearray(intact)
        for _ in range(randomly.randint(1, 6)):
            place = randomly.randrange(min(len(damaged), 4000))
            damaged[place] = randomly.choice((0, 1, 2, 8, 127, 255, randomly.randrange(256)))
        counted = Counted(damaged)
        outcomes.add(outcome(counted))
        assert counted.taken < 4 * len(intact) + hdf5_attributes.MAX_HEADER
    assert len(outcomes) > 3


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_a_file_that_is_cut_off_is_damaged(libver: str, tmp_path: Path) -> None:
    intact = written(tmp_path / "model.h5", libver, 0).read_bytes()
    for part in range(1, 16):
        with pytest.raises(InputError, match="damaged or incomplete"):
            hdf5.read(io.BytesIO(intact[: len(intact) * part // 16]))


def test_a_header_that_continues_in_a_circle_is_damaged(tmp_path: Path) -> None:
    file = written(tmp_path / "model.h5", "earliest", 7)
    data = bytearray(file.read_bytes())
    header = int.from_bytes(data[64:72], "little")
    place = data.index(b"\x10\x00\x10\x00", header)  # a continuation of 16 bytes
    data[place + 8 : place + 16] = (header + 16).to_bytes(8, "little")
    data[place + 16 : place + 24] = data[header + 8 : header + 12] + bytes(4)
    with pytest.raises(DamagedError):
        hdf5_attributes.read(io.BytesIO(data), NAMES)
