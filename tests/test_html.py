"""Reports in notebooks: nothing runs, nothing is loaded, and it is readable on any page."""

from __future__ import annotations

import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest

from convlint import check
from convlint.finding import Severity
from convlint.graph import Location
from convlint.report import Checked, Report
from convlint.reporters import html
from convlint.text import printable
from tests.reports import HOSTILE, finding, hostile, known, report_on

ROOT = Path(__file__).parent.parent
ALLOWED = {
    *("div", "span", "b", "br", "a", "table", "tbody", "tr", "td", "ul", "li"),
    *("details", "summary"),
}
EMPTY = {"br"}


class Parsed(HTMLParser):
    """The elements, attributes and texts of a fragment; every element must be closed."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(report._repr_html_())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(key, value or "") for key, value in attrs]
        self.open += [] if tag in EMPTY else [tag]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def test_a_notebook_shows_what_a_terminal_shows() -> None:
    findings = [finding(f"drop{number}") for number in range(3)]
    parsed = Parsed(report_on(*findings, error="broken.h5: no model"))
    for words in (
        "net.keras",
        "warning 3 × TST101 first",
        "drop0 is in the wrong place",
        "conv1Conv2D + relu32×32×64▸drop0Dropout?×32×64conv2Conv2D",
        "also at drop1, drop2",
        "help move it",
        "ablation, Body & Body 2018: it was tried",
        "against no source that we know of",
        "not checked broken.h5: no model",
        "3 warnings in 1 model, 1,234 layers, 2 rules; 1 input could not be checked.",
    ):
        assert words in parsed.text
    assert ("href", "https://example.org/so") in parsed.attributes


def test_a_notebook_names_the_line() -> None:
    located = finding(file="net.ipynb", location=Location("net.ipynb", 2, 5, cell=3))
    assert "net.ipynb:cell 3:2:5" in Parsed(report_on(located)).texts


def test_a_notebook_shows_a_model_in_memory_and_that_all_is_well() -> None:
    assert "model in memory" in Parsed(report_on(finding(file=None))).texts
    assert Parsed(report_on()).text == "All clear: 1 model, 1,234 layers, 2 rules."


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_text_and_nothing_else(name: str) -> None:
    usual = Parsed(report_on(hostile("drop"), hostile("drop"), error="no model"))
    found = Parsed(report_on(hostile(name), hostile(name), error=name))
    assert found.tags == usual.tags
    assert found.attributes == usual.attributes
    shown = printable(name)
    assert found.text.count(shown) >= usual.text.count("drop") > 4
    found.text.encode("utf-8")


def test_nothing_runs_and_nothing_is_loaded() -> None:
    parsed = Parsed(check([ROOT / "examples", "nowhere.h5"]))
    assert set(parsed.tags) == ALLOWED
    assert {key for key, _ in parsed.attributes} == {"style", "href", "rel"}
    links = [value for key, value in parsed.attributes if key == "href"]
    assert links
    assert all(link.startswith("https://") for link in links)
    assert not any("url(" in value for key, value in parsed.attributes if key == "style")


def test_only_web_pages_are_linked() -> None:
    rules, references = known()
    for url in ("javascript:alert(1)", 'https://example.org/"onclick="alert(1)'):
        changed = {key: reference._replace(url=url) for key, reference in references().items()}
        report = Report(
            (Checked("net.keras", findings=(finding(),)),), rules, partial(dict, changed)
        )
        parsed = Parsed(report)
        assert {key for key, _ in parsed.attributes} <= {"style", "href", "rel"}
        links = [value for key, value in parsed.attributes if key == "href"]
        assert links in ([], ["https://example.org/%22onclick=%22alert(1)"])


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, as WCAG 2.2 defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21; WCAG 2.2 asks for 4.5 for text and for 3 for what is not text."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("severity", Severity)
def test_labels_are_readable_on_light_and_dark_pages(severity: Severity) -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    colour = html.COLOURS[severity]
    assert contrast("#ffffff", colour) >= 4.5
    for page in ("#ffffff", "#111111", "#1e1e1e"):  # JupyterLab, and dark themes of it and VS Code
        assert contrast(page, colour) >= 3


def test_all_other_colours_are_those_of_the_page() -> None:
    parsed = Parsed(report_on(finding(), finding("b", severity=Severity.INFO), error="no model"))
    styles = [value for key, value in parsed.attributes if key == "style"]
    for style in styles:
        own = "background:#" in style
        for colour in re.findall(r"(?<![-a-z])color:([^;]+)", style):
            assert colour == ("#ffffff" if own else "inherit")
        for background in re.findall(r"background:([^;]+)", style):
            assert background in {"none", *html.COLOURS.values()}
    assert any("background:#" in style for style in styles)
