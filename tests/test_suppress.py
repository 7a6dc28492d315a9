"""Comments in source code: which are read, what they hide, and what is said about them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from convlint import Config, RuleError, catalog, check
from convlint.comments import Comment, in_notebook, in_source, parse, read
from convlint.finding import Confidence, Finding, Severity
from convlint.graph import Location
from convlint.page import parse_page, validate
from convlint.rule import Rule
from convlint.suppress import settle
from tests.pages import write_page

RULES = catalog.load()


def texts(source: str | bytes) -> list[str]:
    data = source if isinstance(source, bytes) else source.encode()
    return [comment.text for comment in in_source(data, "a.py")]


@pytest.mark.parametrize(
    ("source", "selectors"),
    [
        ("x = 1  # convlint: ignore[CVL101]", ("CVL101",)),
        ("x = 1  #convlint:ignore[CVL101]", ("CVL101",)),
        ("x = 1  ## Convlint:  Ignore [ CVL101 ] because", ("CVL101",)),
        ("x = 1  # convlint: ignore[CVL1,CVL203 , softmax-single-unit]: why not", None),
        ("x = 1  # noqa: E501  # convlint: ignore[CVL101]", ("CVL101",)),
        ("x = 1  # convlint: ignore[CVL101]  # noqa: E501", ("CVL101",)),
        ("x = f(  # convlint: ignore[ALL]\n  1)", ("ALL",)),
        ("# convlint: ignore[CVL101]", ("CVL101",)),
        ("if x:\n    # convlint: ignore[CVL101]\n    pass", ("CVL101",)),
        ("x = 'ü'  # convlint: ignore[größe]", ("größe",)),
    ],
)
def test_a_comment_names_rules(source: str, selectors: tuple[str, ...] | None) -> None:
    (comment,) = in_source(source.encode(), "a.py")
    assert comment.selectors == (selectors or ("CVL1", "CVL203", "softmax-single-unit"))
    assert (comment.problem, comment.whole_file) == ("", False)


@pytest.mark.parametrize(
    "source",
    [
        'x = "# convlint: ignore[CVL101]"',
        'x = """\n# convlint: ignore[CVL101]\n"""',
        "x = f'{1}# convlint: ignore[CVL101]'",
        "x = r'\\'  # no'  \ny = b'# convlint: ignore[CVL101]'",
        "# see the manual about convlint: ignore[CVL101]",
        "# x = Dense(1)  # convlint: ignore[CVL101]",
        "    # x = Dense(1)  # convlint: ignore[CVL101]",
        "x = 1  # myconvlint: ignore[CVL101]",
        "x = 1  # convlint ignore[CVL101]",
        "x = 1",
        "",
    ],
)
def test_what_is_no_comment_to_us_is_left_alone(source: str) -> None:
    assert texts(source) == []


def test_a_comment_knows_where_it_stands() -> None:
    source = "\ufeffx = 1\n\nö = 2 # a # convlint: ignore[A]\n\tif y:  # convlint: ignore[B]\n"
    first = in_source(source.encode(), "a.py")[0]
    assert first.location == Location("a.py", 3, 11, 3)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(newline: str) -> None:
    data = newline.join(["a = 1", "b = 2  # convlint: ignore[A]", "c = 3"]).encode()
    (comment,) = in_source(data, "a.py")
    assert comment.location.line == 2


