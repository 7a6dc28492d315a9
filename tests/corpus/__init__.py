"""Findings in models that anyone wrote, and what we think of them.

The configurations are other people's and not part of this repository; where they are, findings
are compared. ``findings.tsv`` has every finding, ``judgements.tsv`` those that somebody read:
true, harmless (true, but nothing comes of it) or false, and why.
``python -m tests.corpus`` writes the first anew and sums up the second.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from convlint import check
from convlint.config import Config

HERE: Final = Path(__file__).parent
FOLDER: Final = Path(
    os.environ.get("CONVLINT_CORPUS", HERE.parent.parent.parent / "shared" / "corpus")
)
"""Holds ``manifest.json`` (where each file comes from) and ``models/``."""

VERDICTS: Final = ("true", "harmless", "false")


class Reported(NamedTuple):
    """One finding; ``origin`` is the model's public place, ``repository@commit:path``."""

    origin: str
    code: str
    severity: str
    layer: str


class Judgement(NamedTuple):
    """What somebody thought who read a finding."""

    origin: str
    code: str
    severity: str
    layer: str
    verdict: str
    reason: str

    @property
    def reported(self) -> Reported:
        """The finding."""
        return Reported(*self[:4])


class Source(NamedTuple):
    """A model of the corpus. Of several with the same structure only one is not a ``copy``."""

    origin: str
    file: Path
    copy: bool


def sources() -> Iterator[Source]:
    """The models of the corpus, by origin."""
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    for entry in sorted(manifest, key=lambda entry: (entry["repo"], entry["path"])):
        origin = f"{entry['repo']}@{entry['commit'][:12]}:{entry['path']}"
        yield Source(origin, FOLDER / "models" / entry["file"], bool(entry["struct_dup_of"]))


def reported(source: Source) -> list[Reported]:
    """The findings of the default rules in a model, in the order of the report."""
    return [
        Reported(source.origin, finding.code, str(finding.severity), finding.layer)
        for finding in check(source.file, config=Config())
    ]


def read_findings() -> list[Reported]:
    """The findings as they were when somebody last looked."""
    return [Reported(*row) for row in _rows("findings.tsv")]


def read_judgements() -> list[Judgement]:
    """Everything that was judged."""
    return [Judgement(*row) for row in _rows("judgements.tsv")]


def write(name: str, rows: Iterable[Sequence[str]]) -> None:
    """Write a table of this folder."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)


def _rows(name: str) -> Iterator[list[str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t")
