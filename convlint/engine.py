"""From what the user names to a report: read, lint, leave out what is ignored.

This is the only place where findings are suppressed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from convlint import catalog, comments, discover, urls
from convlint.config import Config, Overrides, nearest, read
from convlint.errors import ConfigError, InputError, SourceError
from convlint.finding import Finding
from convlint.garbage import no_collection
from convlint.lint import agreed, count_layers, lint, once_for_each_place
from convlint.readers.variants import Note, SourceModels
from convlint.report import Checked, Model, Report, Run
from convlint.rule import Rule

if TYPE_CHECKING:
    from pathlib import Path

    from convlint import baseline


def check(
    target: Any,
    *,
    select: Sequence[str] | str | None = None,
    ignore: Sequence[str] | str | None = None,
    extend_select: Sequence[str] | str | None = None,
    config: Config | str | os.PathLike[str] | None = None,
) -> Report:
    """Check a model, a model file, a folder of them, or a list of any of these.

    Args:
        target: a Keras model in memory; the path or URL of a model file or of a folder; or a
            list.
        select: codes, beginnings of codes or names of the rules to use, or ``"ALL"``; by default
            those that are on. Several in one string are separated by commas.
        ignore: rules to leave out.
        extend_select: rules to use besides those that are on.
        config: settings, or the file that holds them. By default those of the nearest
            ``convlint.toml`` or ``pyproject.toml`` above each file; for a model in memory,
            or a URL above the current directory. ``Config()`` is no settings at all.

    Returns:
        The findings, as a sequence.

    Raises:
        InputError: the one target cannot be read or analysed, or is a folder without models. One
            of several does not stop the others: it is in ``report.errors``, and ``report.ok``
            is false.
        ConfigError: a setting, or a selector that no rule matches.
        RuleError: a page among the configured ``rule-paths`` that is not well formed.
    """
    overrides = Overrides(
        select=selectors(select),
        ignore=selectors(ignore) or (),
        extend_select=selectors(extend_select) or (),
    )
    settings = config
    if settings is not None and not isinstance(settings, Config):
        if not _is_path(settings):
            raise ConfigError(f"config is a Config or the path of a file, not {settings!r}")
        settings = read(settings)
    linter = Linter(overrides, settings)
    if isinstance(target, (list, tuple)):
        return linter.report([part for item in target for part in _checked(linter, item)])
    results = list(_checked(linter, target))
    if len(results) == 1 and results[0].error is not None:
        raise InputError(results[0].error)
    return linter.report(results)


def _is_path(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike))


def _checked(linter: Linter, target: Any) -> Iterator[Checked]:
    if not _is_path(target):
        yield _caught(None, partial(linter.check_model, target))
        return
    for found in discover.files([os.fspath(target)], linter.config_for):
        if found.error is not None:
            yield Checked(found.name, error=found.error)
        else:
            check_it = partial(linter.check_file, found.path)
            yield _caught(found.name, check_it, named=found.named)


def _caught(file: str | None, check_it: Callable[[], Checked], *, named: bool = True) -> Checked:
    """The result of a check; an input that cannot be read is a result too.

    Source code that is no Python is no error if it only lay in a folder.
    """
    try:
        return check_it()
    except SourceError as error:
        return Checked(file, error=str(error)) if named else Checked(file, notes=(str(error),))
    except InputError as error:
        return Checked(file, error=str(error))


def selectors(value: Sequence[str] | str | None) -> tuple[str, ...] | None:
    """Selectors as a list, or in a string with commas; ConfigError if one is empty or no text."""
    if value is None:
        return None
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, Sequence) or not all(isinstance(word, str) for word in words):
        raise ConfigError(f"rules are selected by text or a list of texts, not {value!r}")
    found = tuple(part.strip() for word in words for part in word.split(","))
    if not all(found):
        raise ConfigError("a rule selector is empty")
    return found


def page_paths(config: Config) -> tuple[Path, ...]:
    """Where the rule pages are that are not ours; ConfigError if a plugin cannot be used."""
    if not config.plugins:
        return config.rule_paths
    from convlint import plugins

    return (*config.rule_paths, *map(plugins.pages, config.plugins))


class Linter:
    """Checks inputs one by one; settings and rules are loaded once for all of them."""

    def __init__(
        self, overrides: Overrides, config: Config | None = None, *, hide_known: bool = True
    ) -> None:
        """Settings come from ``config`` or else from each input's folder, then ``overrides``.

        Findings that a baseline knows are set apart, unless ``hide_known`` is false.
        """
        self._overrides = overrides
        self._hide_known = hide_known
        self._fixed = None if config is None else overrides.apply(config)
        self._nearest: dict[str, Config] = {}
        self._rules: dict[Config, tuple[tuple[Rule, ...], tuple[Rule, ...]]] = {}
        self._baselines: dict[Path, baseline.Baseline] = {}

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs, which finds settings and loads rules by itself."""
        return {**self.__dict__, "_nearest": {}, "_rules": {}, "_baselines": {}}

    def config_for(self, folder: str) -> Config:
        """The settings for what lies in a folder."""
        if self._fixed is not None:
            return self._fixed
        return self._overrides.apply(nearest(os.path.abspath(folder), self._nearest))

    def rules_for(self, config: Config) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
        """The rules that are selected, and all that there are.

        Raises:
            ConfigError: a selector that matches no rule.
            RuleError: one of the user's own pages that is not well formed.
        """
        if config not in self._rules:
            try:
                rules = catalog.configured(catalog.load(page_paths(config)), config.options)
                for _, ignored in (*config.per_file_ignores, *config.per_layer_ignores):
                    catalog.matching(rules, ignored)  # a wrong selector is an error even if unused
                chosen = catalog.select(rules, config.select, config.ignore, config.extend_select)
            except ConfigError as error:
                raise ConfigError(
                    f"{config.file}: {error}" if config.file else str(error)
                ) from None
            ours = self._overrides
            chosen = catalog.select(
                rules, ours.select, ours.ignore, ours.extend_select, base=chosen
            )
            self._rules[config] = chosen, rules
        return self._rules[config]

    def check_file(self, file: str) -> Checked:
        """Check a model file, or one behind a URL; InputError if it cannot be read."""
        from convlint import readers

        name = urls.shown(file)
        if urls.is_url(file) and readers.is_source(name):
            return self.check_bytes(readers.content(file), name)  # fetched once, read twice
        return self._check(partial(readers.load, file), name, said=comments.read(name))

    def check_bytes(self, data: bytes, file: str) -> Checked:
        """Check the content of a model file; InputError if it cannot be read."""
        from convlint import readers

        said = comments.parse(data, file)
        return self._check(partial(readers.load_bytes, data, file), file, said=said)

    def check_model(self, model: object) -> Checked:
        """Check a model in memory; InputError if it is none or cannot be analysed."""
        from convlint.readers import live

        if not live.is_model(model):
            kind = type(model).__name__
            raise InputError(f"check() takes a Keras model or the path of a file, not {kind}")
        return self._check(lambda: SourceModels(((live.read_model(model),),)), None, said=())

    def check_target(self, target: str) -> Checked:
        """Run the user's code that ``package.module:build_model`` names; check what it builds.

        The settings are those of the current folder. InputError if the code fails.
        """
        from convlint import targets
        from convlint.readers import live

        with targets.built(target) as built:

            def read_models() -> SourceModels:
                locate = built.constructions.location_of
                return SourceModels(
                    tuple((live.read_model(model, locate),) for model in built.models)
                )

            return self._check(read_models, built.file, folder="")._replace(file=target)

    def _check(
        self,
        read_models: Callable[[], SourceModels],
        file: str | None,
        folder: str | None = None,
        said: Sequence[comments.Comment] | None = None,
    ) -> Checked:
        """Check models; ``said`` are all comments about them.

        If that is ``None``, they are read where the layers are, and may be about others too.
        """
        with no_collection():
            return self._checked(read_models, file, folder, said)

    def _checked(
        self,
        read_models: Callable[[], SourceModels],
        file: str | None,
        folder: str | None,
        said: Sequence[comments.Comment] | None,
    ) -> Checked:
        config = self.config_for(urls.folder(file or "") if folder is None else folder)
        rules, all_rules = self.rules_for(config)
        models = []
        found: list[Finding] = []
        sources: dict[str, None] = {}
        read = read_models()
        for variants in read.models:
            models.append(Model(variants[0].name, count_layers(variants[0])))
            found += agreed([(graph, lint(graph, rules, file)) for graph in variants])
            for graph in variants:
                sources |= {call.location.file: None for call in graph.calls if call.location}
        found = once_for_each_place(found)
        complete = said is not None and bool(models) and not read.notes
        if said is None:
            said = [comment for source in sources for comment in comments.read(source)]
        if said:
            from convlint import suppress

            found = suppress.settle(found, said, all_rules, rules, complete=complete)
        findings = []
        for finding in found:
            ignored = tuple(config.ignored_at(finding, models[0].name if models else ""))
            if not ignored or finding.code not in catalog.matching(all_rules, ignored):
                findings.append(finding)
        new, known = self._split(findings, config)
        notes = tuple(map(_note, read.notes))
        return Checked(file, tuple(models), new, fail_on=config.fail_on, known=known, notes=notes)

    def _split(
        self, findings: Sequence[Finding], config: Config
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings that are new, and those that the baseline knows."""
        path = config.baseline
        if path is None or not self._hide_known:
            return tuple(findings), ()
        return self.read_baseline(path).split(findings)

    def read_baseline(self, path: Path) -> baseline.Baseline:
        """The baseline in a file, read once; ConfigError if it is not one."""
        from convlint import baseline

        if path not in self._baselines:
            self._baselines[path] = baseline.read(path)
        return self._baselines[path]

    def runs(self, results: Iterable[Checked]) -> dict[Path | None, list[Run]]:
        """The results with the codes of the rules that ran, by baseline."""
        found: dict[Path | None, list[Run]] = {}
        for checked in results:
            config = self.config_for(urls.folder(checked.file or ""))
            codes = frozenset(rule.code for rule in self.rules_for(config)[0])
            found.setdefault(config.baseline, []).append(Run(checked, codes))
        return found

    def report(self, checked: Iterable[Checked]) -> Report:
        """All results together, with the rules and references that reporters need."""
        results = tuple(checked)
        for result in results:  # some were checked by other processes, with rules of their own
            self.rules_for(self.config_for(urls.folder(result.file or "")))
        rules = {rule.code: rule for chosen, _ in self._rules.values() for rule in chosen}
        hit = {finding.code for result in results for finding in result.findings}
        paths = dict.fromkeys(path for config in self._rules for path in page_paths(config))
        cited = [rules[code] for code in hit]
        references = partial(catalog.references, tuple(paths), cited) if hit else dict
        return Report(results, dict(sorted(rules.items())), references)


def _note(note: Note) -> str:
    cell = "" if note.cell is None else f"cell {note.cell}, "
    return f"{cell}line {note.line}: {note.reason}"
