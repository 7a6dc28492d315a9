"""Readers turn an input into :class:`convlint.graph.Graph`.

What an input is, its content decides, never its name. No reader loads weights, Keras,
TensorFlow, or code that a model stores.
"""

from __future__ import annotations

import io
import os
from contextlib import AbstractContextManager
from typing import BinaryIO, Final

from convlint import files, urls
from convlint.errors import InputError
from convlint.graph import Graph
from convlint.readers.archive import MAX_SIZE
from convlint.readers.variants import SourceModels, Variants
from convlint.text import begins_with, printable

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_LFS: Final = b"version https://git-lfs"
_TFLITE: Final = b"TFL3"
_SNIFFED: Final = 4096
"""How many bytes of a ``.json`` file tell whether it may be a model."""

_MARKS: Final = (
    b'"modelTopology":',
    b'"class_name":"Sequential"',
    b'"class_name":"Functional"',
    b'"class_name":"Model"',
    b'"batch_input_shape":',
    b'"batch_shape":',
    b'"inbound_nodes":',
)
"""What an architecture begins with, and the JSON of tokenizers and tuners does not."""

_SAVED_MODEL: Final = (
    "this is a TensorFlow SavedModel, which has no layers to check; "
    "save the Keras model as model.keras instead"
)


def read(path: str | os.PathLike[str]) -> tuple[Variants, ...]:
    """The models in a file, each with its variants; a saved model is one of one.

    Raises:
        SourceError: the file is source code, but no Python.
        InputError: the file cannot be read as a model. The message begins with the path.
    """
    return load(path).models


def load(path: str | os.PathLike[str]) -> SourceModels:
    """The models in a file, and what was given up in it.

    The file may lie behind a URL; names and messages then have it without its secrets.

    Raises:
        SourceError: the file is source code, but no Python.
        InputError: the file cannot be read as a model. The message begins with the path.
    """
    place = os.fspath(path)
    name = urls.shown(place)
    try:
        if os.path.isdir(place):
            return SourceModels(((_read_folder(place),),))
        if os.path.basename(name) in ("saved_model.pb", "keras_metadata.pb"):
            raise InputError(_SAVED_MODEL)
        with _opened(place) as file:
            if is_source(name):
                return _read_source(_limited(file), name)
            return SourceModels(((_read_file(file),),))
    except InputError as error:
        raise type(error)(f"{name}: {printable(str(error))}") from error
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name}: it cannot be read: {reason}") from error


def content(url: str) -> bytes:
    """All that is behind a URL; InputError if it cannot be had. The message begins with the URL."""
    try:
        with _opened(url) as file:
            return _limited(file)
    except InputError as error:
        raise InputError(f"{urls.shown(url)}: {error}") from error


def _opened(place: str) -> AbstractContextManager[BinaryIO]:
    if not urls.is_url(place):
        return files.opened(place)
    from convlint.readers import remote

    return remote.opened(place)


def read_bytes(data: bytes, name: str) -> tuple[Variants, ...]:
    """The models in ``data``, as :func:`read`; ``name`` stands for the path in messages.

    Raises:
        SourceError: the data is source code, but no Python.
        InputError: the data cannot be read as a model. The message begins with the name.
    """
    return load_bytes(data, name).models


def load_bytes(data: bytes, name: str) -> SourceModels:
    """The models in ``data``, as :func:`load`; what they are, their content decides.

    Raises:
        SourceError: the data is source code, but no Python.
        InputError: the data cannot be read as a model. The message begins with the name.
    """
    try:
        if is_source(name) or _looks_like_source(data):
            return _read_source(data, name)
        return SourceModels(((_read_file(io.BytesIO(data)),),))
    except InputError as error:
        raise type(error)(f"{name}: {printable(str(error))}") from error


def is_source(name: str) -> bool:
    """Whether a file is source code, by its name."""
    return name.lower().endswith((".py", ".pyw", ".ipynb"))


