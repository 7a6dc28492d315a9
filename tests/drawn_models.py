"""Random inputs for every reader: sound ones, of which is known what is in them, and damaged ones.

A sound input is drawn as a :class:`Network` first, and then written as each era of Keras, or a
person, writes it down.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from fuzz.mutate import mutated
from tests.configs import functional, inputs, layer, sequential, structured, tensor

UNITS: Final = 4
"""Size of the last axis of every tensor, so that all tensors can be added."""

ONE_INPUT: Final[Mapping[str, Mapping[str, Any]]] = {
    "Dense": {"units": UNITS},
    "Dropout": {"rate": 0.5},
    "BatchNormalization": {},
    "LayerNormalization": {},
    "ReLU": {},
    "GaussianNoise": {"stddev": 0.1},
}
MERGES: Final = ("Add", "Multiply", "Average", "Maximum")
SUFFIXES: Final = ("", "", "", "_1", "/x", "é", " ", "\n", "[red]", "\x1b[31m", "]]>", "%0A::", "'")
"""Ends of names that mean something to a terminal, to a report or to a pattern."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a network."""

    name: str
    class_name: str

    @property
    def config(self) -> Mapping[str, Any]:
        return ONE_INPUT.get(self.class_name, {})


@dataclass(frozen=True, slots=True)
class Network:
    """A directed acyclic graph of calls; ``calls[i]`` is a layer and the calls that it consumes.

    A call of an ``InputLayer`` consumes none. What nothing consumes is an output.
    """

    layers: tuple[Layer, ...]
    calls: tuple[tuple[int, tuple[int, ...]], ...]

    def name(self, call: int) -> str:
        return self.layers[self.calls[call][0]].name

    def node(self, call: int) -> int:
        """Which call of its layer it is."""
        return sum(self.calls[i][0] == self.calls[call][0] for i in range(call))

    def calls_of(self, index: int) -> list[tuple[int, ...]]:
        return [sources for number, sources in self.calls if number == index and sources]

    def outputs(self) -> list[int]:
        consumed = {source for _, sources in self.calls for source in sources}
        return [call for call in range(len(self.calls)) if call not in consumed]

    def edges(self) -> Counter[tuple[str, str]]:
        """How often a layer consumes another."""
        return Counter(
            (self.name(source), self.name(call))
            for call, (_, sources) in enumerate(self.calls)
            for source in sources
        )


@st.composite
def networks(draw: st.DrawFn, suffixes: Sequence[str] = ("",)) -> Network:
    """Networks of up to ten calls, with layers called more than once, forks and joins."""
    layers: list[Layer] = []
    calls: list[tuple[int, tuple[int, ...]]] = []

    def add(class_name: str, *sources: int) -> None:
        layers.append(Layer(f"n{len(layers)}{draw(st.sampled_from(suffixes))}", class_name))
        calls.append((len(layers) - 1, sources))

    for _ in range(draw(st.integers(1, 2))):
        add("InputLayer")
    for _ in range(draw(st.integers(1, 8))):
        earlier = st.integers(max(0, len(calls) - 4), len(calls) - 1)
        shared = [i for i, layer in enumerate(layers) if layer.class_name in ONE_INPUT]
        match draw(st.sampled_from(("one", "one", "merge", "shared"))):
            case "merge" if len(calls) > 1:
                sources = draw(st.lists(earlier, min_size=2, max_size=3))
                add(draw(st.sampled_from(MERGES)), *sources)
            case "shared" if shared:
                calls.append((draw(st.sampled_from(shared)), (draw(earlier),)))
            case _:
                add(draw(st.sampled_from(sorted(ONE_INPUT))), draw(earlier))
    return Network(tuple(layers), tuple(calls))


def _ends(network: Network) -> list[list[Any]]:
    return [[network.name(call), network.node(call), 0] for call in network.outputs()]


def as_legacy(network: Network) -> dict[str, Any]:
    """The network as Keras saved it until version 2."""

    def reference(call: int) -> list[Any]:
        return [network.name(call), network.node(call), 0, {}]

    entries = [
        inputs(item.name, UNITS)
        if item.class_name == "InputLayer"
        else layer(
            item.class_name,
            item.name,
            *([reference(source) for source in sources] for sources in network.calls_of(index)),
            **item.config,
        )
        for index, item in enumerate(network.layers)
    ]
    return functional(entries, _ends(network))


def as_structured(network: Network) -> dict[str, Any]:
    """The network as Keras 3 saves it."""

    def arguments(sources: tuple[int, ...]) -> list[Any]:
        tensors = [tensor(network.name(source), network.node(source)) for source in sources]
        return tensors if len(tensors) == 1 else [tensors]

    entries = [
        inputs(item.name, UNITS)
        if item.class_name == "InputLayer"
        else structured(
            item.class_name,
            item.name,
            *({"args": arguments(sources)} for sources in network.calls_of(index)),
            **item.config,
        )
        for index, item in enumerate(network.layers)
    ]
    return functional(entries, _ends(network))


