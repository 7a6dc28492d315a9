"""The Keras that a model in memory belongs to, and what it says about its objects as JSON.

Keras is never imported from here: a live model has imported its own, be it ``keras`` 2 or 3,
``tf_keras`` or ``tensorflow.keras``, and the classes that the model inherits from tell which.
"""

from __future__ import annotations

import inspect
import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convlint.kleene import UNKNOWN

_PACKAGES = frozenset({"keras", "tf_keras", "tensorflow"})

LARGEST_CONSTANT = 64
"""Constants of a call with more elements than this are not read; they are data, not structure."""


@dataclass(frozen=True, slots=True)
class Library:
    """One copy of Keras.

    Attributes:
        package: its top package, as an attribute path from a loaded module.
        model_module: the module of its ``Model`` class, beside which the internals lie.
        symbolic_operations: Keras 3, where operations are nodes of the graph like layers.
    """

    package: str
    model_module: str
    symbolic_operations: bool

    @property
    def public(self) -> Any:
        """The module with the public API (``Input``, ``saving``, …)."""
        module = sys.modules.get(self.package)
        return getattr(module, "keras", module) if self.package == "tensorflow" else module

    def owns(self, cls: type) -> bool:
        """Whether a class is part of Keras, rather than written by its user."""
        return cls.__module__.partition(".")[0] == self.package

    def owner(self, cls: type, attribute: str) -> type | None:
        """The class, first in method resolution order, that defines an attribute."""
        return next((base for base in cls.__mro__ if attribute in vars(base)), None)


def library_of(obj: object) -> Library | None:
    """The Keras that ``obj`` is a model of; ``None`` if it is no Keras model."""
    bases = type(obj).__mro__
    for base in bases:
        package = base.__module__.partition(".")[0]
        if base.__name__ == "Model" and package in _PACKAGES and "keras" in base.__module__:
            symbolic_operations = any(
                other.__name__ == "Operation" and other.__module__.partition(".")[0] == package
                for other in bases
            )
            return Library(package, base.__module__, symbolic_operations)
    return None


def serialise(library: Library, obj: object) -> Any:
    """What Keras writes into a file for ``obj``, as JSON values.

    Raises whatever the object's own ``get_config`` raises.
    """
    saving = getattr(library.public, "saving", None) or library.public.utils
    document = saving.serialize_keras_object(obj)
    return json.loads(json.dumps(document, default=stand_in, skipkeys=True))


def serialise_or_stand_in(library: Library, obj: object) -> Any:
    """Like :func:`serialise`, with a stand-in for what Keras cannot write.

    Large arrays are UNKNOWN.
    """
    if isinstance(obj, Mapping):
        return {str(key): serialise_or_stand_in(library, value) for key, value in obj.items()}
    if isinstance(obj, list | tuple):
        return [serialise_or_stand_in(library, value) for value in obj]
    if obj is UNKNOWN or _elements(obj) > LARGEST_CONSTANT:
        return UNKNOWN
    try:
        return serialise(library, obj)
    except Exception:
        return stand_in(obj)


def layer_entry(library: Library, layer: Any) -> dict[str, Any]:
    """The saved form of a layer without its calls.

    A layer whose ``get_config`` fails (a custom one without the method, a standard one with an
    argument that Keras cannot write) is described by its class and its constructor's
    arguments, as far as it keeps them as attributes; the others are given as unknown.
    """
    try:
        entry = serialise(library, layer)
        if isinstance(entry, dict) and isinstance(entry.get("config"), dict):
            return entry
    except Exception:  # noqa: S110 - whatever a user's get_config raises
        pass
    cls = type(layer)
    config = {
        argument: serialise_or_stand_in(library, getattr(layer, argument, UNKNOWN))
        for argument in _constructor_arguments(cls)
    }
    entry = {"class_name": cls.__name__, "config": config, "registered_name": cls.__name__}
    if library.owns(cls):
        return {**entry, "module": "keras.layers", "registered_name": None}
    return {**entry, "module": cls.__module__}


def stand_in(obj: object) -> dict[str, Any]:
    """The saved form of a custom object, with nothing but its name."""
    is_named = inspect.isfunction(obj) or inspect.isclass(obj)
    name = getattr(obj, "__name__", None) if is_named else type(obj).__name__
    return {
        "module": (obj if is_named else type(obj)).__module__,
        "class_name": "function" if is_named else name,
        "config": name if is_named else {},
        "registered_name": name,
    }


def _constructor_arguments(cls: type) -> tuple[str, ...]:
    """Names of the arguments that a layer class and its Keras base can be given."""
    names = dict.fromkeys(("name", "trainable", "dtype"))
    constructor = next(vars(base)["__init__"] for base in cls.__mro__ if "__init__" in vars(base))
    try:
        _, *parameters = inspect.signature(constructor).parameters.values()
    except (TypeError, ValueError):
        return tuple(names)
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names |= dict.fromkeys(item.name for item in parameters if item.kind not in variadic)
    return tuple(names)


def _elements(obj: object) -> int:
    """Number of elements of an array or tensor; 0 for anything else."""
    shape = getattr(obj, "shape", None)
    if shape is None:
        return 0
    try:
        return math.prod(map(int, shape))
    except Exception:  # a shape that is not known, or an object that is no array
        return 0
