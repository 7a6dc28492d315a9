"""What an installation holds: the built wheel and source distribution, from another directory."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the wheel and the source distribution of this checkout."""
    directory = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", directory], cwd=ROOT, check=True
    )
    return directory


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that an installer would unpack the wheel into."""
    directory = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)  # noqa: S202 - we built it
    return directory


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_wheel_carries_every_rule_page_and_the_bibliography(installed: Path) -> None:
    pages = {path.name for path in (ROOT / "rules").iterdir()}
    assert "references.yaml" in pages
    assert {path.name for path in (installed / "convlint/rules").iterdir()} == pages


def test_the_wheel_is_typed_and_holds_nothing_but_the_package(installed: Path) -> None:
    assert (installed / "convlint/py.typed").is_file()
    top_level = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert top_level == {"convlint"}


def test_an_installation_needs_only_four_packages(wheel: Path) -> None:
    requirements = metadata(wheel).get_all("Requires-Dist") or []
    needed = {line.partition(">")[0].lower() for line in requirements if "extra ==" not in line}
    assert needed == {"click", "rich", "pyyaml", "h5py"}


def test_the_extras_are_for_keras_urls_fuzzing_and_development(wheel: Path) -> None:
    extras = set(metadata(wheel).get_all("Provides-Extra") or [])
    assert extras == {"tensorflow", "remote", "fuzz", "dev"}


def test_the_wheel_works_from_another_directory(installed: Path) -> None:
    # With -c the working directory comes before the site-packages that hold this checkout.
    program = (
        "import sys, pathlib, convlint, convlint.cli, convlint.catalog\n"
        "assert pathlib.Path(convlint.__file__).is_relative_to(pathlib.Path.cwd())\n"
        "print(len(convlint.catalog.load()))\n"
        "convlint.cli.main(['--exit-zero', '--output-format', 'concise', sys.argv[1]])\n"
    )
    example = ROOT / "examples/transfer-learning.keras"
    ran = subprocess.run(
        [sys.executable, "-c", program, example],
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    number, *findings = ran.stdout.splitlines()
    assert int(number) == len(list((ROOT / "rules").glob("CVL*.md")))
    assert any("CVL" in line for line in findings)


def test_the_source_distribution_holds_what_its_tests_and_documentation_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folders = {name.partition("/")[0] for name in names}
    assert folders >= {"convlint", "rules", "examples", "tests", "docs", "benchmarks", ".ci"}
    assert names >= {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "pyproject.toml"}
    assert names >= {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").rglob("*.json")
    }
