"""The command line: what it prints where, and its exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
import pytest

import convlint
from convlint import batch, cli, discover, engine, reporters, terminal
from convlint.command import ExitCode
from convlint.discover import Found
from tests.pages import write_page
from tests.processes import heed_interrupts

ROOT = Path(__file__).parent.parent
BAD = ROOT / "examples/article/before-activation/dropout-0.5.json"
GOOD = ROOT / "examples/unet.h5"
SEVERITIES = ["error", "warning", "info", "never"]


class Ran:
    """What a command printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in this process."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str | Path) -> Ran:
        with pytest.raises(SystemExit) as caught:
            cli.main([str(argument) for argument in arguments], prog_name="convlint")
        captured = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return Ran(caught.value.code, captured.out, captured.err)

    return command


def process(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "convlint", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, **options)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tested(here: Path) -> Path:
    """A current folder with a bad model, and settings with one rule of our own, TST101."""
    shutil.copy(BAD, here / "bad.json")
    write_page(here / "rules", pattern="found:conv", severity="warning")
    (here / "convlint.toml").write_text(
        "select = ['TST101']\nrule-paths = ['rules']", encoding="utf-8"
    )
    return here


def test_findings_go_to_standard_output_and_give_1(run: Run) -> None:
    ran = run("--isolated", "--select", "CVL101", BAD)
    assert ran.code == 1
    assert "warning 9 × CVL101 dropout-between-convs" in ran.out
    assert "convlint --explain CVL101" in ran.out
    assert ran.err == ""


def test_no_findings_give_0_and_one_line(run: Run) -> None:
    ran = run("--isolated", GOOD)
    assert (ran.code, ran.err) == (0, "")
    assert re.fullmatch(r"All clear: 1 model, \d+ layers, \d+ rules\.\n", ran.out)


def test_quiet_prints_findings_only(run: Run) -> None:
    assert run("--isolated", "-q", GOOD).out == ""
    ran = run("--isolated", "-q", "--output-format", "concise", "--select", "CVL101", BAD)
    assert ran.out.count("\n") == ran.out.count(": CVL101 ") == 9


def test_verbose_says_on_standard_error_what_is_read(run: Run, tested: Path) -> None:
    settings = f"settings of {tested / 'convlint.toml'}"
    ran = run("-v", "bad.json")
    assert re.fullmatch(r"bad\.json: \d+ layers, 10 findings, (.*)\n", ran.err)
    assert ran.err.endswith(f" {settings}\n")
    assert "default settings" in run("-v", "--isolated", "bad.json").err


def test_what_cannot_be_read_goes_to_standard_error_and_gives_2(run: Run, here: Path) -> None:
    (here / "broken.keras").write_bytes(b"no model")
    (here / "notes.txt").write_text("no model either", encoding="utf-8")
    ran = run("--isolated", "--select", "CVL101", "broken.keras", BAD, "notes.txt", "nowhere.h5")
    assert ran.code == 2
    assert "9 × CVL101" in ran.out
    assert "3 inputs could not be checked" in ran.out
    complaints = ran.err.splitlines()
    assert [line.split(":")[:2] for line in complaints] == [
        ["error", " broken.keras"],
        ["error", " notes.txt"],
        ["error", " nowhere.h5"],
    ]


@pytest.mark.parametrize("severity", SEVERITIES[:3])
@pytest.mark.parametrize("fail_on", SEVERITIES)
def test_fail_on_decides_what_gives_1(fail_on: str, severity: str, run: Run, tested: Path) -> None:
    write_page(tested / "rules", pattern="found:conv", severity=severity)
    expected = int(SEVERITIES.index(severity) <= SEVERITIES.index(fail_on) < 3)
    assert run("--fail-on", fail_on, "bad.json").code == expected
    with (tested / "convlint.toml").open("a", encoding="utf-8") as file:
        file.write(f"\nfail-on = '{fail_on}'")
    assert run("bad.json").code == expected
    assert run("--fail-on", "info", "bad.json").code == 1


