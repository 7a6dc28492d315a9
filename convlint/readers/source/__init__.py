"""Python source and notebooks -> graphs, without running them.

An abstract interpreter follows the file as Python would, with unknown values where only running
it could tell, and builds the layers and models that Keras would build.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from convlint.errors import SourceError
from convlint.graph import Graph, Location
from convlint.readers.assemble import assemble
from convlint.readers.source.run import Note

Variants: TypeAlias = tuple[Graph, ...]
"""The alternatives of one model, where a condition could not be decided."""

_WORDS: Final = re.compile(rb"keras|tensorflow|Sequential\s*\(|Dense\s*\(|Conv[123]D\s*\(|Model\s*\(")


@dataclass(frozen=True, slots=True)
class SourceModels:
    """What a file builds.

    Attributes:
        models: every model that is not merely a part of another, each with its variants.
        notes: what was given up, and why.
    """

    models: tuple[Variants, ...]
    notes: tuple[Note, ...]


def mentions_keras(data: bytes) -> bool:
    """Whether a file has a word of Keras or TensorFlow in it, so that it is worth reading."""
    return _WORDS.search(data) is not None


def read_source(text: str | bytes, file: str) -> SourceModels:
    """The models that a Python file builds.

    Raises:
        SourceError: the file is no Python 3.
    """
    tree = parse(text)
    return _read(tree, file)


def parse(text: str | bytes) -> ast.Module:
    """Parse a file."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"line {line}: " if line else ""
        raise SourceError(f"{where}{error.args[0]}") from None
    except (RecursionError, MemoryError):
        raise SourceError("its expressions are nested too deeply") from None


def _read(tree: ast.Module, file: str) -> SourceModels:
    from convlint.readers.source.interpret import models_of

    def locate(node: ast.AST | None) -> Location | None:
        if not isinstance(node, ast.expr | ast.stmt):
            return None
        return Location(file, node.lineno, node.col_offset + 1, node.end_lineno)

    found, notes = models_of(tree, locate)
    models = []
    for entry in found:
        if entry.given_up is not None:
            notes.append(Note(entry.line, entry.given_up))
        else:
            models.append(tuple([assemble(spec) for spec in entry.variants]))
    return SourceModels(tuple(models), tuple(notes))
