"""The configuration is read from HDF5 files as h5py reads it, and damage never leads anywhere."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import keras
import numpy as np
import pytest
import tf_keras
from h5py import h5t
from keras import layers

from convlint.errors import InputError
from convlint.readers import hdf5, hdf5_attributes, hdf5_guard
from convlint.readers.hdf5_attributes import DamagedError, UnusualError

NAMES = frozenset({"model_config", "training_config"})
TEXT = '{"name": "größer", "layers": "' + "x" * 100_000 + '"}'


def by_h5py(file: Path | BinaryIO) -> dict[str, bytes]:
    with h5py.File(file, "r") as root:
        found = {name: root.attrs[name] for name in NAMES if name in root.attrs}
        texts = {name: text if isinstance(text, str) else text[0] for name, text in found.items()}
        return {name: text.encode("utf-8", "surrogateescape") for name, text in texts.items()}


def directly(file: Path) -> dict[str, bytes]:
    with file.open("rb") as opened:
        return hdf5_attributes.read(opened, NAMES)


def text_of(file: Path) -> str | bytes:
    """The configuration, whoever reads it."""
    with file.open("rb") as opened:
        return hdf5.read(opened)[0]


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
    assert text_of(file) == directly(file)["model_config"]


def low_level(length: int, padding: int) -> Callable[[Any], None]:
    """An attribute whose type h5py does not write by itself."""

    def add(root: Any) -> None:
        kind = h5t.TypeID.copy(h5t.C_S1)
        kind.set_size(length)
        kind.set_strpad(padding)
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        made = h5py.h5a.create(root.id, b"model_config", kind, space)
        if length != h5t.VARIABLE:
            made.write(np.array(b"{} ", f"S{length}"), mtype=kind)

    return add


def create(value: Any, kind: Any) -> Callable[[Any], None]:
    return lambda root: root.attrs.create("model_config", value, dtype=kind)


def of_named_type(root: Any) -> None:
    root["type"] = h5py.string_dtype()
    root.attrs.create("model_config", "{}", dtype=root["type"])


def rewritten(root: Any) -> None:
    """Both attributes after others that came and went."""
    for number in range(7):
        root.attrs[f"gone{number}"] = "x" * 1000 * number
    root.attrs["model_config"] = "{}"
    for number in range(0, 7, 2):
        del root.attrs[f"gone{number}"]
    root.attrs["training_config"] = "{}"
    root.attrs["model_config"] = TEXT


TEXTS: dict[str, Callable[[Any], None]] = {
    "text": create(TEXT, h5py.string_dtype()),
    "ascii": create("{}", h5py.string_dtype("ascii")),
    "bytes": create(b"\xff\xfe{", h5py.string_dtype()),
    "empty": create("", h5py.string_dtype()),
    "null-padded": low_level(h5t.VARIABLE, h5t.STR_NULLPAD),
    "space-padded": low_level(h5t.VARIABLE, h5t.STR_SPACEPAD),
    "array of one": create([TEXT], h5py.string_dtype()),
    "rewritten": rewritten,
}
"""What is read directly; of the padded nothing was written but their types."""

OTHERS: dict[str, Callable[[Any], None]] = {
    "fixed": create(b"{} ", np.dtype("S3")),
    "fixed, long": create("{}", h5py.string_dtype("utf-8", 50)),
    "fixed, null-terminated": low_level(5, h5t.STR_NULLTERM),
    "fixed, space-padded": low_level(5, h5t.STR_SPACEPAD),
    "array of two": create([TEXT, TEXT], h5py.string_dtype()),
    "nothing": lambda root: root.attrs.__setitem__("model_config", h5py.Empty("f")),
    "number": create(3, ">i8"),
    "numbers": create([1, 2], ">f4"),
    "array of one by one": create([["{}"]], h5py.string_dtype()),
    "empty array": create([], h5py.string_dtype()),
    "named type": of_named_type,
}
"""What is left to h5py."""

MAKES: list[tuple[Any, dict[str, Any]]] = [
    *((version, {}) for version in VERSIONS),
    ("earliest", {"track_order": True}),
    ("latest", {"track_order": True}),
    ("latest", {"fs_strategy": "page"}),
]


@pytest.mark.parametrize(("libver", "options"), MAKES, ids=str)
@pytest.mark.parametrize("name", [*TEXTS, *OTHERS])
def test_the_answer_is_that_of_h5py_or_none(
    name: str, libver: Any, options: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "model.h5"
    with h5py.File(file, "w", libver=libver, **options) as root:
        (TEXTS | OTHERS)[name](root)
    if name in TEXTS and "fs_strategy" not in options:
        assert directly(file) == by_h5py(file)
    else:
        with pytest.raises(UnusualError):
            directly(file)


@pytest.mark.parametrize("sizes", list(product((2, 4, 8), repeat=2)), ids=str)
def test_short_offsets_and_lengths_are_left_to_h5py(sizes: tuple[int, int], tmp_path: Path) -> None:
    settings = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    settings.set_sizes(*sizes)
    file = tmp_path / "model.h5"
    with h5py.File(h5py.h5f.create(str(file).encode(), h5py.h5f.ACC_TRUNC, settings)) as root:
        root.attrs["model_config"] = "{}"
    if sizes == (8, 8):
        assert directly(file) == by_h5py(file)
    else:
        with pytest.raises(UnusualError):
            directly(file)
    assert text_of(file) in ("{}", b"{}")


def test_the_superblock_that_only_others_write_is_read(tmp_path: Path) -> None:
    """Version 1 has four bytes more than version 0, for a number that h5py cannot set."""
    file = tmp_path / "model.h5"
    with h5py.File(file, "w", alignment_threshold=1, alignment_interval=512) as root:
        root.attrs["model_config"] = TEXT
        root.create_dataset("last", data=np.zeros(512, "u1"))
    data = bytearray(file.read_bytes())
    assert data[96:200] == bytes(104)
    data[24:100] = b"\x40\0\0\0" + data[24:96]
    data[8] = 1
    file.write_bytes(data)
    assert directly(file) == by_h5py(file) == {"model_config": TEXT.encode()}


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
    paged = path / "paged.h5"
    with h5py.File(paged, "w", fs_strategy="page") as root:
        root.attrs["model_config"] = TEXT
    yield paged


def test_what_is_unusual_is_left_to_h5py(tmp_path: Path) -> None:
    for file in unusual(tmp_path):
        with pytest.raises(UnusualError):
            directly(file)
        assert text_of(file) in (TEXT, "{}", b"{}")


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
    except (UnusualError, DamagedError, InputError) as error:
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


# What h5py is let at


def heap_of(data: bytearray) -> int:
    """Where the first object of the file's global heap begins."""
    return data.index(b"GCOL\x01\0\0\0") + 16