@pytest.mark.parametrize("output_format", reporters.FORMATS)
def test_the_exit_code_does_not_depend_on_the_format(
    output_format: str, run: Run, tested: Path
) -> None:
    options = ["--output-format", output_format]
    assert run(*options, "bad.json").code == 1
    assert run(*options, "--exit-zero", "bad.json").code == 0
    assert run(*options, "--ignore", "ALL", "bad.json").code == 0
    assert run(*options, "bad.json", "nowhere.keras").code == 2
    assert run(*options, "--exit-zero", "bad.json", "nowhere.keras").code == 2


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Nothing to check"),
        (["--no-such-option"], "No such option"),
        (["--config", "a", "--isolated", "b"], "contradict each other"),
        (["--output-format", "sarf", "bad.json"], "'sarf' is not one of"),
        (["--fail-on", "warnings", "bad.json"], "'warnings' is not one of"),
        (["--select", "", "bad.json"], "an entry is empty"),
        (["--select", "CVL101,,", "bad.json"], "an entry is empty"),
        (["--select", "CVL999", "bad.json"], "error: no rule matches 'CVL999'"),
        (["--ignore", "dropout-betwen-convs", "bad.json"], "did you mean 'dropout-between-convs'"),
        (["--config", "nowhere.toml", "bad.json"], "error: nowhere.toml: cannot be read"),
        (["--explain", "CVL999"], "error: no rule matches 'CVL999'"),
        (["--explain", ""], "error: no rule matches ''"),
        (["--output-file", "bad.json", "bad.json"], "would overwrite an input"),
        (["--output-file", "no/where", "bad.json"], "cannot be written: No such file"),
    ],
    ids=" ".join,
)
def test_wrong_usage_gives_2_and_says_why(
    arguments: list[str], complaint: str, run: Run, here: Path
) -> None:
    shutil.copy(BAD, here / "bad.json")
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err
    assert (here / "bad.json").read_bytes() == BAD.read_bytes()


def test_a_wrong_setting_gives_2_and_names_the_file(run: Run, tested: Path) -> None:
    (tested / "convlint.toml").write_text("selct = []", encoding="utf-8")
    ran = run("bad.json")
    assert ran.code == 2
    assert ran.err.startswith(f"error: {tested / 'convlint.toml'}: unknown key 'selct'; did you")


def test_a_rule_page_that_is_not_well_formed_gives_2(run: Run, tested: Path) -> None:
    write_page(tested / "rules", pattern="found:conv ->")
    ran = run("bad.json")
    assert ran.code == 2
    assert "rules/TST101-tested-dense.md:10: pattern: " in ran.err
    assert "^" in ran.err


def test_rules_are_selected_by_lists_that_add_up(run: Run, tested: Path) -> None:
    def used(*arguments: str) -> set[str]:
        ran = run("--list-rules", *arguments)
        return {line.split()[0] for line in ran.out.splitlines()}

    assert used("--select", "CVL101,CVL6", "--select", "TST101") >= {"CVL101", "CVL601", "TST101"}
    assert used("--extend-select", "CVL601") == {"TST101", "CVL601"}
    assert used("--ignore", "TST") == set()
    assert used("--select", "ALL", "--ignore", "CVL,tested-dense") == set()


def test_the_rules_are_listed(run: Run, tested: Path) -> None:
    ran = run("--list-rules")
    assert ran.code == 0
    assert re.search(
        r"^CVL101  warning +medium +on +regularization +dropout-between-convs  +\w", ran.out, re.M
    )
    assert "TST101" in ran.out
    assert "TST101" not in run("--list-rules", "--isolated").out


def test_the_rules_of_a_group_and_a_severity_are_listed(run: Run, tested: Path) -> None:
    def used(*arguments: str) -> set[str]:
        return {line.split()[0] for line in run("--list-rules", *arguments).out.splitlines()}

    assert used("--group", "tests") == {"TST101"}
    assert used("--group", "tests", "--severity", "error") == set()
    assert {"CVL601", "CVL602"} <= used("--group", "loss", "--severity", "error")
    assert used("--group", "loss", "--select", "CVL101,CVL602") == {"CVL602"}
    assert "CVL105" in used("--severity", "info")  # one of its cases
    ran = run("--list-rules", "--group", "los")
    assert (ran.code, ran.err) == (2, "error: there is no group 'los'; did you mean 'loss'?\n")
    assert run("--severity", "error", "bad.json").code == 2


