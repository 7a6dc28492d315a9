"""Settings come from the nearest file, and nothing in it is silently ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from convlint import globs
from convlint.config import Config, Overrides, as_toml, nearest, read
from convlint.errors import ConfigError
from convlint.finding import Confidence, Finding, Severity

FULL = """\
select = ["CVL1", "softmax-single-unit"]
ignore = ["CVL101"]
extend-select = ["CVL203"]
fail-on = "info"
exclude = ["old", "a/**"]
rule-paths = ["our/rules"]
output-format = "concise"

[per-file-ignores]
"legacy/*.h5" = ["CVL2"]

[per-layer-ignores]
"model.keras::block1_*" = ["ALL"]
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_setting_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "convlint.toml", FULL)
    assert read(file) == Config(
        file=file,
        folder=str(tmp_path),
        select=("CVL1", "softmax-single-unit"),
        ignore=("CVL101",),
        extend_select=("CVL203",),
        fail_on=Severity.INFO,
        exclude=((str(tmp_path), "old"), (str(tmp_path), "a/**")),
        rule_paths=(tmp_path / "our/rules",),
        output_format="concise",
        per_file_ignores=(("legacy/*.h5", ("CVL2",)),),
        per_layer_ignores=(("model.keras::block1_*", ("ALL",)),),
    )


