"""The code of a Jupyter notebook as one text, and where each line of it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from convlint.errors import SourceError

_MAGIC: Final = re.compile(r"^\s*(?:%|!|\?)|^[^#'\"]*\?\s*$")
_ASSIGNED_MAGIC: Final = re.compile(r"^(\s*[\w,][\w, ]*=)\s*[!%].*$")


@dataclass(frozen=True, slots=True)
class Notebook:
    """The code cells of a notebook.

    Attributes:
        text: all of them, one after the other.
        places: for each line of the text, the number of its cell among all cells and its line
            there; both count from 1.
    """

    text: str
    places: tuple[tuple[int, int], ...]


def read(data: bytes | str) -> Notebook:
    """Read the code cells, with what is not Python left out.

    Raises:
        SourceError: the data is no notebook.
    """
    lines: list[str] = []
    places: list[tuple[int, int]] = []
    for number, source in _code_cells(_document(data)):
        for line, text in enumerate(_python(source), 1):
            lines.append(text)
            places.append((number, line))
    return Notebook("\n".join(lines) + "\n", tuple(places))


def _document(data: bytes | str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise SourceError("it is no Jupyter notebook: it is not JSON") from None


def _code_cells(document: Any) -> Iterator[tuple[int, str]]:
    if not isinstance(document, dict):
        raise SourceError("it is no Jupyter notebook")
    cells = document.get("cells")
    if cells is None:
        # Until format 4, cells lay in worksheets and their source was called input.
        sheets = document.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet)]
    if not isinstance(cells, list):
        raise SourceError("it is no Jupyter notebook: it has no cells")
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input", ""))
            if isinstance(source, list):
                source = "".join(part for part in source if isinstance(part, str))
            yield number, source if isinstance(source, str) else ""


def _list(sheet: dict[str, Any]) -> list[Any]:
    cells = sheet.get("cells")
    return cells if isinstance(cells, list) else []


def _python(source: str) -> list[str]:
    """The lines of a cell, those that are no Python replaced by as many that do nothing."""
    lines = source.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("%%") and not first.lstrip().startswith(("%%time", "%%capture")):
        return ["" for _ in lines]
    return list(_without_magics(lines))


def _without_magics(lines: list[str]) -> Iterator[str]:
    continued = False
    for line in lines:
        magic = continued or _MAGIC.match(line) is not None
        assigned = None if magic else _ASSIGNED_MAGIC.match(line)
        if assigned is not None:
            yield f"{assigned[1]} __magic__"
            continue
        if not magic:
            yield line
            continue
        indent = len(line) - len(line.lstrip())
        yield "" if continued else f"{line[:indent]}pass"
        continued = line.rstrip().endswith("\\")
