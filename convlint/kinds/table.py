"""The row of the class tables: what a class is, and the arguments its constructor takes."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from convlint.kleene import UNKNOWN

REQUIRED: Final = UNKNOWN
"""The default of an argument that has none."""


class Row(NamedTuple):
    """Kinds of a class and the defaults of its constructor arguments.

    Arguments that every layer takes (``name``, ``dtype``, ``trainable``) are left out.
    """

    kinds: frozenset[str]
    arguments: Mapping[str, Any]


def row(kinds: str, /, **arguments: Any) -> Row:
    """A row from space-separated kinds and the constructor's arguments."""
    return Row(frozenset(kinds.split()), arguments)


def rows(kinds: str, names: str, /, **arguments: Any) -> dict[str, Row]:
    """The same row for each of the space-separated class names."""
    return dict.fromkeys(names.split(), row(kinds, **arguments))
