"""The mutations with which the search for crashes begins keep most inputs in their formats."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from fuzz.formats import FORMATS
from fuzz.mutate import FUZZ, mutated

SEEDS = [path for path in sorted((FUZZ / "corpus").rglob("seed-*")) if path.parent.name in FORMATS]
ROUNDS = 60

each_seed = pytest.mark.parametrize("path", SEEDS, ids=lambda path: "/".join(path.parts[-2:]))


def cut(data: bytes, size: int) -> bytes:
    """A mutation that knows no format: half of the input."""
    return data[: min(size, len(data) // 2)]


def variants(path: Path, size: int) -> list[bytes]:
    """What becomes of a seed after one to three mutations."""
    name, found = path.parent.name, [path.read_bytes()]
    for seed in range(ROUNDS):
        parent = found[0 if seed % 3 == 0 else -1]
        found.append(mutated(name, parent, size, seed, cut))
    return found


def is_parsed(name: str, data: bytes) -> bool:
    try:
        FORMATS[name].parse(data, Random(0))  # noqa: S311
    except Exception:  # parsers of four libraries
        return False
    return True


@each_seed
def test_most_of_what_is_made_of_a_seed_is_new_and_can_be_parsed(path: Path) -> None:
    found = set(variants(path, 4096))
    assert len(found) > 0.6 * ROUNDS
    assert sum(is_parsed(path.parent.name, data) for data in found) > 0.7 * len(found)


@each_seed
def test_it_all_follows_from_the_seed(path: Path) -> None:
    assert variants(path, 4096) == variants(path, 4096)


@each_seed
@pytest.mark.parametrize("size", [0, 100, 600])
def test_no_input_is_larger_than_allowed(path: Path, size: int) -> None:
    data = path.read_bytes()
    made = [mutated(path.parent.name, data, size, seed, cut) for seed in range(ROUNDS)]
    assert max(map(len, made)) <= size


@pytest.mark.parametrize("name", ["hdf5", "json", "keras", "rule"])
def test_what_has_no_format_or_is_damaged_is_changed_byte_by_byte(name: str) -> None:
    data = b"PK\x03\x04({[ ---\n"
    assert {mutated(name, data, 100, seed, cut) for seed in range(9)} == {cut(data, 100)}


def test_a_layer_is_made_to_follow_itself() -> None:
    """Subtrees are taken from elsewhere in a document, references among them."""
    data = (FUZZ / "corpus/json/seed-1").read_bytes()
    assert any(follows_itself(mutated("json", data, 4096, seed, cut)) for seed in range(2000))


def follows_itself(data: bytes) -> bool:
    try:
        layers = json.loads(data)["config"]["layers"]
        return any(layer["inbound_nodes"][0][0][0] == layer["name"] for layer in layers)
    except (ValueError, LookupError, TypeError):
        return False
