"""What is derived from the rule pages and the modules, stored so that a run need not derive it.

The file lies beside the pages and is written when the package is built or installed
(``hatch_build.py``). In a checkout, where pages and modules change, it is only believed as long as
what it was made from is all there and nothing newer. Its first line says what that was and which
sections follow, each a line of JSON: a run parses those that it asks for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

FILE: Final = "compiled.jsonl"

_PACKAGE: Final = os.path.dirname(os.path.abspath(__file__))
_MADE_BY: Final = (
    *("bibliography.py", "catalog.py", "compiled.py", "evidence.py", "facts", "finding.py"),
    *("kinds", "options.py", "page.py", "pattern", "predicate", "rule.py", "shipped.py"),
    "yamltext.py",
)
"""The modules and folders of modules of which the content depends, beside the pages."""


def folder_of_pages() -> str:
    """``convlint/rules`` in an installed package, ``rules`` beside it in a checkout."""
    inside = os.path.join(_PACKAGE, "rules")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_PACKAGE), "rules")


def write(folder: str, sections: Mapping[str, Any]) -> None:
    """Write the file for the pages and the bibliography in a folder."""
    head = {"made_of": _sizes(_sources(folder)), "sections": list(sections)}
    lines = [json.dumps(part, separators=(",", ":")) for part in (head, *sections.values())]
    file = os.path.join(folder, FILE)
    unfinished = f"{file}.{os.getpid()}"
    with open(unfinished, "w", encoding="ascii", newline="\n") as stream:
        stream.write("\n".join(lines) + "\n")
    os.replace(unfinished, file)  # whoever reads meanwhile sees all or nothing


def section(name: str) -> Any | None:
    """What is stored about the shipped pages; ``None`` if nothing is, or it is out of date."""
    lines = _shipped()
    return None if lines is None else json.loads(lines[name])


@cache
def _shipped() -> Mapping[str, bytes] | None:
    folder = folder_of_pages()
    return read(folder, installed=os.path.dirname(folder) == _PACKAGE)


def read(folder: str, *, installed: bool) -> Mapping[str, bytes] | None:
    """The lines of the file in a folder of pages by the name of the section.

    ``None`` if there is no such file or it is out of date. The pages and modules of an installed
    package do not change.
    """
    file = os.path.join(folder, FILE)
    try:
        with open(file, "rb") as stream:
            written = os.fstat(stream.fileno()).st_mtime_ns
            first, *lines = stream.read().splitlines()
        head = json.loads(first)
        if not installed and not _up_to_date(head["made_of"], written, _sources(folder)):
            return None
        return dict(zip(head["sections"], lines, strict=True))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _up_to_date(
    sizes: Mapping[str, int], written: int, sources: Mapping[str, os.stat_result]
) -> bool:
    # A file that was renamed, or came from elsewhere, may be older than what was made before.
    newest = max((status.st_mtime_ns for status in sources.values()), default=0)
    return sizes == _sizes(sources) and newest <= written


def _sizes(sources: Mapping[str, os.stat_result]) -> dict[str, int]:
    return {name: status.st_size for name, status in sorted(sources.items())}


def _sources(folder: str) -> dict[str, os.stat_result]:
    """The pages and the bibliography in a folder, and our modules, by name."""
    found = _entries(folder, (".md", ".yaml"))
    for name in _MADE_BY:
        path = os.path.join(_PACKAGE, name)
        if os.path.isfile(path):
            found[name] = os.stat(path)
            continue
        for modules in _folders(path):
            inside = os.path.relpath(modules, _PACKAGE)
            found |= {f"{inside}/{file}": s for file, s in _entries(modules, (".py",)).items()}
    return found


def _entries(folder: str, endings: tuple[str, ...]) -> dict[str, os.stat_result]:
    """The files in a folder whose names have one of the endings."""
    with os.scandir(folder) as entries:
        return {entry.name: entry.stat() for entry in entries if entry.name.endswith(endings)}


def _folders(path: str) -> Sequence[str]:
    """A folder and those in it."""
    with os.scandir(path) as entries:
        inside = [entry.path for entry in entries if entry.is_dir() and entry.name[0] != "_"]
    return [path, *inside]