def test_settings_can_be_shown_and_read_again(tmp_path: Path) -> None:
    config = read(write(tmp_path / "convlint.toml", FULL))
    again = write(tmp_path / "again" / "convlint.toml", as_toml(config))
    assert as_toml(read(again)).splitlines()[1:] == as_toml(config).splitlines()[1:]
    assert str(tmp_path / "convlint.toml") in as_toml(config)
    assert 'fail-on = "never"' in as_toml(Config(fail_on=None))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("selct = []", "unknown key 'selct'; did you mean 'select'?"),
        ("fail_on = 'info'", "unknown key 'fail_on'; did you mean 'fail-on'?"),
        ("colour = 1", "unknown key 'colour'"),
        ("select = 'CVL1'", "select: must be a list of strings"),
        ("select = ['CVL1', 1]", "select: must be a list of strings"),
        ("select = ['']", "select: has an empty entry"),
        ("fail-on = 'warnings'", "'warnings' is not one of error, warning, info, never; did you"),
        ("fail-on = true", "fail-on: True is not one of"),
        ("fail-on = ['info']", "fail-on: ['info'] is not one of"),
        ("output-format = 'sarf'", "output-format: 'sarf' is not one of"),
        ("per-file-ignores = ['a']", "per-file-ignores: must be a table"),
        ("per-file-ignores = {a = 'CVL1'}", "per-file-ignores: 'a': must be a list of strings"),
        ("per-layer-ignores = {'a.keras' = ['CVL1']}", "'a.keras': must look like"),
        ("per-layer-ignores = {'::b' = ['CVL1']}", "'::b': must look like"),
        ("exclude = {}", "exclude: must be a list of strings"),
        ("select = [", "is not valid TOML"),
        ("a = " + "[" * 100_000, "is not valid TOML"),
    ],
)
def test_what_cannot_be_obeyed_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    file = write(tmp_path / "convlint.toml", text)
    with pytest.raises(ConfigError) as caught:
        read(file)
    assert str(caught.value).startswith(str(file))
    assert complaint in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read: No such file"):
        read(tmp_path / "nowhere.toml")
    (tmp_path / "convlint.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read(tmp_path / "convlint.toml")


@pytest.mark.parametrize("text", ["[tool]\nconvlint = 3", "[tool.convlint]\nselct = []"])
def test_a_wrong_table_in_a_pyproject_is_refused(text: str, tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", text)
    with pytest.raises(ConfigError, match=r"pyproject\.toml: "):
        nearest(str(tmp_path), {})


def ignored(folder: Path) -> tuple[str, ...]:
    return nearest(str(folder), {}).ignore


def test_the_nearest_file_with_our_settings_holds(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.convlint]\nignore = ['outer']")
    write(tmp_path / "a/pyproject.toml", "[tool.other]\nname = 'convlint'")
    write(tmp_path / "a/b/convlint.toml", "ignore = ['inner']")
    write(tmp_path / "a/b/pyproject.toml", "[tool.convlint]\nignore = ['beside']")
    (tmp_path / "a/b/c").mkdir()
    assert ignored(tmp_path / "a") == ("outer",)
    assert ignored(tmp_path / "a/b") == ("inner",)
    assert ignored(tmp_path / "a/b/c") == ("inner",)


def test_a_broken_pyproject_that_is_not_about_us_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path / "convlint.toml", "ignore = ['outer']")
    write(tmp_path / "a/pyproject.toml", "[tool.ruff")
    assert ignored(tmp_path / "a") == ("outer",)


def test_a_folder_is_looked_at_once(tmp_path: Path) -> None:
    write(tmp_path / "convlint.toml", "ignore = ['first']")
    (tmp_path / "a").mkdir()
    cache: dict[str, Config] = {}
    before = nearest(str(tmp_path / "a"), cache)
    write(tmp_path / "convlint.toml", "ignore = ['second']")
    assert nearest(str(tmp_path), cache) is before


def test_the_command_line_replaces_what_it_names() -> None:
    config = Config(fail_on=Severity.INFO, exclude=(("a", "old"),))
    assert Overrides().apply(config) == config
    assert Overrides(fail_on="never").apply(config).fail_on is None
    assert Overrides(output_format="json").apply(config).output_format == "json"
    excluding = Overrides(exclude=("new",)).apply(config)
    assert excluding.exclude == (("a", "old"), (str(Path.cwd()), "new"))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.keras", "a/b/c.keras", True),
        ("c.keras", "a/b/c.keras", True),
        ("b/*.keras", "a/b/c.keras", False),
        ("a/*.keras", "a/b/c.keras", False),
        ("a/*/c.keras", "a/b/c.keras", True),
        ("a/**/c.keras", "a/b/c.keras", True),
        ("a/**/c.keras", "a/c.keras", True),
        ("**/c.keras", "c.keras", True),
        ("a/**", "a/b/c.keras", True),
        ("a/**", "b/a/c.keras", False),
        ("/c.keras", "a/c.keras", False),
        ("/c.keras", "c.keras", True),
        ("conv[12]_?", "body/conv2_x", True),
        ("conv[!12]_?", "body/conv2_x", False),
        ("body/conv*", "body/conv2_x", True),
        ("a/**/**/b", "a/b", True),
        ("a/b/c", "a/b", False),
        ("[", "[", True),
        ("a.keras", "aXkeras", False),
    ],
)
def test_patterns_mean_what_people_expect(pattern: str, path: str, expected: bool) -> None:
    assert globs.matches(path, pattern) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("old", "models/old/a.keras", True),
        ("old/", "models/old/a.keras", True),
        ("models/old", "models/old/deep/a.keras", True),
        ("models/old/*", "models/old/deep/a.keras", True),
        ("older", "models/old/a.keras", False),
        ("a.*", "models/old/a.keras", True),
    ],
)
def test_an_excluded_folder_excludes_what_is_in_it(
    pattern: str, path: str, expected: bool, tmp_path: Path
) -> None:
    config = read(write(tmp_path / "convlint.toml", f"exclude = ['{pattern}']"))
    assert config.excludes(str(tmp_path / path)) is expected


def finding(file: str | None, layer: str) -> Finding:
    return Finding(
        code="CVL101",
        name="dropout-between-convs",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        file=file,
        layer=layer,
        layer_class="Dropout",
        message="",
        help="",
    )


def test_ignores_go_by_file_and_by_layer(tmp_path: Path) -> None:
    config = read(
        write(
            tmp_path / "convlint.toml",
            """
            per-file-ignores = {"old/*.h5" = ["A"], "resnet50" = ["B"]}
            per-layer-ignores = {"net.keras::block1_*" = ["C"], "**::top" = ["D"]}
            """,
        )
    )

    def at(file: str | None, layer: str) -> list[str]:
        path = None if file is None else str(tmp_path / file)
        return list(config.ignored_at(finding(path, layer), "resnet50"))

    assert at("old/net.h5", "x") == ["A"]
    assert at("old/net.h5", "outer/top") == ["A", "D"]
    assert at("new/net.keras", "outer/block1_conv") == ["C"]
    assert at("new/net.keras", "block10_conv") == []
    assert at(None, "top") == ["B", "D"]
