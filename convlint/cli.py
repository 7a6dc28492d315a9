"""The command line, and the only owner of exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from convlint import __version__, reporters, terminal, urls
from convlint.text import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from convlint.config import Config
    from convlint.engine import Linter
    from convlint.report import Checked, Report

F = TypeVar("F", bound=Callable[..., Any])

STDIN: Final = "<stdin>"


class ExitCode(IntEnum):
    """What the exit code says; the last two are the shell's words for a signal."""

    CLEAN = 0
    FINDINGS = 1
    ERROR = 2
    INTERRUPTED = 130
    CLOSED_PIPE = 141


class Words(click.ParamType[tuple[str, ...]]):
    """Words separated by commas."""

    name = "words"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        words = tuple(word.strip() for word in str(value).split(","))
        if not all(words):
            self.fail("an entry is empty", param, ctx)
        return words


def _words_option(name: str, description: str) -> Callable[[F], F]:
    return click.option(name, type=Words(), multiple=True, metavar="LIST", help=description)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 wrong usage, an input that"
    " cannot be read, or an internal error.",
)
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--explain", metavar="RULE", help="Print the page of a rule (code or name).")
@click.option("--list-rules", is_flag=True, help="List the rules, or those that --select means.")
@click.option("--group", metavar="GROUP", help="List only the rules of a group, such as loss.")
@click.option(
    "--severity",
    type=click.Choice(["error", "warning", "info"]),
    help="List only the rules of a severity.",
)
@click.option("--show-settings", is_flag=True, help="Print the settings that hold for PATH.")
@_words_option("--select", "Rules to use: codes, beginnings of codes, names, or ALL.")
@_words_option("--ignore", "Rules to leave out.")
@_words_option("--extend-select", "Rules to use besides the default ones.")
@_words_option("--exclude", "Patterns of files and folders not to look at in folders.")
@click.option("--force-exclude", is_flag=True, help="Exclude also what is named as PATH.")
@click.option(
    "--output-format",
    type=click.Choice(list(reporters.FORMATS)),
    help="How findings are printed.  [default: full]",
)
@click.option("-o", "--output-file", metavar="FILE", help="Write the findings to a file.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    help="The least severity that gives exit code 1.  [default: warning]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--baseline", metavar="FILE", help="Do not report what this file knows.")
@click.option("--write-baseline", is_flag=True, help="Make all findings known to the baseline.")
@click.option("--config", "config_file", metavar="FILE", help="Use the settings in this file.")
@click.option("--isolated", is_flag=True, help="Use no settings file.")
@click.option("--stdin-filename", metavar="NAME", help="The name of what - reads.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes to use.  [default: one for each core if there are many files]",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings and errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error what is read.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="auto obeys NO_COLOR and FORCE_COLOR.",
)
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
def main(**options: Any) -> None:
    """Find layers in the wrong place in Keras models.

    PATH is a model (.keras, .h5, .hdf5, architecture .json), Python source or a notebook that
    builds models (.py, .ipynb), a folder of these, the URL of any of these (s3://, https://, …;
    needs convlint[remote]), or - for standard input. Nothing of it is run, Keras is not needed.
    Only package.module:function as PATH runs code: that function, to check the model it returns.
    """
    from convlint.errors import ConvlintError, RuleError

    try:
        code = _run(options)
    except ConvlintError as error:
        # Only the text of a rule has lines of its own, and shows the fault under them.
        said = str(error) if isinstance(error, RuleError) else printable(str(error))
        terminal.complain(f"error: {said}")
        code = ExitCode.ERROR
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        code = ExitCode.CLOSED_PIPE
    sys.exit(code)


def _run(options: dict[str, Any]) -> ExitCode:
    paths: Sequence[str] = options["paths"]
    if options["config_file"] and options["isolated"]:
        raise click.UsageError("--config and --isolated contradict each other.")
    if (options["group"] or options["severity"]) and not options["list_rules"]:
        raise click.UsageError("--group and --severity go with --list-rules.")
    linter = _linter(options)
    if options["explain"] is not None:
        _explain(linter, options["explain"], options["color"])
    elif options["list_rules"]:
        _list_rules(linter, options)
    elif options["show_settings"]:
        _show_settings(linter, paths[0] if paths else ".")
    elif paths:
        return _lint(linter, paths, options)
    else:
        raise click.UsageError("Nothing to check: name a model, source, a folder of these, or -.")
    return ExitCode.CLEAN


def _linter(options: dict[str, Any]) -> Linter:
    from convlint.config import Config, Overrides, read
    from convlint.engine import Linter

    def words(name: str) -> tuple[str, ...] | None:
        given: tuple[tuple[str, ...], ...] = options[name]
        return tuple(word for group in given for word in group) if given else None

    overrides = Overrides(
        select=words("select"),
        ignore=words("ignore") or (),
        extend_select=words("extend_select") or (),
        fail_on=options["fail_on"],
        output_format=options["output_format"],
        exclude=words("exclude") or (),
        baseline=options["baseline"],
    )
    config = Config() if options["isolated"] else None
    if options["config_file"]:
        config = read(options["config_file"])
    return Linter(overrides, config, hide_known=not options["write_baseline"])


def _lint(linter: Linter, paths: Sequence[str], options: dict[str, Any]) -> ExitCode:
    from convlint import batch, discover
    from convlint.errors import ConfigError

    named = [path for path in paths if path != "-"]
    found = list(discover.files(named, linter.config_for, force_exclude=options["force_exclude"]))
    output_file = options["output_file"]
    if output_file and any(_same_file(output_file, file.path) for file in found):
        raise ConfigError(f"--output-file {output_file}: would overwrite an input")
    if "-" in paths:
        found.append(discover.Found("-"))
    if not options["quiet"]:
        for target in filter(discover.is_target, named):
            terminal.complain(f"{target}: running this code to build the model")
    outcomes = batch.outcomes(linter, found, options["jobs"], options["stdin_filename"] or STDIN)
    if not options["quiet"] and not options["verbose"]:
        outcomes = terminal.progress(outcomes, len(found), sys.stderr)
    results, complaints = [], []
    for result, complaint in outcomes:
        if options["verbose"]:
            terminal.complain(printable(_about(linter, result)))
            for note in result.notes:
                terminal.complain(printable(f"{result.file}: {note}"))
        results.append(result)
        complaints.append(complaint)
    for complaint in filter(None, complaints):
        terminal.complain(complaint)
    if options["write_baseline"]:
        results = _made_known(linter, results)
    elif not options["quiet"]:
        _complain_of_stale_entries(linter, results)
    report = linter.report(results)
    first = named[0] if named else options["stdin_filename"] or ""
    _write(report, _config(linter, first).output_format, options)
    if report.errors:
        return ExitCode.ERROR
    return ExitCode.CLEAN if report.ok or options["exit_zero"] else ExitCode.FINDINGS


def _made_known(linter: Linter, results: Sequence[Checked]) -> list[Checked]:
    """Write the findings to the baseline; the results with all of them known."""
    from convlint import baseline
    from convlint.report import counted

    runs = linter.runs(results)
    if None in runs:
        raise click.UsageError("--write-baseline needs a file: name it with --baseline FILE.")
    for path, those in runs.items():
        assert path is not None  # noqa: S101  None was refused above
        counts = baseline.updated(path, those)
        baseline.write(path, counts)
        terminal.complain(f"{path}: knows {counted(sum(counts.values()), 'finding')} now")
    return [result._replace(findings=(), known=result.findings) for result in results]


def _complain_of_stale_entries(linter: Linter, results: Sequence[Checked]) -> None:
    from convlint import baseline

    for path, runs in linter.runs(results).items():
        if path is not None:
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


def _write(report: Report, output_format: str, options: dict[str, Any]) -> None:
    to_file = options["output_file"] is not None
    color = options["color"] == "always" if to_file else _wants_color(options["color"])
    width = terminal.width(sys.stdout, os.environ)
    text = _text(report, output_format, options["statistics"], options["quiet"], color, width)
    if not to_file:
        terminal.write(text)
        return
    from convlint.errors import ConfigError

    try:
        with open(options["output_file"], "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(
            f"--output-file {options['output_file']}: cannot be written: {error.strerror}"
        ) from error


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


def _list_rules(linter: Linter, options: dict[str, Any]) -> None:
    from convlint import catalog
    from convlint.engine import page_paths
    from convlint.reporters import rules

    config = linter.config_for("")
    chosen, every = linter.rules_for(config)
    selected = any(options[name] for name in ("select", "ignore", "extend_select"))
    listed = [
        rule
        for rule in catalog.filtered(every, options["group"], options["severity"])
        if rule in chosen or not selected
    ]
    if options["output_format"] == "json":
        references = catalog.references(page_paths(config), listed)
        terminal.write(rules.as_json(listed, references))
    elif sys.stdout.isatty():
        _print(rules.table(listed), options["color"])
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
