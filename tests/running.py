"""Run a script or notebook under Keras, and note what models it makes and on which lines."""

from __future__ import annotations

import os
import re
import sys
import types
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

import keras

from convlint.errors import InputError
from convlint.graph import Graph
from convlint.readers.live import read_model
from tests.notebooks import Cell, code_cells


class Place(NamedTuple):
    """An expression, in a notebook within a cell. Lines and columns count from 1."""

    cell: int | None
    line: int
    column: int
    end_line: int


@dataclass(frozen=True)
class LiveModel:
    """A model that a script made.

    Attributes:
        graph: its graph.
        places: for each name of a layer in it, where layers of that name were made. An input
            layer that a Sequential made for itself has none.
        backbone: names of the layers that an application of Keras made, and where it was made.
    """

    graph: Graph
    places: Mapping[str, frozenset[Place]]
    backbone: Mapping[str, Place]


@dataclass(frozen=True)
class _Made:
    """A layer, operation or model; ``by`` is what part of Keras made it, "" for the script."""

    thing: Any
    place: Place
    by: str


_APPLICATION: Final = f"{os.sep}applications{os.sep}"
_SEQUENTIAL: Final = f"models{os.sep}sequential.py"


def run(path: Path, calls: tuple[str, ...] = ()) -> list[LiveModel]:
    """The models that a ``.py`` or ``.ipynb`` file makes, in the order in which it makes them.

    A model that is a part of another one is left out, and so is one that has no graph because
    it was never built or has no ``call``.

    Args:
        path: the file.
        calls: expressions to evaluate afterwards, which call what the file only defines.
    """
    text = path.read_text(encoding="utf-8")
    cells = code_cells(text) if path.suffix == ".ipynb" else [Cell(None, text)]
    names = {f"{path.name}:{cell.number}": cell for cell in cells}
    module = types.ModuleType("__main__")
    module.__dict__["__file__"] = str(path)
    made: list[_Made] = []
    with _surroundings(module, path), _recording(names, made):
        for name, cell in names.items():
            exec(compile(cell.source, name, "exec"), module.__dict__)  # noqa: S102
        for call in calls:
            eval(call, module.__dict__)  # noqa: S307
    return list(_models(made))


@contextmanager
def _surroundings(module: types.ModuleType, path: Path) -> Iterator[None]:
    """A fresh Keras, and a process like that of ``python script.py``; all put back afterwards."""
    saved = sys.argv, dict(os.environ), sys.modules["__main__"]
    policy, data_format = keras.config.dtype_policy(), keras.config.image_data_format()
    keras.utils.clear_session()
    sys.argv, sys.modules["__main__"] = [path.name], module
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        keras.config.set_dtype_policy(policy)
        keras.config.set_image_data_format(data_format)
        sys.argv, environment, sys.modules["__main__"] = saved
        os.environ.clear()
        os.environ.update(environment)


@contextmanager
def _recording(cells: Mapping[str, Cell], made: list[_Made]) -> Iterator[None]:
    """While open, note every layer, operation and model that code in the named files makes."""
    construct = keras.Operation.__new__

    def recording(cls: type, *args: Any, **kwargs: Any) -> Any:
        instance = construct(cls, *args, **kwargs)
        frame: FrameType | None = sys._getframe(1)
        by = ""
        while frame is not None and frame.f_code.co_filename not in cells:
            file = frame.f_code.co_filename
            if _APPLICATION in file:
                by = "" if frame.f_code.co_name == "preprocess_input" else "application"
            elif file.endswith(_SEQUENTIAL) and frame.f_code.co_name != "__new__":
                by = by or "sequential"
            frame = frame.f_back
        if frame is not None:
            cell = cells[frame.f_code.co_filename]
            made.append(_Made(instance, _place(frame, cell), by))
        return instance

    keras.Operation.__new__ = staticmethod(recording)
    try:
        yield
    finally:
        keras.Operation.__new__ = construct


def _place(frame: FrameType, cell: Cell) -> Place:
    """The expression that a frame is evaluating."""
    positions = frame.f_code.co_positions()
    line, end_line, offset, _ = next(islice(positions, frame.f_lasti // 2, None))
    assert line is not None
    assert end_line is not None
    assert offset is not None
    before = cell.source.splitlines()[line - 1].encode()[:offset].decode()
    return Place(cell.number, line, len(before) + 1, end_line)


def _models(made: list[_Made]) -> Iterator[LiveModel]:
    # Keras allocates some objects that it never initialises.
    made = [entry for entry in made if hasattr(entry.thing, "name")]
    graphs = {
        id(entry.thing): (entry.thing, _graph(entry.thing))
        for entry in made
        if isinstance(entry.thing, keras.Model) and not entry.by
    }
    read = [(model, graph) for model, graph in graphs.values() if graph is not None]
    parts = {
        id(layer)
        for model, _ in read
        for layer in model._flatten_layers(include_self=False, recursive=True)
    }
    for model, graph in read:
        if id(model) in parts:
            continue
        inside = {id(thing) for thing in _things(model)}
        places: dict[str, set[Place]] = {}
        backbone = {}
        for entry in made:
            if id(entry.thing) in inside and entry.by != "sequential":
                places.setdefault(entry.thing.name, set()).add(entry.place)
                if entry.by == "application":
                    backbone[entry.thing.name] = entry.place
        yield LiveModel(
            graph,
            {name: frozenset(found) for name, found in places.items()},
            backbone,
        )


def _graph(model: Any) -> Graph | None:
    """The graph; None for a model that was never built, or has no ``call``."""
    try:
        return read_model(model)
    except InputError as error:
        if "built" in str(error) or "call()" in str(error):
            return None
        raise


def _things(model: Any) -> Iterator[Any]:
    """Every layer and operation in a model, at any depth."""
    for layer in model._flatten_layers(include_self=True, recursive=True):
        yield layer
        yield from getattr(layer, "operations", ())


_HEADER: Final = re.compile(r"^# (unknown|call): *(.*)$|^# (undecided|given up)$", re.MULTILINE)


@dataclass(frozen=True)
class Header:
    """What comments at the top of a script say about it.

    Attributes:
        unknown: ``# unknown: 3``, how many values in its models only a run can know.
        calls: ``# call: build()``, for each function that nobody calls a call of it.
        undecided: ``# undecided``, there are conditions that only a run can decide.
        given_up: ``# given up``, what it builds cannot be told without running it.
    """

    unknown: int = 0
    calls: tuple[str, ...] = ()
    undecided: bool = False
    given_up: bool = False


def header(path: Path) -> Header:
    """The header of a script; a notebook has none."""
    if path.suffix != ".py":
        return Header()
    found = [match.groups() for match in _HEADER.finditer(path.read_text(encoding="utf-8"))]
    return Header(
        unknown=sum(int(value) for key, value, _ in found if key == "unknown"),
        calls=tuple(value for key, value, _ in found if key == "call"),
        undecided=any(word == "undecided" for _, _, word in found),
        given_up=any(word == "given up" for _, _, word in found),
    )
