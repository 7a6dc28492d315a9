"""Known findings are hidden, new ones are not, and what is gone is said."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convlint import Config, ConfigError, check, cli
from convlint.baseline import Baseline, Entry, read, stale, text, updated
from convlint.finding import Confidence, Finding, Severity
from convlint.graph import Location
from convlint.report import Checked, Run
from tests.pages import write_page

ROOT = Path(__file__).parent.parent
BAD = ROOT / "examples/article/before-activation/dropout-0.5.json"
GOOD = ROOT / "examples/unet.h5"


def finding(
    file: str | None, layer: str = "conv", code: str = "CVL101", line: int | None = None
) -> Finding:
    return Finding(
        code=code,
        name="any",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        file=file,
        layer=layer,
        layer_class="Dense",
        message=f"{line}",
        help="",
        location=None if line is None or file is None else Location(file, line),
    )


def run(file: str, *findings: Finding, codes: str = "CVL101", error: str | None = None) -> Run:
    return Run(Checked(file, findings=findings, error=error), set(codes.split()))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


A = Entry("a.py", "conv", "CVL101")


def test_what_is_known_is_hidden_as_often_as_it_is_known(here: Path) -> None:
    known = Baseline(here / "b.json", {A: 2})
    findings = [finding("a.py", line=line) for line in (10, 20, 30)]
    assert known.split(findings) == ((findings[2],), tuple(findings[:2]))
    assert known.split(findings[:1]) == ((), tuple(findings[:1]))
    for other in (
        finding("b.py"),
        finding("sub/a.py"),
        finding("a.py", "conv2"),
        finding("a.py", "outer/conv"),
        finding("a.py", code="CVL102"),
        finding(None),
    ):
        assert known.split([other]) == ((other,), ())


@pytest.mark.parametrize("file", ["a.py", "./a.py", "sub/../a.py", "{here}/a.py"])
@pytest.mark.parametrize("baseline", ["b.json", "./b.json", "{here}/b.json"])
def test_a_file_is_the_same_however_it_is_named(file: str, baseline: str, here: Path) -> None:
    known = Baseline(Path(baseline.format(here=here)), {A: 1})
    found = finding(file.format(here=here))
    assert known.split([found]) == ((), (found,))


def test_files_are_relative_to_the_baseline(here: Path) -> None:
    runs = [run("sub/m.py", finding("sub/m.py")), run("../up.py", finding("../up.py"))]
    assert [entry.file for entry in updated(Path("sub/b.json"), runs)] == ["m.py", "../../up.py"]
    assert [e.file for e in updated(Path("b.json"), [run("<stdin>", finding("<stdin>"))])] == [
        "<stdin>"
    ]


def test_the_file_is_sorted_and_read_again(here: Path) -> None:
    counts = {Entry("b.py", "x", "CVL2"): 1, Entry("a.py", 'ü"\\\udcff\n', "CVL1"): 3, A: 2}
    written = text(counts)
    assert written == (
        "{\n"
        '  "version": 1,\n'
        '  "findings": [\n'
        '    {"file": "a.py", "layer": "conv", "code": "CVL101", "count": 2},\n'
        '    {"file": "a.py", "layer": "\\u00fc\\"\\\\\\udcff\\n", "code": "CVL1", "count": 3},\n'
        '    {"file": "b.py", "layer": "x", "code": "CVL2", "count": 1}\n'
        "  ]\n"
        "}\n"
    )
    assert written == text(dict(reversed(counts.items())))
    (here / "b.json").write_text(written, encoding="utf-8")
    assert read(here / "b.json").counts == counts
    (here / "b.json").write_text("\ufeff" + text({}), encoding="utf-8")
    assert read(here / "b.json").counts == {}


def test_an_entry_that_a_merge_left_twice_counts_twice(here: Path) -> None:
    entry = '{"file": "a.py", "layer": "conv", "code": "CVL101", "count": 1}'
    (here / "b.json").write_text(f'{{"version": 1, "findings": [{entry}, {entry}]}}')
    assert read(here / "b.json").counts == {A: 2}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON: "),
        (b"\xff", "no JSON: "),
        (b"{", "no JSON: "),
        (b"[" * 100_000, "no JSON: "),
        (b"null", "it has no version"),
        (b"[]", "it has no version"),
        (b"{}", "it has no version"),
        (b'{"version": 2, "findings": []}', "its version is 2, and not 1"),
        (b'{"version": "1", "findings": []}', "its version is '1', and not 1"),
        (b'{"version": true, "findings": []}', "its version is True, and not 1"),
        (b'{"version": [[]], "findings": []}', "its version is [[]], and not 1"),
        (b'{"version": 1}', "its findings are not a list"),
        (b'{"version": 1, "findings": {}}', "its findings are not a list"),
        (b'{"version": 1, "findings": [3]}', "findings[0] is not an object"),
        (b'{"version": 1, "findings": [{}]}', "findings[0] needs strings for file, layer and code"),
        (
            b'{"version": 1, "findings": [{"file": "a", "layer": 1, "code": "C", "count": 1}]}',
            "findings[0] needs strings",
        ),
        *(
            (
                b'{"version": 1, "findings": [{"file":"a","layer":"b","code":"C","count":%s}]}'
                % count,
                "findings[0] needs a count of 1 or more",
            )
            for count in (b"0", b"-1", b"true", b'"1"', b"1.0", b"null", b"NaN")
        ),
    ],
)
def test_what_is_no_baseline_is_refused(content: bytes, reason: str, here: Path) -> None:
    Path("b.json").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read(Path("b.json"))
    message = str(caught.value)
    assert message.startswith("b.json: this is not a baseline that convlint can read (")
    assert reason in message
    assert "\n" not in message


def test_a_file_that_cannot_be_read_or_written_is_refused(here: Path) -> None:
    with pytest.raises(ConfigError, match=r"no\.json: there is no such baseline; .*--write-base"):
        read(Path("no.json"))
    with pytest.raises(ConfigError, match="the baseline cannot be read: Is a directory"):
        read(here)


def test_an_entry_is_stale_only_if_the_run_looked_for_it(here: Path) -> None:
    for name in ("a.py", "b.py"):
        (here / name).touch()
    known = Baseline(
        here / "b.json",
        {
            A: 3,
            Entry("a.py", "conv", "CVL999"): 1,  # a rule that did not run
            Entry("b.py", "conv", "CVL101"): 1,  # a file that was not checked
            Entry("gone.py", "conv", "CVL999"): 1,
            Entry("<stdin>", "conv", "CVL101"): 1,
        },
    )
    gone = (Entry("gone.py", "conv", "CVL999"), 1)
    assert list(stale(known, [])) == [gone]
    assert list(stale(known, [run("a.py", finding("a.py"), finding("a.py"))])) == [(A, 1), gone]
    assert list(stale(known, [run("a.py")])) == [(A, 3), gone]
    assert list(stale(known, [run("a.py", error="no")])) == [gone]
    assert list(stale(known, [run("a.py", *[finding("a.py")] * 4)])) == [gone]


def test_writing_keeps_what_the_run_did_not_look_at(here: Path) -> None:
    (here / "a.py").touch()
    (here / "b.py").touch()
    other_rule = Entry("a.py", "conv", "CVL999")
    other_file = Entry("b.py", "conv", "CVL101")
    (here / "b.json").write_text(
        text({A: 3, other_rule: 1, other_file: 2, Entry("gone.py", "x", "CVL101"): 1})
    )
    new = finding("a.py", "new")
    counts = updated(here / "b.json", [run("a.py", new)])
    assert counts == {other_rule: 1, other_file: 2, Entry("a.py", "new", "CVL101"): 1}


def test_two_inputs_with_the_same_source_are_not_counted_twice(here: Path) -> None:
    runs = [
        run("pkg.mod:one", finding("a.py"), finding("a.py")),
        run("pkg.mod:two", finding("a.py")),
    ]
    assert updated(here / "b.json", runs) == {A: 2}


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def convlint(here: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in a folder with two models and one rule, TST101; (code, out, err)."""
    shutil.copy(BAD, here / "bad.json")
    shutil.copy(GOOD, here / "good.h5")
    write_page(here / "rules", pattern="found:Dense")
    (here / "convlint.toml").write_text(
        "select = ['TST101']\nrule-paths = ['rules']\noutput-format = 'concise'\n", "utf-8"
    )

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            cli.main(list(arguments), prog_name="convlint")
        printed = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, printed.out, printed.err

    return command


