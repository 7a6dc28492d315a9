"""From a model to its findings, through the public ``check``."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

import convlint
from convlint import Config, ConfigError, InputError, Report, RuleError, Severity, check
from convlint.finding import Finding, PathStep
from convlint.lint import lint
from convlint.page import parse_page
from convlint.readers import read
from tests.pages import write_page


@pytest.fixture
def rules(tmp_path: Path) -> Callable[..., Config]:
    """A function that writes a rule page and gives settings that use only that rule."""

    def settings(**page: Any) -> Config:
        path = write_page(tmp_path / "rules", **page)
        return Config(folder=str(tmp_path), select=("TST101",), rule_paths=(path,))

    return settings


@pytest.fixture
def model() -> Any:
    """Two convolutions, of which the first has an activation of its own, and a head."""
    return keras.Sequential(
        [
            layers.Input((8, 8, 3), name="image"),
            layers.Conv2D(4, 3, activation="relu", name="conv1"),
            layers.Dropout(0.5, name="drop"),
            layers.Conv2D(4, 3, padding="same", name="conv2"),
            layers.GlobalAveragePooling2D(name="collapse"),
            layers.Dense(2, activation="softmax", name="classes"),
        ],
        name="small",
    )


def steps(finding: Finding) -> list[tuple[Any, ...]]:
    return [(s.layer, s.class_name, s.activation, s.shape, s.marked) for s in finding.path]


def test_a_finding_has_all_that_reporters_need(rules: Callable[..., Config], model: Any) -> None:
    config = rules(
        pattern="first:conv -> act -> drop:dropout -> conv",
        at="drop",
        message="{drop.name} of rate {drop.rate} after {first.name} on {drop.shape}",
        severity="error",
    )
    (finding,) = check(model, config=config)
    assert finding == Finding(
        code="TST101",
        name="tested-dense",
        severity=Severity.ERROR,
        confidence=convlint.Confidence.HIGH,
        file=None,
        layer="drop",
        layer_class="Dropout",
        message="drop of rate 0.5 after conv1 on 6×6×4",
        help="think about drop",
        path=finding.path,
        before=PathStep("image", "InputLayer", (None, 8, 8, 3)),
        after=PathStep("collapse", "GlobalAveragePooling2D", (None, 4)),
    )
    assert steps(finding) == [
        ("conv1", "Conv2D", "relu", (None, 6, 6, 4), False),
        ("drop", "Dropout", None, (None, 6, 6, 4), True),
        ("conv2", "Conv2D", None, (None, 6, 6, 4), False),
    ]


def test_a_fused_activation_is_reported_at_its_layer(
    rules: Callable[..., Config], model: Any
) -> None:
    config = rules(pattern="found:act -> dropout", at="found", message="{found.name}")
    (finding,) = check(model, config=config)
    assert (finding.layer, finding.layer_class, finding.message) == ("conv1", "Conv2D", "conv1")
    assert steps(finding)[0] == ("conv1", "Conv2D", "relu", (None, 6, 6, 4), True)


def test_a_finding_knows_the_layers_around_it(rules: Callable[..., Config], model: Any) -> None:
    around = {
        finding.layer: (
            finding.before and (finding.before.layer, finding.before.activation),
            finding.after and finding.after.layer,
        )
        for finding in check(model, config=rules(pattern="found:any"))
    }
    assert around["image"] == (None, "conv1")
    assert around["conv1"] == (("image", None), "drop")
    assert around["drop"] == (("conv1", "relu"), "conv2")
    assert around["classes"] == (("collapse", None), None)


def test_a_model_output_is_reported_at_the_layer_it_comes_from(
    rules: Callable[..., Config], model: Any
) -> None:
    config = rules(pattern="dense -> act -> out:output", at="out", message="{out.name}")
    (finding,) = check(model, config=config)
    assert (finding.layer, finding.layer_class) == ("classes", "Dense")
    assert steps(finding) == [("classes", "Dense", "softmax", (None, 2), True)]


def test_an_output_inside_a_nested_model_is_named_in_full(
    rules: Callable[..., Config], model: Any
) -> None:
    image = layers.Input((8, 8, 3))
    outer = keras.Model(image, model(image), name="outer")
    config = rules(pattern="out:output", at="out", message="the end")
    (finding,) = check(outer, config=config)
    assert (finding.layer, finding.layer_class) == ("small/classes", "Dense")


def test_a_layer_called_twice_is_reported_once_for_the_same_thing(
    rules: Callable[..., Config],
) -> None:
    shared = layers.Dense(3, name="shared")
    left, right = layers.Input((3,)), layers.Input((3,))
    model = keras.Model([left, right], layers.Add()([shared(left), shared(right)]))
    assert [finding.layer for finding in check(model, config=rules())] == ["shared"]


def test_findings_are_sorted_by_position_and_then_by_code(tmp_path: Path, model: Any) -> None:
    write_page(tmp_path, "TST102", "b", pattern="found:conv")
    write_page(tmp_path, "TST101", "a", pattern="found:weight")
    report = check(model, config=Config(select=("TST",), rule_paths=(tmp_path,)))
    assert [(finding.layer, finding.code) for finding in report] == [
        ("conv1", "TST101"),
        ("conv1", "TST102"),
        ("conv2", "TST101"),
        ("conv2", "TST102"),
        ("classes", "TST101"),
    ]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_saved_model_gives_the_findings_of_the_live_one(
    rules: Callable[..., Config], model: Any, tmp_path: Path
) -> None:
    config = rules(pattern="found:weight")
    live = [(finding.layer, finding.path) for finding in check(model, config=config)]
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
        report = check(tmp_path / name, config=config)
        assert [(finding.layer, finding.path) for finding in report] == live
        assert {finding.file for finding in report} == {str(tmp_path / name)}


def write_json(path: Path, model: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(model.to_json(), encoding="utf-8")
    return path


def test_a_report_is_a_sequence_that_can_be_asked(
    rules: Callable[..., Config], model: Any, tmp_path: Path
) -> None:
    path = write_json(tmp_path / "model.json", model)
    report = check([path, model], config=rules(pattern="found:conv"))
    assert isinstance(report, Report)
    assert len(report) == 4
    assert report[0] == next(iter(report))
    assert [finding.layer for finding in report[1:3]] == ["conv2", "conv1"]
    assert report.by_rule == {"TST101": tuple(report)}
    assert report.by_severity == {Severity.ERROR: 0, Severity.WARNING: 4, Severity.INFO: 0}
    assert report.files == (str(path),)
    assert [(model.name, model.layers) for model in report.models] == [("small", 6)] * 2
    assert not report.ok
    assert repr(report) == "<Report: 4 warnings in 2 models, 12 layers, 1 rule.>"
    assert json.loads(json.dumps(report.to_dict()))["summary"]["by_rule"] == {"TST101": 4}
    assert "conv1" in str(report)


@pytest.mark.parametrize(
    ("severity", "fail_on", "ok"),
    [
        ("error", Severity.ERROR, False),
        ("warning", Severity.ERROR, True),
        ("warning", Severity.WARNING, False),
        ("info", Severity.WARNING, True),
        ("info", Severity.INFO, False),
        ("error", None, True),
    ],
)
def test_ok_depends_on_the_settings(
    severity: str,
    fail_on: Severity | None,
    ok: bool,
    tmp_path: Path,
    model: Any,
) -> None:
    page = write_page(tmp_path, severity=severity)
    config = Config(select=("TST101",), rule_paths=(page,), fail_on=fail_on)
    report = check(model, config=config)
    assert len(report) == 1
    assert report.ok is ok


def test_one_input_that_cannot_be_read_raises(tmp_path: Path) -> None:
    broken = tmp_path / "broken.keras"
    broken.write_bytes(b"nothing")
    for target in (broken, str(broken), tmp_path / "nowhere.h5"):
        with pytest.raises(InputError, match=Path(target).name):
            check(target)


@pytest.mark.parametrize("target", [None, 3, object(), b"model.keras", layers.Dense(3)])
def test_what_is_no_model_raises(target: object) -> None:
    with pytest.raises(InputError, match=f"not {type(target).__name__}"):
        check(target)


def test_a_folder_without_models_raises(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model in this folder"):
        check(tmp_path)


def test_one_of_several_that_cannot_be_read_does_not_stop_the_others(
    rules: Callable[..., Config], model: Any, tmp_path: Path
) -> None:
    config = rules()
    broken = tmp_path / "a/broken.keras"
    write_json(tmp_path / "a/model.json", model)
    broken.write_bytes(b"nothing")
    for target in (tmp_path / "a", [broken, tmp_path / "a/model.json", 3]):
        report = check(target, config=config)
        assert [finding.layer for finding in report] == ["classes"]
        assert report.errors[0].file == str(broken)
        assert str(broken) in report.errors[0].message
        assert not report.ok
    assert report.errors[1].file is None


def test_a_selection_is_a_list_or_a_string(model: Any) -> None:
    for select in ("CVL101,CVL6", "CVL101, CVL6", ["CVL101", "CVL6"], ["CVL101,CVL6"]):
        used = check(model, select=select, config=Config()).rules
        assert {code[:4] for code in used} == {"CVL1", "CVL6"}
        assert "CVL102" not in used
    assert "CVL101" not in check(model, ignore="CVL101", config=Config()).rules


@pytest.mark.parametrize("select", ["CVL999", "", ["CVL101", ""]])
def test_a_selector_that_means_nothing_raises(select: Any, model: Any) -> None:
    with pytest.raises(ConfigError):
        check(model, select=select)


def test_settings_come_from_a_file_that_is_named(model: Any, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("select = ['CVL203']", encoding="utf-8")
    assert list(check(model, config=file).rules) == ["CVL203"]
    assert list(check(model, config=str(file), select="CVL101").rules) == ["CVL101"]


def test_settings_come_from_the_nearest_file_of_each_input(model: Any, tmp_path: Path) -> None:
    write_page(tmp_path / "rules", pattern="found:conv")
    for folder, settings in (
        ("a", "per-layer-ignores = {'*.json::conv1' = ['TST']}"),
        ("b", "per-file-ignores = {'*.json' = ['TST101']}"),
        ("c", "ignore = ['tested-dense']"),
        ("d", "fail-on = 'error'"),
    ):
        write_json(tmp_path / folder / "model.json", model)
        (tmp_path / folder / "convlint.toml").write_text(
            f"rule-paths = ['../rules']\nextend-select = ['TST101']\n{settings}", encoding="utf-8"
        )
    report = check(tmp_path, ignore="CVL")
    found = [(Path(finding.file or "").parent.name, finding.layer) for finding in report]
    assert found == [("a", "conv2"), ("d", "conv1"), ("d", "conv2")]


def test_an_unknown_selector_among_the_ignores_raises(model: Any, tmp_path: Path) -> None:
    path = write_json(tmp_path / "model.json", model)
    (tmp_path / "convlint.toml").write_text(
        "per-file-ignores = {'elsewhere' = ['TST999']}", encoding="utf-8"
    )
    with pytest.raises(ConfigError, match="TST999"):
        check(path)


def test_a_model_in_memory_obeys_the_current_folder(
    model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "convlint.toml").write_text("select = ['CVL203']", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert list(check(model).rules) == ["CVL203"]


def test_a_page_that_is_not_well_formed_raises(model: Any, tmp_path: Path) -> None:
    page = write_page(tmp_path, pattern="found:dense ->")
    with pytest.raises(RuleError, match=r"TST101-tested-dense\.md:10: pattern: "):
        check(model, config=Config(rule_paths=(page,)))


def test_the_same_input_gives_the_same_findings(model: Any, tmp_path: Path) -> None:
    path = write_json(tmp_path / "model.json", model)
    assert check(path, config=Config()).to_dict() == check(path, config=Config()).to_dict()


def test_lint_takes_a_graph_and_rules(model: Any, tmp_path: Path) -> None:
    page = write_page(tmp_path, pattern="found:conv")
    ((graph,),) = read(write_json(tmp_path / "model.json", model))
    rule = parse_page(page.read_text(encoding="utf-8"), str(page))
    assert [finding.layer for finding in lint(graph, [rule])] == ["conv1", "conv2"]


def test_the_package_offers_its_public_names() -> None:
    assert set(convlint.__all__) <= set(dir(convlint))
    assert all(getattr(convlint, name) is not None for name in convlint.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'chekc'"):
        _ = convlint.chekc


@pytest.mark.parametrize("settings", [{"select": 3}, {"ignore": [1]}, {"config": 3}])
def test_settings_of_the_wrong_type_are_refused(settings: Any) -> None:
    with pytest.raises(ConfigError):
        check("nowhere.keras", **settings)


def test_a_wrong_selector_in_a_file_is_said_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "convlint.toml"
    file.write_text('[per-file-ignores]\n"*.keras" = ["CVL77"]\n', encoding="utf-8")
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(str(file))):
        check(tmp_path / "model.json")


@pytest.mark.parametrize("example", ["unet.h5", "transfer-learning.keras"])
def test_what_a_check_of_a_saved_model_held_is_freed_at_once(example: str) -> None:
    # Reference cycles would keep every graph of a run until the garbage collector comes by.
    file = Path(__file__).parent.parent / "examples" / example
    report = check(file, select=["ALL"])  # whatever is loaded once is loaded now
    gc.collect()
    gc.disable()
    try:
        again = check(file, select=["ALL"])
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert again.findings == report.findings != ()
