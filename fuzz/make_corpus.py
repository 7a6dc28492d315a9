"""Write the seeds of the corpus: small inputs of each kind, for the search to begin with.

``python fuzz/make_corpus.py``. Files whose names do not begin with ``seed-`` are crashes that were
found and mended; they stay.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

FUZZ: Final = Path(__file__).parent
sys.path.insert(0, str(FUZZ.parent))


def _layer(class_name: str, *nodes: Any, **config: Any) -> dict[str, Any]:
    name = config.get("name", class_name.lower())
    return {
        "class_name": class_name,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": [[[node, 0, 0, {}] for node in nodes]] if nodes else [],
    }


def _models() -> Iterator[dict[str, Any]]:
    shape = {"batch_input_shape": [None, 32, 32, 3]}
    conv = {"class_name": "Conv2D", "config": {"filters": 8, "kernel_size": [3, 3], **shape}}
    drop = {"class_name": "Dropout", "config": {"rate": 0.5}}
    head = {"class_name": "Dense", "config": {"units": 1, "activation": "softmax"}}
    chain = {"name": "s", "layers": [conv, drop, {"class_name": "Flatten", "config": {}}, head]}
    yield {"class_name": "Sequential", "config": chain}
    layers = [
        _layer("InputLayer", name="x", batch_shape=[None, 8, 8, 4]),
        _layer("BatchNormalization", "x", name="b", axis=-1),
        _layer("Activation", "b", name="a", activation="relu"),
        _layer("Conv2D", "a", name="c", filters=4, kernel_size=3, padding="same"),
        _layer("Add", "c", "x", name="s"),
        _layer("LSTM", "s", name="l", units=3),
    ]
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["l", 0, 0]]}
    compiled = {"loss": "mse", "optimizer": {"class_name": "SGD", "config": {"clipnorm": 1}}}
    yield {
        "class_name": "Functional",
        "config": {"name": "f", "layers": layers, **ends},
        "compile_config": compiled,
    }


SOURCES: Final = (
    "m = keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Dropout(.5)])\n",
    "def f(x, n=3):\n    for i in range(n):\n        x = layers.Dense(2**i)(x)\n    return x\n"
    "x = keras.Input((4,))\nm = keras.Model(x, f(x))\nm.compile(loss='mse')\n",
    "class A(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
    "        self.d = layers.Dense(3)\n    def call(self, x):\n        return self.d(x) + 1\nA()\n",
    "a, *b = [i for i in (1, 2, 3) if i % 2]\nd = {**{'k': f'{a!r:>3}'}}\ntry:\n    x = d['q']\n"
    "except KeyError as e:\n    x = lambda y: (y, e)\nwhile x:\n    x = b[1:] or None\n",
)
PATTERNS: Final = (
    "conv -> (act | norm | pool)* -> drop:dropout[elementwise] -> !dense+ => output",
    "a:Conv2D[config.x == 'same' and not use_bias]? -> b:any[kernel_size in [(1, 1), 3]]",
)
PREDICATES: Final = (
    "rate > 0.5 and not use_bias",
    "a.units * 2 == b.units or model.depth in [1, (2, 3)] and a.config.x != None",
    "-1.5e3 <= strides[0] // 2 % 3 < 'a'",
)
SETTINGS: Final = (
    "select = ['CVL1']\nfail-on = 'error'\nexclude = ['old/**', '[a-z]*.h5']\n"
    "[per-file-ignores]\n'a/*.py' = ['ALL']\n[per-layer-ignores]\n'*.h5::b_*' = ['CVL203']\n",
    "output-format = 'json'\nrule-paths = ['rules']\n[options.extreme-dropout-rate]\n"
    "highest-rate = 0.9\n",
)


def _files() -> Mapping[str, list[bytes]]:
    import h5py

    from tests.eras import SOUND
    from tests.pages import write_page

    models = [json.dumps(model).encode() for model in (*_models(), *SOUND)]
    archives, containers = [], []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", method) as file:
            file.writestr(zipfile.ZipInfo("metadata.json"), '{"keras_version": "3.15.1"}')
            file.writestr(zipfile.ZipInfo("config.json"), models[0])
            file.writestr(zipfile.ZipInfo("model.weights.h5"), b"weights")
        archives.append(data.getvalue())
    for libver in ("earliest", "v108", "latest"):
        data = io.BytesIO()
        with h5py.File(data, "w", libver=libver) as file:
            file.attrs["model_config"] = models[0].decode()
            file.attrs["keras_version"] = "2.11.0"
        containers.append(data.getvalue())
    cells = [
        {"cell_type": "code", "source": [text]}
        for text in ("%time\nimport keras\nfrom keras import layers", *SOURCES[:3])
    ]
    page = write_page(FUZZ / "page", extra="options:\n  - {name: x, default: 1, about: y}\n")
    pages = [page.read_bytes()]
    for written in (page, page.with_name("references.yaml")):
        written.unlink()
    page.parent.rmdir()
    entry = {"file": "a.keras", "layer": "b/c", "code": "CVL101", "count": 2}
    return {
        "json": models,
        "keras": archives,
        "zip": archives,
        "hdf5": containers,
        "h5py": containers,
        "python": [text.encode() for text in SOURCES],
        "notebook": [json.dumps({"nbformat": 4, "cells": cells}).encode()],
        "pattern": [text.encode() for text in PATTERNS],
        "predicate": [text.encode() for text in PREDICATES],
        "rule": pages,
        "config": [text.encode() for text in SETTINGS],
        "baseline": [json.dumps({"version": 1, "findings": [entry]}).encode()],
    }


def main() -> None:
    """Write them."""
    for name, contents in _files().items():
        folder = FUZZ / "corpus" / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, content in enumerate(contents):
            (folder / f"seed-{number}").write_bytes(content)


if __name__ == "__main__":
    main()
