"""Each harness takes each input of its corpus, among which is every crash that was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.harnesses import HARNESSES

CORPUS = Path(__file__).parent.parent / "fuzz/corpus"
CASES = sorted(path for path in CORPUS.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus_crashes_nothing(path: Path) -> None:
    HARNESSES[path.parent.name](path.read_bytes())


def test_every_harness_has_seeds_that_are_small() -> None:
    assert {path.parent.name for path in CASES} == HARNESSES.keys()
    assert max(path.stat().st_size for path in CASES) < 2**14
