"""The state of one run through a file: its decisions, its names, its budget, what it built.

At a condition that cannot be decided a run asks :meth:`Run.decide`. The answers are its *trail*;
another run with another beginning of the trail takes the other branch, so that replaying the file
follows every combination. The same question is answered the same way throughout a run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from convlint.readers.source.keras_values import Layer
from convlint.readers.source.values import External, Function, Opaque, Value
from convlint.readers.variants import Note

MAX_STEPS: Final = 100_000
"""Most statements, calls and iterations of one run."""

MAX_DEPTH: Final = 32
"""Deepest nesting of calls of the file's own functions."""

MAX_ITEMS: Final = 10_000
"""Largest list, tuple, range or comprehension that is followed."""

MAX_NESTING: Final = 64
"""Deepest nesting of tuples that is followed."""

MAX_TEXT: Final = 100_000
"""Longest string, in characters."""

MAX_BITS: Final = 4096
"""Largest integer."""


_TRUTHS: Final = frozenset({"not", "and", "or", "==", "in", "<", "<=", ">", ">=", "is"})
"""First parts of the keys of truth values."""


class GivenUp(Exception):  # noqa: N818 - no error: the file is right, we cannot follow it
    """The run cannot go on: a budget is spent."""


class Raised(Exception):  # noqa: N818 - the script's, not ours
    """The script certainly raises an exception, or ends; ``value`` is what it raises."""

    def __init__(self, value: Value = None) -> None:
        super().__init__()
        self.value = value


@dataclass(slots=True, eq=False)
class Run:
    """One run.

    Attributes:
        script: the answers to give to the first questions.
        trail: the answers given.
        counters: how often each automatic name was handed out.
        models: every model that was constructed, in order.
        called: the nodes of the file's functions and classes that were called.
        building: for functions of the file, whether they may build a part of a model.
        loops: the bodies and scopes of the loops that are being executed.
        settings: arguments of layers that are not known, but may become so.
        decorated: functions of which a decorator that nobody knows has made something else.
        tracing: the layers that were made, and their classes, since the ``call`` of a model is
            being followed; None outside.
        reading: whether that is because the model is being read, where all names start anew.
        probing: how many calls of custom layers are being followed only to see what they make.
        trying: how many ``try`` statements with handlers are being executed.
        nesting: how many calls of the file's functions are being executed.
        policy: the dtype policy that was set for all layers made from then on.
        data_format: the data format that was, likewise.
        repetition: how many times, as a product over the enclosing loops, a body is executed.
    """

    script: tuple[bool, ...] = ()
    trail: list[bool] = field(default_factory=list)
    decisions: dict[Hashable, bool] = field(default_factory=dict)
    fixed: dict[Hashable, Value] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    models: list[Layer] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    called: set[ast.AST] = field(default_factory=set)
    settings: list[tuple[Layer, str, Opaque]] = field(default_factory=list)
    unbound: dict[str, Opaque] = field(default_factory=dict)
    decorated: list[Function] = field(default_factory=list)
    building: dict[ast.AST, bool] = field(default_factory=dict)
    loops: list[Any] = field(default_factory=list)
    tracing: list[tuple[Layer, str]] | None = None
    reading: bool = False
    probing: int = 0
    trying: int = 0
    steps: int = MAX_STEPS
    nesting: int = 0
    policy: Any = None
    data_format: Any = None
    repetition: int = 1

    def spend(self, steps: int) -> None:
        """Use up some of the budget; GivenUp if there is none left."""
        self.steps -= steps
        if self.steps < 0:
            raise GivenUp(f"it takes more than {MAX_STEPS} steps to follow")

    def fails(self, exception: str) -> None:
        """The script certainly raises an exception of Python's, which matters in a ``try``."""
        if self.trying:
            raise Raised(External(f"builtins.{exception}"))

    def note(self, site: ast.AST | None, reason: str) -> None:
        """Note that something at a place was given up."""
        self.notes.append(Note(getattr(site, "lineno", 1), reason))

    def name(self, class_name: str) -> str:
        """The automatic name of a new object of a class, as Keras 3 numbers them."""
        return self.unique(snake_case(class_name))

    def christen(self, layer: Layer, class_name: str, *, symbolic: bool = False) -> None:
        """Give a layer its automatic name.

        ``symbolic`` is for what only exists on symbolic tensors: while a ``call`` is followed,
        Keras makes no such thing, and it gets its name when the model is read.
        """
        if self.tracing is not None and (symbolic or self.reading):
            self.tracing.append((layer, class_name))
        else:
            layer.name = self.name(class_name)

    def unique(self, prefix: str) -> str:
        """A prefix, with a number from its second use on."""
        count = self.counters.get(prefix, 0)
        self.counters[prefix] = count + 1
        return f"{prefix}_{count}" if count else prefix

    def decide(self, key: Hashable) -> bool:
        """Answer a question: as before, as scripted, or yes."""
        if key is True or key is False:
            return bool(key)
        if isinstance(key, tuple):
            match key[0]:
                case "choice":
                    return self.decide(key[2] if self.decide(key[1]) else key[3])
                case "not":
                    return not self.decide(key[1])
                case "and":
                    return all(self.decide(part) for part in key[1:])
                case "or":
                    return any(self.decide(part) for part in key[1:])
        known = self.decisions.get(key)
        if known is None:
            known = self._implied(key)
        if known is None and self.probing:
            return True  # whatever it is, no model depends on it
        if known is None:
            place = len(self.trail)
            known = self.script[place] if place < len(self.script) else True
            self.trail.append(known)
        self.decisions[key] = known
        if known and isinstance(key, tuple) and key[0] == "==":
            self.fixed.setdefault(key[1], key[2])
        return known

    def settle_settings(self) -> None:
        """Give layers the settings that a later answer told: ``use_bias=not norm``."""
        for layer, name, value in self.settings:
            if value.key in self.fixed:
                layer.config[name] = self.fixed[value.key]
            elif isinstance(value.key, tuple) and value.key[0] in _TRUTHS:
                known = self._known(value.key)
                if known is not None:
                    layer.config[name] = known

    def _known(self, key: Hashable) -> bool | None:
        """The answer to a question, if it was given already."""
        if key is True or key is False:
            return bool(key)
        if isinstance(key, tuple) and key[0] in ("not", "and", "or"):
            parts = [self._known(part) for part in key[1:]]
            if key[0] == "not":
                return None if parts[0] is None else not parts[0]
            decisive: bool = key[0] == "or"
            if decisive in parts:
                return decisive
            return None if None in parts else not decisive
        known = self.decisions.get(key)
        return self._implied(key) if known is None else known

    def _implied(self, key: Hashable) -> bool | None:
        """What an earlier answer says about this question."""
        if isinstance(key, tuple):
            if key[0] in ("==", "in") and key[1] in self.fixed:
                value = self.fixed[key[1]]
                return bool(value in key[2] if key[0] == "in" else value == key[2])
        elif key in self.fixed:
            return bool(self.fixed[key])
        return None


@cache
def snake_case(name: str) -> str:
    """``Conv2D`` as ``conv2d``: how Keras names the objects of a class."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
