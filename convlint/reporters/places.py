"""Where a finding is and which one it is, as programs want to know it."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from urllib.parse import quote

from convlint.finding import Finding
from convlint.graph import Location
from convlint.report import Report
from convlint.urls import is_url


def file_of(finding: Finding) -> str | None:
    """The file that a finding is in; ``None`` for a model in memory whose code is not known."""
    return finding.location.file if finding.location else finding.file


def line_of(finding: Finding) -> Location | None:
    """The place in the file, if the file has lines that a program could show.

    A saved model has none, and the lines of a notebook's cell are not those of its file.
    """
    where = finding.location
    return where if where is not None and where.cell is None else None


def from_here(file: str) -> str:
    """The path from the current folder if the file lies below it, else the absolute path.

    With slashes on every system. Programs take paths for relative to the checkout, which is
    where continuous integration runs us. A URL stays what it is.
    """
    if is_url(file):
        return file
    path = os.path.abspath(file)
    here = os.getcwd()
    if path.startswith(os.path.join(here, "")):
        path = os.path.relpath(path, here)
    return path.replace(os.sep, "/")


def text_path(file: str) -> str:
    """What :func:`from_here` gives, with bytes that are no text made visible (``\\udcff``)."""
    return from_here(file).encode("utf-8", "backslashreplace").decode("utf-8")


def uri(path: str) -> str:
    """What :func:`from_here` gives, as a URI reference; bytes that are no text survive."""
    try:
        data = os.fsencode(path)
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        data = path.encode("utf-8", "surrogatepass")
    if is_url(path):
        return quote(data, safe="/:@%")
    if os.path.isabs(path):
        return "file:///" + quote(data.lstrip(b"/"), safe="/:")
    return quote(data, safe="/")


def fingerprints(report: Report) -> tuple[str, ...]:
    """What identifies each finding from run to run, 32 hexadecimal digits.

    Made from rule, file and layer, and a number where several findings agree in these, so that
    neither the line nor the wording matters.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for finding in report:
        file = file_of(finding)
        key = (finding.code, "" if file is None else from_here(file), finding.layer)
        found.append(_digest(*key, str(seen[key])))
        seen[key] += 1
    return tuple(found)


def fingerprint_of_error(file: str | None) -> str:
    """What identifies an input that could not be checked."""
    return _digest("error", "" if file is None else from_here(file))


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()[:32]