def test_a_baseline_is_written_and_obeyed(convlint: Command, here: Path) -> None:
    code, out, err = convlint("--baseline", "known.json", "--write-baseline", "bad.json")
    assert (code, err) == (0, "known.json: knows 1 finding now\n")
    assert out == "Nothing new: 1 model, 37 layers, 1 rule; 1 known finding not shown.\n"
    entries = json.loads((here / "known.json").read_text())["findings"]
    assert [(e["file"], e["code"], e["count"]) for e in entries] == [("bad.json", "TST101", 1)]

    assert convlint("--baseline", "known.json", "bad.json") == (0, out, "")
    assert convlint("bad.json")[0] == 1
    (here / "more").mkdir()
    shutil.copy("bad.json", "more")
    code, out, err = convlint("--baseline", "known.json", ".")
    assert (code, err) == (1, "")
    assert out.startswith("more/bad.json: ".replace("/", os.sep))
    assert out.splitlines()[-1].endswith("; 1 known finding not shown.")


def test_the_baseline_may_stand_in_the_settings(convlint: Command, here: Path) -> None:
    (here / "sub").mkdir()
    with (here / "convlint.toml").open("a", encoding="utf-8") as settings:
        settings.write("baseline = 'known.json'\n")
    code, _, err = convlint("bad.json")
    assert (code, err[:40]) == (2, f"error: {here}/known.json: there is"[:40])
    assert convlint("--write-baseline", "bad.json")[0] == 0
    assert convlint("bad.json")[0] == 0
    assert len(check("bad.json")) == 0
    assert len(check("bad.json").checked[0].known) == 1
    assert f'baseline = "{here}/known.json"' in convlint("--show-settings")[1]
    code, _, err = convlint("--baseline", "other.json", "bad.json")
    assert (code, err[:19]) == (2, "error: other.json: ")


