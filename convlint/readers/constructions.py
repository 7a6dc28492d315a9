"""Where the layers of a model in memory were constructed.

Keras does not remember that, so the constructor that all its layers share is made to note it
while a model is built. Keras itself is not imported from here: whichever the user's code
imports, now or later, is met when it is.
"""

from __future__ import annotations

import functools
import linecache
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from itertools import islice
from types import FrameType, ModuleType
from typing import Any, Final

from convlint.graph import Location
from convlint.readers.library import library_of

_CONSTRUCTED_BY: Final[Mapping[str, str]] = {
    "keras.src.ops.operation": "Operation",
    "keras.src.engine.base_layer": "Layer",
    "keras.engine.base_layer": "Layer",
    "tf_keras.src.engine.base_layer": "Layer",
    "tensorflow.python.keras.engine.base_layer": "Layer",
}
"""Module -> its class from which every layer inherits ``__new__``: Keras 3, 2.13 and older."""

_FOREIGN: Final = ("site-packages", "dist-packages")
_CONVLINT: Final = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")


@dataclass(eq=False)
class Constructions:
    """The layers that were constructed, and where. ``root`` holds the user's own code."""

    root: str | None
    _made: dict[int, tuple[Any, Location]] = field(default_factory=dict)
    _own_files: dict[str, bool] = field(default_factory=dict)

    def note(self, layer: Any, frame: FrameType | None) -> None:
        """Remember a layer; ``frame`` is that of the constructor that was called."""
        while frame is not None and not self.is_own(frame.f_code.co_filename):
            if frame.f_code.co_filename.startswith(_CONVLINT):
                return  # we construct it, to trace a model; who calls us has no part in it
            frame = frame.f_back
        if frame is not None:
            # The layer is kept alive, so that its identity stays its own.
            self._made[id(layer)] = layer, _location(frame)

    def is_own(self, file: str) -> bool:
        """Whether a file is code of the user, and not of Python, Keras or another library."""
        known = self._own_files.get(file)
        if known is None:
            known = self._own_files[file] = not file.startswith("<") and (
                not _is_library(file) or (self.root is not None and _is_in(file, self.root))
            )
        return known

    def location_of(self, layer: Any) -> Location | None:
        """Where a layer was constructed; ``None`` if that was not noted."""
        made = self._made.get(id(layer))
        return None if made is None else made[1]


def contained(model: Any) -> set[int]:
    """The identities of all layers of a model and of the models nested in it."""
    found: set[int] = set()
    pending = [model]
    while pending:
        for layer in _parts(pending.pop()):
            if id(layer) not in found:
                found.add(id(layer))
                pending.append(layer)
    return found


def _parts(layer: Any) -> list[Any]:
    """What a nested model, or a wrapper around one, consists of; nothing for other layers."""
    if library_of(layer) is None:
        layer = vars(layer).get("layer")
        if library_of(layer) is None:
            return []
    try:
        return list(getattr(layer, "operations", None) or layer.layers)
    except Exception:  # a class of the user may have other ideas of these words
        return []


@contextmanager
def recorded(root: str | None = None) -> Iterator[Constructions]:
    """Note every layer that is constructed while this is open.

    ``root`` is a folder whose files are the user's own even if they are installed.
    """
    constructions = Constructions(root)
    with ExitStack() as undo:

        def watch(module: ModuleType) -> None:
            cls = getattr(module, _CONSTRUCTED_BY[module.__name__], None)
            if isinstance(cls, type):
                undo.callback(_watch(cls, constructions))

        finder = _Finder(watch)
        sys.meta_path.insert(0, finder)
        undo.callback(sys.meta_path.remove, finder)
        for name in _CONSTRUCTED_BY:
            if name in sys.modules:
                watch(sys.modules[name])
        yield constructions


def _watch(cls: Any, constructions: Constructions) -> Callable[[], None]:
    """Make the class note its instances; the result undoes that."""
    own = vars(cls).get("__new__")
    construct = cls.__new__

    @functools.wraps(construct)
    def noting(kind: type, *args: Any, **kwargs: Any) -> Any:
        instance = construct(kind, *args, **kwargs)
        constructions.note(instance, sys._getframe(1))
        return instance

    def undo() -> None:
        if own is None:
            del cls.__new__
        else:
            cls.__new__ = own

    cls.__new__ = staticmethod(noting)
    return undo


@dataclass(frozen=True, slots=True, eq=False)
class _Finder:
    """Finds modules as the other finders do, and hands those of Keras on once they are run."""

    watch: Callable[[ModuleType], None]

    def find_spec(
        self, name: str, path: Any = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _CONSTRUCTED_BY:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_watch(module: ModuleType) -> None:
                run(module)
                self.watch(module)

            vars(spec.loader)["exec_module"] = run_and_watch
        return spec


def _location(frame: FrameType) -> Location:
    """The expression that a frame is at: that which constructs the layer."""
    code = frame.f_code
    positions = next(islice(code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    line, end_line, offset, _ = positions
    if line is None:  # Python was told not to keep them
        return Location(readable(code.co_filename), frame.f_lineno)
    column = None
    if offset is not None:
        # Offsets count bytes of UTF-8.
        before = linecache.getline(code.co_filename, line).encode("utf-8")[:offset]
        column = len(before.decode("utf-8", "replace")) + 1
    return Location(readable(code.co_filename), line, column, end_line)


def readable(file: str) -> str:
    """A path as the user would name it: relative if it lies below the current folder."""
    path = os.path.abspath(file)
    return os.path.relpath(path) if _is_in(path, os.getcwd()) else path


def _is_library(file: str) -> bool:
    path = os.path.abspath(file)
    if any(part in _FOREIGN for part in path.split(os.sep)):
        return True
    return _is_in(path, sysconfig.get_path("stdlib")) or _is_in(path, _CONVLINT)


def _is_in(file: str, folder: str) -> bool:
    return os.path.abspath(file).startswith(os.path.join(os.path.abspath(folder), ""))
