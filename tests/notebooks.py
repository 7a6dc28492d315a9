"""The Python in a notebook, as IPython would run it but for what its magics do."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple


class Cell(NamedTuple):
    """A code cell: its number among all cells, from 1, and its source without magics."""

    number: int | None
    source: str


_LINE: Final = re.compile(r"^(\s*)[%!?].*$", re.MULTILINE)
_ASSIGNED: Final = re.compile(r"^(\s*\w+ = )[%!].*$", re.MULTILINE)
_TRANSPARENT: Final = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Cell magics that run the cell as Python."""


def code_cells(text: str) -> list[Cell]:
    """The code cells of a notebook in format 3 or 4."""
    notebook: dict[str, Any] = json.loads(text)
    cells = [
        *notebook.get("cells", ()),
        *(cell for sheet in notebook.get("worksheets", ()) for cell in sheet["cells"]),
    ]
    return [
        Cell(number, _python("".join(cell["source" if "source" in cell else "input"])))
        for number, cell in enumerate(cells, start=1)
        if cell["cell_type"] == "code"
    ]


def _python(source: str) -> str:
    if source.startswith("%%") and not source.startswith(_TRANSPARENT):
        return ""
    return _ASSIGNED.sub(r"\1None", _LINE.sub(r"\1pass", source))
