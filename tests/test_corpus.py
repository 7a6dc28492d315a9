"""Findings in models that anyone wrote: what changed is looked at, what was judged stays true."""

from __future__ import annotations

from collections import Counter

import pytest

from convlint import catalog
from tests import corpus

needs_corpus = pytest.mark.skipif(
    not corpus.FOLDER.is_dir(), reason="the corpus is not on this machine"
)


@needs_corpus
def test_the_findings_are_those_that_somebody_looked_at() -> None:
    found = Counter(one for source in corpus.sources() for one in corpus.reported(source))
    expected = Counter(corpus.read_findings())
    then = "then python -m tests.corpus"
    assert sorted((found - expected).elements()) == [], f"new: read them, {then}"
    assert sorted((expected - found).elements()) == [], f"gone: see why, {then}"


def test_judgements_are_of_findings_that_there_are() -> None:
    judged = corpus.read_judgements()
    assert {one.verdict for one in judged} <= set(corpus.VERDICTS)
    assert all(one.reason for one in judged)
    assert {one.code for one in judged} <= {rule.code for rule in catalog.load()}
    # What was judged false and is still reported is a bug that somebody left.
    reported = set(corpus.read_findings())
    assert [one for one in judged if one.reported not in reported and one.verdict != "false"] == []


def test_enough_was_judged_and_enough_of_it_is_right() -> None:
    reported = set(corpus.read_findings())
    judged = {one.reported: one for one in corpus.read_judgements() if one.reported in reported}
    assert len(judged) >= 150
    verdicts = Counter(one.verdict for one in judged.values() if one.severity != "info")
    assert verdicts["false"] <= 0.05 * verdicts.total()
    assert verdicts["true"] >= 0.80 * verdicts.total()
