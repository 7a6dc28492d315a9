"""What a command line does, once it is read; the only owner of exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from convlint import reporters, terminal, urls
from convlint.arguments import Options
from convlint.errors import ConfigError, ConvlintError, RuleError
from convlint.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from convlint.config import Config
    from convlint.engine import Linter
    from convlint.report import Checked, Report

STDIN: Final = "<stdin>"


class ExitCode(IntEnum):
    """What the exit code says; the last two are the shell's words for a signal."""

    CLEAN = 0
    FINDINGS = 1
    ERROR = 2
    INTERRUPTED = 130
    CLOSED_PIPE = 141


def run(options: Options) -> ExitCode:
    """Do what is asked for; what goes wrong is said in one line on standard error."""
    try:
        return _run(options)
    except ConvlintError as error:
        # Only the text of a rule has lines of its own, and shows the fault under them.
        said = str(error) if isinstance(error, RuleError) else printable(str(error))
        terminal.complain(f"error: {said}")
        return ExitCode.ERROR
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return ExitCode.CLOSED_PIPE


def _run(options: Options) -> ExitCode:
    linter = _linter(options)
    if options.explain is not None:
        _explain(linter, options.explain, options.color)
    elif options.list_rules:
        _list_rules(linter, options)
    elif options.show_settings:
        _show_settings(linter, options.paths[0] if options.paths else ".")
    else:
        return _lint(linter, options)
    return ExitCode.CLEAN


def _linter(options: Options) -> Linter:
    from convlint.config import Config, Overrides, read
    from convlint.engine import Linter

    overrides = Overrides(
        select=options.select or None,
        ignore=options.ignore,
        extend_select=options.extend_select,
        fail_on=options.fail_on,
        output_format=options.output_format,
        exclude=options.exclude,
        baseline=options.baseline,
    )
    config = Config() if options.isolated else None
    if options.config_file:
        config = read(options.config_file)
    return Linter(overrides, config, hide_known=not options.write_baseline)


def _lint(linter: Linter, options: Options) -> ExitCode:
    from convlint import batch, discover

    named = [path for path in options.paths if path != "-"]
    found = list(discover.files(named, linter.config_for, force_exclude=options.force_exclude))
    output_file = options.output_file
    if output_file and any(_same_file(output_file, file.path) for file in found):
        raise ConfigError(f"--output-file {output_file}: would overwrite an input")
    if "-" in options.paths:
        found.append(discover.Found("-"))
    if not options.quiet:
        for target in filter(discover.is_target, named):
            terminal.complain(f"{target}: running this code to build the model")
    outcomes = batch.outcomes(linter, found, options.jobs, options.stdin_filename or STDIN)
    if not options.quiet and not options.verbose:
        outcomes = terminal.progress(outcomes, len(found), sys.stderr)
    results, complaints = [], []
    for result, complaint in outcomes:
        if options.verbose:
            terminal.complain(printable(_about(linter, result)))
            for note in result.notes:
                terminal.complain(printable(f"{result.file}: {note}"))
        results.append(result)
        complaints.append(complaint)
    for complaint in filter(None, complaints):
        terminal.complain(complaint)
    if options.write_baseline:
        results = _made_known(linter, results)
    elif not options.quiet:
        _complain_of_stale_entries(linter, results)
    report = linter.report(results)
    first = named[0] if named else options.stdin_filename or ""
    _write(report, _config(linter, first).output_format, options)
    if report.errors:
        return ExitCode.ERROR
    return ExitCode.CLEAN if report.ok or options.exit_zero else ExitCode.FINDINGS


def _made_known(linter: Linter, results: Sequence[Checked]) -> list[Checked]:
    """Write the findings to the baseline; the results with all of them known."""
    from convlint import baseline
    from convlint.report import counted

    runs = linter.runs(results)
    if None in runs:
        raise ConfigError("--write-baseline needs a file: name it with --baseline FILE")
    for path, those in runs.items():
        assert path is not None  # noqa: S101  None was refused above
        counts = baseline.updated(path, those)
        baseline.write(path, counts)
        terminal.complain(f"{path}: knows {counted(sum(counts.values()), 'finding')} now")
    return [result._replace(findings=(), known=result.findings) for result in results]