def as_chain(nested: Any, name: str = "chain") -> dict[str, Any]:
    """A ``Sequential`` of classes, and of lists of them that become ``Sequential`` in it."""
    return sequential(
        *(
            as_chain(item, f"{name}{index}")
            if isinstance(item, list)
            else (item, {"name": f"{item}{index}", **ONE_INPUT[item]})
            for index, item in enumerate(nested)
        ),
        name=name,
    )


chains: Final[st.SearchStrategy[list[Any]]] = st.lists(
    st.recursive(
        st.sampled_from(sorted(ONE_INPUT)),
        lambda inner: st.lists(inner, min_size=1, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)


@st.composite
def shuffled(draw: st.DrawFn, document: Mapping[str, Any]) -> dict[str, Any]:
    """A functional model with its layers in any order."""
    layers = draw(st.permutations(document["config"]["layers"]))
    return {**document, "config": {**document["config"], "layers": layers}}


@st.composite
def written(draw: st.DrawFn, document: Mapping[str, Any]) -> bytes:
    """A model as JSON text, in one of the ways in which people store it."""
    text = json.dumps(
        document, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from((None, 2)))
    )
    match draw(st.sampled_from(("plain", "plain", "text", "entry", "text in entry", "TF.js"))):
        case "text":
            text = json.dumps(text)
        case "entry":
            text = json.dumps({"model_config": document, "training_config": None})
        case "text in entry":
            text = json.dumps({"backend": "jax", "config": text})
        case "TF.js":
            text = json.dumps({"modelTopology": {"model_config": document}})
    return draw(st.sampled_from((b"", b"\xef\xbb\xbf"))) + text.encode()


@st.composite
def archives(draw: st.DrawFn, config: bytes) -> bytes:
    """A ``.keras`` archive with this configuration, among other members."""
    data = io.BytesIO()
    others = st.sampled_from(("metadata.json", "model.weights.h5", "assets/config.json", "../x"))
    names = draw(st.permutations(["config.json", *draw(st.lists(others, unique=True))]))
    with zipfile.ZipFile(data, "w") as archive:
        archive.comment = draw(st.sampled_from((b"", b"a comment")))
        for name in names:
            member = zipfile.ZipInfo(name)
            member.compress_type = draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))
            archive.writestr(member, config if name == "config.json" else b"{}")
    return data.getvalue()


def _attributes() -> st.SearchStrategy[Any]:
    import h5py
    import numpy as np

    text = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    return st.one_of(
        *(text, text, text, st.sampled_from((1, 10_000, 70_000)).map("é".__mul__)),
        text.map(lambda value: np.bytes_(value.encode())),
        st.lists(text, min_size=1, max_size=3).map(lambda texts: np.array(texts, object)),
        st.integers(-(2**63), 2**63 - 1),
        st.lists(st.integers(0, 9), max_size=5).map(np.array),
        st.just(h5py.Empty("S10")),
    )


@st.composite
def containers(draw: st.DrawFn, config: bytes | None = None) -> bytes:
    """An HDF5 file with random attributes; ``model_config`` is one of them if it is given none."""
    import h5py

    names = st.sampled_from(("model_config", "training_config", "layer_names", "a", "bé"))
    attributes = draw(st.dictionaries(names, _attributes(), max_size=5))
    if config is not None:
        attributes["model_config"] = config.decode("utf-8-sig")
    version = draw(st.sampled_from(("earliest", "v108", "v110", "v112", "latest")))
    data = io.BytesIO()
    with h5py.File(
        data,
        "w",
        libver=(version, "latest") if version == "earliest" else (version, version),
        track_order=draw(st.booleans()),
        userblock_size=draw(st.sampled_from((0, 0, 0, 512))) if config is None else 0,
    ) as root:
        for number in range(draw(st.sampled_from((0, 0, 3, 12)))):
            root.attrs[f"other{number}"] = number
        for name in draw(st.permutations(sorted(attributes))):
            root.attrs[name] = attributes[name]
        if draw(st.booleans()):
            root.create_group("model_weights").create_dataset("kernel", data=[0.0] * 9)
    return data.getvalue()


def damaged(name: str, inputs: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Inputs of a harness after a few mutations."""

    def damage(data: bytes, seeds: list[int]) -> bytes:
        for seed in seeds:
            data = mutated(name, data, 2**16, seed, partial(_overwritten, Random(seed)))  # noqa: S311
        return data

    return st.builds(damage, inputs, st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=2))


def _overwritten(chance: Random, data: bytes, _: int) -> bytes:
    start = chance.randrange(len(data) + 1)
    return data[:start] + chance.randbytes(chance.randint(0, 2)) + data[start + 1 :]