@pytest.mark.parametrize(
    ("encoding", "declared"), [("latin-1", "latin-1"), ("cp1252", "cp1252"), ("utf-8", "utf-8")]
)
def test_files_may_declare_their_encoding(encoding: str, declared: str) -> None:
    source = f"# -*- coding: {declared} -*-\nä = 1  # convlint: ignore[CVL101] größer"
    assert texts(source.encode(encoding)) == ["ignore[CVL101]"]


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("print 'no'\n", 1),
        ("x = (\n", 1),
        ("x = '''\n", 1),
        ("x = 'abc\n", 1),
        ("x = $ ? !\n", 1),
        ("\\ x\n", 1),
        ("if x:\n        y\n    z  # convlint: ignore[B]\n", 1),
        ("\x00", 0),
        ("# coding: nonsense", 0),
    ],
)
def test_a_file_that_is_no_python_does_no_harm(end: str, found: int) -> None:
    source = f"{end}\n# convlint: ignore[A]\n" if not found else f"# convlint: ignore[A]\n{end}"
    assert texts(source) in (["ignore[A]"], [])
    assert texts(source) == ["ignore[A]"] or not found
    assert texts(b"\xff# convlint: ignore[A]") == []
    assert texts(b"(" * 10_000 + b"\n# convlint: ignore[A]") in (["ignore[A]"], [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ignore", "it names no rules; write ignore[CVL101] or ignore[ALL]"),
        ("ignore because", "it names no rules; write ignore[CVL101] or ignore[ALL]"),
        ("ignore CVL101", "it names no rules; write ignore[CVL101] or ignore[ALL]"),
        ("ignore: CVL101", "it names no rules; write ignore[CVL101] or ignore[ALL]"),
        ("ignore-file", "it names no rules; write ignore-file[CVL101] or ignore-file[ALL]"),
        ("ignore[CVL101", "the bracket after it is not closed"),
        ("ignore[", "the bracket after it is not closed"),
        ("ignore[]", "one of the rules in the brackets is empty"),
        ("ignore[CVL101,]", "one of the rules in the brackets is empty"),
        ("ignore-files[CVL101]", "there is no 'ignore-files'; did you mean 'ignore-file'?"),
        ("disable=CVL101", "there is no 'disable'; write ignore[CVL101]"),
        ("", "there is no ''; write ignore[CVL101]"),
        ("[CVL101]", "there is no ''; write ignore[CVL101]"),
    ],
)
def test_a_comment_that_cannot_be_obeyed_says_why(text: str, problem: str) -> None:
    (comment,) = in_source(f"# convlint: {text}".encode(), "a.py")
    assert comment.problem.startswith(problem)
    assert comment.selectors == ()


def test_a_comment_about_the_file_needs_a_line_of_its_own() -> None:
    source = """\
# convlint: ignore-file[A]
x = 1  # convlint: ignore-file[B]
'''
'''# convlint: ignore-file[C]
"""
    own, behind, after = in_source(source.encode(), "a.py")
    assert (own.whole_file, own.problem) == (True, "")
    for comment in (behind, after):
        assert comment.problem.startswith("it is about the whole file")
        assert not comment.whole_file


def notebook(*cells: Any, **extra: Any) -> bytes:
    return json.dumps({"cells": list(cells), "nbformat": 4, **extra}).encode()


def cell(source: Any, kind: str = "code", key: str = "source") -> dict[str, Any]:
    return {"cell_type": kind, key: source}


def test_a_notebook_has_comments_in_its_code_cells() -> None:
    data = notebook(
        cell(["# convlint: ignore[A]"], "markdown"),
        cell(["%matplotlib inline\n", "!echo it's\n", "x = 1  # convlint: ignore[B]\n", "?x"]),
        cell("%%time\n# convlint: ignore-file[C]\ny = 2"),
        cell("x = '''"),
        cell("  # convlint: ignore[D]"),
    )
    found = [(c.text, c.location, c.whole_file) for c in in_notebook(data, "a.ipynb")]
    assert found == [
        ("ignore[B]", Location("a.ipynb", 3, 8, 3, cell=2), False),
        ("ignore-file[C]", Location("a.ipynb", 2, 1, 2, cell=3), True),
        ("ignore[D]", Location("a.ipynb", 1, 3, 1, cell=5), False),
    ]


def test_a_notebook_of_format_3_has_sheets() -> None:
    sheet = {"cells": [cell("", "markdown"), cell(["# convlint: ignore[A]"], key="input")]}
    data = json.dumps({"worksheets": [sheet, sheet], "nbformat": 3}).encode()
    assert [c.location.cell for c in in_notebook(data, "a.ipynb")] == [2, 4]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"# convlint: ignore[A]",
        b'{"convlint:": 1',
        b'["# convlint: "]',
        b'{"cells": {"convlint:": []}}',
        b'{"cells": ["# convlint: ignore[A]", null, {"cell_type": "code"}]}',
        b'{"cells": [{"cell_type": "code", "source": {"# convlint:": 1}}]}',
        b'{"cells": [{"cell_type": "code", "source": [1, null, "# no"]}], "convlint:": 1}',
        b'{"worksheets": [[], 3, {"cells": 4}], "convlint:": 1}',
        b'{"convlint:": ' + b"[" * 100_000,
        b"\xff\xfe convlint:",
    ],
)
def test_a_file_that_is_no_notebook_does_no_harm(data: bytes) -> None:
    assert in_notebook(data, "a.ipynb") == ()


