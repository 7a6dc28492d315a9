"""What plain command lines say, without click; it is what click makes of them."""

from __future__ import annotations

import os
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint import cli
from convlint.arguments import Options, plain

OPTIONS: Final = sorted(
    word
    for parameter in cli.main.params
    for word in (*parameter.opts, *parameter.secondary_opts)
    if word.startswith("-")
)
VALUES: Final = ["full", "concise", "no-format", "", "-", "a.keras", "2", "error", "CVL101,CVL2"]
WORDS: Final = st.sampled_from([*OPTIONS, "--output-format", *VALUES, "--", "-qv", "--quiet=1"])


DEFAULTS: Final = {name: getattr(Options, name) for name in Options.__annotations__}


def said(options: Options | None) -> dict[str, object] | None:
    return None if options is None else {**DEFAULTS, **vars(options)}


def by_click(arguments: list[str]) -> dict[str, object]:
    with cli.main.make_context("convlint", list(arguments)) as context:
        return context.params


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(st.lists(WORDS, max_size=5))
def test_plain_command_lines_mean_what_click_says(arguments: list[str]) -> None:
    options = plain(arguments)
    if options is not None:
        assert said(options) == by_click(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["model.keras"],
        ["--force-exclude", "a.py", "b.ipynb"],
        ["--output-format", "github", "-"],
        ["folder", "--statistics", "--output-format", "concise"],
    ],
    ids=" ".join,
)
def test_hooks_and_gates_need_no_click(arguments: list[str]) -> None:
    assert said(plain(arguments)) == by_click(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--quiet"],
        ["--version"],
        ["--output-format"],
        ["a.keras", "--output-format", "no-format"],
        ["a.keras", "--no-such-option"],
        ["-j", "2", "a.keras"],
        ["--", "-a.keras"],
    ],
    ids=" ".join,
)
def test_all_else_is_for_click(arguments: list[str]) -> None:
    assert plain(arguments) is None


def test_click_expands_patterns_where_no_shell_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(plain(["*.keras"])) == {**DEFAULTS, "paths": ("*.keras",)}
    monkeypatch.setattr(os, "name", "nt")
    assert plain(["*.keras"]) is None
    assert said(plain(["a.keras"])) == {**DEFAULTS, "paths": ("a.keras",)}


def test_every_option_has_a_place() -> None:
    assert by_click(["a.keras"]) == {**DEFAULTS, "paths": ("a.keras",)}