def test_the_rules_are_listed_for_programs(run: Run, tested: Path) -> None:
    ran = run("--list-rules", "--output-format", "json", "--select", "TST101,CVL105")
    listed = json.loads(ran.out)
    assert listed["version"] == 1
    ours, theirs = listed["rules"]
    assert (ours["code"], ours["group"], ours["severity"]) == (
        "CVL105",
        "regularization",
        "warning",
    )
    assert all(item["reference"] and item["url"] for item in ours["evidence"]["for"])
    assert theirs["name"] == "tested-dense"
    assert theirs["options"] == []


@pytest.mark.parametrize("rule", ["CVL101", "dropout-between-convs"])
def test_a_rule_is_explained(rule: str, run: Run) -> None:
    ran = run("--explain", rule)
    assert ran.code == 0
    assert ran.out.startswith("# dropout-between-convs (CVL101)\n")
    for heading in ("What it does", "Evidence for", "Evidence against", "Bad", "Good"):
        assert f"\n## {heading}\n" in ran.out


def test_a_rule_is_explained_with_colours_on_request(run: Run) -> None:
    ran = run("--explain", "CVL101", "--color", "always")
    assert "\x1b[" in ran.out
    assert "## Evidence" not in ran.out
    assert "Evidence against" in ran.out


def test_the_settings_are_shown(run: Run, tested: Path) -> None:
    (tested / "inner").mkdir()
    (tested / "inner/convlint.toml").write_text("fail-on = 'never'", encoding="utf-8")
    outer, inner = run("--show-settings"), run("--show-settings", "inner")
    assert outer.code == inner.code == 0
    assert outer.out.startswith(f"# {tested}/convlint.toml\n")
    assert 'select = ["TST101"]' in outer.out
    assert "#   TST101 tested-dense" in outer.out
    assert 'fail-on = "never"' in inner.out
    assert run("--show-settings", "inner/model.keras").out == inner.out


def test_settings_can_be_named_or_left_alone(run: Run, tested: Path) -> None:
    other = tested / "rules/other.toml"
    other.write_text("select = ['CVL101']\nper-file-ignores = {'*.json' = ['CVL']}", "utf-8")
    assert run("--config", other, "bad.json").code == 0
    assert "CVL101" in run("--isolated", "--select", "CVL101", "bad.json").out
    assert "TST101" not in run("--isolated", "bad.json").out


def test_the_output_format_can_be_a_setting(run: Run, tested: Path) -> None:
    with (tested / "convlint.toml").open("a", encoding="utf-8") as file:
        file.write("\noutput-format = 'concise'")
    assert run("bad.json").out.startswith("bad.json: conv_1_1: TST101 conv_1_1 is dense\n")
    assert run("--output-format", "json", "bad.json").out.startswith("{")


def test_json_obeys_its_schema(run: Run, tested: Path) -> None:
    ran = run("--output-format", "json", "bad.json", "nowhere.keras")
    schema = json.loads((files("convlint") / "schemas/report-1.json").read_text("utf-8"))
    document = json.loads(ran.out)
    jsonschema.validate(document, schema)
    assert len(document["findings"]) == 10
    assert document["findings"][0]["path"] == ["conv_1_1"]
    assert document["errors"][0]["file"] == "nowhere.keras"
    assert "nowhere.keras" in ran.err


def test_statistics_count_by_rule(run: Run, tested: Path) -> None:
    assert run("--statistics", "bad.json").out.startswith("10  TST101  warning  tested-dense\n")
    assert run("--statistics", "-q", "bad.json").out.count("\n") == 1


def test_output_goes_to_a_file(run: Run, tested: Path) -> None:
    shown = run("bad.json")
    ran = run("--output-file", "report.txt", "bad.json")
    assert (ran.code, ran.out) == (1, "")
    assert (tested / "report.txt").read_text("utf-8") == shown.out


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").out == f"convlint {convlint.__version__}\n"


