"""Damaged and huge configurations: an InputError or a sound graph, never a traceback."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from convlint.errors import InputError
from convlint.graph import OUTPUT, Graph
from convlint.readers import read_bytes
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec
from tests.configs import functional, graph_of, inputs, layer, sequential
from tests.eras import SOUND

STRANGE: list[Any] = [
    None,
    True,
    -1,
    10**30,
    "",
    "x",
    "relu",
    [],
    {},
    [[]],
    [None],
    ["x", 0, 0],
    ["x", 0, 0, {}],
    ["_CONSTANT_VALUE"],
    {"class_name": "Dense", "config": {}},
    {"class_name": 3},
    {"class_name": ["x"]},
    {"class_name": "__slice__"},
    {"class_name": "__tuple__", "items": 3},
    {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}},
    {"class_name": "function", "config": [1]},
    {"type": "ndarray"},
    float("nan"),
]
"""What no configuration has in the places where it will stand."""


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a document with every key in it."""
    pending = [value]
    while pending:
        item = pending.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item))
        for key in keys:
            yield item, key
            if isinstance(item[key], dict | list):
                pending.append(item[key])


def damage(document: Any, chance: random.Random) -> Any:
    damaged = copy.deepcopy(document)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        spots = list(places(damaged))
        if not spots:
            break
        container, key = chance.choice(spots)
        if chance.random() < 0.7:
            container[key] = copy.deepcopy(chance.choice(STRANGE))
        elif chance.random() < 0.5:
            del container[key]
        else:
            other, other_key = chance.choice(spots)
            container[key] = copy.deepcopy(other[other_key])
    return damaged


def assert_sound(graph: Graph) -> None:
    assert [call.index for call in graph.calls] == list(range(len(graph.calls)))
    for call in graph.calls:
        assert all(0 <= tensor.call < call.index and tensor.output >= 0 for tensor in call.inputs)
        assert call.layer
        assert isinstance(call.config, dict)
    ends = [call.class_name == OUTPUT for call in graph.calls]
    assert any(ends)
    assert ends == sorted(ends)


@pytest.mark.parametrize("document", SOUND)
def test_the_documents_to_be_damaged_are_sound(document: Any) -> None:
    assert_sound(graph_of(document))


@pytest.mark.parametrize("number", range(len(SOUND)))
def test_damage_gives_an_error_or_a_sound_graph(number: int) -> None:
    messages = []
    for seed in range(1500):
        damaged = damage(SOUND[number], random.Random(seed))  # noqa: S311
        try:
            ((graph,),) = read_bytes(json.dumps(damaged).encode(), "m.json")
        except InputError as error:
            messages.append(str(error))
        else:
            assert_sound(graph)
    assert 100 < len(messages) < 1400
    assert all(message.startswith("m.json: ") and "\n" not in message for message in messages)


def chain(length: int) -> dict[str, Any]:
    layers = [inputs("x", 4)]
    for number in range(length):
        layers.append(layer("Dense", f"d{number}", [layers[-1]["name"]]))
    return functional(layers, [layers[-1]["name"]])


def test_chain_of_a_hundred_thousand_layers() -> None:
    graph = graph_of(chain(100_000))
    assert len(graph.calls) == 100_002
    assert_sound(graph)


def test_layers_saved_in_the_opposite_order() -> None:
    document = chain(5000)
    document["config"]["layers"].reverse()
    graph = graph_of(document)
    assert [call.layer for call in graph.calls[:3]] == ["x", "d0", "d1"]
    assert_sound(graph)


def test_nesting_of_any_depth() -> None:
    document = sequential(("Dense", {"name": "d"}))
    for number in range(5000):
        document = sequential(document, name=f"s{number}")
    graph = assemble(model_spec(document))
    assert [call.class_name for call in graph.calls] == ["InputLayer", "Dense", "Output"]
    assert graph.calls[1].layer.count("/") == 5000


def test_deeply_nested_configuration_values_become_unknown() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]
    graph = graph_of(sequential(("Mystery", {"name": "d", "strange": value, "plain": 3})))
    assert graph.calls[1].config["plain"] == 3
    assert "UNKNOWN" in repr(graph.calls[1].config["strange"])


def test_reading_json_and_zip_loads_neither_numpy_nor_keras() -> None:
    program = (
        "import sys; from convlint.readers import read_bytes;"
        "read_bytes(sys.stdin.buffer.read(), 'm');"
        "heavy = {'numpy', 'h5py', 'keras', 'tf_keras', 'tensorflow', 'pickle'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    document = json.dumps(SOUND[1]).encode()
    result = subprocess.run(
        [sys.executable, "-c", program], input=document, capture_output=True, check=True
    )
    assert result.stdout.decode().strip() == "[]"
