"""A pattern as it is searched for: an automaton, whose states are the steps of the text."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from convlint.predicate.evaluate import Predicate

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


class Automaton(NamedTuple):
    """A path of calls matches if its calls pass the steps of a walk from ``first`` to ``last``.

    Attributes:
        steps: the states.
        exclusive: for each step whether the call on its left may have no other consumer.
        first: steps a match begins with.
        last: steps a match ends with.
        follow: for each step those that may come next, ascending.
        precede: for each step those that may come before it, ascending.
        required: steps that every match passes.
        required_kinds: kinds of which every match has a call.
    """

    steps: Sequence[Step]
    exclusive: Sequence[bool]
    first: Sequence[int]
    last: Sequence[int]
    follow: Sequence[Sequence[int]]
    precede: Sequence[Sequence[int]]
    required: Sequence[int]
    required_kinds: Sequence[str]


class Pattern(NamedTuple):
    """A compiled pattern. Every match binds each of its ``roles``, in the order of the text."""

    text: str
    roles: tuple[str, ...]
    automaton: Automaton
