"""Python source and notebooks -> graphs, without running them.

An abstract interpreter follows the file as Python would, with unknown values where only running
it could tell, and builds the layers and models that Keras would build.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from convlint.errors import InputError, SourceError
from convlint.graph import Location
from convlint.readers.assemble import assemble
from convlint.readers.source import notebook
from convlint.readers.variants import MAX_CODE, Note, SourceModels, Variants

if TYPE_CHECKING:
    from convlint.readers.source.specs import Locate

_WORDS: Final = (
    b"keras",
    b"tensorflow",
    b"Sequential(",
    b"Dense(",
    b"Conv1D(",
    b"Conv2D(",
    b"Model(",
)
"""Words of which a file has one if it builds a model, also if it imports nothing."""


def mentions_keras(data: bytes) -> bool:
    """Whether a file has a word of Keras or TensorFlow in it, so that it is worth reading."""
    return any(word in data for word in _WORDS)


def read_source(text: str | bytes, file: str) -> SourceModels:
    """The models that a Python file builds.

    Raises:
        SourceError: the file is no Python 3.
    """
    lines = _Lines(text)

    def locate(node: ast.AST | None) -> Location | None:
        if not isinstance(node, ast.expr | ast.stmt):
            return None
        return Location(file, node.lineno, lines.column(node), node.end_lineno)

    return _read(parse(text), locate)


def read_notebook(data: bytes | str, file: str) -> SourceModels:
    """The models that a Jupyter notebook builds when its cells run in order.

    A location has the number of the code cell, and the line within it; both count from 1.

    Raises:
        SourceError: the data is no notebook, or a cell is no Python 3.
    """
    found = notebook.read(data)
    lines = _Lines(found.text)

    def locate(node: ast.AST | None) -> Location | None:
        if not isinstance(node, ast.expr | ast.stmt):
            return None
        cell, line = found.places[node.lineno - 1]
        last = (node.end_lineno or node.lineno) - node.lineno + line
        return Location(file, line, lines.column(node), last, cell)

    try:
        tree = parse(found.text)
    except SourceError as error:
        raise _in_cell(error, found) from None
    read = _read(tree, locate)
    return read._replace(notes=tuple(_in_cells(read.notes, found)))


def _in_cells(notes: Iterable[Note], found: notebook.Notebook) -> Iterator[Note]:
    for note in notes:
        place = found.places[min(note.line, len(found.places)) - 1] if found.places else (1, 1)
        yield note._replace(line=place[1], cell=place[0])


def _in_cell(error: SourceError, found: notebook.Notebook) -> SourceError:
    """The same error with the cell that it is in."""
    match = re.match(r"line (\d+): ", str(error))
    if match is None or not 0 < int(match[1]) <= len(found.places):
        return error
    cell, line = found.places[int(match[1]) - 1]
    return SourceError(f"cell {cell}, line {line}: {str(error)[match.end() :]}")


class _Lines:
    """Columns as people count them: in characters, from 1."""

    def __init__(self, text: str | bytes) -> None:
        self._ascii = text.isascii()
        self._text = text
        self._lines: list[bytes] | None = None

    def column(self, node: ast.expr | ast.stmt) -> int:
        if self._ascii:
            return node.col_offset + 1
        if self._lines is None:
            text = self._text
            self._lines = (text.encode() if isinstance(text, str) else text).splitlines()
        if node.lineno > len(self._lines):
            return node.col_offset + 1
        start = self._lines[node.lineno - 1][: node.col_offset]
        return len(start.decode("utf-8", "replace")) + 1


def parse(text: str | bytes) -> ast.Module:
    """Parse a file.

    Raises:
        SourceError: it is no Python 3, or too much of it.
    """
    if len(text) > MAX_CODE:
        raise SourceError(f"it has more than {MAX_CODE // 2**20} MiB of code")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        where = f"line {line}: " if line else ""
        raise SourceError(f"{where}it is not Python 3: {error.args[0]}") from None
    except (RecursionError, MemoryError):
        raise SourceError("its expressions are nested too deeply") from None


def _read(tree: ast.Module, locate: Locate) -> SourceModels:
    from convlint.readers.source.interpret import models_of

    found, notes = models_of(tree, locate)
    models = []
    for entry in found:
        try:
            variants = tuple([assemble(spec) for spec in entry.variants])
        except InputError as error:
            entry.given_up = str(error)
        if entry.given_up is not None:
            notes.append(Note(entry.line, f"a model is given up: {entry.given_up}"))
        else:
            models.append(variants)
    return SourceModels(tuple(models), tuple(notes))


__all__ = ["SourceModels", "Variants", "mentions_keras", "read_notebook", "read_source"]
