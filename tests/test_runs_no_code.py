"""Linting runs no code of what it lints: an audit hook ends the process if it does."""

from __future__ import annotations

import base64
import io
import json
import marshal
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import pytest

from convlint import reporters
from tests.audited import CAUGHT
from tests.configs import functional, inputs, layer, sequential
from tests.pages import write_page

ROOT = Path(__file__).parent.parent
TOUCH = "__import__('os').system('touch owned')"
BYTECODE = base64.b64encode(marshal.dumps(compile(TOUCH, "x", "eval"))).decode()
DENSE = ("Dense", {"name": "d", "units": 3, "batch_input_shape": [None, 4]})


class Exploit:
    """Pickled, it runs a command when it is loaded."""

    def __reduce__(self) -> Any:
        return os.system, ("touch owned",)


def zipped(name: str, content: bytes | str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(name, content)
    return data.getvalue()


def lambdas() -> Iterator[dict[str, Any]]:
    """Functions in Lambda layers as each version of Keras saves them."""
    code = {"code": BYTECODE, "defaults": None, "closure": None}
    for number, function in enumerate(
        (
            {"class_name": "__lambda__", "config": code},
            [BYTECODE, None, None],
            {"class_name": "function", "module": "os", "config": "system"},
            {"class_name": "function", "module": "owned", "config": "f", "registered_name": "f"},
        )
    ):
        config = {"name": f"l{number}", "function": function, "function_type": "lambda"}
        yield {"class_name": "Lambda", "config": {**config, "module": "owned"}}


def strangers() -> Iterator[dict[str, Any]]:
    """Layers that say they are something else of some module."""
    for number, (module, name) in enumerate(
        [("os", "system"), ("owned", "Layer"), ("builtins", "exec"), ("subprocess", "Popen")]
    ):
        yield {
            "module": module,
            "class_name": name,
            "registered_name": f"{module}>{name}",
            "config": {"name": f"s{number}", "args": ["touch owned"]},
            "build_config": {"class_name": name, "module": module},
        }


MODEL = json.dumps(sequential(DENSE, *lambdas(), *strangers()))
GRAPH = json.dumps(
    functional(
        [inputs("x", 4), layer("TFOpLambda", "op", ["x"], function="__import__('os').system")],
        ["op"],
    )
)
TRAINING = json.dumps(
    {"loss": {"class_name": "system", "module": "os"}, "optimizer_config": {"class_name": "exec"}}
)
SOURCE = f"""
import os, sys, subprocess, keras, owned
from owned import *
os.system('touch owned')
subprocess.run(['touch', 'owned'])
{TOUCH}
eval({TOUCH!r})
exec({TOUCH!r})
open('owned', 'w').write('x')
keras.models.load_model('model.keras', safe_mode=False)
class Meta(type):
    def __new__(cls, *a):
        os.system('touch owned')
        return type.__new__(cls, *a)
class A(metaclass=Meta):
    x = os.system('touch owned')
@exec
def f(x=os.system('touch owned')): pass
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(os.system('touch owned') or 3)])
model.add(keras.layers.Lambda(lambda x: os.system('touch owned')))
model.add(eval("keras.layers.Dense(3)"))
"""
MODULE = "open('owned', 'w')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder full of what runs code when something else than a linter opens it."""
    (tmp_path / "model.json").write_text(MODEL, encoding="utf-8")
    (tmp_path / "graph.json").write_text(GRAPH, encoding="utf-8")
    (tmp_path / "model.keras").write_bytes(zipped("config.json", MODEL))
    (tmp_path / "torch.keras").write_bytes(zipped("archive/data.pkl", pickle.dumps(Exploit())))
    (tmp_path / "pickle.h5").write_bytes(pickle.dumps(Exploit()))
    with h5py.File(tmp_path / "usual.h5", "w") as file:
        file.attrs["model_config"], file.attrs["training_config"] = MODEL, TRAINING
    with h5py.File(tmp_path / "unusual.h5", "w") as file:
        file.attrs["model_config"] = [MODEL]  # which is left to h5py
        file.attrs["pickle"] = pickle.dumps(Exploit(), 0).decode()
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/saved_model.pb").write_bytes(b"\x08\x01")
    (tmp_path / "source.py").write_text(SOURCE, encoding="utf-8")
    cells = [{"cell_type": "code", "source": text} for text in ("!touch owned", SOURCE)]
    notebook = json.dumps({"nbformat": 4, "cells": cells})
    (tmp_path / "notebook.ipynb").write_text(notebook, encoding="utf-8")
    for name in ("owned", "keras", "tensorflow", "yaml", "h5py", "numpy", "rich", "click"):
        (tmp_path / f"{name}.py").write_text(MODULE, encoding="utf-8")
    return tmp_path


def audited(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command, or ``-c CODE``, in a folder under the hook."""
    program = "import runpy, sys; sys.path[:0] = [sys.argv[1]]; runpy.run_module('tests.audited', "
    program += "run_name='__main__', alter_sys=True)"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, "-c", program, str(ROOT), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def assert_nothing_ran(ran: subprocess.CompletedProcess[str], folder: Path) -> None:
    assert ran.returncode in (1, 2), ran.stderr
    assert "CAUGHT" not in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "internal error" not in ran.stderr
    assert not (folder / "owned").exists()


INPUTS = [
    *("model.json", "graph.json", "model.keras", "torch.keras", "pickle.h5", "usual.h5"),
    *("unusual.h5", "saved", "source.py", "notebook.ipynb"),
]


@pytest.mark.parametrize("output_format", reporters.FORMATS)
def test_linting_runs_nothing(output_format: str, folder: Path) -> None:
    ran = audited(folder, "--select", "ALL", "--output-format", output_format, *INPUTS)
    assert_nothing_ran(ran, folder)
    assert ran.stderr.count("error: ") == 3, ran.stderr  # two pickles and a SavedModel
    for file in ("model.json", "model.keras", "usual.h5", "unusual.h5", "source.py"):
        assert file in ran.stdout


def test_a_folder_is_walked_without_running_what_lies_there(folder: Path) -> None:
    ran = audited(folder, "-j", "1", "--statistics", "-v", ".")
    assert_nothing_ran(ran, folder)
    assert "source.py: " in ran.stderr


@pytest.mark.parametrize(
    "settings",
    [
        "rule-paths = ['rules']",
        "plugins = ['owned']",
        "baseline = 'owned.py'",
        "rule-paths = ['owned.py']",
        "exclude = ['!!python/object/apply:os.system [touch owned]']",
    ],
)
def test_settings_run_nothing_but_installed_plugins(settings: str, folder: Path) -> None:
    (folder / "convlint.toml").write_text(settings, encoding="utf-8")
    tag = "check: !!python/object/apply:os.system [touch owned]\n"
    write_page(folder / "rules", message="{found.__class__}", extra=tag)
    write_page(folder / "rules", pattern=f"found:dense[{TOUCH}]")
    ran = audited(folder, "model.json")
    assert_nothing_ran(ran, folder)


def test_the_command_does_not_import_from_the_current_folder(folder: Path) -> None:
    """Python looks there first when it runs a module."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONSAFEPATH", None)
    ran = subprocess.run(
        [sys.executable, "-m", "convlint", *INPUTS],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert_nothing_ran(ran, folder)


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.system('true')",
        "import keras",
        "import owned",
        "import asyncio",
        "import importlib; importlib.import_module('keras')",
        "import importlib; importlib.import_module('owned')",
        "import importlib; importlib.import_module('webbrowser')",
        "open('x', 'w')",
        "open('owned.py', 'r+')",
        "import os; os.open('x', os.O_CREAT)",
        "import os; os.mkdir('x')",
        "import os; os.rename('owned.py', 'x')",
        "import tempfile; tempfile.mkstemp()",
        "import socket; socket.socket()",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import os; os.fork()",
        "import os; os.remove('owned.py')",
        "import os; os.putenv('A', 'b')",
        "import ctypes; ctypes.CDLL(None)",
        "import pickle, os; pickle.loads(pickle.dumps(os.system))",
        "import marshal; marshal.loads(marshal.dumps(1))",
        "import yaml; yaml.unsafe_load('!!python/object/apply:os.system [\"true\"]')",
        "exec('1')",
        "eval('1')",
        "compile('1', 'x', 'eval')",
        "(lambda: 0).__code__.replace(co_name='x')",
    ],
)
def test_the_hook_sees_what_must_not_happen(code: str, folder: Path) -> None:
    ran = audited(folder, "-c", code)
    assert ran.returncode == CAUGHT, ran.stderr
    assert "CAUGHT" in ran.stderr
