"""The hooks, run by pre-commit itself on a repository that uses this checkout."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from convlint import __version__
from tests.offline import copy_checkout, environment

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

Ran = subprocess.CompletedProcess[str]


def command(*arguments: str | Path, cwd: Path, **variables: str) -> Ran:
    return subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env=environment() | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def git(*arguments: str, cwd: Path) -> str:
    identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
    ran = command("git", *identity, *arguments, cwd=cwd)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def repository(folder: Path) -> str:
    """Make a folder a git repository with all its files in one commit, and give the commit."""
    git("init", "--quiet", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "All of it", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder)


@pytest.fixture(scope="module")
def hook_source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with what this checkout holds, and its commit."""
    folder = tmp_path_factory.mktemp("source") / "convlint"
    copy_checkout(folder)
    return folder, repository(folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments of hooks."""
    return tmp_path_factory.mktemp("pre-commit")


Project = Callable[..., Ran]


@pytest.fixture
def run_hook(tmp_path: Path, hook_source: tuple[Path, str], home: Path) -> Project:
    """Run one hook on all files of a project that has the given files and settings."""

    def run(hook: str, *files: Path, **texts: str) -> Ran:
        source, commit = hook_source
        config = {"repos": [{"repo": str(source), "rev": commit, "hooks": [{"id": hook}]}]}
        (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        for file in files:
            shutil.copy(file, tmp_path)
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        repository(tmp_path)
        return command(
            *(sys.executable, "-m", "pre_commit", "run", "--all-files"),
            cwd=tmp_path,
            PRE_COMMIT_HOME=str(home),
        )

    return run


def test_the_manifest_is_valid() -> None:
    arguments = ("-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml")
    ran = command(sys.executable, *arguments, cwd=ROOT)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert [hook["id"] for hook in HOOKS] == ["convlint", "convlint-models"]


def test_good_models_pass(run_hook: Project) -> None:
    ran = run_hook("convlint-models", EXAMPLES / "unet.h5")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.rstrip().endswith("Passed")


def test_a_bad_model_fails_and_is_explained(run_hook: Project) -> None:
    ran = run_hook("convlint-models", EXAMPLES / "unet.h5", EXAMPLES / "transfer-learning.keras")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "- exit code: 1" in ran.stdout
    assert "error CVL601 softmax-single-unit" in ran.stdout


def test_a_model_that_was_not_fetched_is_named_with_the_cure(run_hook: Project) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    ran = run_hook("convlint-models", **{"model.keras": pointer})
    assert "- exit code: 2" in ran.stdout
    assert "model.keras: this is a Git LFS pointer" in ran.stdout
    assert "git lfs pull" in ran.stdout


def test_what_the_project_excludes_is_left_alone(run_hook: Project) -> None:
    settings = "[tool.convlint]\nexclude = ['transfer-*']\n"
    model = EXAMPLES / "transfer-learning.keras"
    ran = run_hook("convlint-models", model, **{"pyproject.toml": settings})
    assert ran.returncode == 0, ran.stdout + ran.stderr


CODE = """\
import keras
from keras import layers

model = keras.Sequential(
    [
        layers.Input((8,)),
        layers.Dense(16, activation="relu"),
        layers.Dense({units}, activation="softmax"),
    ]
)
"""


def notebook(code: str) -> str:
    cells = [{"cell_type": "code", "source": text} for text in ("%matplotlib inline\n", code)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_good_code_passes(run_hook: Project) -> None:
    good = CODE.format(units=10)
    files = {"train.py": good, "explore.ipynb": notebook(good), "setup.py": "print(1)"}
    ran = run_hook("convlint", **files)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.rstrip().endswith("Passed")


@pytest.mark.parametrize(
    ("name", "place"),
    [("train.py", "train.py:8:9"), ("explore.ipynb", "explore.ipynb:cell 2:8:9")],
)
def test_bad_code_fails_at_its_line(name: str, place: str, run_hook: Project) -> None:
    bad = CODE.format(units=1)
    files = {name: notebook(bad) if name.endswith(".ipynb") else bad}
    ran = run_hook("convlint", **files, **{"good.py": CODE.format(units=2)})
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "error CVL601 softmax-single-unit" in ran.stdout
    assert place in ran.stdout
    assert "good.py" not in ran.stdout


def test_a_comment_satisfies_the_hook(run_hook: Project) -> None:
    bad = CODE.format(units=1).replace('"softmax"),', '"softmax"),  # convlint: ignore[CVL601]')
    ran = run_hook("convlint", **{"train.py": bad})
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_other_files_are_no_models(run_hook: Project) -> None:
    ran = run_hook("convlint-models", **{"a.txt": "a", "b.json": "{}", "c.keras.md": "c"})
    assert "no files to check" in ran.stdout


def test_the_readme_shows_the_hooks() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n# \.pre-commit-config\.yaml\n(.*?)^```$", readme, re.M | re.S)
    (repo,) = yaml.safe_load(text)["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in HOOKS]
    assert repo["rev"] == f"v{__version__}"
