"""Rules of other packages: one is built, installed with pip, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pages import write_page

ROOT = Path(__file__).parent.parent

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "acme-convlint"
version = "1.0"

[project.entry-points."convlint.plugins"]
acme = "acme_convlint"
broken = "acme_convlint.broken"
bare = "acme_convlint.bare"
"""

CHECKS = '''\
"""The rules of a team."""

from convlint.checks import check
from convlint.pattern import Match


@check("acme-even-units", "dense")
def even_units(facts, options):
    for index in facts.calls_by_kind.get("dense", ()):
        units = facts.lookup(index, "units")
        if isinstance(units, int) and units % options["divisor"]:
            yield Match(index, (index,), {"dense": index})
'''

MODEL = """\
from keras import Sequential, layers
model = Sequential([layers.Input((8,)), layers.Dense(64), layers.Dense(13, name="odd")])
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package of the team is installed."""
    project = tmp_path_factory.mktemp("acme")
    package = project / "acme_convlint"
    page = write_page(
        package / "rules",
        "ACM101",
        "even-units",
        message="{dense.units} is no multiple of {option.divisor}",
        extra="options: [{name: divisor, default: 8, about: what units are divisible by}]\n",
    )
    text = page.read_text(encoding="utf-8")
    text = text.replace('pattern: "found:dense"\nat: found\n', "check: acme-even-units\n")
    page.write_text(text.replace("{found.name}", "{dense.name}"), encoding="utf-8")
    (package / "__init__.py").write_text(CHECKS, encoding="utf-8")
    (package / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    (package / "bare").mkdir()
    (package / "bare" / "__init__.py").write_text("", encoding="utf-8")
    (project / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    target = tmp_path_factory.mktemp("site")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    install += ["--no-build-isolation", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([*install, str(project)], check=True, timeout=300)
    return target


def run(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "convlint", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
    )


def settings(folder: Path, text: str) -> None:
    (folder / "convlint.toml").write_text(text, encoding="utf-8")
    (folder / "model.py").write_text(MODEL, encoding="utf-8")


def test_the_rules_of_an_installed_package_are_used(site: Path, tmp_path: Path) -> None:
    settings(tmp_path, 'plugins = ["acme"]\nselect = ["ACM"]')
    ran = run(site, tmp_path, "--output-format", "json", "model.py")
    (finding,) = json.loads(ran.stdout)["findings"]
    assert (finding["layer"], finding["message"]) == ("odd", "13 is no multiple of 8")
    assert ran.returncode == 1


def test_their_options_are_set_like_ours(site: Path, tmp_path: Path) -> None:
    settings(tmp_path, 'plugins = ["acme"]\nselect = ["ACM"]\n[options.even-units]\ndivisor = 13')
    ran = run(site, tmp_path, "--output-format", "concise", "model.py")
    assert "64 is no multiple of 13" in ran.stdout


def test_they_are_explained_and_listed(site: Path, tmp_path: Path) -> None:
    settings(tmp_path, 'plugins = ["acme"]')
    assert "# even-units (ACM101)" in run(site, tmp_path, "--explain", "even-units").stdout
    assert "ACM101" in run(site, tmp_path, "--list-rules", "--group", "tests").stdout


def test_several_processes_know_them(site: Path, tmp_path: Path) -> None:
    settings(tmp_path, 'plugins = ["acme"]\nselect = ["ACM"]')
    (tmp_path / "other.py").write_text(MODEL, encoding="utf-8")
    ran = run(site, tmp_path, "--output-format", "concise", "-j", "2", ".")
    assert ran.stdout.count("13 is no multiple of 8") == 2, ran.stderr


def test_a_package_that_no_setting_names_is_not_even_imported(site: Path, tmp_path: Path) -> None:
    settings(tmp_path, "")
    assert "ACM101" not in run(site, tmp_path, "--list-rules").stdout


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("acm", "no installed package offers 'acm'; did you mean 'acme'?"),
        ("broken", "'broken' (acme_convlint.broken) cannot be imported: ZeroDivisionError"),
        ("bare", "'bare' (acme_convlint.bare) is no package with a folder of rules"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused(
    name: str, complaint: str, site: Path, tmp_path: Path
) -> None:
    settings(tmp_path, f'plugins = ["{name}"]')
    ran = run(site, tmp_path, "model.py")
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"error: {tmp_path / 'convlint.toml'}: plugins: {complaint}")
    assert "Traceback" not in ran.stderr