def test_what_is_gone_is_said_but_does_not_fail(convlint: Command, here: Path) -> None:
    convlint("--baseline", "known.json", "--write-baseline", ".")
    shutil.copy(GOOD, here / "bad.json")
    code, out, err = convlint("--baseline", "known.json", ".")
    assert code == 0
    assert out.startswith("All clear: ")
    assert err == (
        "warning: known.json: 1 entry without a finding: TST101 at classes in bad.json; "
        "--write-baseline drops what is gone\n"
    )
    assert convlint("--quiet", "--baseline", "known.json", ".") == (0, "", "")
    assert convlint("--baseline", "known.json", "good.h5")[2] == ""
    (here / "bad.json").unlink()
    assert "1 entry without a finding" in convlint("--baseline", "known.json", "good.h5")[2]
    assert convlint("--baseline", "known.json", "--write-baseline", "good.h5")[0] == 0
    assert json.loads((here / "known.json").read_text())["findings"] == []


def test_writing_does_not_overwrite_what_is_no_baseline(convlint: Command, here: Path) -> None:
    before = (here / "good.h5").read_bytes()
    code, _, err = convlint("--baseline", "good.h5", "--write-baseline", "bad.json")
    assert (code, err[:38]) == (2, "error: good.h5: this is not a baseline")
    assert (here / "good.h5").read_bytes() == before


