"""Checking source code: what is reported of it, and where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from convlint import Report, check
from convlint.config import Config
from convlint.errors import InputError, SourceError
from convlint.readers import load, looks_like_model, read_bytes

DROPPED = """\
import sys
import keras
from keras import layers

def build({parameters}):
    x = inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, activation="relu")(x)
{body}
    x = layers.Conv2D(16, 3)(x)
    x = layers.Flatten()(x)
    return keras.Model(inputs, layers.Dense(10)(x))
"""
DROP = "    x = layers.Dropout(0.5)(x)"
NORM = "    x = layers.BatchNormalization()(x)"


def checked(tmp_path: Path, code: str) -> Report:
    path = tmp_path / "train.py"
    path.write_text(code, encoding="utf-8")
    return check(path, select="CVL102", config=Config())


def found(report: Report) -> list[tuple[str, int]]:
    return [(finding.code, finding.location.line) for finding in report if finding.location]


def test_a_finding_is_at_the_line_that_makes_the_layer(tmp_path: Path) -> None:
    report = checked(tmp_path, DROPPED.format(parameters="", body=f"{DROP}\n{NORM}"))
    assert found(report) == [("CVL102", 8)]
    assert report[0].file == str(tmp_path / "train.py")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # Where the dropout is, there is the norm.
        (f"    if flag:\n    {DROP}\n    {NORM}", True),
        # It is there both ways, and there is a finding both ways.
        (f"{DROP}\n    if flag: x = layers.ReLU()(x)\n{NORM}", True),
        # It is there both ways, but only one way there is a finding.
        (f"{DROP}\n    if flag:\n    {NORM}", False),
        # Each way has its own.
        (f"    if flag:\n    {DROP}\n    else: x = layers.Dropout(0.4)(x)\n{NORM}", True),
    ],
)
def test_a_finding_counts_if_it_holds_in_every_variant_with_its_layer(
    tmp_path: Path, body: str, expected: bool
) -> None:
    report = checked(tmp_path, DROPPED.format(parameters="flag", body=body))
    assert bool(report) is expected


def test_a_place_is_reported_once_however_many_layers_it_makes(tmp_path: Path) -> None:
    body = f"    for _ in range(3):\n    {DROP}\n    {NORM}"
    code = DROPPED.format(parameters="", body=body) + "models = [build(), build()]\n"
    report = checked(tmp_path, code)
    assert found(report) == [("CVL102", 9)]
    assert len(report.checked[0].models) == 2


def test_a_notebook_is_checked_like_a_script(tmp_path: Path) -> None:
    import json

    cells = [
        "import keras\nfrom keras import layers\n",
        f"{DROPPED.format(parameters='', body='')}",
    ]
    cells.append(
        "model = keras.Sequential([layers.Dense(8), layers.Dropout(0.5),\n"
        "  layers.BatchNormalization(), layers.Dense(3)])"
    )
    path = tmp_path / "x.ipynb"
    document = {"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    path.write_text(json.dumps(document), encoding="utf-8")
    report = check(path, select="CVL102", config=Config())
    places = [finding.location for finding in report]
    assert [(place.cell, place.line) for place in places if place] == [(3, 1)]


def test_source_on_standard_input_is_known_by_its_words() -> None:
    code = b"import keras\nmodel = keras.Sequential([keras.layers.Dense(3)])\n"
    assert len(read_bytes(code, "-")) == 1
    with pytest.raises(SourceError, match=r"^-: line 2: it is not Python 3"):
        read_bytes(b"import keras\nprint 'x'\n", "-")
    with pytest.raises(InputError):
        read_bytes(b"nothing of the kind", "-")


def test_a_folder_is_searched_for_source_that_is_about_keras(tmp_path: Path) -> None:
    for name, text in {
        "model.py": "from keras import layers",
        "other.py": "import torch",
        "notes.txt": "keras",
        "x.ipynb": '{"cells": [], "metadata": "keras"}',
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    worth = {path.name for path in tmp_path.iterdir() if looks_like_model(path)}
    assert worth == {"model.py", "x.ipynb"}


def test_what_is_no_python_is_an_error_only_if_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "old.py"
    path.write_text("import keras\nprint 'x'\n", encoding="utf-8")
    with pytest.raises(InputError, match="it is not Python 3"):
        check(path, config=Config())
    report = check(tmp_path, config=Config())
    assert report.ok
    assert not report.errors
    assert "it is not Python 3" in report.checked[0].notes[0]


def test_what_was_given_up_is_told_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        "import keras\nmodel = keras.Sequential()\n"
        "for n in unknown:\n    model.add(keras.layers.Dense(n))\n",
        encoding="utf-8",
    )
    assert load(path).models == ()

    def complaints(*options: str) -> str:
        command = [sys.executable, "-m", "convlint", "--isolated", *options, str(path)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stderr

    assert "line 3: a loop that builds layers cannot be followed" in complaints("-v")
    assert "cannot be followed" not in complaints()


def test_warnings_about_source_do_not_fail_a_run(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("import keras\nprint 'x'\n", encoding="utf-8")
    command = [sys.executable, "-m", "convlint", "--isolated", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    assert "warning: " in ran.stderr
    assert "old.py: line 2: it is not Python 3" in ran.stderr
    named = subprocess.run(
        [*command[:-1], str(tmp_path / "old.py")], capture_output=True, text=True, check=False
    )
    assert named.returncode == 2
    assert named.stderr.startswith("error: ")