def test_a_file_is_read_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# convlint: ignore[A]")
    (tmp_path / "b.IPYNB").write_bytes(notebook(cell("# convlint: ignore[B]")))
    (tmp_path / "c.keras").write_bytes(b"# convlint: ignore[C]")
    (tmp_path / "d.py").mkdir()
    names = ("a.py", "b.IPYNB", "c.keras", "d.py", "e.py", "\0.py")
    found = {name: [c.text for c in read(str(tmp_path / name))] for name in names}
    assert [found[name] for name in names] == [["ignore[A]"], ["ignore[B]"], [], [], [], []]
    for start in (b"", b"  ", b"\xef\xbb\xbf\n"):
        data = start + notebook(cell("# convlint: ignore[B]"))
        assert [(c.text, c.location.cell) for c in parse(data, "-")] == [("ignore[B]", 1)]


def finding(
    code: str,
    line: int | None,
    end_line: int | None = None,
    *,
    file: str = "a.py",
    cell: int | None = None,
) -> Finding:
    return Finding(
        code=code,
        name="any",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        file=file,
        layer=f"layer{line}",
        layer_class="Dense",
        message="",
        help="",
        location=None if line is None else Location(file, line, 1, end_line, cell),
    )


def settled(
    source: str,
    *findings: Finding,
    complete: bool = True,
    ran: Sequence[Rule] | None = None,
    comments: Sequence[Comment] | None = None,
) -> list[str]:
    """What is left: ``CODE@line``, and for findings about comments also what they say."""
    said = in_source(source.encode(), "a.py") if comments is None else comments
    left = settle(
        findings,
        said,
        RULES,
        catalog.select(RULES) if ran is None else ran,
        complete=complete,
    )
    return [
        f"{f.code}@{f.location.line if f.location else None}{' ' if f.message else ''}{f.message}"
        for f in left
    ]


FIRST, LAST = finding("CVL101", 1, 3), finding("CVL203", 3, 3)


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("f(  # convlint: ignore[CVL101]\n\n)", ["CVL203@3"]),
        ("f(\n\n)  # convlint: ignore[CVL101]", ["CVL203@3"]),
        ("f(\n\n)  # convlint: ignore[CVL101, CVL203]", []),
        ("f(\n\n)  # convlint: ignore[CVL1, redundant-bias-before-norm]", []),
        ("f(\n\n)  # convlint: ignore[ALL]", []),
        ("f(\n\n)  # convlint: ignore[CVL101] # convlint: ignore[CVL203]", []),
        ("# convlint: ignore-file[CVL101]\n\n", ["CVL203@3"]),
        ("\n\n\n\n# convlint: ignore-file[ALL]\n", []),
        (
            "f(\n# convlint: ignore[CVL101]\n)",
            ["CVL101@1", "CVL203@3", "CVL001@2 nothing to ignore here for CVL101"],
        ),
        (
            "f(\n\n)  # convlint: ignore[CVL101, CVL105, CVL302]",
            ["CVL203@3", "CVL001@3 nothing to ignore here for CVL105, CVL302"],
        ),
        (
            "# convlint: ignore-file[CVL6]\nf()\n",
            ["CVL101@1", "CVL203@3", "CVL001@1 nothing to ignore here for CVL6"],
        ),
        (
            "f(\n\n)  # convlint: ignore[CVL101, XYZ1]",
            [
                "CVL203@3",
                "CVL002@3 no rule matches 'XYZ1' (convlint --list-rules lists them all)",
            ],
        ),
        (
            "f(  # convlint: ignore",
            [
                "CVL101@1",
                "CVL203@3",
                "CVL002@1 it names no rules; write ignore[CVL101] or ignore[ALL]",
            ],
        ),
    ],
)
def test_comments_hide_what_is_reported_at_their_line(source: str, left: list[str]) -> None:
    assert settled(source, FIRST, LAST) == left


def test_only_the_same_file_and_cell_is_meant() -> None:
    comments = in_notebook(notebook(cell(""), cell("# convlint: ignore[CVL101]")), "a.ipynb")
    findings = [
        finding("CVL101", 1, file="a.ipynb", cell=1),
        finding("CVL101", 1, file="a.ipynb", cell=2),
        finding("CVL101", 1, file="b.ipynb", cell=2),
        finding("CVL101", None, file="a.ipynb"),
    ]
    left = settle(findings, comments, RULES, RULES, complete=True)
    assert left == [findings[0], findings[2], findings[3]]


