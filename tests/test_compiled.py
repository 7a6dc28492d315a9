"""What is stored says what pages and modules say, and is not believed once one has changed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from convlint import catalog, compiled, shipped
from convlint.facts import registry
from convlint.pattern import stored
from convlint.pattern.parse import parse as parse_pattern
from convlint.pattern.states import Pattern
from convlint.rule import Case, Rule
from tests.configs import layer, sequential

NOT_STATED = {"parsed", "lines"}
"""What only one of both forms of a rule knows."""
PAGES = Path(__file__).parent.parent / "rules"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some shipped pages with the bibliography, compiled."""
    for page in (*sorted(PAGES.glob("CVL[16]*.md")), PAGES / "references.yaml"):
        shutil.copy(page, tmp_path)
    shipped.write(str(tmp_path), catalog.from_pages(tmp_path), catalog.bibliography(tmp_path))
    return tmp_path


def stated(rule: Rule) -> dict[str, object]:
    values: dict[str, object] = dict(rule._asdict())
    values |= {"cases": list(map(stated_in_case, rule.cases)), "read_body": rule.body}
    values |= {"read_evidence": rule.evidence}
    return values


def stated_in_case(case: Case) -> dict[str, object]:
    return {name: value for name, value in case._asdict().items() if name not in NOT_STATED}


def section(folder: Path, name: str) -> Any:
    lines = compiled.read(str(folder), installed=True)
    assert lines is not None
    return json.loads(lines[name])


def stored_rules(folder: Path) -> tuple[Rule, ...]:
    return shipped.rules(section(folder, "rules"), str(folder), lambda: section(folder, "evidence"))


def test_the_rules_are_those_of_the_pages(folder: Path) -> None:
    read = stored_rules(folder)
    assert list(map(stated, read)) == list(map(stated, catalog.from_pages(folder)))


def test_so_is_the_bibliography(folder: Path) -> None:
    entries = section(folder, "references")
    assert shipped.references(entries) == catalog.bibliography(folder)
    assert shipped.references(entries, {"jansma2018"}) == catalog.bibliography(
        folder, {"jansma2018"}
    )


def test_stored_patterns_are_those_that_the_parser_makes(folder: Path) -> None:
    for rule in stored_rules(folder):
        for case in (case for case in rule.cases if case.pattern):
            ours = case.compiled_pattern
            parsed = parse_pattern(ours.text, case.options)
            assert ours.roles == parsed.roles
            assert plain(ours) == plain(parsed)


def plain(pattern: Pattern) -> object:
    """The pattern as JSON shows it, which has no tuples."""
    return json.loads(json.dumps(stored.document(pattern)))


def test_every_fact_is_found_in_the_module_that_is_stored(folder: Path) -> None:
    assert section(folder, "facts") == list(map(dict, registry.discovered()))


def test_a_run_imports_only_modules_whose_facts_it_asks_for(tmp_path: Path) -> None:
    ours = Path(compiled.folder_of_pages())  # in a checkout somebody may have edited a module
    shipped.write(str(ours), catalog.from_pages(ours), catalog.bibliography(ours))
    model = tmp_path / "model.json"
    model.write_text(json.dumps(sequential(layer("Dense", "dense", units=10))), encoding="utf-8")
    script = (
        "import sys; from convlint import check; check(sys.argv[1], select='CVL101');"
        "print(*(name for name in sys.modules if name.startswith('convlint.facts.')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, model], check=True, capture_output=True, text=True
    )
    assert "convlint.facts.registry" in run.stdout
    assert "convlint.facts.seeds" not in run.stdout


def test_a_page_that_has_changed_makes_it_out_of_date(folder: Path) -> None:
    page = next(folder.glob("*.md"))
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("severity: warning", "severity: warninq"), encoding="utf-8")
    later = (folder / compiled.FILE).stat().st_mtime_ns + 1
    os.utime(page, ns=(later, later))
    assert compiled.read(str(folder), installed=False) is None


def test_a_page_more_or_less_makes_it_out_of_date(folder: Path) -> None:
    page = next(folder.glob("*.md"))
    page.rename(folder.parent / page.name)
    assert compiled.read(str(folder), installed=False) is None
    assert compiled.read(str(folder), installed=True) is not None


def test_so_does_a_module_under_another_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = Path(shutil.copytree(compiled._PACKAGE, folder / "convlint"))  # keeps their times
    monkeypatch.setattr(compiled, "_PACKAGE", str(package))
    assert compiled.read(str(folder), installed=False) is not None
    (package / "facts/seeds.py").rename(package / "facts/seedlings.py")
    assert compiled.read(str(folder), installed=False) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"made_of": {}}', '{"made_of": {}, "sections": ["rules"]}']
)
def test_what_is_not_whole_is_not_believed(text: str, folder: Path) -> None:
    (folder / compiled.FILE).write_text(text, encoding="utf-8")
    assert compiled.read(str(folder), installed=True) is None