def endless(data: bytearray, *, first: bool) -> None:
    """Let the heap have an object without length, after which the library looks for ever."""
    place = heap_of(data)
    if first:
        data[place : place + 16] = bytes(16)
        return
    length = int.from_bytes(data[place + 8 : place + 16], "little")
    after = place + 16 + -(-length // 8) * 8
    # What is free may be followed by more, to the library.
    data[after : after + 16] = bytes(8) + (16).to_bytes(8, "little")
    data[after + 16 : after + 32] = bytes(16)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_a_heap_without_an_end_is_not_given_to_h5py(libver: str, first: bool) -> None:
    """h5py would not come back, and Ctrl-C would not end it."""
    written = io.BytesIO()
    with h5py.File(written, "w", libver=libver) as root:
        of_named_type(root)
    data = bytearray(written.getvalue())
    assert hdf5.read(io.BytesIO(data))[0] in ("{}", b"{}")
    endless(data, first=first)
    with pytest.raises(InputError, match="damaged or incomplete"):
        hdf5.read(io.BytesIO(data))


def test_a_text_of_other_things_is_not_given_to_h5py(tmp_path: Path) -> None:
    """It would end the process, or take gigabytes, if such a file is damaged."""
    file = tmp_path / "model.h5"
    with h5py.File(file, "w") as root:
        root["type"] = h5py.vlen_dtype("u1")
        value = np.empty(1, object)
        value[0] = np.frombuffer(b"{}", "u1")
        root.attrs.create("model_config", value, dtype=root["type"])
    with pytest.raises(InputError, match="it has no model_config"):
        text_of(file)


def test_h5py_reads_no_more_than_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    with h5py.File(written, "w") as root:
        of_named_type(root)
    monkeypatch.setattr(hdf5_guard, "MAX_READ", 1000)
    with pytest.raises(InputError, match="damaged or incomplete"):
        hdf5.read(written)