def test_writing_needs_the_name_of_a_file(convlint: Command) -> None:
    code, _, err = convlint("--write-baseline", "bad.json")
    assert code == 2
    assert "--write-baseline needs a file: name it with --baseline FILE\n" in err


def test_writing_where_nothing_can_be_written_is_an_error(convlint: Command) -> None:
    code, _, err = convlint("--baseline", "no/b.json", "--write-baseline", "bad.json")
    assert code == 2
    assert err.startswith("error: no/b.json: the baseline cannot be written: No such file")


def test_an_input_that_cannot_be_read_keeps_its_entries(convlint: Command, here: Path) -> None:
    convlint("--baseline", "known.json", "--write-baseline", "bad.json")
    before = (here / "known.json").read_bytes()
    (here / "bad.json").write_text("{")
    code, _, err = convlint("--baseline", "known.json", "--write-baseline", "bad.json", "good.h5")
    assert code == 2
    assert err.splitlines()[0].startswith("error: bad.json: ")
    assert (here / "known.json").read_bytes() == before


def test_a_model_in_memory_is_never_known(here: Path, convlint: Command) -> None:
    import keras

    convlint("--baseline", "known.json", "--write-baseline", "bad.json")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="classes")])
    config = Config(
        folder=str(here),
        select=("TST101",),
        rule_paths=(here / "rules",),
        baseline=here / "known.json",
    )
    assert [finding.layer for finding in check(model, config=config)] == ["classes"]


@pytest.mark.parametrize("value", ["3", "['a']", "''", "{}"])
def test_the_setting_must_be_a_path(value: str, convlint: Command, here: Path) -> None:
    (here / "convlint.toml").write_text(f"baseline = {value}", encoding="utf-8")
    code, _, err = convlint("good.h5")
    assert code == 2
    assert "baseline: must be the path of a file" in err


def test_a_hostile_name_is_only_a_name(convlint: Command, here: Path) -> None:
    document: dict[str, Any] = {
        "version": 1,
        "findings": [
            {"file": "\x1b[31m\n", "layer": "\udcff" * 1000, "code": "x\n", "count": 10**30}
        ],
    }
    (here / "known.json").write_text(json.dumps(document))
    code, _, err = convlint("--baseline", "known.json", "good.h5")
    assert code == 0
    assert "\x1b" not in err
    assert err.count("\n") == 1


def test_what_is_written_around_a_layer_does_not_make_it_new(convlint: Command, here: Path) -> None:
    code = """
import keras
model = keras.Sequential([keras.Input((3,)),{0}keras.layers.Dense(2),{0}keras.layers.Dense(1)])
"""
    (here / "train.py").write_text(code.format(" "), encoding="utf-8")
    assert convlint("--baseline", "b.json", "--write-baseline", "train.py")[0] == 0
    (here / "train.py").write_text(f"# one more\n{code.format(chr(10))}", encoding="utf-8")
    assert convlint("--baseline", "b.json", "train.py")[0] == 0
    more = code.replace("Dense(1)]", "Dense(1), keras.layers.Dense(3)]").format(" ")
    (here / "train.py").write_text(more, encoding="utf-8")
    code_, out, _ = convlint("--baseline", "b.json", "train.py")
    assert code_ == 1
    assert [line.split()[1] for line in out.splitlines()[:-1]] == ["dense_2:"]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_several_processes_obey_it_too(jobs: str, convlint: Command, here: Path) -> None:
    for number in range(4):
        shutil.copy("bad.json", f"bad{number}.json")
    written = convlint("-j", jobs, "--baseline", f"{jobs}.json", "--write-baseline", ".")
    assert written[2] == f"{jobs}.json: knows 5 findings now\n"
    assert convlint("-j", jobs, "--baseline", f"{jobs}.json", ".")[0] == 0
    for number in range(4):
        Path(f"bad{number}.json").unlink()
    warned = convlint("-j", jobs, "--baseline", f"{jobs}.json", ".")[2]
    assert "4 entries without a finding" in warned
