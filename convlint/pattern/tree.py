"""The syntax tree of a pattern."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from convlint.predicate import Predicate

ANY: Final = "any"
"""The kind of every call, those of unknown class included."""


class Step(NamedTuple):
    """One call on the path: of a kind (or not of it), for which the predicate holds.

    ``kind`` is a kind or a class name. ``role`` names the call in messages and predicates.
    """

    kind: str
    negated: bool = False
    predicate: Predicate | None = None
    role: str | None = None


class Sequence(NamedTuple):
    """Steps after each other. ``exclusive[i]`` tells whether ``=>`` leads to step ``i + 1``."""

    steps: tuple[Node, ...]
    exclusive: tuple[bool, ...]


class Choice(NamedTuple):
    """One of several alternatives."""

    alternatives: tuple[Node, ...]


class Repeat(NamedTuple):
    """``?`` (optional), ``+`` (repeated) or ``*`` (both)."""

    body: Node
    optional: bool
    repeated: bool


Node: TypeAlias = Step | Sequence | Choice | Repeat
