"""What the interpreter computes with.

Numbers, strings, None and tuples are themselves. Everything else that a script can hold is one of
the classes below, or of Keras (``keras_values.py``); a value of any other type is treated like
:class:`Opaque`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from collections.abc import Iterator as PythonIterator
from dataclasses import dataclass, field
from typing import Any, Final

from convlint.readers.source.keras_values import Layer, Tensor
from convlint.readers.source.keras_values import Value as Value

UNPACKED: Final = "**"
"""Key among keyword arguments that says: further ones were passed, but it is not known which."""


@dataclass(slots=True, eq=False)
class Opaque:
    """A value that is not known.

    Two readings of the same unknown thing are one object, so that the same question about it is
    answered the same way everywhere.

    Attributes:
        key: how it was computed, ``("==", key of another, constant)``; itself if not known.
        lost: why it is not known, if it depends on something that was given up. A model that
            needs such a value is given up too.
        members: attributes and items that were read or set.
        tensor: the symbolic tensor that stands for it, once it was used as one.
        origin: the name of the function or class that gave it.
    """

    key: Hashable = None
    lost: str | None = None
    members: dict[Any, Value] | None = None
    tensor: Tensor | None = None
    origin: str = "unknown"

    def __post_init__(self) -> None:
        if self.key is None:
            self.key = self


@dataclass(slots=True, eq=False)
class Choice:
    """One of two values, depending on a question that nobody had to answer yet."""

    key: Hashable
    yes: Value
    no: Value


@dataclass(slots=True, eq=False)
class List:
    """A list or deque; ``open`` if anything may have happened to it.

    ``limit`` is how many items it keeps, the last ones; ``owner`` is the model of which these
    are the layers.
    """

    items: list[Value]
    open: bool = False
    limit: int | None = None
    owner: Layer | None = None


@dataclass(slots=True, eq=False)
class Dict:
    """A dict by constant keys; ``open`` if it may have other entries or other values.

    ``factory`` makes the value of a key that is missing.
    """

    entries: dict[Any, Value]
    open: bool = False
    factory: Value = None


@dataclass(slots=True, eq=False)
class Set:
    """A set of constants, in the order of insertion."""

    items: dict[Hashable, None]
    open: bool = False


@dataclass(slots=True, eq=False)
class Iterator:
    """What yields values one by one; ``open`` once it met something that cannot be followed."""

    source: PythonIterator[Value]
    open: bool = False


@dataclass(slots=True, eq=False)
class Manager:
    """A context manager: of a generator function, or one that suppresses exceptions."""

    generator: Iterator | None = None
    suppresses: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class External:
    """Something that the file imports, by its dotted path: ``tensorflow.keras.layers``."""

    path: str


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of the file.

    Attributes:
        scope: where its free names are looked up.
        defaults: values of the last positional parameters, and of keyword-only ones by name.
        owner: the class whose body defines it.
        kind: ``property``, ``cached_property``, ``staticmethod``, ``classmethod`` or nothing.
        setter: what sets the property.
        results: what it gave for which arguments, if it remembers that (``lru_cache``).
    """

    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Any
    defaults: tuple[Value, ...] = ()
    keyword_defaults: dict[str, Value] = field(default_factory=dict)
    owner: Class | None = None
    kind: str = ""
    setter: Function | None = None
    results: dict[Hashable, Value] | None = None


@dataclass(slots=True, eq=False)
class Class:
    """A class of the file.

    Attributes:
        node: its definition, if it was not made by a call.
        lineage: its method resolution order, itself first.
        fields: the names of the fields of a dataclass or named tuple.
        members: those of an enumeration.
    """

    name: str
    node: ast.ClassDef | None
    bases: tuple[Value, ...]
    namespace: dict[str, Value]
    lineage: tuple[Value, ...] = ()
    fields: tuple[str, ...] | None = None
    members: dict[str, Value] | None = None


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the file.

    Attributes:
        layer: its Keras side, if it is a layer or model.
        native: the list, dict or set that it is, if its class extends one of these.
    """

    cls: Class
    attributes: dict[str, Value]
    layer: Layer | None = None
    native: List | Dict | Set | None = None


@dataclass(slots=True, eq=False)
class Bound:
    """A method of an object; ``function`` is a function of the file, or a method's name."""

    function: Function | str
    receiver: Value


@dataclass(slots=True, eq=False)
class Super:
    """``super()`` inside a method of ``cls``."""

    cls: Class
    receiver: Value


@dataclass(slots=True, eq=False)
class Native:
    """A function that is evaluated here: takes the run, the arguments and the call's node."""

    name: str
    function: Callable[..., Value]


@dataclass(slots=True, eq=False)
class Partial:
    """``functools.partial`` of anything that can be called."""

    function: Value
    arguments: tuple[Value, ...]
    keywords: dict[str, Value]


@dataclass(slots=True, eq=False)
class Array:
    """An array or tensor of data whose shape may be known; its values never are."""

    shape: tuple[Value, ...] | None = None


CONSTANTS: Final = frozenset({int, float, str, bool, type(None), complex, bytes, type(...)})


def is_constant(value: Value) -> bool:
    """Whether a value is known completely: a number, a string, a tuple of such."""
    kind = type(value)
    if kind in CONSTANTS:
        return True
    return kind is tuple and all(map(is_constant, value))


def key_of(value: Value) -> Hashable:
    """What stands for a value in the keys of others; None if nothing can."""
    if type(value) is Opaque:
        return value.key
    if is_constant(value):
        # 1, True and 1.0 are equal in Python, but not the same answer here.
        return ("constant", type(value).__name__, value)
    if isinstance(value, External | Function | Class | Layer | Instance):
        return value
    return None
