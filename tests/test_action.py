"""The GitHub Action: its steps are run as a runner would run them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from convlint import __version__
from tests.offline import copy_checkout, environment

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SCRIPTS = {step["id"]: step for step in STEPS if "run" in step}
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What a runner makes of ``shell: bash``."""

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


class Ran(NamedTuple):
    """How a step ended: its exit code, what it printed, and its outputs."""

    code: int
    log: str
    outputs: dict[str, str]


class Runner:
    """Runs steps in a folder. ``values`` are what expressions like ``inputs.paths`` stand for."""

    def __init__(self, folder: Path, temporary: Path, values: Mapping[str, str]) -> None:
        self.folder, self.temporary, self.values = folder, temporary, dict(values)

    def value(self, text: str) -> str:
        return _EXPRESSION.sub(lambda match: self.values[match[1]], text)

    def run(self, step_id: str) -> Ran:
        step = SCRIPTS[step_id]
        script, output = self.temporary / f"{step_id}.sh", self.temporary / f"{step_id}.output"
        script.write_text(self.value(step["run"]), encoding="utf-8")
        output.write_text("")
        ran = subprocess.run(
            [*BASH, str(script)],
            cwd=self.folder,
            env=environment()
            | {name: self.value(text) for name, text in step["env"].items()}
            | {"RUNNER_TEMP": str(self.temporary), "RUNNER_OS": "Linux"}
            | {"GITHUB_OUTPUT": str(output), "GITHUB_ACTIONS": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        self.values |= {f"steps.{step_id}.outputs.{name}": outputs[name] for name in outputs}
        return Ran(ran.returncode, ran.stdout, outputs)


DEFAULTS = {f"inputs.{name}": str(value["default"]) for name, value in ACTION["inputs"].items()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The values of expressions once the first steps have run."""
    folder = tmp_path_factory.mktemp("job")
    copy_checkout(folder / "action")
    python = {"steps.python.outputs.python-path": sys.executable}
    runner = Runner(folder, folder, {"github.action_path": str(folder / "action")} | python)
    ran = runner.run("install")
    assert ran.code == 0, ran.log
    return runner.values


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    shutil.copy(EXAMPLES / "unet.h5", folder / "good.h5")
    shutil.copy(EXAMPLES / "transfer-learning.keras", folder / "bad model.keras")
    return folder


def check(workspace: Path, installed: Mapping[str, str], **inputs: str) -> Ran:
    given = {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    temporary = workspace.parent
    return Runner(workspace, temporary, {**DEFAULTS, **installed, **given}).run("check")


def results(file: Path) -> list[tuple[str, str]]:
    document = json.loads(file.read_text(encoding="utf-8"))
    return [
        (
            result["ruleId"],
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        )
        for run in document["runs"]
        for result in run["results"]
    ]


def test_the_action_is_composite_and_describes_itself() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert set(ACTION["inputs"]) == {"paths", "args", "sarif-file", "fail-on-findings"}
    for entry in (ACTION, *ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert entry["description"]
    for step in STEPS:
        assert ("run" in step) != ("uses" in step)
        assert "run" not in step or step["shell"] == "bash"


def test_every_expression_names_something_that_is_there() -> None:
    used = {
        expression
        for value in (*ACTION["outputs"].values(), *(step.get("env", {}) for step in STEPS))
        for text in value.values()
        for expression in _EXPRESSION.findall(str(text))
    }
    outputs = {
        f"steps.{name}.outputs.{output}"
        for name, step in SCRIPTS.items()
        for output in re.findall(r'echo "([\w-]+)=', step["run"])
    }
    known = {"github.action_path", "steps.python.outputs.python-path", *DEFAULTS, *outputs}
    assert used <= known
    assert set(DEFAULTS) <= used


@pytest.mark.parametrize("step", SCRIPTS)
def test_every_script_is_valid_and_has_no_text_put_into_it(step: str) -> None:
    script = SCRIPTS[step]["run"]
    assert "${{" not in script  # an input would be run as code
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_findings_are_written_and_do_not_fail_by_default(
    workspace: Path, installed: Mapping[str, str]
) -> None:
    ran = check(workspace, installed)
    assert ran.code == 0, ran.log
    assert ran.outputs == {"sarif-file": "convlint.sarif", "exit-code": "1"}
    assert results(workspace / "convlint.sarif") == [("CVL601", "bad%20model.keras")]
    assert "bad model.keras: dog: CVL601" in ran.log


def test_findings_fail_if_told_so(workspace: Path, installed: Mapping[str, str]) -> None:
    ran = check(workspace, installed, fail_on_findings="true", sarif_file="out file.sarif")
    assert ran.code == 1
    assert ran.outputs == {"sarif-file": "out file.sarif", "exit-code": "1"}
    assert len(results(workspace / "out file.sarif")) == 1


def test_nothing_found_is_a_file_too(workspace: Path, installed: Mapping[str, str]) -> None:
    ran = check(workspace, installed, args="--ignore CVL6 --fail-on info", fail_on_findings="true")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "0")
    assert results(workspace / "convlint.sarif") == []


def test_paths_stand_on_lines(workspace: Path, installed: Mapping[str, str]) -> None:
    ran = check(workspace, installed, paths="good.h5\n\nbad model.keras\n")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "1")
    assert check(workspace, installed, paths="good.h5").outputs["exit-code"] == "0"


@pytest.mark.parametrize("wanted", ["false", "true"])
def test_what_cannot_be_checked_always_fails(
    wanted: str, workspace: Path, installed: Mapping[str, str]
) -> None:
    (workspace / "broken.keras").write_text("{")
    ran = check(workspace, installed, fail_on_findings=wanted)
    assert (ran.code, ran.outputs["exit-code"]) == (2, "2")
    assert "error: broken.keras: " in ran.log
    assert ("CVL601", "bad%20model.keras") in results(workspace / "convlint.sarif")
    assert check(workspace, installed, args="--nonsense").code == 2


def test_inputs_are_never_run(workspace: Path, installed: Mapping[str, str]) -> None:
    hostile = "$(touch ran) `touch ran`; touch ran; \"; touch ran; '\n--version\n*"
    for name in ("paths", "args", "sarif_file", "fail_on_findings"):
        if name != "sarif_file":
            check(workspace, installed, **{name: hostile})
        else:
            check(workspace, installed, sarif_file="$(touch ran); touch ran")
    assert not (workspace / "ran").exists()


def test_the_readme_shows_the_action() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n# \.github/.*?\n(.*?)^```$", readme, re.M | re.S)
    steps = yaml.safe_load(text)["jobs"]["convlint"]["steps"]
    _, ours, upload = steps
    assert ours["uses"].endswith(f"/convlint@v{__version__}")
    assert set(ours["with"]) <= set(ACTION["inputs"])
    assert upload["with"]["sarif_file"] == ACTION["inputs"]["sarif-file"]["default"]
