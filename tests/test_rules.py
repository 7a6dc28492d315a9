"""The shipped rule pages: well formed, supported by evidence, and right about their examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convlint import catalog
from convlint.rule import Rule
from tests.blocks import (
    Block,
    blocks,
    findings_in_source,
    findings_under_keras,
    lines_refused_by_keras,
)

RULES = catalog.load()
BLOCKS = [block for rule in RULES for block in blocks(rule)]
HEADINGS = [
    "## What it does",
    "## Why is this bad?",
    "## When it is right to ignore this",
    "## Bad",
    "## Good",
]

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_codes_and_names_are_unique() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@each_rule
def test_the_file_is_named_after_code_and_name(rule: Rule) -> None:
    assert Path(rule.source).name == f"{rule.code}-{rule.name}.md"


@each_rule
def test_the_headings_stand_in_order(rule: Rule) -> None:
    assert re.findall(r"^## .*$", rule.body, re.MULTILINE) == HEADINGS
    assert rule.body.lstrip().startswith(f"# {rule.name}\n")


@each_rule
def test_there_is_a_bad_and_a_good_example(rule: Rule) -> None:
    kinds = {block.kind for block in blocks(rule)}
    assert kinds & {"bad", "bad-refused"}
    assert "good" in kinds


@each_rule
def test_a_bad_example_marks_its_own_rule_and_a_good_one_marks_nothing(rule: Rule) -> None:
    for block in blocks(rule):
        codes = {code for _, code in block.expected}
        assert not codes if block.kind == "good" else (rule.code in codes)


@each_rule
def test_both_sides_of_the_evidence_are_heard(rule: Rule) -> None:
    assert rule.evidence.for_
    assert rule.evidence.against or "no source against" in rule.body.lower()


def test_every_citation_resolves_and_every_reference_is_cited() -> None:
    cited = {item.cite for rule in RULES for item in (*rule.evidence.for_, *rule.evidence.against)}
    assert cited == set(catalog.references())


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if b.kind != "bad-refused"], ids=lambda block: block.name
)
@pytest.mark.filterwarnings("ignore:.*was passed an input with a mask:UserWarning")
def test_the_examples_are_reported_as_they_say(block: Block) -> None:
    assert findings_under_keras(block) == block.expected


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if b.kind == "bad-refused"], ids=lambda block: block.name
)
def test_keras_refuses_the_example_at_the_first_reported_line(block: Block) -> None:
    assert min(line for line, _ in block.expected) in lines_refused_by_keras(block)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_the_examples_are_reported_as_they_say_without_running_them(block: Block) -> None:
    assert findings_in_source(block) == block.expected
