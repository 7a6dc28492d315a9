"""Three-valued logic: what is not known makes a rule abstain, never fire.

A truth value is ``True``, ``False`` or :data:`UNKNOWN`, combined by the strong
logic of Kleene (*Introduction to Metamathematics*, 1952, section 64).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias


class Unknown(enum.Enum):
    """The type of :data:`UNKNOWN`, the value of a fact that could not be established."""

    UNKNOWN = "UNKNOWN"

    def __bool__(self) -> bool:
        # A silent `if fact:` would decide what nobody knows.
        raise TypeError("UNKNOWN is neither true nor false; compare with `is`")

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN

Truth: TypeAlias = bool | Literal[Unknown.UNKNOWN]


def negation(value: Truth) -> Truth:
    """Kleene ``not``."""
    return UNKNOWN if value is UNKNOWN else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """Kleene ``and``: false if any value is false, else unknown if any is unknown."""
    result: Truth = True
    for value in values:
        if value is False:
            return False
        if value is UNKNOWN:
            result = UNKNOWN
    return result


def disjunction(values: Iterable[Truth]) -> Truth:
    """Kleene ``or``: true if any value is true, else unknown if any is unknown."""
    result: Truth = False
    for value in values:
        if value is True:
            return True
        if value is UNKNOWN:
            result = UNKNOWN
    return result
