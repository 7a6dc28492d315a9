"""What a file holds: its models, each with the variants that cannot be told apart."""

from typing import Final, NamedTuple, TypeAlias

from convlint.graph import Graph

Variants: TypeAlias = tuple[Graph, ...]
"""The alternatives of one model. A saved model has one; source code may have a condition that
only running it decides."""


MAX_CODE: Final = 4 * 2**20
"""Bytes of Python that are read; their syntax tree takes a hundred times as much memory."""


class Note(NamedTuple):
    """What was given up in a source file, where and why."""

    line: int
    reason: str
    cell: int | None = None


class SourceModels(NamedTuple):
    """What a file builds.

    Attributes:
        models: every model that is not merely a part of another, each with its variants.
        notes: what was given up, and why.
    """

    models: tuple[Variants, ...]
    notes: tuple[Note, ...] = ()
