"""Reporters turn a report into text; they decide nothing and open no files."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from convlint.report import Report

FORMATS: Final[Mapping[str, str]] = {
    "full": "full",
    "concise": "concise",
    "json": "json",
    "json-lines": "jsonlines",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
}
"""Each output format, and the module here whose function ``text`` writes it."""


def text(report: Report, output_format: str) -> str:
    """The report in one of :data:`FORMATS`; the same bytes for the same report."""
    module = import_module(f"{__name__}.{FORMATS[output_format]}")
    written: str = module.text(report)
    return written
