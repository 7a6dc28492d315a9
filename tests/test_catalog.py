"""Rules are found where they lie, and selected by what people call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from convlint import catalog
from convlint.errors import ConfigError, RuleError
from convlint.rule import Rule
from tests.pages import write_page


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rule, ...]:
    """Four rules, one of them off by default, and none of the shipped ones."""
    folder = tmp_path_factory.mktemp("rules")
    write_page(folder, "TST101", "first")
    write_page(folder, "TST102", "second", default="off")
    write_page(folder, "TST201", "third")
    write_page(folder, "TSU101", "fourth")
    return tuple(rule for rule in catalog.load([folder]) if rule.code.startswith("TS"))


def test_the_shipped_rules_are_found_and_sorted() -> None:
    codes = [rule.code for rule in catalog.load()]
    assert codes == sorted(codes)
    assert "CVL101" in codes


def test_our_own_pages_come_from_folders_and_files(tmp_path: Path) -> None:
    one = write_page(tmp_path / "one", "TST101", "first")
    write_page(tmp_path / "two", "TST102", "second")
    (tmp_path / "two/README.md").write_text("not a rule", encoding="utf-8")
    codes = {rule.code for rule in catalog.load([one, tmp_path / "two"])}
    assert codes >= {"TST101", "TST102", "CVL101"}


def test_a_rule_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no file or folder .*nowhere"):
        catalog.load([tmp_path / "nowhere"])


def test_a_page_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    path = write_page(tmp_path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"TST101-tested-dense\.md: cannot be read: it is not"):
        catalog.load([tmp_path])


def test_our_own_pages_are_validated_when_they_are_loaded(tmp_path: Path) -> None:
    write_page(tmp_path, at="nobody")
    with pytest.raises(RuleError, match=r"TST101.*at: 'nobody' is no role"):
        catalog.load([tmp_path])


def test_our_own_pages_cite_the_bibliography_beside_them_or_ours(tmp_path: Path) -> None:
    path = write_page(tmp_path)
    assert catalog.references([path])["somebody2018"].short == "Body & Body 2018"
    assert catalog.references([path]).keys() > catalog.references().keys()
    (tmp_path / "references.yaml").unlink()
    with pytest.raises(RuleError, match=r"evidence: 'somebody2018' is not in references\.yaml"):
        catalog.load([path])


@pytest.mark.parametrize(
    ("code", "name", "taken"),
    [("TST101", "other", "TST101"), ("TST102", "first", "first"), ("CVL101", "mine", "CVL101")],
)
def test_no_code_and_no_name_is_used_twice(
    code: str, name: str, taken: str, tmp_path: Path
) -> None:
    write_page(tmp_path / "a", "TST101", "first")
    write_page(tmp_path / "b", code, name)
    with pytest.raises(RuleError, match=f"{taken} is already taken by .*{taken}"):
        catalog.load([tmp_path / "a", tmp_path / "b"])


@pytest.mark.parametrize(
    ("select", "ignore", "extend", "expected"),
    [
        (None, [], [], "TST101 TST201 TSU101"),
        (["ALL"], [], [], "TST101 TST102 TST201 TSU101"),
        (["TST1"], [], [], "TST101 TST102"),
        (["TST102"], [], [], "TST102"),
        (["second", "fourth"], [], [], "TST102 TSU101"),
        ([], [], [], ""),
        (None, ["ALL"], [], ""),
        (None, ["TST"], [], "TSU101"),
        (None, ["first"], [], "TST201 TSU101"),
        (None, [], ["second"], "TST101 TST102 TST201 TSU101"),
        (["TSU"], [], ["second"], "TST102 TSU101"),
        (["ALL"], ["TST1"], [], "TST201 TSU101"),
        (["TST101"], ["TST1"], [], "TST101"),
        (["TST"], ["TST1"], ["TST102"], "TST102 TST201"),
        (["TST101"], ["first"], [], ""),
    ],
)
def test_the_more_exact_selector_wins(
    rules: tuple[Rule, ...],
    select: list[str] | None,
    ignore: list[str],
    extend: list[str],
    expected: str,
) -> None:
    chosen = catalog.select(rules, select, ignore, extend)
    assert " ".join(rule.code for rule in chosen) == expected


@pytest.mark.parametrize(
    ("select", "ignore", "extend", "expected"),
    [
        (None, [], [], "TST101 TST201"),
        (None, ["TST1"], [], "TST201"),
        (None, ["ALL"], ["second"], "TST102"),
        (None, [], ["TSU"], "TST101 TST201 TSU101"),
        (["TSU"], [], [], "TSU101"),
        (["ALL"], ["TST101"], [], "TST102 TST201 TSU101"),
    ],
)
def test_a_later_selection_changes_an_earlier_one(
    rules: tuple[Rule, ...],
    select: list[str] | None,
    ignore: list[str],
    extend: list[str],
    expected: str,
) -> None:
    base = catalog.select(rules, ["TST101", "TST201"])
    chosen = catalog.select(rules, select, ignore, extend, base=base)
    assert " ".join(rule.code for rule in chosen) == expected


@pytest.mark.parametrize(
    ("selector", "near"),
    [("TST105", "TST102"), ("tst201", "TST201"), ("thirrd", "third"), ("", None), ("XYZ", None)],
)
def test_a_selector_that_matches_nothing_is_an_error(
    rules: tuple[Rule, ...], selector: str, near: str | None
) -> None:
    for attempt in (
        lambda: catalog.select(rules, [selector]),
        lambda: catalog.select(rules, None, [selector]),
        lambda: catalog.select(rules, None, (), [selector]),
        lambda: catalog.matching(rules, [selector]),
        lambda: catalog.find(rules, selector),
    ):
        with pytest.raises(ConfigError) as caught:
            attempt()
        assert f"no rule matches {selector!r}" in str(caught.value)
        assert (f"did you mean {near!r}" in str(caught.value)) == (near is not None)


def test_a_rule_is_found_by_code_and_by_name(rules: tuple[Rule, ...]) -> None:
    assert catalog.find(rules, "TST102") is catalog.find(rules, "second")
    assert catalog.matching(rules, ["TST2", "fourth"]) == {"TST201", "TSU101"}
