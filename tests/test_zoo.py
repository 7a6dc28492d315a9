"""docs/zoo.md tells what convlint says of models that experts wrote, and is held to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import keras
import pytest

from convlint import catalog
from convlint.finding import Severity
from convlint.readers.live import read_model
from docs import zoo, zoo_build
from docs.zoo import Checked, Explanation, check_graph
from docs.zoo_build import Package
from tests.zoo import ZOO
from tests.zoo import zoo as shared

APPLICATIONS: Final = "keras.applications"
ARCHITECTURES: Final = {package.name: package.architectures for package in zoo_build.packages()}


@cache
def rows() -> Mapping[str, str]:
    """``package/architecture`` -> its row in the page."""
    found: dict[str, str] = {}
    package = ""
    for line in zoo.TABLE.read_text(encoding="utf-8").splitlines():
        heading = re.match(r"## (\S+) \d", line)
        row = re.match(r"\| (\w\S*) \| \d+ \| \d+ \|", line)
        if heading is not None:
            package = heading[1]
        elif row is not None and package:
            found[f"{package}/{row[1]}"] = line
    return found


def serious(row: str) -> Mapping[str, int]:
    """The codes of the errors and warnings in a row, and how many of each there are."""
    cell = row.split(" | ")[3]
    found = re.findall(r"(CVL\d+)(?: × (\d+))?", cell)
    return {code: int(number or 1) for code, number in found}


def model_of(application: str) -> Any:
    if application in ZOO:
        return shared(application)
    return getattr(keras.applications, application)(weights=None)


@pytest.mark.parametrize("application", sorted(ARCHITECTURES[APPLICATIONS]))
def test_the_page_tells_what_is_found_in_an_application_of_keras(application: str) -> None:
    name = f"{APPLICATIONS}/{application}"
    checked = check_graph(name, read_model(model_of(application)))
    assert zoo.row(checked) == rows()[name], "run python -m docs.zoo"
    assert list(zoo.unexplained([checked], zoo.explanations())) == []
    assert all(finding.severity < Severity.ERROR for finding in checked.findings)


def test_every_architecture_of_the_list_is_in_the_page() -> None:
    listed = [f"{package}/{name}" for package, names in ARCHITECTURES.items() for name in names]
    assert list(rows()) == listed
    assert len(ARCHITECTURES[APPLICATIONS]) == 40
    assert len(listed) > 140
    assert len(ARCHITECTURES) > 5


def test_everything_serious_in_the_page_is_explained_and_every_explanation_used() -> None:
    known = zoo.explanations()
    reported = {(name, code) for name, row in rows().items() for code in serious(row)}
    assert [
        place for place in sorted(reported) if not any(entry.covers(*place) for entry in known)
    ] == []
    single = [
        Explanation(entry.rule, (pattern,), entry.verdict, entry.why)
        for entry in known
        for pattern in entry.architectures
    ]
    assert [entry for entry in single if not any(entry.covers(*place) for place in reported)] == []


def test_the_sums_of_the_page_are_those_of_its_rows() -> None:
    page = zoo.TABLE.read_text(encoding="utf-8")
    total = re.search(r"^\| all \| (\d+) \| \d+ \| \d+ \| (\d+) \| (\d+) \|", page, re.M)
    assert total is not None
    architectures, errors, warnings = map(int, total.groups())
    assert architectures == len(rows())
    assert errors + warnings == sum(sum(serious(row).values()) for row in rows().values())
    explained = [line.split(" | ") for line in page.splitlines() if line.startswith("| [CVL")]
    assert sum(int(cells[2]) for cells in explained) == errors + warnings


def test_every_explanation_is_of_a_rule_that_is_on_by_default() -> None:
    default = {rule.code for rule in catalog.load() if rule.default}
    assert {entry.rule for entry in zoo.explanations()} <= default


def dropout_between_convs() -> Checked:
    model = keras.Sequential(
        [
            keras.Input((64, 64, 3)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.Dropout(0.2, name="dropped"),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    return check_graph("a-package/Net50", read_model(model))


def test_a_warning_without_an_explanation_is_a_problem() -> None:
    checked = dropout_between_convs()
    (problem,) = zoo.unexplained([checked], [])
    assert problem.startswith(
        "a-package/Net50: 1 × CVL101 (warning) not explained, first at dropped: "
    )
    known = Explanation("CVL101", ("another/*", "a-package/Net*"), "right", "")
    assert list(zoo.unexplained([checked], [known])) == []
    assert list(zoo.unused([checked], [known])) == [
        "CVL101 is not reported in another/*, but that is explained"
    ]


def test_a_verdict_is_right_or_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "explanations.yaml"
    path.write_text("- {rule: CVL101, architectures: [a/b], verdict: fine, why: so}\n")
    monkeypatch.setattr(zoo, "EXPLANATIONS", path)
    with pytest.raises(ValueError, match="CVL101: 'fine' is none of right, accepted"):
        zoo.explanations()


SETUP: Final = """
import keras
import numpy

def net(shift):
    inputs = keras.Input((64,))
    return keras.Model(inputs, keras.layers.Dense(2, name="last")(inputs + shift), name="net")
"""


def package_of(architectures: Mapping[str, str], distribution: str = "keras") -> Package:
    version = keras.version() if distribution == "keras" else "1.0"
    return Package("ours", distribution, version, SETUP, {}, architectures)


def layers_of(checked: Iterator[Checked]) -> Mapping[str, int]:
    return {architecture.name: architecture.layers for architecture in checked}


def test_what_is_built_is_kept_until_its_expression_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nets = {
        "Small": "net(1.0)",
        "Large": "net(numpy.ones(65 - 1))",
        "Huge": "net(numpy.ones((99, 64)))",
    }
    package = package_of(nets)
    assert zoo_build.build(package, tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [f"ours/{name} built" for name in nets]
    assert layers_of(zoo.read_kept(package, tmp_path)) == {f"ours/{name}": 3 for name in nets}
    assert list(package.to_build(tmp_path)) == []
    assert zoo.build(package, tmp_path)
    assert list(package_of(nets | {"Large": "net(2.0)"}).to_build(tmp_path)) == ["Large"]


def test_what_cannot_be_built_does_not_keep_the_rest_from_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = package_of({"Broken": "net(1 / 0)", "None": "keras.Input((2,))", "Net": "net(1.0)"})
    assert zoo_build.build(package, tmp_path) == 2
    broken, none, net = capsys.readouterr().out.splitlines()
    assert broken == "ours/Broken failed: ZeroDivisionError: division by zero"
    assert none.startswith("ours/None failed: InputError: ")
    assert net == "ours/Net built"


def test_a_package_that_is_not_installed_is_skipped_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not zoo.build(package_of({"Net": "net(1.0)"}, "no-such-package"), tmp_path)
    assert capsys.readouterr().out == (
        "skipped 1 architectures of ours: no-such-package 1.0 is not installed\n"
    )
