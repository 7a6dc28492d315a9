"""Hostile and broken files: one clear line and exit code 2, or linted, and at a bounded cost.

Next to each lies a good model, which must be linted all the same. What readers say of damaged
content is in ``test_readers_files``, what they do with senseless configurations in
``test_readers_robustness``, what hostile source costs in ``test_source_hostile``.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest

from convlint import batch, cli, comments, globs, reporters
from convlint.config import Overrides
from convlint.discover import Found
from convlint.engine import Linter
from convlint.errors import InputError, RuleError
from convlint.message import check_placeholders
from convlint.readers import archive, document, hdf5_attributes, read_bytes
from convlint.readers import config as model_config
from convlint.readers.source import notebook
from convlint.readers.variants import MAX_CODE
from convlint.text import printable
from tests.configs import functional, inputs, layer, sequential
from tests.pages import write_page
from tests.processes import heed_interrupts
from tests.reports import HOSTILE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pipes, devices and links")

DENSE = sequential(("Dense", {"name": "d", "units": 3, "batch_input_shape": [None, 4]}))
MODEL = json.dumps(DENSE).encode()
SOURCE = b"import keras\nm = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])\n"
NOTEBOOK = json.dumps(
    {
        "metadata": {"name": "keras"},
        "cells": [{"cell_type": "code", "source": SOURCE.decode()}],
        "nbformat": 4,
    }
).encode()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that is there twice
        for name, content in members:
            file.writestr(name, content)
    return data.getvalue()


def hdf5(write: Callable[[Any], object], **options: Any) -> bytes:
    data = io.BytesIO()
    with h5py.File(data, "w", **options) as file:
        write(file)
    return data.getvalue()


def attribute(name: str, value: Any) -> Callable[[Any], object]:
    return lambda file: file.attrs.__setitem__(name, value)


@cache
def bomb() -> bytes:
    """One gibibyte of blanks in a megabyte."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("config.json", "w") as member,
    ):
        for _ in range(1024):
            member.write(b" " * 2**20)
    return data.getvalue()


