"""Reports on pull requests: a table that no name can break, format or escape from."""

from __future__ import annotations

from functools import partial
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from convlint.finding import Severity
from convlint.graph import Location
from convlint.report import Checked, Report
from convlint.reporters import markdown
from convlint.text import printable
from tests.reports import HOSTILE, finding, hostile, known, report_on

RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Rendered(HTMLParser):
    """The elements and the text of what a renderer of GitHub's Markdown makes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.texts: dict[str, list[str]] = {"td": [], "li": []}
        self.inside: str | None = None
        self.feed(RENDERER.render(text))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for key, value in attrs if key in ("href", "src")]
        if tag in self.texts:
            self.texts[tag].append("")
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = None if tag == self.inside else self.inside

    def handle_data(self, data: str) -> None:
        if self.inside is not None:
            self.texts[self.inside][-1] += data


EXPECTED = """\
### convlint: 2 warnings in 1 model, 1,234 layers, 2 rules.

| where | layer | finding | what to do |
|---|---|---|---|
| `net.keras` | `conv_1` and 1 more: `conv_2` | **warning** TST101: conv\\_1 is in the wrong place | move it |

Why, and why not:

- **TST101 first**: Test of first; for: it was tried (ablation, [Body & Body 2018](<https://example.org/so>))
"""  # noqa: E501  a row of a table is a line


def test_a_comment_counts_equal_findings_once_and_says_why() -> None:
    text = markdown.text(report_on(finding("conv_1"), finding("conv_2")))
    assert text == EXPECTED.replace("Body & Body", r"Body \& Body")


def test_a_comment_says_that_all_is_well() -> None:
    assert markdown.text(report_on()) == (
        "### convlint: All clear: 1 model, 1,234 layers, 2 rules.\n"
    )


def test_a_comment_names_what_could_not_be_checked() -> None:
    lines = markdown.text(report_on(error="a_b.h5: no model")).splitlines()
    assert lines[2:] == [r"- **error** a\_b.h5: no model"]


@pytest.mark.parametrize(
    ("location", "where"),
    [
        (None, "`net.py`"),
        (Location("net.py", 12, 5), "`net.py`, line 12"),
        (Location("other.ipynb", 2, cell=3), "`other.ipynb`, cell 3, line 2"),
    ],
)
def test_a_comment_says_where(location: Location | None, where: str) -> None:
    text = markdown.text(report_on(finding(file="net.py", location=location)))
    assert f"| {where} | `drop` |" in text
    assert "| model in memory | `drop` |" in markdown.text(report_on(finding(file=None)))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_is_and_nothing_else(name: str) -> None:
    usual = Rendered(markdown.text(report_on(hostile("drop"), error="no model")))
    found = Rendered(markdown.text(report_on(hostile(name), error=name)))
    assert found.tags == usual.tags
    assert found.links == usual.links == ["https://example.org/so"]
    shown = printable(name)
    visible = [cell.replace("\u200b", "") for cell in found.texts["td"]]
    assert visible[1] == shown
    assert visible[2].split() == f"warning TST101: {shown} is wrong".split()
    assert visible[3].split() == shown.split()
    assert found.texts["li"][0].replace("\u200b", "").split() == f"error {shown}".split()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("conv_1", r"conv\_1"),
        ("a|b", "a&#124;b"),
        ("@somebody", "@&#8203;somebody"),
        ("#1 !1", r"\#&#8203;1 \!1"),
        ("https://a.b www.a.b", r"https\://a.b www\.a.b"),
        ("a\\b", r"a\\b"),
        ("Conv2D(64, 3): 0.5", "Conv2D(64, 3): 0.5"),
        ("<b>&amp;", r"\<b\>\&amp;"),
        ("\x1b\n", r"\\x1b\\n"),
    ],
)
def test_text_is_escaped_exactly(name: str, text: str) -> None:
    assert markdown.escaped(name) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("block/conv_1", "`block/conv_1`"),
        ("<script>", "`<script>`"),
        ("a|b", "<code>a&#124;b</code>"),
        ("`", "<code>&#96;</code>"),
        (" a", "<code>&#32;a</code>"),
        ("a\nb", "<code>a&#92;nb</code>"),
        ("", "<code></code>"),
    ],
)
def test_names_are_code_exactly(name: str, text: str) -> None:
    assert markdown.code(name) == text


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a_(b)?c=d#e", "https://example.org/a_(b)?c=d#e"),
        ("https://example.org/>) <b>", "https://example.org/%3E)%20%3Cb%3E"),
        ("javascript:alert(1)", None),
    ],
)
def test_only_web_pages_are_linked(url: str, link: str | None) -> None:
    rules, references = known()
    changed = {key: reference._replace(url=url) for key, reference in references().items()}
    report = Report((Checked("net.keras", findings=(finding(),)),), rules, partial(dict, changed))
    found = Rendered(markdown.text(report))
    assert found.links == ([] if link is None else [link])


def test_a_comment_fits_into_one_and_says_what_it_leaves_out() -> None:
    many = [finding(f"drop{number}", file=f"net{number}.keras") for number in range(2000)]
    known = report_on()
    checked = [Checked(found.file, findings=(found,)) for found in many]
    checked += [Checked(f"{number}.h5", error="no model " * 5) for number in range(100)]
    text = markdown.text(Report(tuple(checked), known.rules, known.read_references))
    assert 50_000 < len(text) < 65_536
    assert "2,000 warnings" in text
    assert "more; run convlint to see them." in text
    assert text.count("- **error** no model") == 100


def test_a_comment_puts_the_worst_first() -> None:
    text = markdown.text(
        report_on(
            finding("a", severity=Severity.INFO),
            finding("b", severity=Severity.ERROR, code="TST102", name="second"),
        )
    )
    assert text.index("**error** TST102") < text.index("**info** TST101")
