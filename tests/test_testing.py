"""assert_clean: silent on a good model, and a readable test log for a bad one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import pytest

from convlint import Config, ConfigError, InputError, Severity
from convlint.testing import assert_clean

ROOT = Path(__file__).parent.parent
GOOD = ROOT / "examples/unet.h5"
DROPOUT = ROOT / "examples/article/after-pooling/dropout-0.5.json"
BAD = ROOT / "examples/transfer-learning.keras"


def model(units: int) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [layers.Input((4,)), layers.Dense(units, activation="softmax", name="head")]
    )


@pytest.mark.parametrize("target", [GOOD, str(GOOD), model(3), [GOOD, model(2)]], ids=repr)
def test_a_clean_target_passes(target: Any) -> None:
    assert_clean(target)


def test_a_finding_fails_and_the_message_is_the_report() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_clean(model(1))
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("convlint: 1 error in 1 model, 2 layers, ")
    assert lines[2] == "model in memory"
    assert "error CVL601 softmax-single-unit" in lines
    assert any("▸ head" in line for line in lines)
    assert all(line.isprintable() for line in lines)


def test_the_selection_is_that_of_check() -> None:
    assert_clean(BAD, ignore="CVL601")
    assert_clean(BAD, select=["CVL101"])
    assert_clean(BAD, config=Config(fail_on=None))
    with pytest.raises(AssertionError, match="CVL101"):
        assert_clean(DROPOUT, select=[], extend_select="CVL101")
    with pytest.raises(ConfigError):
        assert_clean(BAD, select="CVL9999")


def test_findings_below_the_threshold_pass() -> None:
    batch_norm = ROOT / "examples/article/before-activation/batch-norm.json"
    assert_clean(batch_norm)
    with pytest.raises(AssertionError, match="info 10 × CVL203"):
        assert_clean(batch_norm, config=Config(fail_on=Severity.INFO))


def test_what_cannot_be_read_is_never_clean() -> None:
    with pytest.raises(InputError, match=r"nowhere\.keras"):
        assert_clean("nowhere.keras")
    with pytest.raises(AssertionError, match=r"error: nowhere\.keras: there is no such file"):
        assert_clean([GOOD, "nowhere.keras"])


def test_a_test_log_shows_the_line_of_the_test(tmp_path: Path) -> None:
    test = tmp_path / "test_it.py"
    test.write_text(
        "from convlint.testing import assert_clean\n"
        "def test_it():\n"
        f"    assert_clean({str(BAD)!r})  # the line\n",
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "CI"},  # says more there
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 1
    assert failures_in(ran.stdout) == ["E       AssertionError: convlint: 1 error in 1 model"]
    assert "# the line" in ran.stdout
    assert "__tracebackhide__" not in ran.stdout


def failures_in(log: str) -> list[str]:
    return [line.partition(",")[0] for line in log.splitlines() if "AssertionError: " in line]