@pytest.mark.parametrize(
    ("text", "ran", "unused"),
    [
        ("CVL101", "CVL101", True),
        ("CVL101", "CVL201", False),
        ("CVL101", "", False),
        ("CVL1", "CVL101", False),
        ("CVL1", "CVL1", True),
        ("ALL", "CVL1", False),
        ("ALL", "ALL", True),
        ("CVL001", "ALL", False),
        ("CVL0", "ALL", False),
    ],
)
def test_a_rule_that_did_not_look_is_not_called_unused(text: str, ran: str, unused: bool) -> None:
    chosen = catalog.select(RULES, {ran, "CVL001"} - {""})
    left = settled(f"x = 1  # convlint: ignore[{text}]", ran=chosen)
    assert left == ([f"CVL001@1 nothing to ignore here for {text}"] if unused else [])


def test_rules_that_are_off_by_default_need_not_have_looked(tmp_path: Path) -> None:
    write_page(tmp_path, "TST101", "one")
    write_page(tmp_path, "TST102", "two", default="off")
    rules = catalog.load([tmp_path])
    comments = in_source(b"# convlint: ignore[TST]\n# convlint: ignore[TST102]", "a.py")
    left = settle([], comments, rules, catalog.select(rules), complete=True)
    assert [f.message for f in left] == ["nothing to ignore here for TST"]


def test_without_all_findings_nothing_is_called_unused() -> None:
    source = "x = 1  # convlint: ignore[CVL101]\n# convlint: ignore"
    assert settled(source, complete=False) == [
        "CVL002@2 it names no rules; write ignore[CVL101] or ignore[ALL]"
    ]


def test_the_rules_about_comments_can_be_left_out() -> None:
    source = "x = 1  # convlint: ignore[CVL101]\n# convlint: ignore"
    assert settled(source, ran=catalog.select(RULES, ignore=["CVL0"])) == []
    assert settled(source, ran=catalog.select(RULES, ["CVL101"])) == []


def test_findings_about_comments_can_be_ignored_by_comments() -> None:
    assert settled("x = 1  # convlint: ignore[CVL101] # convlint: ignore[CVL001]") == []
    assert settled("# convlint: ignore-file[CVL0]\n# convlint: ignore") == []


def test_findings_about_comments_come_last_and_by_position() -> None:
    source = (
        "x  # convlint: ignore[CVL101] # convlint: nonsense\n# convlint: ignore\n"
        "y  # convlint: ignore[CVL302]\n"
    )
    codes = [line.split()[0] for line in settled(source, finding("CVL601", 9))]
    assert codes == ["CVL601@9", "CVL001@1", "CVL002@1", "CVL002@2", "CVL001@3"]


def test_a_finding_about_a_comment_has_all_that_reporters_need() -> None:
    comments = in_source(b"x  # convlint: ignore[CVL101] why", "a.py")
    (about,) = settle([], comments, RULES, RULES, complete=True)
    assert (about.layer, about.layer_class, about.file) == ("ignore[CVL101]", "comment", "a.py")
    assert about.severity is Severity.INFO
    assert about.help.startswith("delete what hides nothing")
    assert [step.layer for step in about.path] == ["ignore[CVL101]"]
    assert about.location == Location("a.py", 1, 4, 1)


def test_many_comments_take_no_time() -> None:
    lines = 20_000
    source = "x  # convlint: ignore[CVL101]\n" * lines
    findings = [finding("CVL101", number) for number in range(1, lines + 1)]
    assert settled(source, *findings) == []


PAGE = """\
---
code: TST101
name: own-comments
group: tests
summary: Something about comments
severity: info
confidence: high
default: on
since: "0.1"
{sought}
message: "{message}"
help: do it
fix: none
evidence:
  for: [{{cite: a, strength: folklore, claim: "so"}}]
  against: []
---
"""


@pytest.mark.parametrize(
    ("sought", "message", "complaint"),
    [
        ("comment: unused", "{comment.rules} and {comment.problem}", None),
        ("comment: used", "m", "comment: 'used' is not one of unused, invalid; did you mean"),
        ("comment: unused\nat: x", "m", "at: a comment decides this by itself"),
        ("comment: unused\ncheck: y", "m", "needs either a pattern or a check"),
        ("comment: unused", "{comment.rule}", "it may use {comment.rules}, {comment.problem}"),
        ("comment: unused", "{drop.name}", "it may use {comment.rules}, {comment.problem}"),
        ("comment: unused", "{0}", "it may use {comment.rules}, {comment.problem}"),
        ("comment: unused", "{comment.rules", "it may use {comment.rules}, {comment.problem}"),
    ],
)
def test_a_page_may_be_about_comments(sought: str, message: str, complaint: str | None) -> None:
    text = PAGE.format(sought=sought, message=message)
    if complaint is None:
        rule = parse_page(text, "TST101-own-comments.md")
        assert rule.about_comments
        with pytest.raises(RuleError, match="headings"):  # only they are missing
            validate(rule)
        return
    with pytest.raises(RuleError) as caught:
        validate(parse_page(text, "TST101-own-comments.md"))
    assert complaint in str(caught.value)


