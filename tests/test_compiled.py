"""The compiled rules say what the pages say, and are not believed once a page has changed."""

from __future__ import annotations

import os
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

from convlint import catalog, compiled
from convlint.rule import Case, Rule

NOT_STATED = {"kinds", "lines"}
"""What only one of both forms of a rule knows."""
PAGES = Path(__file__).parent.parent / "rules"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some shipped pages with the bibliography, compiled."""
    for page in (*sorted(PAGES.glob("CVL[16]*.md")), PAGES / "references.yaml"):
        shutil.copy(page, tmp_path)
    compiled.write(tmp_path, catalog.from_pages(tmp_path), catalog.bibliography(tmp_path))
    return tmp_path


def stated(rule: Rule) -> dict[str, object]:
    values = {f.name: getattr(rule, f.name) for f in fields(Rule)}
    values |= {"cases": list(map(stated_in_case, rule.cases)), "read_body": rule.body}
    return values


def stated_in_case(case: Case) -> dict[str, object]:
    return {f.name: getattr(case, f.name) for f in fields(Case) if f.name not in NOT_STATED}


def test_the_rules_are_those_of_the_pages(folder: Path) -> None:
    read = compiled.read(folder, installed=False)
    assert read is not None
    assert list(map(stated, read.rules)) == list(map(stated, catalog.from_pages(folder)))


def test_so_is_the_bibliography(folder: Path) -> None:
    read = compiled.read(folder, installed=True)
    assert read is not None
    assert read.references() == catalog.bibliography(folder)
    assert read.references({"jansma2018"}) == catalog.bibliography(folder, {"jansma2018"})


def test_kinds_are_those_that_every_match_has(folder: Path) -> None:
    read = compiled.read(folder, installed=True)
    assert read is not None
    for case in (case for rule in read.rules for case in rule.cases if case.pattern):
        assert case.kinds == case.compiled_pattern.automaton.required_kinds


def test_a_page_that_has_changed_makes_it_out_of_date(folder: Path) -> None:
    page = next(folder.glob("*.md"))
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("severity: warning", "severity: warninq"), encoding="utf-8")
    later = (folder / compiled.FILE).stat().st_mtime_ns + 1
    os.utime(page, ns=(later, later))
    assert compiled.read(folder, installed=False) is None


@pytest.mark.parametrize("installed", [False, True])
def test_a_page_more_or_less_makes_it_out_of_date(folder: Path, installed: bool) -> None:
    page = next(folder.glob("*.md"))
    page.rename(folder.parent / page.name)
    assert compiled.read(folder, installed=installed) is None


@pytest.mark.parametrize("text", ["", "{", '{"pages": {}}'])
def test_what_is_not_whole_is_not_believed(text: str, folder: Path) -> None:
    (folder / compiled.FILE).write_text(text, encoding="utf-8")
    assert compiled.read(folder, installed=True) is None