# What is checked


def concise_files(ran: Ran) -> list[str]:
    return list(dict.fromkeys(line.partition(":")[0] for line in ran.out.splitlines()[:-1]))


def test_folders_are_walked_for_models(run: Run, tested: Path) -> None:
    for path in (
        "b/z.json",
        "b/a.json",
        "b/deep/er/m.json",
        "a/m.json",
        "a/.hidden/m.json",
        "a/node_modules/m.json",
        "a/__pycache__/m.json",
        "a/my-env/m.json",
    ):
        (tested / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BAD, tested / path)
    (tested / "a/my-env/pyvenv.cfg").touch()
    (tested / "a/settings.json").write_text('{"class_name": "no model"}', encoding="utf-8")
    (tested / "a/notes.txt").touch()
    (tested / "b/loop").symlink_to(tested)
    options = ["-q", "--output-format", "concise"]
    expected = ["bad.json", "a/m.json", "b/a.json", "b/z.json", "b/deep/er/m.json"]
    assert concise_files(run(*options[1:], ".")) == expected
    assert concise_files(run(*options[1:], "b", "a", "./b/a.json", "b")) == [
        "b/a.json",
        "b/z.json",
        "b/deep/er/m.json",
        "a/m.json",
    ]
    assert concise_files(run(*options[1:], "a/.hidden")) == ["a/.hidden/m.json"]


def test_a_folder_without_models_is_an_error(run: Run, here: Path) -> None:
    (here / "empty").mkdir()
    ran = run("empty")
    assert ran.code == 2
    assert "error: empty: there is no model in this folder" in ran.err


def test_a_saved_model_that_is_named_is_an_error(run: Run, here: Path) -> None:
    (here / "saved").mkdir()
    (here / "saved/saved_model.pb").touch()
    ran = run("saved")
    assert ran.code == 2
    assert "error: saved: this is a TensorFlow SavedModel" in ran.err


def test_a_folder_that_cannot_be_listed_is_an_error(
    run: Run, tested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tested / "closed").mkdir()
    listed = os.scandir

    def scandir(path: str | Path) -> Any:  # root may read everything, so permissions would not do
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    ran = run(".")
    assert ran.code == 2
    assert "error: closed: the folder cannot be read: Permission denied" in ran.err
    assert "bad.json" in ran.out


def test_what_is_excluded_is_not_looked_at(run: Run, tested: Path) -> None:
    (tested / "old").mkdir()
    shutil.copy(BAD, tested / "old/m.json")
    options = ["--output-format", "concise"]
    assert concise_files(run(*options, ".")) == ["bad.json", "old/m.json"]
    assert concise_files(run(*options, "--exclude", "old", ".")) == ["bad.json"]
    assert concise_files(run(*options, "--exclude", "old,bad.*", ".", "bad.json")) == ["bad.json"]
    with (tested / "convlint.toml").open("a", encoding="utf-8") as file:
        file.write("\nexclude = ['old/**']")
    assert concise_files(run(*options, ".")) == ["bad.json"]
    assert concise_files(run(*options, "old/m.json")) == ["old/m.json"]
    ran = run(*options, "--force-exclude", "old/m.json")
    assert (ran.code, ran.out) == (0, "All clear: 0 models, 0 layers, 0 rules.\n")


def test_standard_input_is_a_model_under_any_name(tested: Path) -> None:
    options: list[str | Path] = ["--config", tested / "convlint.toml", "--output-format", "concise"]
    data = BAD.read_bytes()
    ran = process(*options, "-", input=data)
    assert ran.returncode == 1
    assert ran.stdout.startswith(b"<stdin>: conv_1_1: TST101 ")
    named = process(*options, "--stdin-filename", "m.json", "-", BAD, input=data)
    assert b"\nm.json: conv_1_1: TST101 " in named.stdout
    broken = process("-", "--stdin-filename", "m.json", input=b"no model")
    assert broken.returncode == 2
    assert broken.stderr.startswith(b"error: m.json: ")


# How it is printed


