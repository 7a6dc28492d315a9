"""Options of rules: declared on a page, set in a settings file, used by patterns and messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from convlint import check
from convlint.config import Config, as_toml, read
from convlint.errors import ConfigError, RuleError
from convlint.options import Option, settle
from tests.pages import write_page

DECLARED = """\
options:
  - name: most-units
    default: 100
    about: a wider layer is reported
  - name: share
    default: 0.5
    about: nothing
  - name: strict
    default: true
    about: nothing
"""
MODEL = """\
from keras import Sequential, layers
model = Sequential(
    [layers.Input((8,)), layers.Dense(64), layers.Dense(128), layers.Dense(256)]
)
"""
OPTIONS = (
    Option("most-units", 100, "a wider layer is reported"),
    Option("share", 0.5, "nothing"),
    Option("strict", True, "nothing"),
)


def project(folder: Path, settings: str = "", pattern: str = "", extra: str = DECLARED) -> Config:
    """Settings that use one rule, on dense layers of more than ``option.most_units``."""
    write_page(
        folder / "pages",
        pattern=pattern or "found:dense[units > option.most_units and option.strict]",
        message="{found.units} > {option.most_units}",
        extra=extra,
    )
    file = folder / "convlint.toml"
    file.write_text(f'rule-paths = ["pages"]\nselect = ["TST"]\n{settings}', encoding="utf-8")
    return read(file)


def reported(folder: Path, settings: str = "") -> list[str]:
    return messages(folder, project(folder, settings))


def messages(folder: Path, config: Config) -> list[str]:
    model = folder / "model.py"
    model.write_text(MODEL, encoding="utf-8")
    return [finding.message for finding in check(model, config=config)]


def test_an_option_has_its_default(tmp_path: Path) -> None:
    assert reported(tmp_path) == ["128 > 100", "256 > 100"]


@pytest.mark.parametrize("rule", ["tested-dense", "TST101"])
def test_settings_give_it_another_value(rule: str, tmp_path: Path) -> None:
    assert reported(tmp_path, f"[options.{rule}]\nmost-units = 200") == ["256 > 200"]
    assert reported(tmp_path, f"[options.{rule}]\nstrict = false") == []


def test_settings_of_options_can_be_shown_and_read_again(tmp_path: Path) -> None:
    text = "[options.tested-dense]\nmost-units = 200\nshare = 1\nstrict = false"
    config = project(tmp_path, text)
    shown = tmp_path / "shown.toml"
    shown.write_text(as_toml(config), encoding="utf-8")
    assert read(shown).options == config.options


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ("options = 3", "options: must be a table of tables"),
        ("[options]\ntested-dense = 3", "options: 'tested-dense': must be a table"),
        ("[options.tested-dense]\nshare = 'a'", "'tested-dense': share: must be a number"),
        ("[options.tested-dens]\nshare = 1", "no rule matches 'tested-dens'; did you mean"),
        ("[options.tested-dense]\nmost-unit = 1", "no option 'most-unit'; did you mean"),
        ("[options.tested-dense]\nmost-units = 1.5", "most-units: must be an integer, like 100"),
        ("[options.tested-dense]\nmost-units = true", "most-units: must be an integer, like 100"),
        ("[options.tested-dense]\nshare = nan", "share: must be a number, like 0.5"),
        ("[options.tested-dense]\nstrict = 1", "strict: must be true or false, like true"),
        (
            "[options.tested-dense]\nshare = 1\n[options.TST101]\nshare = 1",
            "TST101: is set under its code and its name",
        ),
        ("[options.CVL001]\nx = 1", r"there is no option 'x' \(it has none\)"),
    ],
)
def test_what_cannot_be_set_is_refused(settings: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=complaint) as refused:
        reported(tmp_path, settings)
    assert "convlint.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("declared", "complaint"),
    [
        ("options: 3", ":18: options: must be a list"),
        ("options: [{name: a, default: 1}]", r"options\[0\]: the key 'about' is missing"),
        ("options: [{name: a_b, default: 1, about: x}]", "'a_b' does not look like"),
        ("options: [{name: a, default: one, about: x}]", "'one' is not an integer, a fraction"),
        ("options: [{name: a, default: .nan, about: x}]", "'.nan' is not an integer"),
        (
            "options: [{name: a, default: 1, about: x}, {name: a, default: 1, about: x}]",
            "there are two options 'a'",
        ),
    ],
)
def test_what_cannot_be_declared_is_refused(declared: str, complaint: str, tmp_path: Path) -> None:
    config = project(tmp_path, pattern="found:dense", extra=f"{declared}\n")
    with pytest.raises(RuleError, match=complaint):
        messages(tmp_path, config)


@pytest.mark.parametrize("pattern", ["found:dense[units > option.most_unit]", "a:dense[option]"])
def test_a_pattern_knows_only_the_options_of_its_page(pattern: str, tmp_path: Path) -> None:
    config = project(tmp_path, pattern=pattern)
    with pytest.raises(RuleError, match=r"unknown option 'most_unit'|expected 'option', a dot"):
        messages(tmp_path, config)


def test_values_are_named_as_predicates_spell_them() -> None:
    assert settle(OPTIONS, {"most-units": 7, "share": 1}) == {
        "most_units": 7,
        "share": 1,
        "strict": True,
    }
