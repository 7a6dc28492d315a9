"""The README and CONTRIBUTING say what is true: their commands, code and generated parts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from convlint import catalog, cli
from convlint.config import read
from docs import generate
from tests import blocks as pages

ROOT = Path(__file__).parent.parent


def blocks(file: str, language: str) -> list[str]:
    """The fenced code blocks of a Markdown file in one language."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (file, name)
        for file in ("README.md", "docs/rules/README.md")
        for name in generate.SECTIONS[file]
    ],
)
def test_what_is_generated_is_up_to_date(file: str, name: str) -> None:
    ((current, right),) = (part[1:] for part in generate.parts(file) if part[0] == name)
    assert current == right, "run python docs/generate.py"


def test_every_rule_is_in_the_index() -> None:
    index = (ROOT / "docs/rules/README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(\.\./\.\./rules/(.+?)\)", index))
    assert linked == {path.name for path in (ROOT / "rules").glob("*.md")}


def test_every_rule_covers_something() -> None:
    coverage = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    about_models = {rule.code for rule in catalog.load() if not rule.about_comments}
    assert set(re.findall(r"\[(CVL\d{3})\]", coverage)) == about_models
    for page in re.findall(r"\]\(\.\./(rules/.+?)\)", coverage):
        assert (ROOT / page).is_file(), page


def test_the_sample_output_shows_a_finding() -> None:
    sample = blocks("README.md", "console")[0]
    assert "CVL" in sample
    assert "Traceback" not in sample


def test_its_two_commands_are_single_lines_that_set_everything_up() -> None:
    lines = [line for block in blocks("README.md", "console") for line in block.splitlines()]
    commands = [line for line in lines if line.startswith("python3 -m venv .venv && ")]
    lint, tests = commands
    assert lint.endswith("convlint examples")
    assert re.search(r"pip install -e '\.\[dev\]' && \.venv/bin/pytest", tests)
    assert "grep -m1 'bin/pytest' README.md" in (ROOT / ".ci/run").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "examples/README.md"])
def test_every_option_that_it_names_exists_in(file: str) -> None:
    known = CliRunner().invoke(cli.main, ["--help"]).output
    commands = [
        line
        for block in blocks(file, "console")
        for line in block.splitlines()
        if re.search(r"\bconvlint [^&]*$", line)
    ]
    assert commands
    for line in commands:
        for option in re.findall(
            r"(?<=\s)--[a-z-]+", line.partition("convlint ")[2].partition("#")[0]
        ):
            assert option in known, f"{option} in {line!r}"


def test_its_settings_are_valid(tmp_path: Path) -> None:
    (text,) = blocks("README.md", "toml")
    file = tmp_path / "pyproject.toml"
    file.write_text(text, encoding="utf-8")
    settings = read(file)
    catalog.select(catalog.load(), settings.select, settings.ignore, settings.extend_select)
    for _, selectors in (*settings.per_file_ignores, *settings.per_layer_ignores):
        assert catalog.matching(catalog.load(), selectors)


def test_the_rule_that_contributing_adds_works(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (page,) = re.findall(r"^````markdown\n(.*?)^````$", text, flags=re.DOTALL | re.MULTILINE)
    name = "CVL199-heavy-input-dropout.md"
    assert f"`rules/{name}`" in text
    (tmp_path / name).write_text(page, encoding="utf-8")
    (rule,) = (rule for rule in catalog.load([tmp_path]) if rule.code == "CVL199")
    bad, good = pages.blocks(rule)
    assert pages.findings_under_keras(bad, [tmp_path]) == bad.expected != set()
    assert pages.findings_under_keras(good, [tmp_path]) == good.expected == set()


@pytest.mark.parametrize("code", blocks("README.md", "python"))
def test_its_python_code_runs(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "examples/README.md"])
def test_every_link_into_the_repository_resolves_in(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if "://" not in target]
    missing = [target for target in targets if not ((ROOT / file).parent / target).exists()]
    assert targets
    assert missing == []