def encrypted() -> bytes:
    """An archive whose member has the mark of a password."""
    data = bytearray(zipped(("config.json", MODEL)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def lying() -> bytes:
    """An archive that says its member has a few bytes, where it has sixteen mebibytes."""
    data = bytearray(zipped(("config.json", b" " * 2**24)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.index(signature) + offset
        data[place : place + 4] = struct.pack("<I", 100)
    return bytes(data)


def linked(file: Any) -> None:
    """Links out of the file and in circles, where weights would be."""
    file["layers"] = h5py.ExternalLink("/dev/zero", "/x")
    file["vars"] = h5py.ExternalLink("pipe.keras", "/x")
    file["self"] = file["/"]
    file["soft"] = h5py.SoftLink("/soft")


def linked_model(file: Any) -> None:
    linked(file)
    attribute("model_config", MODEL.decode())(file)


def many_strings(file: Any) -> None:
    file.attrs.create("model_config", [MODEL.decode()] * 1000, dtype=h5py.string_dtype())


def giant_text() -> bytes:
    """A file whose attribute says that it has four gigabytes."""
    data = bytearray(hdf5(attribute("model_config", MODEL.decode())))
    length = struct.pack("<I", len(MODEL))
    place = data.index(length, data.index(b"model_config"))
    data[place : place + 4] = b"\xff\xff\xff\xff"
    return bytes(data)


def many_layers(number: int) -> bytes:
    entry = b'{"class_name":"ReLU","config":{}}'
    layers = b",".join([entry] * number)
    return b'{"class_name":"Sequential","config":{"name":"s","layers":[' + layers + b"]}}"


def model_of(*layers: dict[str, Any], outputs: Any) -> bytes:
    return json.dumps(functional([inputs("x", 4), *layers], outputs)).encode()


BROKEN: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "empty": ("a.keras", b"", "the file is empty"),
    "empty json": ("a.json", b"", "the file is empty"),
    "zip with another name": ("a.h5", zipped(("x", b"y")), "this zip archive has no config.json"),
    "text with another name": ("a.keras", b"hello", "it is not valid JSON"),
    "source with another name": ("a.keras", SOURCE, "it is not valid JSON"),
    "model named source": ("a.py", zipped(("keras", MODEL)), "it is not Python 3"),
    "lfs": ("a.h5", b"version https://git-lfs.github.com/spec/v1\n", "this is a Git LFS pointer"),
    "zip bomb": ("a.keras", bomb, "its config.json is larger than 256 MiB"),
    "zip that lies": ("a.keras", lying, "this zip archive is damaged"),
    "zip of another method": (
        "a.keras",
        zipped(("config.json", MODEL), method=zipfile.ZIP_BZIP2),
        "its config.json is neither stored nor deflated",
    ),
    "zip with a password": ("a.keras", encrypted, "its config.json cannot be unpacked"),
    "zip of parents only": (
        "a.keras",
        zipped(("../config.json", MODEL), ("/config.json", MODEL)),
        "this zip archive has no config.json",
    ),
    "million layers": ("a.json", lambda: many_layers(10**6), "it has more than 250,000 layers"),
    "million values": (
        "a.json",
        lambda: b'{"class_name":"Sequential","config":[' + b"[]," * 2**23 + b"1]}",
        "it has more than 16 million values",
    ),
    "deep json": ("a.json", b"[" * 100_000, "it is nested deeper"),
    "deep objects": ("a.json", b'{"a":' * 100_000, "it is nested deeper"),
    "invalid utf-8": ("a.json", MODEL[:-9] + b"\xff\xfe", "it is neither a Keras archive"),
    "too many digits": (
        "a.json",
        MODEL.replace(b'"units": 3', b'"units": ' + b"9" * 10**6),
        "it is not valid JSON (Exceeds the limit",
    ),
    "duplicate names": (
        "a.json",
        model_of(layer("ReLU", "r", ["x"]), layer("ReLU", "r", ["x"]), outputs=["r"]),
        "the model model has two layers of the name r",
    ),
    "cycle": (
        "a.json",
        model_of(layer("ReLU", "a", ["b"]), layer("ReLU", "b", ["a"]), outputs=["b"]),
        "depends on its own output",
    ),
    "self loop": (
        "a.json",
        model_of(layer("ReLU", "a", ["a"]), outputs=["a"]),
        "the layer a depends on its own output",
    ),
    "dangling reference": (
        "a.json",
        model_of(layer("ReLU", "a", ["gone"]), outputs=["a"]),
        "the layer a refers to gone, a layer that model does not have",
    ),
    "reference to a call far away": (
        "a.json",
        model_of(layer("ReLU", "a", [["x", 10**18, 0, {}]]), outputs=["a"]),
        f"the layer a refers to call {10**18} of the layer x",
    ),
    "hdf5 with links elsewhere": ("a.h5", lambda: hdf5(linked), "this HDF5 file holds weights"),
    "hdf5 with many strings": ("a.h5", lambda: hdf5(many_strings), "this HDF5 file was not saved"),
    "hdf5 with a giant attribute": (
        "a.h5",
        lambda: hdf5(attribute("model_config", np.zeros(2**20, "u1")), libver="latest"),
        "this HDF5 file was not saved by Keras",
    ),
    "hdf5 with a giant text": ("a.h5", giant_text, "its model_config is larger than 256 MiB"),
    "hdf5 without json": (
        "a.h5",
        lambda: hdf5(attribute("model_config", "[" * 100_000)),
        "its model_config is nested deeper",
    ),
    "notebook without json": ("a.ipynb", b'{"cells": keras', "it is no Jupyter notebook"),
    "notebook of another kind": ("a.ipynb", b'["keras"]', "it is no Jupyter notebook"),
    "notebook without python": (
        "a.ipynb",
        NOTEBOOK.replace(b"import", b"(import"),
        "cell 1, line 1: it is not Python 3",
    ),
    "deep source": (
        "a.py",
        SOURCE + b"x = " + b"(" * 100_000 + b"1" + b")" * 100_000,
        "it is not Python 3: too many nested parentheses",
    ),
    "much source": ("a.py", SOURCE + b"x = 1\n" * (MAX_CODE // 6), "it has more than 4 MiB"),
    "source with zeros": ("a.py", SOURCE + b"\0", "it is not Python 3"),
    "source in no encoding": ("a.py", b"# coding: nothing\n" + SOURCE, "it is not Python 3"),
}

HARMLESS: dict[str, tuple[str, bytes]] = {
    "nan": ("a.json", MODEL.replace(b'"units": 3', b'"units": NaN')),
    "infinity": ("a.json", MODEL.replace(b'"units": 3', b'"units": -Infinity')),
    "huge integer": ("a.json", MODEL.replace(b'"units": 3', b'"units": ' + b"9" * 4000)),
    "huge fraction": ("a.json", MODEL.replace(b'"units": 3', b'"units": 1e999')),
    "negative size": ("a.json", MODEL.replace(b'"units": 3', b'"units": -3')),
    "negative shape": ("a.json", MODEL.replace(b"[null, 4]", b"[-1, -4]")),
    "absurd shape": ("a.json", MODEL.replace(b"[null, 4]", str([10**15] * 500).encode())),
    "shape of shapes": ("a.json", MODEL.replace(b"[null, 4]", b"[[[]], {}, null, true]")),
    "duplicate keys": ("a.json", MODEL.replace(b'"units": 3', b'"units": 2, "units": 3')),
    "lone surrogates": ("a.json", MODEL.replace(b'"name": "d"', rb'"name": "\ud800\udfff\udc00"')),
    "byte order mark": ("a.json", b"\xef\xbb\xbf" + MODEL),
    "utf-16": ("a.json", MODEL.decode().encode("utf-16")),
    "another name": ("a.h5", zipped(("config.json", MODEL))),
    "zip with names outside": (
        "a.keras",
        zipped(("../../out", b"x"), ("config.json", MODEL), ("/out", b"x")),
    ),
    "zip with two configurations": ("a.keras", zipped(*[("config.json", MODEL)] * 2)),
    "hdf5 with links elsewhere": (
        "a.h5",
        hdf5(linked_model),
    ),
    "source": ("a.py", SOURCE),
    "source with huge values": (
        "a.py",
        SOURCE + b"x = 'a' * 10**12\ny = 10**10**10\nz = x * y\n",
    ),
    "source with loops": ("a.py", SOURCE + b"for i in range(10**9):\n    x = [i] * 10**9\n"),
    "comment of many marks": ("a.py", SOURCE + b"# convlint:\n" + b"#" * 2**21 + b"\n"),
    "blanks in a notebook": (
        "a.ipynb",
        NOTEBOOK.replace(b"import", b"%time\\n" + b" " * 2**17 + b"\\nimport", 1),
    ),
}


class Ran(NamedTuple):
    code: int
    out: str
    err: str
    read: int
    """Bytes that this process read, from files and otherwise."""
    calls: int
    """Calls of functions of Python."""


Lint = Callable[..., Ran]


def bytes_read() -> int:
    """Bytes that this process has read so far; 0 where the system does not count them."""
    try:
        with open("/proc/self/io", encoding="ascii") as file:
            return int(file.readline().split()[1])
    except OSError:
        return 0


@pytest.fixture
def lint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Lint:
    """Lint files in the current folder, where ``good.json`` lies and one rule holds."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.json").write_bytes(MODEL)
    write_page(tmp_path / "rules", pattern="found:dense")
    (tmp_path / "convlint.toml").write_text(
        "select = ['TST101']\nrule-paths = ['rules']\noutput-format = 'concise'", encoding="utf-8"
    )

    def run(*arguments: str) -> Ran:
        calls = 0

        def count(_: FrameType, event: str, __: object) -> None:
            nonlocal calls
            calls += event == "call"

        before = bytes_read()
        profiled = sys.getprofile()
        sys.setprofile(count)
        try:
            with pytest.raises(SystemExit) as caught:
                cli.main(arguments, prog_name="convlint")
        finally:
            sys.setprofile(profiled)
        read = bytes_read() - before
        captured = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return Ran(caught.value.code, captured.out, captured.err, read, calls)

    return run


OVERHEAD = 4 * 2**20
"""Bytes that a run reads besides its inputs: its rules, and modules that are imported now."""


MAX_CALLS = 200_000
"""Calls for a small model and whatever lies next to it, and for modules that are imported now."""


def assert_refused(ran: Ran, file: str, sentence: str = "") -> None:
    assert ran.code == 2
    assert ran.err.count("\n") == 1, ran.err
    assert ran.err.startswith(f"error: {file}: {sentence}"), ran.err
    assert len(ran.err) < 300
    assert "good.json: " in ran.out


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_one_line_and_stops_nothing_else(name: str, lint: Lint) -> None:
    file, content, sentence = BROKEN[name]
    data = content if isinstance(content, bytes) else content()
    Path(file).write_bytes(data)
    if name == "hdf5 with links elsewhere":
        os.mkfifo("pipe.keras")
    ran = lint(file, "good.json")
    assert_refused(ran, file)
    assert sentence in ran.err
    assert ran.read < 3 * len(data) + OVERHEAD
    assert ran.calls < MAX_CALLS


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_strange_but_harmless_is_linted(name: str, lint: Lint) -> None:
    file, content = HARMLESS[name]
    Path(file).write_bytes(content)
    before = sorted(Path("..").rglob("*"))
    ran = lint(file, "good.json")
    assert (ran.code, ran.err) == (1, "")
    assert "a." in ran.out.splitlines()[0]
    assert "good.json: " in ran.out
    assert ran.read < 3 * len(content) + OVERHEAD
    assert ran.calls < MAX_CALLS
    assert sorted(Path("..").rglob("*")) == before


WHOLE = {
    "a.keras": zipped(("metadata.json", b"{}"), ("config.json", MODEL), ("w.h5", bytes(5000))),
    "a.h5": hdf5(
        lambda file: (
            attribute("model_config", MODEL.decode())(file),
            file.create_dataset("weights", data=np.ones(500)),
        )
    ),
    "a.json": MODEL,
    "a.ipynb": NOTEBOOK,
}


@pytest.mark.parametrize("part", range(16))
@pytest.mark.parametrize("file", WHOLE)
def test_what_is_cut_off_is_refused(file: str, part: int, lint: Lint) -> None:
    data = WHOLE[file][: len(WHOLE[file]) * part // 16]
    Path(file).write_bytes(data)
    ran = lint(file, "good.json")
    if file == "a.ipynb" and b"keras" not in data:
        assert (ran.code, ran.err) == (1, "")  # it is not about Keras, so nobody reads it
    else:
        assert_refused(ran, file)


@pytest.mark.parametrize("file", WHOLE)
def test_what_is_not_cut_off_is_linted(file: str, lint: Lint) -> None:
    Path(file).write_bytes(WHOLE[file])
    assert (lint(file).code, lint(file).err) == (1, "")


# --- what is no regular file ---------------------------------------------------------------------


def symlink(target: str) -> Callable[[], None]:
    return lambda: os.symlink(target, "a.keras")


def listening() -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("a.keras")


NO_FILE: dict[str, tuple[Callable[[], object], str]] = {
    "pipe": (lambda: os.mkfifo("a.keras"), "it cannot be read: it is a pipe, a socket or a device"),
    "socket": (listening, "it cannot be read: it is a pipe, a socket or a device"),
    "endless device": (symlink("/dev/zero"), "it cannot be read: it is a pipe, a socket or"),
    "terminal": (symlink("/dev/tty"), "it cannot be read: it is a pipe, a socket or a device"),
    "link to itself": (symlink("a.keras"), "it cannot be read: Too many levels of symbolic links"),
    "link to nothing": (symlink("gone"), "there is no such file"),
    "memory of a process": (symlink("/proc/self/mem"), "it cannot be read: "),
    "folder": (lambda: os.mkdir("a.keras"), "there is no model"),
}


@pytest.mark.parametrize("name", NO_FILE)
def test_what_is_no_regular_file_is_refused_unread(name: str, lint: Lint) -> None:
    make, sentence = NO_FILE[name]
    make()
    ran = lint("a.keras", "good.json")
    assert_refused(ran, "a.keras", sentence)
    assert ran.read < OVERHEAD


@pytest.mark.parametrize("name", NO_FILE)
def test_in_a_folder_what_is_no_regular_file_is_passed_over(name: str, lint: Lint) -> None:
    NO_FILE[name][0]()
    ran = lint(".")
    if name == "memory of a process":  # which the system calls a regular file
        assert_refused(ran, "a.keras")
    else:
        assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("good.json: ")
    assert ran.read < OVERHEAD


def test_a_pipe_in_an_unpacked_model_is_refused(lint: Lint) -> None:
    os.mkdir("a.keras")
    os.mkfifo("a.keras/config.json")
    Path("a.keras/metadata.json").write_bytes(b"{}")
    with pytest.raises(InputError, match=r"a\.keras: it cannot be read: it is a pipe"):
        Linter(Overrides()).check_file("a.keras")


@pytest.mark.parametrize("link", ["/dev/zero", "pipe"])
@pytest.mark.parametrize("file", ["a.py", "a.ipynb", "a.json"])
def test_source_is_no_pipe_or_device_either(file: str, link: str, lint: Lint) -> None:
    os.mkfifo("pipe")
    os.symlink(link, file)
    assert_refused(lint(file, "good.json"), file, "it cannot be read: it is a pipe")


def test_a_folder_that_links_to_itself_is_walked_once(lint: Lint) -> None:
    os.mkdir("folder")
    Path("folder/a.json").write_bytes(MODEL)
    os.symlink(".", "folder/folder")
    os.symlink("..", "folder/up")
    ran = lint("folder")
    assert ran.out.startswith("folder/a.json: ")
    assert ran.out.count("TST101") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to the administrator")
@pytest.mark.parametrize("file", ["a.keras", "a.py"])
def test_what_may_not_be_read_is_refused(file: str, lint: Lint) -> None:
    Path(file).write_bytes(SOURCE)
    os.chmod(file, 0)
    assert_refused(lint(file, "good.json"), file, "it cannot be read: Permission denied")


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs the files of Linux")
def test_what_can_be_opened_but_not_read_is_refused(lint: Lint) -> None:
    Path("a.json").symlink_to("/proc/self/mem")
    ran = lint("a.json", "good.json")  # fails for the administrator, too
    assert_refused(ran, "a.json", "it cannot be read: Input/output error")


# --- memory -------------------------------------------------------------------------------------

ROOM = 700 * 2**20


@pytest.mark.parametrize(
    "name", ["zip bomb", "zip that lies", "zip of another method", "deep json", "million values"]
)
def test_memory_is_bounded(name: str, tmp_path: Path) -> None:
    file, content, _ = BROKEN[name]
    (tmp_path / file).write_bytes(content if isinstance(content, bytes) else content())
    ran = limited("--isolated", file, folder=tmp_path)
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr.startswith(f"error: {file}: ")


def test_standard_input_without_an_end_is_refused(
    monkeypatch: pytest.MonkeyPatch, lint: Lint
) -> None:
    monkeypatch.setattr(batch, "MAX_STDIN", 2**24)
    with open("/dev/zero", encoding="latin-1") as endless:
        monkeypatch.setattr(sys, "stdin", endless)
        ran = lint("-", "good.json")
    assert_refused(ran, "<stdin>", "it is longer than 16 MiB; name a file")
    assert ran.read < 2**25 + OVERHEAD


def limited(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command where there is little memory."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))

    command = [sys.executable, "-m", "convlint", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env=with_package(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )


def test_an_attribute_is_read_only_if_it_is_one_text(tmp_path: Path) -> None:
    """A string of variable length may be named a thousand times and stored once."""
    text = "x" * 2**20
    data = hdf5(
        lambda file: file.attrs.create("model_config", [text] * 9, dtype=h5py.string_dtype())
    )
    assert len(data) > 2**20
    with pytest.raises(InputError, match="it has no model_config"):
        read_bytes(data, "a.h5")


def test_limits_hold_for_the_sum_of_nested_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_config, "MAX_LAYERS", 19)
    one, two = (sequential(*[("ReLU", {})] * 9, name=name) for name in ("one", "two"))
    assert read_bytes(json.dumps(sequential(one)).encode(), "a.json")
    with pytest.raises(InputError, match="more than 19 layers"):
        read_bytes(json.dumps(sequential(one, two)).encode(), "a.json")


def test_values_are_counted_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MAX_VALUES", 1000)
    with pytest.raises(InputError, match="values"):
        document.parse("[" + "1," * 1000 + "1]")
    with pytest.raises(InputError, match="not a Keras model"):
        document.parse("[" + "1," * 900 + "1]" + " " * 1000)


def test_the_limits_leave_room_for_large_models() -> None:
    assert archive.MAX_SIZE == hdf5_attributes.MAX_TEXT
    assert model_config.MAX_LAYERS > 100_000


# --- settings, rules, comments ------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 500 + "*b", "**/" * 300 + "b", "[" * 1000, "[!a-z]" * 150, "?" * 1000, "*" * 1000],
)
def test_patterns_of_files_take_no_exponential_time(pattern: str) -> None:
    """With backtracking the first of these would outlast the universe."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        matched = globs.matches_or_contains("/".join(["a" * 300] * 30), pattern)
    finally:
        sys.setprofile(None)
    assert matched is (pattern == "*" * 1000)
    assert calls < 4_000_000


@pytest.mark.parametrize(
    "text",
    [
        "ignore = [" + "[" * 100_000,
        "ignore = 9" + "9" * 5000,
        "a." * 20_000 + "b = 1",
        "\0",
        "[[a]",
        f"exclude = ['{'[' * 9999}']",
    ],
)
def test_hostile_settings_are_one_line(text: str, lint: Lint) -> None:
    Path("convlint.toml").write_text(text, encoding="utf-8")
    ran = lint("good.json")
    assert ran.code == 2
    assert re.match(r"error: .*convlint\.toml: ", ran.err)
    assert ran.err.count("\n") == 1


def test_settings_name_regular_files_of_a_modest_size_only(lint: Lint) -> None:
    os.mkfifo("pipe")
    with open("large.md", "wb") as file:
        file.truncate(2**40)
    for setting, complaint in (
        ("baseline = '/dev/zero'", "/dev/zero: the baseline cannot be read: it is a pipe"),
        ("baseline = 'pipe'", "pipe: the baseline cannot be read: it is a pipe"),
        ("baseline = 'large.md'", "large.md: the baseline cannot be read: it is larger than 16"),
        ("rule-paths = ['/dev/zero']", "there is no file or folder /dev/zero"),
        ("rule-paths = ['large.md']", "large.md: cannot be read: it is larger than 1 MiB"),
    ):
        rules = "" if "rule-paths" in setting else "select = ['TST101']\nrule-paths = ['rules']\n"
        Path("convlint.toml").write_text(rules + setting, encoding="utf-8")
        ran = lint("good.json")
        assert ran.code == 2
        assert complaint in ran.err
        assert ran.read < 2**25
    os.truncate("convlint.toml", 2**40)
    assert "convlint.toml: cannot be read: it is larger than 1 MiB" in lint("good.json").err


@pytest.mark.parametrize("spec", ["1000000000d", "0>999999999", ".999999f", "x", "{a.rate}"])
def test_a_message_cannot_ask_for_gigabytes(spec: str) -> None:
    with pytest.raises(RuleError):
        check_placeholders(f"{{found.units:{spec}}}", ["found"])
    check_placeholders("{found.units:.2f} {found.units:.0%} {found.units:,.1f}", ["found"])


def test_comments_and_magics_are_searched_in_linear_time() -> None:
    """Both took the square of the length, that is hours."""
    assert comments.in_source(b"# convlint: ignore[CVL101]\n" + b"#" * 2**21, "a.py")
    cell = {"cell_type": "code", "source": "%time\n" + " " * 2**20 + "x"}
    assert notebook.read(json.dumps({"cells": [cell]}))


def test_a_baseline_may_be_hostile(lint: Lint) -> None:
    for content in (b"[" * 100_000, b'{"version": 1e999}', b'{"version": ' + b"9" * 5000 + b"}"):
        Path("known.json").write_bytes(content)
        ran = lint("--baseline", "known.json", "good.json")
        assert ran.code == 2
        assert ran.err.startswith("error: known.json: this is not a baseline")
        assert ran.err.count("\n") == 1


# --- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize("output_format", reporters.FORMATS)
@pytest.mark.parametrize("name", HOSTILE)
def test_names_of_layers_steer_no_output_format(name: str, output_format: str, lint: Lint) -> None:
    """What reporters make of such names is tested for each of them; here is the whole way."""
    hostile = sequential(("Dense", {"name": name, "batch_input_shape": [None, 4]}), name=name)
    Path("a.json").write_bytes(json.dumps(hostile).encode())
    ran = lint("--output-format", output_format, "a.json", "good.json")
    assert (ran.code, ran.err) == (1, "")
    assert_well_formed(ran.out, output_format, findings=2)


NAMES_OF_FILES = {
    "escape": "\x1b[31m\n::error::x[red]",
    "title of a terminal": "\x1b]0;owned\x07\x9b31m",
    "commands": "::error file=x,line=1::y %0A##vso[task.complete]",
    "markup": "]]><script>alert(1)</script>--> [x](http://y) `z` |",
    "direction": "\u202ertl\u2066 \u2028\u2029\x85\ufeff",
    "no text": os.fsdecode(b"\xff\xfe"),
}


@pytest.mark.parametrize("output_format", reporters.FORMATS)
@pytest.mark.parametrize("name", NAMES_OF_FILES)
def test_names_of_files_steer_no_output_format(name: str, output_format: str, lint: Lint) -> None:
    bad, worse = (f"{NAMES_OF_FILES[name].replace('/', chr(92))}{end}.json" for end in "12")
    Path(bad).write_bytes(MODEL)
    Path(worse).write_bytes(b"?")
    ran = lint("--output-format", output_format, bad, worse, "good.json")
    assert ran.code == 2
    assert (
        ran.err == f"error: {printable(worse)}: it is not valid JSON (line 1, column 1: "
        "Expecting value)\n"
    )
    assert_well_formed(ran.out, output_format, findings=2, errors=1)


def assert_well_formed(out: str, output_format: str, *, findings: int, errors: int = 0) -> None:
    """The output has what it should and nothing that steers who shows it."""
    assert all(char.isprintable() or char == "\n" for char in out)
    if output_format in ("json", "sarif", "gitlab"):
        assert json.loads(out)
    elif output_format == "json-lines":
        assert len(list(map(json.loads, out.splitlines()))) >= findings
    elif output_format == "junit":
        found = ElementTree.fromstring(out)  # noqa: S314
        assert len(list(found.iter("failure"))) == findings
        assert len(list(found.iter("error"))) == errors
    elif output_format == "github":
        lines = out.splitlines()
        assert len(lines) == findings + errors
        assert all(re.match("::(warning|error|notice) (file=|title=)", line) for line in lines)
    elif output_format == "concise":
        assert out.count("TST101") == findings


# --- processes ----------------------------------------------------------------------------------


class Dying(Linter):
    """A linter whose process dies of one of the files, as by a fault in a library."""

    def check_file(self, file: str) -> Any:
        if file == "deadly.json":
            os.kill(os.getpid(), 9)
        return super().check_file(file)


def test_a_process_that_dies_takes_no_other_file_with_it(lint: Lint) -> None:
    names = [f"{number:02}.json" for number in range(20)]
    names.insert(7, "deadly.json")
    for name in names:
        Path(name).write_bytes(MODEL)
    found = [Found(name) for name in names]
    outcomes = list(batch.outcomes(Dying(Overrides()), found, 2, "-"))
    assert [result.file for result, _ in outcomes] == names
    assert [result.file for result, said in outcomes if said] == ["deadly.json"]
    assert all(result.findings for result, said in outcomes if not said)
    assert outcomes[7][1] is not None
    assert outcomes[7][1].startswith("error: deadly.json: the process that checked it died")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")
def test_ctrl_c_ends_all_processes_quietly(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(many_layers(200_000))
    command = [sys.executable, "-m", "convlint", "--isolated", "-j", "2", "a.json", "b.json"]
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=with_package(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,
    )
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
    started: list[str] = []
    while len(started) < 2:
        assert running.poll() is None
        time.sleep(0.01)
        started = children.read_text(encoding="ascii").split()
    time.sleep(0.3)  # the pool is complete, and far from done
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, b"", b"")
    for _ in range(1000):  # the killed may take a moment to be gone
        if not any(map(is_running, started)):
            break
        time.sleep(0.01)
    assert not any(map(is_running, started))


def is_running(process: str) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["--no-such-option"], ["gone.h5"], ["-j", "2", ".", "gone.h5"]],
)
def test_a_closed_pipe_is_quiet_whoever_writes(
    arguments: list[str], closed: str, tmp_path: Path
) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(MODEL)
    reading, writing = os.pipe()
    os.close(reading)
    streams: dict[str, int] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    ran = subprocess.run(
        [sys.executable, "-m", "convlint", *arguments],
        cwd=tmp_path,
        env=with_package(),
        check=False,
        **{**streams, closed: writing},  # type: ignore[call-overload]
    )
    os.close(writing)
    informs = arguments[0] in ("--help", "--version")
    fails = arguments == ["--no-such-option"]
    expected = (0 if informs else 141) if closed == "stderr" else (2 if fails else 141)
    assert ran.returncode == expected
    assert b"Traceback" not in (ran.stdout or b"") + (ran.stderr or b"")


def with_package() -> dict[str, str]:
    """An environment in which another folder finds this package."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def test_a_layer_may_have_the_name_of_our_ends_of_graphs() -> None:
    """It is no output of the model, and says so in messages."""
    layers = [layer("Output", "o", ["x"]), layer("ReLU", "r", ["o"])]
    ((graph,),) = read_bytes(model_of(*layers, outputs=["r"]), "a.json")
    assert [call.label for call in graph.calls] == ["InputLayer", "Custom>Output", "ReLU", "Output"]
    assert "unknown" in graph.calls[1].kinds


@pytest.fixture(autouse=True)
def _nothing_is_left_running() -> Iterator[None]:
    from multiprocessing import active_children

    yield
    assert active_children() == []


def test_the_table_holds_what_it_says() -> None:
    """The rows are what they claim to be, so that a refusal is not for another reason."""
    with zipfile.ZipFile(io.BytesIO(bomb())) as file:
        assert file.getinfo("config.json").file_size == 2**30
    assert len(bomb()) < 2**21
    assert stat.S_ISCHR(os.stat("/dev/zero").st_mode)
