"""Recall: defects that are put into clean architectures are reported.

``tests/mutations`` says which defects, and where a page excuses the rule. The counts stand in
``docs/recall.md``; ``python -m tests.mutations`` prints them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutations.places import OPERATORS
from tests.mutations.recall import RULES, Recall, recall, row

PAGE = (Path(__file__).parents[1] / "docs" / "recall.md").read_text(encoding="utf-8")

ABOUT_COMMENTS = {"CVL001", "CVL002"}
"""Rules on comments in source code, of which a graph has none."""


@pytest.fixture(params=sorted(OPERATORS))
def found(request: pytest.FixtureRequest) -> Recall:
    return recall(request.param)


def test_there_is_a_mutation_for_every_rule_that_is_on_by_default() -> None:
    assert OPERATORS.keys() == RULES.keys() - ABOUT_COMMENTS


def test_every_defect_is_reported(found: Recall) -> None:
    assert found.reported > 0
    assert not found.missed


def test_nothing_is_reported_where_the_page_excuses_it(found: Recall) -> None:
    assert not found.blamed


def test_what_excuses_a_rule_stands_in_its_page(found: Recall) -> None:
    _, _, silent = RULES[found.code].body.partition("is already silent")
    silent, _, _ = " ".join(silent.split()).partition("## Bad")
    assert [words for words in found.excuses if words not in silent] == []


def test_the_counts_stand_in_the_documentation(found: Recall) -> None:
    assert row(found) in PAGE.splitlines()


def test_the_documentation_counts_no_other_rules() -> None:
    assert PAGE.count("| CVL") == len(OPERATORS)