def test_output_is_the_same_every_time_whatever_the_terminal() -> None:
    first = process("examples/article", env={"PATH": os.environ["PATH"]})
    second = process(
        "examples/article", env={"PATH": os.environ["PATH"], "TERM": "xterm", "PYTHONHASHSEED": "7"}
    )
    assert first.returncode == 1
    assert first.stdout == second.stdout
    assert b"\x1b" not in first.stdout
    assert max(map(len, first.stdout.decode().splitlines())) <= 80


def test_an_encoding_without_our_characters_does_no_harm() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = process(BAD, env=environment)
    assert ran.returncode == 1
    assert b"32?32?60" in ran.stdout
    assert b"Traceback" not in ran.stderr


class Stream(StringIO):
    """A stream that is, or is not, a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    def fileno(self) -> int:
        raise OSError


@pytest.mark.parametrize(
    ("choice", "is_terminal", "environment", "expected"),
    [
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": ""}, False),
        ("auto", True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_as_people_ask_for_them(
    choice: str, is_terminal: bool, environment: dict[str, str], expected: bool
) -> None:
    assert terminal.wants_color(choice, Stream(is_terminal), environment) is expected


@pytest.mark.parametrize(
    ("is_terminal", "environment", "expected"),
    [
        (False, {}, 80),
        (False, {"COLUMNS": "120"}, 120),
        (False, {"COLUMNS": "0"}, 80),
        (False, {"COLUMNS": "wide"}, 80),
        (True, {}, 80),
    ],
)
def test_the_width_is_that_of_the_terminal_or_80(
    is_terminal: bool, environment: dict[str, str], expected: int
) -> None:
    assert terminal.width(Stream(is_terminal), environment) == expected


def ticking(*times: float) -> Callable[[], float]:
    moments = iter(times)
    return lambda: next(moments)


def test_a_progress_bar_appears_when_it_takes_long() -> None:
    stream = Stream(terminal=True)
    taken = list(terminal.progress("abcd", 4, stream, ticking(0, 0.4, 1.2)))
    assert taken == list("abcd")
    assert "Checking" in stream.getvalue()
    assert "4/4" in stream.getvalue()
    assert "1/4" not in stream.getvalue()


@pytest.mark.parametrize(("is_terminal", "seconds"), [(True, 0.1), (False, 9.0)])
def test_no_progress_bar_appears_otherwise(is_terminal: bool, seconds: float) -> None:
    stream = Stream(is_terminal)
    times = (0.0, *[seconds] * 4)
    assert list(terminal.progress("abcd", 4, stream, ticking(*times))) == list("abcd")
    assert stream.getvalue() == ""


def read_all(descriptor: int) -> str:
    """What a pseudo-terminal shows until its process ends."""
    found = b""
    while select.select([descriptor], [], [], 60)[0]:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        found += part
    return found.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize("arguments", [[str(BAD)], ["--list-rules"], ["--explain", "CVL101"]])
def test_a_terminal_gets_colours_and_tables(arguments: list[str]) -> None:
    ours, theirs = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "convlint", *arguments]
    running = subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = read_all(ours)
    os.close(ours)
    assert running.wait() in (0, 1)
    assert "\x1b[" in shown
    assert "CVL101" in shown
    assert "Checking" not in shown
    assert "Traceback" not in shown


# When things go wrong


def test_a_fault_of_ours_is_reported_and_does_not_hide_other_files(
    run: Run, tested: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(BAD, tested / "worse.json")
    check_file = engine.Linter.check_file

    def faulty(linter: engine.Linter, file: str) -> Any:
        if file == "worse.json":
            raise KeyError("no such\nthing")
        return check_file(linter, file)

    monkeypatch.setattr(engine.Linter, "check_file", faulty)
    ran = run("worse.json", "bad.json")
    assert ran.code == 2
    assert "TST101" in ran.out
    lines = ran.err.splitlines()
    assert lines[0] == r"worse.json: internal error: KeyError: 'no such\nthing'"
    assert "tests/test_cli.py:" in ran.err
    assert f"convlint {convlint.__version__}, Python 3" in lines[-1]
    assert "Traceback" not in ran.err
    assert len(lines) < 10
    document = json.loads(run("--output-format", "json", "worse.json").out)
    assert document["errors"][0]["message"].startswith("worse.json: internal error: KeyError")


def test_ctrl_c_is_quiet(run: Run, tested: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine.Linter, "check_file", interrupted)
    ran = run("bad.json")
    assert (ran.code, ran.out, ran.err) == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_ctrl_c_is_quiet_in_a_real_process() -> None:
    command = [sys.executable, "-m", "convlint", "--isolated", "-v", str(GOOD), "-"]
    running = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=heed_interrupts,
    )
    assert running.stderr is not None
    assert b"unet.h5" in running.stderr.readline()  # now it waits for its standard input
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize("arguments", [["examples"], ["--list-rules"], ["--explain", "CVL101"]])
def test_a_closed_pipe_is_quiet(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "convlint", *arguments]
    ran = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, b"")


@pytest.mark.parametrize("output_format", ["full", "json"])
def test_several_processes_say_what_one_says(output_format: str, tmp_path: Path) -> None:
    examples = sorted(path for path in (ROOT / "examples").rglob("*.*") if path.suffix != ".py")
    for number in range(40):
        example = examples[number % len(examples)]
        shutil.copy(example, tmp_path / f"{number:02}{example.suffix}")
    (tmp_path / "40.keras").write_bytes(b"no model")
    command = [sys.executable, "-m", "convlint", "--output-format", output_format, "."]
    one, two = (
        subprocess.run(
            [*command, "-j", jobs], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        for jobs in "12"
    )
    assert "40.keras: " in one.stderr
    assert (one.returncode, one.stdout, one.stderr) == (two.returncode, two.stdout, two.stderr)


@pytest.mark.parametrize(
    ("inputs", "wanted", "jobs"), [(1, None, 1), (32, None, 1), (1000, 3, 3), (2, 8, 2), (0, 4, 1)]
)
def test_how_many_processes_are_used(inputs: int, wanted: int | None, jobs: int) -> None:
    assert batch.jobs_for(inputs, wanted) == jobs


def test_a_wrong_setting_is_said_by_other_processes_too(run: Run, here: Path) -> None:
    for name in ("a.json", "b.json"):
        shutil.copy(ROOT / "examples/article/after-pooling/control.json", here / name)
    ran = run("-j", "2", "--select", "CVL9999", ".")
    assert ran.code == 2
    assert "CVL9999" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
@pytest.mark.parametrize("arguments", [["--list-rules"], ["examples/unet.h5"]])
def test_a_full_disk_is_one_line(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "convlint", *arguments]
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    expected = b"error: standard output cannot be written: No space left on device\n"
    assert (ran.returncode, ran.stderr) == (2, expected)


def test_names_in_errors_cannot_steer_the_terminal(run: Run, here: Path) -> None:
    ran = run("\x1b[31mred.keras")
    assert ran.code == 2
    assert ran.err.startswith(r"error: \x1b[31mred.keras: ")


def test_found_files_are_yielded_one_by_one(tested: Path) -> None:
    linter = engine.Linter(convlint.config.Overrides())
    found: Iterable[Found] = discover.files([".", "bad.json"], linter.config_for)
    assert isinstance(found, Iterator)
    assert list(found) == [Found("bad.json")]


@pytest.mark.skipif(os.name == "nt", reason="needs descriptors that can be closed")
@pytest.mark.parametrize(
    ("closed", "path", "code"),
    [
        (0, "-", ExitCode.ERROR),
        (1, str(BAD), ExitCode.FINDINGS),
        (2, "missing.keras", ExitCode.ERROR),
    ],
)
def test_a_closed_standard_stream_is_an_empty_one(closed: int, path: str, code: ExitCode) -> None:
    program = f"import os, sys; os.close({closed}); os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, "-m", "convlint", path]
    ran = subprocess.run(
        [sys.executable, "-c", program, *command], cwd=ROOT, capture_output=True, check=False
    )
    assert ran.returncode == code
    assert ran.stderr == (b"error: <stdin>: the file is empty\n" if closed == 0 else b"")
