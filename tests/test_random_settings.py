"""Random settings, baselines, patterns, predicates and rule pages: read as drawn, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint import baseline, config
from convlint.baseline import Entry
from convlint.errors import ConfigError, RuleError
from convlint.facts.core import Facts
from convlint.kleene import UNKNOWN
from convlint.page import parse_page, validate
from convlint.pattern.match import find
from convlint.pattern.parse import parse as parse_pattern
from convlint.predicate.parse import parse as parse_predicate
from tests.configs import graph_of
from tests.drawn_models import Network, as_legacy, damaged, networks
from tests.drawn_settings import configs, entries, fields, patterns, predicates
from tests.pages import write_page

randomly = settings(max_examples=100, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("random")


@randomly
@given(data=st.data())
def test_settings_are_read_as_they_are_written(folder: Path, data: st.DataObject) -> None:
    drawn = data.draw(configs(folder))
    file = folder / "convlint.toml"
    file.write_text(config.as_toml(drawn), encoding="utf-8")
    assert config.read(file) == drawn


@randomly
@given(drawn=entries)
def test_a_baseline_is_read_as_it_is_written(folder: Path, drawn: dict[Entry, int]) -> None:
    file = folder / "known.json"
    baseline.write(file, drawn)
    assert baseline.read(file).counts == drawn


READ: Final = {"config": config.read, "baseline": baseline.read}
WHOLE: Final = {
    "config": configs(Path()).map(config.as_toml),
    "baseline": entries.map(baseline.text),
}


@pytest.mark.parametrize("kind", READ)
@randomly
@given(data=st.data())
def test_damaged_settings_are_read_or_refused_in_one_line(
    folder: Path, kind: str, data: st.DataObject
) -> None:
    file = folder / f"damaged.{kind}"
    file.write_bytes(data.draw(damaged(kind, WHOLE[kind].map(str.encode))))
    said = str(file)
    try:
        READ[kind](file)
    except ConfigError as error:
        said = str(error)
    assert said.startswith(str(file))
    assert "\n" not in said


def facts_of(network: Network) -> Facts:
    return Facts(graph_of(as_legacy(network)))


@randomly
@given(text=predicates, network=networks())
def test_a_predicate_means_the_same_in_parentheses(text: str, network: Network) -> None:
    facts = facts_of(network)
    try:
        found = parse_predicate(text)
    except RuleError as error:
        assert_points_at_the_fault(error)
        return
    for call in facts.graph.calls:
        value = found.evaluate(facts, call.index)
        assert value in (True, False, UNKNOWN)
        assert parse_predicate(f"not (not ({text}))").evaluate(facts, call.index) is value


def assert_points_at_the_fault(error: RuleError) -> None:
    _, line, pointer = str(error).split("\n")
    assert pointer.strip() == "^"
    assert len(pointer) <= len(line) + 1


@randomly
@given(text=patterns, network=networks())
def test_a_pattern_finds_calls_in_ascending_order(text: str, network: Network) -> None:
    facts = facts_of(network)
    try:
        found = parse_pattern(text)
    except RuleError as error:
        assert_points_at_the_fault(error)
        return
    assert found.roles == ("found",)
    hits = [match.at for match in find(found, facts, at="found")]
    assert hits == sorted(set(hits))
    assert [match.at for match in find(parse_pattern(f" ({text}) "), facts, at="found")] == hits


@randomly
@given(drawn=fields)
def test_a_page_is_read_as_it_is_written(folder: Path, drawn: dict[str, Any]) -> None:
    path = write_page(folder, **drawn)
    rule = parse_page(path.read_text(encoding="utf-8"), path.name)
    validate(rule)
    (case,) = rule.cases
    assert (rule.code, rule.name) == (drawn["code"], drawn["name"])
    assert rule.default == (drawn["default"] == "on")
    assert str(case.severity) == drawn["severity"]
    assert (case.pattern, case.message) == (drawn["pattern"], drawn["message"])


@randomly
@given(data=st.data())
def test_a_damaged_page_is_read_or_refused_by_its_name(folder: Path, data: st.DataObject) -> None:
    path = write_page(folder, extra="options:\n  - {name: x, default: 0.5, about: y}\n")
    page = data.draw(damaged("rule", st.just(path.read_bytes()))).decode("utf-8", "replace")
    said = path.name
    try:
        validate(parse_page(page, path.name))
    except RuleError as error:
        said = str(error)
    assert said.startswith(path.name)
