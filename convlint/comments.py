"""Comments in source code that speak to convlint: ``# convlint: ignore[CVL101] reason``."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from convlint.files import content
from convlint.graph import Location
from convlint.readers.variants import MAX_CODE
from convlint.suggest import did_you_mean
from convlint.text import begins_with

# Patterns are text here: most runs see no comment, and need not compile them.

_MARK: Final = b"convlint:"
_SNIFFED: Final = 1024
_DIRECTIVE: Final = r"(?i)(?<!#)#+\s*convlint:\s*(?P<text>[^#]*)"
_PARTS: Final = r"(?P<word>[\w-]*)\s*(?P<list>\[(?P<rules>[^\]]*)(?P<end>\]?))?"
_WORDS: Final = ("ignore", "ignore-file")
_MAGIC: Final = r"\s*[%!?]"


class Comment(NamedTuple):
    """One ``convlint:`` comment.

    Attributes:
        text: what it says after ``convlint:``, without the reason.
        location: where it stands.
        selectors: the rules that it names.
        whole_file: whether it is about the file and not about a line.
        problem: why it cannot be obeyed; empty if it can.
    """

    text: str
    location: Location
    selectors: tuple[str, ...] = ()
    whole_file: bool = False
    problem: str = ""


def read(file: str) -> tuple[Comment, ...]:
    """The comments in a file of source code; none in another, or if it cannot be read."""
    from convlint.readers import is_source
    from convlint.readers.archive import MAX_SIZE

    if not is_source(file):
        return ()
    try:
        return parse(content(file, MAX_SIZE), file)
    except (OSError, ValueError):
        return ()


def parse(data: bytes, file: str) -> tuple[Comment, ...]:
    """The comments in the content of a Python file or a notebook, whichever it is."""
    if b"\0" in data[:_SNIFFED]:
        return ()  # a model
    return in_notebook(data, file) if begins_with(data, b"{") else in_source(data, file)


def in_source(data: bytes, file: str) -> tuple[Comment, ...]:
    """The comments in a Python file; those before the first fault if it is not Python."""
    return tuple(_comments(data, file, None)) if _MARK in data.lower() else ()


def in_notebook(data: bytes, file: str) -> tuple[Comment, ...]:
    """The comments in the code cells of a notebook; none if it is not one."""
    if _MARK not in data.lower():
        return ()
    try:
        cells = _cells(json.loads(data))
    except (ValueError, RecursionError):
        return ()
    return tuple(
        comment
        for number, source in cells
        for comment in _comments(_without_magics(source), file, number)
    )


def _cells(notebook: Any) -> Iterator[tuple[int, str]]:
    """The number of each code cell among all cells, from 1, and its text."""
    sheets = (notebook, *_list(notebook, "worksheets"))  # format 3 has these
    cells = (cell for sheet in sheets for cell in _list(sheet, "cells"))
    for number, cell in enumerate(cells, start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = cell.get("source", cell.get("input"))
            lines = source if isinstance(source, list) else [source]
            yield number, "".join(line for line in lines if isinstance(line, str))


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _without_magics(source: str) -> bytes:
    """A cell as Python, line by line: what only IPython understands is left out."""
    lines = source.splitlines()
    if lines and lines[0].startswith("%%"):
        lines[0] = ""
    kept = ("" if re.match(_MAGIC, line) else line for line in lines)
    return "\n".join(kept).encode("utf-8", "replace")


def _comments(data: bytes, file: str, cell: int | None) -> Iterator[Comment]:
    if len(data) > MAX_CODE:
        return
    import tokenize

    lines = io.BytesIO(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    end_of_code = 0
    try:
        for token in tokenize.tokenize(lines.readline):
            (line, column), alone = token.start, token.start[0] > end_of_code
            end_of_code = token.end[0]
            if token.type != tokenize.COMMENT:
                continue
            if alone and not re.match(_DIRECTIVE, token.string):
                continue  # code that is commented out, together with its comments
            for found in re.finditer(_DIRECTIVE, token.string):
                location = Location(file, line, column + found.start() + 1, line, cell)
                yield _comment(found["text"].strip(), location, alone)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # what is no Python has no layers either


def _comment(text: str, location: Location, alone: bool) -> Comment:
    parts = re.match(_PARTS, text)
    assert parts is not None  # noqa: S101  it matches the empty string
    word, rules = parts["word"].lower(), parts["rules"]
    said = parts[0].strip() or text
    if word not in _WORDS:
        problem = f"there is no {word!r}{did_you_mean(word, _WORDS)}; write ignore[CVL101]"
    elif rules is None:
        problem = f"it names no rules; write {word}[CVL101] or {word}[ALL]"
    elif not parts["end"]:
        problem = "the bracket after it is not closed"
    elif not all(name.strip() for name in rules.split(",")):
        problem = "one of the rules in the brackets is empty"
    elif word == "ignore-file" and not alone:
        problem = "it is about the whole file and must stand on a line of its own"
    else:
        selectors = tuple(name.strip() for name in rules.split(","))
        return Comment(said, location, selectors, word == "ignore-file")
    return Comment(said, location, problem=problem)