def _complain_of_stale_entries(linter: Linter, results: Sequence[Checked]) -> None:
    for path, runs in linter.runs(results).items():
        if path is not None:
            from convlint import baseline

            complaint = baseline.complaint(linter.read_baseline(path), runs)
            if complaint is not None:
                terminal.complain(printable(f"warning: {complaint}"))


def _same_file(one: str, other: str) -> bool:
    return os.path.exists(one) and os.path.exists(other) and os.path.samefile(one, other)


def _about(linter: Linter, result: Checked) -> str:
    """What --verbose says about one input."""
    config = _config(linter, result.file or "")
    layers = sum(model.layers for model in result.models)
    settings = f"settings of {config.file}" if config.file else "default settings"
    return f"{result.file}: {layers} layers, {len(result.findings)} findings, {settings}"


def _config(linter: Linter, path: str) -> Config:
    """The settings that hold for a file or in a folder."""
    return linter.config_for(path if os.path.isdir(path) else urls.folder(path))


def _write(report: Report, output_format: str, options: Options) -> None:
    file = options.output_file
    color = _wants_color(options.color) if file is None else options.color == "always"
    width = terminal.width(sys.stdout, os.environ)
    text = _text(report, output_format, options.statistics, options.quiet, color, width)
    if file is None:
        terminal.write(text)
        return
    try:
        with open(file, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise ConfigError(f"--output-file {file}: cannot be written: {error.strerror}") from error


def _text(
    report: Report, output_format: str, statistics: bool, quiet: bool, color: bool, width: int
) -> str:
    if output_format not in ("full", "concise"):
        return reporters.text(report, output_format)
    if output_format == "full" and not statistics:
        from convlint.reporters import full

        return full.text(report, color=color, width=width, quiet=quiet)
    from convlint.reporters import concise

    if statistics:
        return concise.statistics(report, quiet=quiet)
    return concise.text(report, quiet=quiet)


def _wants_color(choice: str) -> bool:
    return terminal.wants_color(choice, sys.stdout, os.environ)


def _explain(linter: Linter, wanted: str, color: str) -> None:
    from convlint import catalog
    from convlint.engine import page_paths
    from convlint.reporters import rules

    paths = page_paths(linter.config_for(""))
    page = rules.page(catalog.find(catalog.load(paths), wanted), catalog.references(paths))
    if not sys.stdout.isatty() and not _wants_color(color):
        terminal.write(page)
        return
    from rich.markdown import Markdown

    _print(Markdown(page, code_theme="ansi_dark", hyperlinks=False), color)


def _list_rules(linter: Linter, options: Options) -> None:
    from convlint import catalog
    from convlint.engine import page_paths
    from convlint.reporters import rules

    config = linter.config_for("")
    chosen, every = linter.rules_for(config)
    selected = options.select or options.ignore or options.extend_select
    listed = [
        rule
        for rule in catalog.filtered(every, options.group, options.severity)
        if rule in chosen or not selected
    ]
    if options.output_format == "json":
        references = catalog.references(page_paths(config), listed)
        terminal.write(rules.as_json(listed, references))
    elif sys.stdout.isatty():
        _print(rules.table(listed), options.color)
    else:
        terminal.write(rules.listed(listed))


def _show_settings(linter: Linter, path: str) -> None:
    from convlint.config import as_toml

    config = _config(linter, path)
    chosen, rules = linter.rules_for(config)
    names = "".join(f"#   {rule.code} {rule.name}\n" for rule in chosen)
    terminal.write(f"{as_toml(config)}\n# {len(chosen)} of {len(rules)} rules:\n{names}")


def _print(what: RenderableType, color: str) -> None:
    from convlint.reporters.layout import rendered

    width = terminal.width(sys.stdout, os.environ)
    terminal.write(rendered([what], color=_wants_color(color), width=width))
