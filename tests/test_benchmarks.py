"""The benchmark command works; it is never a test of time."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measurements import PYTHON, Model, PeakMemory, Ratio
from benchmarks.models import chain
from benchmarks.process import Usage, interleaved, median_ratio, run
from convlint.readers import read

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="wait4 is not on Windows")


def located(model: Model) -> Path:
    return Path("elsewhere", model.file)


def test_a_run_counts_wall_clock_and_processor_time_and_memory() -> None:
    idle = run([PYTHON, "-c", "import time; time.sleep(0.5)"])
    assert idle.wall >= 0.5 > idle.cpu
    busy = run([PYTHON, "-c", "held = b'x' * 300_000_000; sum(range(20_000_000))"])
    assert busy.cpu > idle.cpu
    assert busy.peak > 300_000_000


def test_a_failing_command_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended with exit code 2"):
        run([PYTHON, "-c", "raise SystemExit(2)"])


def test_two_commands_run_in_turn(tmp_path: Path) -> None:
    log = tmp_path / "log"
    first, second = (
        [PYTHON, "-c", f"open({str(log)!r}, 'a').write({letter!r})"] for letter in "AB"
    )
    interleaved(first, second, 2)
    assert log.read_text(encoding="utf-8") == "AB" + "ABAB"


def test_the_ratio_is_the_median_of_the_ratios_of_neighbours() -> None:
    pairs = [
        (Usage(wall=first, cpu=1, peak=1), Usage(wall=second, cpu=1, peak=1))
        for first, second in ((2, 1), (20, 10), (9, 3), (3, 3), (8, 2))
    ]
    assert median_ratio(pairs, lambda usage: usage.wall) == 2


def test_a_verdict_compares_with_the_target() -> None:
    sleep = (PYTHON, "-c", "import time; time.sleep(0.5)")
    start = (PYTHON, "-c", "pass")
    assert Ratio("sleep / start", sleep, start, least=1).measure(located, 1).met
    assert not Ratio("sleep / start", sleep, start, most=1).measure(located, 1).met
    assert PeakMemory("start", start, most=1000).measure(located, 1).met
    assert not PeakMemory("start", start, most=1).measure(located, 1).met


def test_a_chain_has_the_layers_it_says(tmp_path: Path) -> None:
    path = tmp_path / "chain.json"
    chain(5, path)
    ((graph,),) = read(path)
    layers = [call for call in graph.calls if call.class_name not in {"InputLayer", "Output"}]
    assert len(layers) == 4 * 5
    assert [call.inputs[0].call for call in graph.calls[1:]] == list(range(len(layers) + 1))
    names = [entry["name"] for entry in json.loads(path.read_text())["config"]["layers"]]
    assert len(set(names)) == len(names)


def test_the_command_writes_a_table(tmp_path: Path) -> None:
    # A model that is there is not made again; a small one does for this test.
    shutil.copy(ROOT / "examples/transfer-learning.keras", tmp_path / "resnet50.keras")
    command: list[str | Path] = [sys.executable, "-m", "benchmarks", "--cache", tmp_path]
    output = tmp_path / "results.md"
    subprocess.run(
        [*command, "--runs", "1", "--only", "keras-file", "--output", output], cwd=ROOT, check=True
    )
    text = output.read_text(encoding="utf-8")
    assert "| convlint resnet50.keras / " in text
    assert text.count("\n| ") == 2
