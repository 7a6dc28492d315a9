"""Random models in every kind of file: what was drawn is read, and damage ends in one line."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint import engine, reporters
from convlint.config import Config, Overrides
from convlint.errors import InputError
from convlint.graph import Graph
from convlint.readers import archive, hdf5, hdf5_attributes, read_bytes, zip_member
from convlint.readers.hdf5_attributes import UnusualError
from tests.configs import edges, graph_of
from tests.drawn_models import (
    SUFFIXES,
    Network,
    archives,
    as_chain,
    as_legacy,
    as_structured,
    chains,
    containers,
    damaged,
    networks,
    shuffled,
    written,
)
from tests.drawn_sources import notebooks, programs, statements
from tests.eras import SOUND
from tests.sources import PREAMBLE

ERAS: Final[Mapping[str, Callable[[Network], dict[str, Any]]]] = {
    "legacy": as_legacy,
    "structured": as_structured,
}
NAMED: Final = networks(SUFFIXES)
DOCUMENTS: Final = st.builds(
    lambda network, write: write(network), NAMED, st.sampled_from(tuple(ERAS.values()))
)
JSON: Final = DOCUMENTS.flatmap(written)
PROGRAMS: Final = networks().flatmap(programs).map(lambda code: (PREAMBLE + code).encode())
NOTEBOOKS: Final = networks().flatmap(statements).flatmap(notebooks)

randomly = settings(max_examples=60, deadline=None, derandomize=True)


def linter() -> engine.Linter:
    return engine.Linter(Overrides(select=("ALL",)), Config())


LINTER: Final = linter()


def only(data: bytes, name: str) -> Graph:
    ((graph,),) = read_bytes(data, name)
    return graph


def assert_drawn(graph: Graph, network: Network) -> None:
    assert Counter(edges(graph)) == network.edges()
    assert sum(call.class_name != "Output" for call in graph.calls) == len(network.calls)


@pytest.mark.parametrize("era", ERAS)
@randomly
@given(data=st.data())
def test_a_network_is_read_as_it_was_drawn(era: str, data: st.DataObject) -> None:
    network = data.draw(NAMED)
    document = data.draw(shuffled(ERAS[era](network)))
    assert_drawn(only(data.draw(written(document)), "m.json"), network)


def flat(nested: list[Any]) -> list[str]:
    return [name for item in nested for name in (flat(item) if isinstance(item, list) else [item])]


@randomly
@given(nested=chains)
def test_nested_chains_are_read_as_one(nested: list[Any]) -> None:
    calls = graph_of(as_chain(nested)).calls
    assert [call.class_name for call in calls][1:-1] == flat(nested)


@randomly
@given(network=networks(), data=st.data())
def test_a_program_is_read_as_it_was_drawn(network: Network, data: st.DataObject) -> None:
    assert_drawn(only((PREAMBLE + data.draw(programs(network))).encode(), "m.py"), network)


@randomly
@given(network=networks(), data=st.data())
def test_a_notebook_is_read_as_it_was_drawn(network: Network, data: st.DataObject) -> None:
    start = ["import keras", "from keras import layers"]
    cells = data.draw(notebooks([*start, *data.draw(statements(network))]))
    assert_drawn(only(cells, data.draw(st.sampled_from(("m.ipynb", "<stdin>")))), network)


@randomly
@given(text=st.binary(max_size=200), data=st.data())
def test_the_configuration_is_found_in_an_archive(text: bytes, data: st.DataObject) -> None:
    assert archive.read(io.BytesIO(data.draw(archives(text)))) == text


@settings(randomly, max_examples=200)
@given(text=st.binary(min_size=1, max_size=200), data=st.data())
def test_our_own_reader_of_archives_agrees_with_zipfile(text: bytes, data: st.DataObject) -> None:
    whole = bytearray(data.draw(archives(text)))
    places = st.integers(0, len(whole) - 1)
    for place in data.draw(st.lists(places, max_size=2)):
        whole[place] = data.draw(st.sampled_from((0, 1, 8, 0x7F, 0xFF)))
    try:
        found = zip_member.read(io.BytesIO(whole), b"config.json", 1000)
    except zip_member.UnusualError:
        return
    try:
        expected = zipfile.ZipFile(io.BytesIO(whole)).read("config.json")
    except (zipfile.BadZipFile, NotImplementedError):  # for what is wrong with other members
        expected = text
    assert found == expected


def by_h5py(data: bytes, name: str) -> bytes | None:
    """The one text that an attribute has; ``None`` if it is something else."""
    with h5py.File(io.BytesIO(data)) as root:
        value = root.attrs.get(name)
    if isinstance(value, np.ndarray) and value.shape == (1,):
        value = value[0]
    if isinstance(value, str):
        return value.encode()
    return bytes(value) if isinstance(value, bytes) else None


def encoded(text: str | bytes | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text


@settings(randomly, max_examples=200)
@given(data=containers())
def test_attributes_of_hdf5_are_what_h5py_says(data: bytes) -> None:
    names = frozenset({"model_config", "training_config"})
    truth = {name: by_h5py(data, name) for name in names}
    try:
        found = hdf5_attributes.read(io.BytesIO(data), names)
    except UnusualError:
        pass
    else:
        assert found == {name: text for name, text in truth.items() if text is not None}
    if truth["model_config"] is None:
        with pytest.raises(InputError, match="HDF5 file"):
            hdf5.read(io.BytesIO(data))
    else:
        model, training = hdf5.read(io.BytesIO(data))
        assert encoded(model) == truth["model_config"]
        assert encoded(training) == truth["training_config"]


@settings(randomly, max_examples=30)
@given(document=DOCUMENTS, data=st.data())
def test_whatever_file_a_model_is_in_the_findings_are_the_same(
    document: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps(document).encode()
    files = (text, data.draw(archives(text)), data.draw(containers(text)))
    found = [LINTER.check_bytes(file, "m").findings for file in files]
    assert found[0] == found[1] == found[2]


@settings(randomly, max_examples=20)
@given(data=JSON | PROGRAMS)
def test_the_same_bytes_give_the_same_report(data: bytes) -> None:
    reports = [one.report([one.check_bytes(data, "m")]) for one in (LINTER, linter())]
    for form in reporters.FORMATS:
        assert reporters.text(reports[0], form) == reporters.text(reports[1], form)


INPUTS: Final = {
    "json": JSON | st.sampled_from(SOUND).flatmap(written),
    "keras": JSON.flatmap(archives),
    "h5py": JSON.flatmap(containers),
    "python": PROGRAMS,
    "notebook": NOTEBOOKS,
}
ENDINGS: Final = {
    "json": "json",
    "keras": "keras",
    "h5py": "h5",
    "python": "py",
    "notebook": "ipynb",
}


@pytest.mark.parametrize("kind", INPUTS)
@settings(randomly, max_examples=100)
@given(data=st.data())
def test_damage_ends_in_a_report_or_in_one_line(kind: str, data: st.DataObject) -> None:
    said = outcome(data.draw(damaged(kind, INPUTS[kind])), f"m.{ENDINGS[kind]}")
    assert said.startswith(("m.", "report"))
    assert "\n" not in said


def outcome(data: bytes, name: str) -> str:
    """What is said of an input that cannot be read; of another that there is a report."""
    try:
        report = LINTER.report([LINTER.check_bytes(data, name)])
    except InputError as error:
        return str(error)
    assert reporters.text(report, "concise").count("\n") >= len(report.findings)
    return "report"
