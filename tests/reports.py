"""Reports made by hand, with names that somebody may have chosen to do harm."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from convlint import catalog
from convlint.evidence import Reference
from convlint.finding import Confidence, Finding, PathStep, Severity
from convlint.page import parse_page
from convlint.report import Checked, Model, Report
from convlint.rule import Rule
from tests.pages import write_page

HOSTILE = [
    "a\nb\r\nc",
    "\x1b[31mred\x1b[0m\x07",
    "[red]a[/red] :smile: {0} {a}",
    "\n::error::owned",
    "]]></failure><x a='\"'>",
    "a|b || \\| c\\",
    "`a` ``b``",
    "`",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "&lt;b&gt; &amp; &#124;",
    "lone \ud800 \udcff",
    "nul \x00 and \ufffe",
    "\u202eright to left",
    "*a* _b_ **c** ~~d~~ # e",
    "[click](https://example.org) ![image](https://example.org/x.png) https://example.org",
    "@somebody #1 www.example.org",
    "100% of, a: b",
    " spaces  ",
    "",
]


@cache
def known() -> tuple[dict[str, Rule], Callable[[], Mapping[str, Reference]]]:
    """Two rules, and what gives what they cite."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = [write_page(folder, "TST101", "first"), write_page(folder, "TST102", "second")]
        rules = [parse_page(page.read_text(encoding="utf-8"), str(page)) for page in pages]
        references = catalog.references([folder])
        return {rule.code: rule for rule in rules}, partial(dict, references)


def finding(layer: str = "drop", **changes: Any) -> Finding:
    path = (
        PathStep("conv1", "Conv2D", (None, 32, 32, 64), activation="relu"),
        PathStep(layer, "Dropout", (None, None, 32, 64), marked=True),
        PathStep("conv2", "Conv2D", None),
    )
    values: dict[str, Any] = {
        "code": "TST101",
        "name": "first",
        "severity": Severity.WARNING,
        "confidence": Confidence.HIGH,
        "file": "net.keras",
        "layer": layer,
        "layer_class": "Dropout",
        "message": f"{layer} is in the wrong place",
        "help": "move it",
        "path": path,
    }
    return Finding(**{**values, **changes})


def hostile(name: str) -> Finding:
    """A finding with one name wherever a model can put one."""
    step = PathStep(name, name, (None, 3), name, marked=True)
    return finding(name, layer_class=name, message=f"{name} is wrong", help=name, path=(step,))


def report_on(
    *findings: Finding, error: str | None = None, fail_on: Severity | None = Severity.WARNING
) -> Report:
    """The report on one file with the findings, and on another that could not be read."""
    checked = [Checked("net.keras", (Model("net", 1234),), findings, fail_on=fail_on)]
    if error is not None:
        checked.append(Checked("broken.h5", error=error))
    return Report(tuple(checked), *known())
