"""The syntax tree of a pattern, whose leaves are its steps."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from convlint.pattern.states import Step


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
