"""The options of the command line, and its --help."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from convlint import __version__, command, reporters
from convlint.arguments import Options

F = TypeVar("F", bound=Callable[..., Any])


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


def _joined(_: click.Context, __: click.Parameter, lists: Sequence[Sequence[str]]) -> Sequence[str]:
    return tuple(word for words in lists for word in words)


def _words_option(name: str, description: str) -> Callable[[F], F]:
    return click.option(
        name, type=Words(), multiple=True, callback=_joined, metavar="LIST", help=description
    )


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
def main(**given: Any) -> None:
    """Find layers in the wrong place in Keras models.

    PATH is a model (.keras, .h5, .hdf5, architecture .json), Python source or a notebook that
    builds models (.py, .ipynb), a folder of these, the URL of any of these (such as s3://; needs
    convlint[remote]), or - for standard input. Nothing of it is run, Keras is not needed.
    Only package.module:function as PATH runs code: that function, to check the model it returns.
    """
    options = Options(**given)
    if options.config_file and options.isolated:
        raise click.UsageError("--config and --isolated contradict each other.")
    if (options.group or options.severity) and not options.list_rules:
        raise click.UsageError("--group and --severity go with --list-rules.")
    asked = options.explain is not None or options.list_rules or options.show_settings
    if not (options.paths or asked):
        raise click.UsageError("Nothing to check: name a model, source, a folder of these, or -.")
    sys.exit(command.run(options))
