"""Settings: ``[tool.convlint]`` in ``pyproject.toml``, or ``convlint.toml``, as a frozen Config.

The settings of a file are those of the nearest such file in its folder or above.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from convlint import globs, urls
from convlint.errors import ConfigError
from convlint.files import content
from convlint.finding import Finding, Severity
from convlint.options import OptionValue, toml
from convlint.reporters import FORMATS
from convlint.suggest import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path
else:
    Path = os.PathLike  # most runs have no settings, and need not import pathlib for annotations

FAIL_ON: Final[Mapping[str, Severity | None]] = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFO,
    "never": None,
}

_MOST: Final = 2**20
"""Bytes of a settings file."""
_LONG_KEY: Final = r"""(?<![\w"'-])([\w"'-]+[ \t]*\.[ \t]*){100}"""
"""A key for which tomllib takes the square of its length."""
_LONGEST_PATTERN: Final = 1000
"""Characters of a file pattern; fnmatch takes the square of their number."""

Ignores = tuple[tuple[str, tuple[str, ...]], ...]
"""Patterns and the selectors of the rules that are silent where they match."""

RuleOptions = tuple[tuple[str, tuple[tuple[str, OptionValue], ...]], ...]
"""Codes or names of rules, and the options that are set for each."""


class Config(NamedTuple):
    """All settings, defaults filled in.

    Attributes:
        file: where they were read; ``None`` for the defaults.
        folder: what file patterns are relative to.
        select: selectors of the rules to use; ``None`` for the default ones.
        ignore, extend_select: selectors of rules to leave out, and to use as well.
        fail_on: the least severity that makes a check fail; ``None`` if nothing does.
        per_file_ignores: file patterns and the selectors of the rules to ignore there.
        per_layer_ignores: likewise for ``file-pattern::layer-pattern``.
        options: options of rules that are set.
        exclude: patterns of files and folders that are not looked at, each with the folder
            that it is relative to.
        rule_paths: rule pages, and folders of them, besides ours.
        plugins: installed packages whose rules are used as well.
        output_format: one of :data:`convlint.reporters.FORMATS`.
        baseline: the file of findings that are known and not reported.
    """

    file: Path | None = None
    folder: str = ""
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    fail_on: Severity | None = Severity.WARNING
    per_file_ignores: Ignores = ()
    per_layer_ignores: Ignores = ()
    options: RuleOptions = ()
    exclude: tuple[tuple[str, str], ...] = ()
    rule_paths: tuple[Path, ...] = ()
    plugins: tuple[str, ...] = ()
    output_format: str = "full"
    baseline: Path | None = None

    def excludes(self, file: str) -> bool:
        """Whether a file or folder is excluded."""
        return any(
            globs.matches_or_contains(relative(file, folder), pattern)
            for folder, pattern in self.exclude
        )

    def ignored_at(self, finding: Finding, model: str) -> Iterator[str]:
        """The selectors of the rules to ignore at a finding, by its file and by its layer.

        A model in memory has no file and goes by its name, ``model``.
        """
        path = model if finding.file is None else relative(finding.file, self.folder)
        for pattern, selectors in self.per_file_ignores:
            if globs.matches(path, pattern):
                yield from selectors
        for pattern, selectors in self.per_layer_ignores:
            file_pattern, _, layer_pattern = pattern.rpartition("::")
            if globs.matches(path, file_pattern) and globs.matches(finding.layer, layer_pattern):
                yield from selectors


def relative(file: str, folder: str | Path) -> str:
    """The file's path as patterns see it: relative to the folder, with slashes; a URL as it is."""
    if urls.is_url(file):
        return file
    try:
        path = os.path.relpath(file, folder)
    except ValueError:  # another drive
        path = os.path.abspath(file)
    return path.replace(os.sep, "/")


class Overrides(NamedTuple):
    """What the command line or a caller sets over a configuration file, if not ``None``.

    A ``select`` takes the place of the file's whole selection: who asks for a rule by name gets
    it. Otherwise ``ignore`` and ``extend_select`` change what the file selects. ``exclude`` adds
    to the file's, relative to the current folder.
    """

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    fail_on: str | None = None
    output_format: str | None = None
    exclude: tuple[str, ...] = ()
    baseline: str | None = None

    def apply(self, config: Config) -> Config:
        """The configuration with all of this but the selection of rules."""
        if self.fail_on is not None:
            config = config._replace(fail_on=FAIL_ON[self.fail_on])
        if self.output_format is not None:
            config = config._replace(output_format=self.output_format)
        if self.exclude:
            here = tuple((os.getcwd(), pattern) for pattern in self.exclude)
            config = config._replace(exclude=(*config.exclude, *here))
        if self.baseline is not None:
            from pathlib import Path

            config = config._replace(baseline=Path(self.baseline))
        return config


def nearest(folder: str, cache: dict[str, Config]) -> Config:
    """The settings that hold in a folder; ``cache`` remembers those of every folder on the way.

    The path is absolute.
    """
    passed: list[str] = []
    config = Config(folder=folder)
    for candidate in _upwards(folder):
        if candidate in cache:
            config = cache[candidate]
            break
        passed.append(candidate)
        found = _in_folder(candidate)
        if found is not None:
            config = found
            break
    cache.update(dict.fromkeys(passed, config))
    return config


def _upwards(folder: str) -> Iterator[str]:
    """A folder, the one around it, and so on."""
    yield folder
    while (around := os.path.dirname(folder)) != folder:
        folder = around
        yield folder


def _in_folder(folder: str) -> Config | None:
    own, shared = (os.path.join(folder, name) for name in ("convlint.toml", "pyproject.toml"))
    if os.path.isfile(own):
        return read(own)
    # Do not parse, or complain about, a pyproject.toml that never mentions us.
    if os.path.isfile(shared) and b"convlint" in _bytes(shared):
        table = _table(shared)
        return None if table is None else _config(table, shared)
    return None


def read(file: str | os.PathLike[str]) -> Config:
    """The settings in one file, all of which are ours unless it is a ``pyproject.toml``.

    Raises:
        ConfigError: it cannot be read, is not TOML, or has a key or value that we do not know.
    """
    return _config(_table(file) or {}, file)


def _table(file: str | os.PathLike[str]) -> Mapping[str, Any] | None:
    """Our table of the file; ``None`` if it is a ``pyproject.toml`` without one."""
    import re
    import tomllib  # most runs have no configuration

    try:
        text = _bytes(file).decode("utf-8")
        if re.search(_LONG_KEY, text):
            raise ConfigError(f"{file}: is not valid TOML: a key has too many parts")
        document = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:  # the first also for numbers of many digits
        raise ConfigError(f"{file}: is not valid TOML: {error}") from error
    if os.path.basename(file) != "pyproject.toml":
        return document
    tool = document.get("tool", {})
    if not isinstance(tool, dict) or "convlint" not in tool:
        return None
    table = tool["convlint"]
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: tool.convlint must be a table")
    return table


def _bytes(file: str | os.PathLike[str]) -> bytes:
    try:
        return content(file, _MOST)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error


def _config(table: Mapping[str, Any], file: str | os.PathLike[str]) -> Config:
    from pathlib import Path

    settings: dict[str, Any] = {}
    for key, value in table.items():
        if key not in _CONVERTERS:
            raise ConfigError(f"{file}: unknown key {key!r}{did_you_mean(key, _CONVERTERS)}")
        try:
            settings[key.replace("-", "_")] = _CONVERTERS[key](value)
        except ConfigError as error:
            raise ConfigError(f"{file}: {key}: {error}") from error
    folder = Path(file).parent
    settings["rule_paths"] = tuple(folder / path for path in settings.get("rule_paths", ()))
    settings["exclude"] = tuple((str(folder), pattern) for pattern in settings.get("exclude", ()))
    if "baseline" in settings:
        settings["baseline"] = folder / settings["baseline"]
    return Config(file=Path(file), folder=str(folder), **settings)


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ConfigError('must be a list of strings, like ["CVL1", "CVL203"]')
    if not all(value):
        raise ConfigError("has an empty entry")
    return tuple(value)


def _patterns(value: Any) -> tuple[str, ...]:
    return tuple(map(_pattern, _words(value)))


def _pattern(text: str) -> str:
    if len(text) > _LONGEST_PATTERN:
        raise ConfigError(f"a pattern is longer than {_LONGEST_PATTERN} characters")
    return text


def _ignores(value: Any) -> Ignores:
    if not isinstance(value, dict):
        raise ConfigError('must be a table, like {"old/*.keras" = ["CVL2"]}')
    found = []
    for pattern, selectors in value.items():
        try:
            found.append((_pattern(pattern), _words(selectors)))
        except ConfigError as error:
            raise ConfigError(f"{pattern!r}: {error}") from error
    return tuple(found)


def _layer_ignores(value: Any) -> Ignores:
    found = _ignores(value)
    for pattern, _ in found:
        file, separator, layer = pattern.rpartition("::")
        if not (file and separator and layer):
            raise ConfigError(f'{pattern!r}: must look like "model.keras::block1_*"')
    return found


def _options(value: Any) -> RuleOptions:
    if not isinstance(value, dict):
        raise ConfigError("must be a table of tables, like [options.extreme-dropout-rate]")
    for rule, settings in value.items():
        if not isinstance(settings, dict):
            raise ConfigError(f"{rule!r}: must be a table, like {{highest-rate = 0.9}}")
        for name, setting in settings.items():
            if not isinstance(setting, (bool, int, float)):
                raise ConfigError(f"{rule!r}: {name}: must be a number, true or false")
    return tuple((rule, tuple(settings.items())) for rule, settings in value.items())


def _path(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigError('must be the path of a file, like "convlint-baseline.json"')
    return value


def _choice(words: Sequence[str]) -> Callable[[Any], str]:
    def convert(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            near = did_you_mean(value, words) if isinstance(value, str) else ""
            raise ConfigError(f"{value!r} is not one of {', '.join(words)}{near}")
        return value

    return convert


_CONVERTERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "select": _words,
    "ignore": _words,
    "extend-select": _words,
    "fail-on": lambda value: FAIL_ON[_choice(tuple(FAIL_ON))(value)],
    "per-file-ignores": _ignores,
    "per-layer-ignores": _layer_ignores,
    "options": _options,
    "exclude": _patterns,
    "rule-paths": _words,
    "plugins": _words,
    "output-format": _choice(tuple(FORMATS)),
    "baseline": _path,
}


def as_toml(config: Config) -> str:
    """The settings as a ``convlint.toml`` would state them."""
    fail_on = "never" if config.fail_on is None else str(config.fail_on)
    lines = [
        f"# {config.file or 'no settings file'}",
        *([] if config.select is None else [f"select = {_list(config.select)}"]),
        f"ignore = {_list(config.ignore)}",
        f"extend-select = {_list(config.extend_select)}",
        f'fail-on = "{fail_on}"',
        f'output-format = "{config.output_format}"',
        *([] if config.baseline is None else [f"baseline = {_quoted(str(config.baseline))}"]),
        f"exclude = {_list(pattern for _, pattern in config.exclude)}",
        f"rule-paths = {_list(map(str, config.rule_paths))}",
        f"plugins = {_list(config.plugins)}",
        "",
        "[per-file-ignores]",
        *(f"{_quoted(key)} = {_list(value)}" for key, value in config.per_file_ignores),
        "",
        "[per-layer-ignores]",
        *(f"{_quoted(key)} = {_list(value)}" for key, value in config.per_layer_ignores),
        *(line for rule, settings in config.options for line in _option_table(rule, settings)),
    ]
    return "".join(f"{line}\n" for line in lines)


def _option_table(rule: str, settings: Iterable[tuple[str, OptionValue]]) -> Iterator[str]:
    yield ""
    yield f"[options.{_quoted(rule)}]"
    yield from (f"{_quoted(name)} = {toml(value)}" for name, value in settings)


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, words))}]"


def _quoted(word: str) -> str:
    # TOML quotes as JSON does, and one character more.
    return json.dumps(word, ensure_ascii=False).replace("\x7f", "\\u007f")
