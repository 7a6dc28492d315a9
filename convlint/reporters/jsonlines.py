"""``json-lines``: what ``json`` has, as one object a line, for streams and ``jq``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from convlint.report import Report
from convlint.reporters.json import document


def text(report: Report) -> str:
    """A line for each finding, each error, and at the end the summary; ``type`` says which."""
    return "".join(json.dumps(line) + "\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[dict[str, Any]]:
    whole = document(report)
    for finding in whole["findings"]:
        yield {"type": "finding", **finding}
    for error in whole["errors"]:
        yield {"type": "error", **error}
    yield {"type": "summary", "version": whole["version"], **whole["summary"]}