def _looks_like_source(data: bytes) -> bool:
    start = data[:_SNIFFED]
    if b"\0" in start or start.startswith((_LFS, _HDF5, *_ZIP)):
        return False
    if begins_with(data, b"{"):
        return b'"nbformat"' in data and b'"cells"' in data
    from convlint.readers.source import mentions_keras

    # JSON may be a list, or a string that holds JSON.
    return mentions_keras(start) and not begins_with(data, b"[", b'"{')


def _read_source(data: bytes, name: str) -> SourceModels:
    from convlint.readers import source

    if not source.mentions_keras(data):
        return SourceModels(())
    if name.lower().endswith(".ipynb") or begins_with(data, b"{"):
        return source.read_notebook(data, name)
    return source.read_source(data, name)


def looks_like_model(path: str | os.PathLike[str]) -> bool:
    """Whether a file found in a folder is worth reading, by its name and first bytes.

    ``.json`` is the name of many things, so there the content must look like an architecture.
    ``.weights.h5`` is the name that Keras 3 gives to files of weights.
    """
    place = os.fspath(path)
    name = urls.shown(place).lower()
    if is_source(name):
        return _is_about_keras(place)
    if name.endswith((".keras", ".h5", ".hdf5")):
        return not name.endswith(".weights.h5")
    if not name.endswith(".json"):
        return False
    try:
        with _opened(place) as file:
            start = file.read(_SNIFFED).translate(None, b" \t\r\n\\")
    except OSError:
        return False
    except InputError:
        return True  # behind a URL; who reads it will say why that does not work
    return any(mark in start for mark in _MARKS)


def _is_about_keras(place: str) -> bool:
    """Whether a file of source code has a word of Keras in it."""
    from convlint.readers.source import mentions_keras

    try:
        with _opened(place) as file:
            return mentions_keras(file.read(MAX_SIZE))
    except OSError:
        return False
    except InputError:
        return True


def _read_folder(path: str) -> Graph:
    names = set(os.listdir(path))
    if "saved_model.pb" in names or "keras_metadata.pb" in names:
        raise InputError(_SAVED_MODEL)
    if {"config.json", "metadata.json"} <= names:
        # Keras 3 can save what a .keras archive holds as a folder.
        with files.opened(os.path.join(path, "config.json")) as file:
            return _graph(_limited(file))
    raise InputError("this is a folder, not a model file")


def _read_file(file: BinaryIO) -> Graph:
    start = file.read(64)
    file.seek(0)
    if not start:
        raise InputError("the file is empty")
    if start.startswith(_LFS):
        raise InputError("this is a Git LFS pointer, not the model itself; run: git lfs pull")
    if start.startswith(_ZIP):
        from convlint.readers import archive

        return _graph(archive.read(file), what="its config.json")
    if start.startswith(_HDF5):
        from convlint.readers import hdf5

        config, training = hdf5.read(file)
        return _graph(config, training, what="its model_config")
    if start[4:8] == _TFLITE:
        raise InputError("this is a TensorFlow Lite model, which has no layers to check")
    if _is_binary(start):
        raise InputError("it is neither a Keras archive, nor HDF5, nor JSON text")
    return _graph(_limited(file))


def _is_binary(start: bytes) -> bool:
    """Whether a file that begins like this is no JSON, so that the rest need not be read."""
    import json

    text = start.decode(json.detect_encoding(start), "replace").lstrip("\ufeff \t\r\n")
    return text != "" and not " " < text[0] < "\x7f"


def _limited(file: BinaryIO) -> bytes:
    text = file.read(MAX_SIZE + 1)
    if len(text) > MAX_SIZE:
        raise InputError(f"the file is larger than {MAX_SIZE // 2**20} MiB of text")
    return text


def _graph(text: str | bytes, training: str | bytes | None = None, *, what: str = "it") -> Graph:
    from convlint.readers import document
    from convlint.readers.assemble import assemble
    from convlint.readers.config import model_spec

    found = document.parse(text, training, what=what)
    return assemble(model_spec(found.model, training=found.training))
