"""What is fuzzed: a function for each reader of what others write.

A harness takes bytes and must return: the input is used, or refused by a ConvlintError of one
line. Whatever else it raises is a crash. ``run.py`` searches for one, ``tests/test_fuzz_corpus.py``
replays what was found.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Final

from convlint import baseline, catalog, comments, config, engine, page, reporters
from convlint.errors import ConvlintError, InputError
from convlint.pattern.parse import parse as parse_pattern
from convlint.predicate.parse import parse as parse_predicate
from convlint.readers import archive, hdf5, hdf5_attributes, read_bytes, zip_member
from convlint.readers.hdf5_attributes import DamagedError, UnusualError
from convlint.report import Checked, Report
from convlint.reporters import html

Harness = Callable[[bytes], None]

WRITERS: Final[tuple[Callable[[Report], str], ...]] = (
    html.fragment,
    *(partial(reporters.text, output_format=name) for name in reporters.FORMATS),
)


@cache
def _linter() -> engine.Linter:
    return engine.Linter(config.Overrides(select=("ALL",)), config.Config())


def _one_line(error: ConvlintError) -> None:
    assert "\n" not in str(error), str(error)  # noqa: S101


def _linted(data: bytes, name: str) -> None:
    """The whole way, from the bytes to a report, in a format that the size decides."""
    linter = _linter()
    try:
        checked = linter.check_bytes(data, name)
    except InputError as error:
        _one_line(error)
        checked = Checked(name, error=str(error))
    WRITERS[len(data) % len(WRITERS)](linter.report([checked])).encode()


def json_architecture(data: bytes) -> None:
    """A JSON document: read, linted with all rules, reported."""
    _linted(data, "fuzzed.json")


def keras_archive(data: bytes) -> None:
    """A ``.keras`` file."""
    try:
        archive.read(io.BytesIO(data))
    except InputError as error:
        _one_line(error)
        return
    with suppress(InputError):
        read_bytes(data, "fuzzed.keras")


def zip_archive(data: bytes) -> None:
    """One member of an archive, by our own reader: what the library reads, or nothing."""
    try:
        text = zip_member.read(io.BytesIO(data), b"config.json", archive.MAX_SIZE)
    except zip_member.UnusualError:
        return
    with suppress(zipfile.BadZipFile, NotImplementedError):  # for what other members have
        assert text == zipfile.ZipFile(io.BytesIO(data)).read("config.json")  # noqa: S101


def hdf5_root(data: bytes) -> None:
    """The attributes of an HDF5 file, by our own reader."""
    with suppress(UnusualError, DamagedError, InputError):
        hdf5_attributes.read(io.BytesIO(data), frozenset({"model_config", "training_config"}))


def hdf5_library(data: bytes) -> None:
    """An HDF5 file, by our own reader or what it leaves to h5py."""
    try:
        hdf5.read(io.BytesIO(data))
    except InputError as error:
        _one_line(error)


def source(data: bytes) -> None:
    """A Python file: followed, linted with all rules, reported."""
    _linted(b"import keras\nfrom keras import layers\n" + data, "fuzzed.py")


def notebook(data: bytes) -> None:
    """A notebook: followed, linted with all rules, reported."""
    _linted(data, "fuzzed.ipynb")
    comments.parse(data, "fuzzed.ipynb")


def pattern_text(data: bytes) -> None:
    """A pattern of a rule page."""
    with suppress(ConvlintError):
        parse_pattern(data.decode("utf-8", "replace"))


def predicate_text(data: bytes) -> None:
    """A predicate of a rule page."""
    text = data.decode("utf-8", "replace")
    for roles in ((), ("a", "b")):
        with suppress(ConvlintError):
            parse_predicate(text, roles=roles)


def rule_page(data: bytes) -> None:
    """A rule page, with all that is only compiled when it is needed."""
    with suppress(ConvlintError):
        page.validate(page.parse_page(data.decode("utf-8", "replace"), "TST101-tested-dense.md"))


def _in_file(data: bytes, name: str, use: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            use(path)
        except ConvlintError as error:
            _one_line(error)


def settings(data: bytes) -> None:
    """A ``convlint.toml``, and what its patterns and selectors mean."""

    def use(path: Path) -> None:
        found = config.read(path)
        config.as_toml(found)
        found.excludes("folder/model.keras")
        catalog.select(catalog.load(), found.select, found.ignore, found.extend_select)

    _in_file(data, "convlint.toml", use)


def known_findings(data: bytes) -> None:
    """A baseline."""
    _in_file(data, "known.json", baseline.read)


HARNESSES: Final[Mapping[str, Harness]] = {
    "json": json_architecture,
    "keras": keras_archive,
    "zip": zip_archive,
    "hdf5": hdf5_root,
    "h5py": hdf5_library,
    "python": source,
    "notebook": notebook,
    "pattern": pattern_text,
    "predicate": predicate_text,
    "rule": rule_page,
    "config": settings,
    "baseline": known_findings,
}
