"""The README and CONTRIBUTING say what is true: their commands, code and generated parts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from convlint import cli
from docs import generate

ROOT = Path(__file__).parent.parent


def blocks(file: str, language: str) -> list[str]:
    """The fenced code blocks of a Markdown file in one language."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_the_generated_parts_are_up_to_date() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text == generate.generated("README.md"), "run python docs/generate.py"


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