SCRIPT = """\
import keras
from keras import layers

model = keras.Sequential(
    [
        layers.Input((32, 32, 3)),
        layers.Conv2D(8, 3),
        layers.Dropout(0.9),{one}
        layers.Conv2D(
            8,
            3,
        ),
        layers.Dropout(
            0.9,
        ),{two}
        layers.Conv2D(8, 3),
    ]
)
{end}"""


def checked(path: Path, **options: Any) -> list[tuple[int, str]]:
    report = check(path, select=["CVL0", "CVL105"], config=Config(), **options)
    return [(f.location.line if f.location else 0, f.code) for f in report]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({}, [(8, "CVL105"), (13, "CVL105")]),
        ({"one": "# convlint: ignore[CVL105]"}, [(13, "CVL105")]),
        ({"two": "# convlint: ignore[extreme-dropout-rate] ok"}, [(8, "CVL105")]),
        ({"end": "# convlint: ignore-file[CVL1]"}, []),
        ({"end": "# convlint: ignore-file"}, [(8, "CVL105"), (13, "CVL105"), (19, "CVL002")]),
        ({"one": "# convlint: ignore[CVL105, CVL601]"}, [(13, "CVL105")]),
        (
            {"end": "x = 1  # convlint: ignore[CVL105]"},
            [(8, "CVL105"), (13, "CVL105"), (19, "CVL001")],
        ),
    ],
)
def test_comments_work_in_a_script(
    texts: dict[str, str], found: list[tuple[int, str]], tmp_path: Path
) -> None:
    source = SCRIPT.format_map({"one": "", "two": "", "end": "", **texts})
    (tmp_path / "train.py").write_text(source, encoding="utf-8")
    assert checked(tmp_path / "train.py") == found


def test_comments_work_in_a_notebook(tmp_path: Path) -> None:
    script = SCRIPT.format(one="  # convlint: ignore[CVL105]", two="", end="")
    imports, model = script.split("\n\n", 1)
    file = tmp_path / "explore.ipynb"
    file.write_bytes(notebook(cell("# Title", "markdown"), cell(imports), cell(model)))
    report = check(file, select=["CVL0", "CVL105"], config=Config())
    assert [(f.code, f.location) for f in report] == [
        ("CVL105", Location(str(file), 10, 9, 12, cell=3))
    ]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1  # convlint: ignore[CVL105]\n",
        "import keras\nx = 1  # convlint: ignore[CVL105]\n",
    ],
)
def test_a_file_without_a_model_is_left_alone(source: str, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(source, encoding="utf-8")
    assert checked(tmp_path / "train.py") == []


def test_findings_about_comments_obey_settings_and_baseline(tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text(SCRIPT.format(one="", two="", end="# convlint: ignore\n"), encoding="utf-8")
    ignoring = Config(folder=str(tmp_path), per_file_ignores=(("train.py", ("CVL002", "CVL1")),))
    assert len(check(file, select=["CVL0", "CVL105"], config=ignoring)) == 0
    entry = {"file": "train.py", "layer": "ignore", "code": "CVL002", "count": 1}
    (tmp_path / "known.json").write_text(json.dumps({"version": 1, "findings": [entry]}))
    known = check(file, select=["CVL002"], config=Config(baseline=tmp_path / "known.json"))
    assert (len(known), len(known.checked[0].known)) == (0, 1)


def test_nothing_is_called_unused_where_a_model_was_given_up(tmp_path: Path) -> None:
    source = """\
import keras
from keras import layers
a = keras.Sequential([layers.Input((3,)), layers.Dense(2)])  # convlint: ignore[CVL105]
"""
    endless = """\
def build():
    b = keras.Sequential([layers.Input((3,))])
    while True:
        b.add(layers.Dense(2))
    return b
"""
    file = tmp_path / "train.py"
    file.write_text(source, encoding="utf-8")
    assert checked(file) == [(3, "CVL001")]
    file.write_text(source + endless, encoding="utf-8")
    assert checked(file) == []
    assert check(file).checked[0].notes
