"""What a command line says, and the reading of plain ones."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Final

from convlint.reporters import FORMATS


class Options:
    """What was asked for, named as the options are; :mod:`convlint.cli` says what they mean.

    No ``NamedTuple``: one of so many fields takes a millisecond to make.
    """

    paths: tuple[str, ...] = ()
    explain: str | None = None
    list_rules: bool = False
    group: str | None = None
    severity: str | None = None
    show_settings: bool = False
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    output_format: str | None = None
    output_file: str | None = None
    statistics: bool = False
    fail_on: str | None = None
    exit_zero: bool = False
    baseline: str | None = None
    write_baseline: bool = False
    config_file: str | None = None
    isolated: bool = False
    stdin_filename: str | None = None
    jobs: int | None = None
    quiet: bool = False
    verbose: bool = False
    color: str = "auto"

    def __init__(self, **stated: Any) -> None:
        """What is not stated is as above."""
        vars(self).update(stated)


_FLAGS: Final = {
    "--" + name.replace("_", "-"): name
    for name, default in vars(Options).items()
    if default is False
}


def plain(arguments: Sequence[str]) -> Options | None:
    """The options of a command line of paths, flags and ``--output-format NAME``.

    That is how hooks and gates call us, and saves them the import of click, which takes a fifth
    of a run. ``None`` if there is anything else to it, be it a mistake: click reads that.
    """
    paths: list[str] = []
    stated: dict[str, Any] = {}
    words = iter(arguments)
    for word in words:
        if word in _FLAGS:
            stated[_FLAGS[word]] = True
        elif word == "--output-format":
            stated["output_format"] = next(words, None)
            if stated["output_format"] not in FORMATS:
                return None
        elif (word.startswith("-") and word != "-") or _is_wild(word):
            return None
        else:
            paths.append(word)
    return Options(paths=tuple(paths), **stated) if paths else None


def _is_wild(word: str) -> bool:
    """Whether click may expand the word to others, as it does on Windows, where no shell does."""
    return os.name == "nt" and not frozenset("*?[~$%").isdisjoint(word)
