"""Where output goes: colours, widths, encodings and the progress bar."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TextIO, TypeVar

from convlint.errors import OutputError
from convlint.text import printable_lines

T = TypeVar("T")

PLAIN_WIDTH: Final = 80
WIDEST: Final = 100
PATIENCE: Final = 1.0
"""Seconds before a progress bar appears."""


def open_closed_streams() -> None:
    """Open the null device for each standard stream that the caller closed (``>&-``).

    Python has ``None`` for those, and their descriptors would go to the next files opened.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115  open to the end
            setattr(sys, name, stream)


def wants_color(choice: str, stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether to write colours: as told, as NO_COLOR or FORCE_COLOR say, or on a terminal."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def width(stream: TextIO, environment: Mapping[str, str]) -> int:
    """The width of a line; elsewhere than on a terminal it depends on COLUMNS alone."""
    columns = environment.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    if stream.isatty():
        try:
            return min(os.get_terminal_size(stream.fileno()).columns or PLAIN_WIDTH, WIDEST)
        except OSError:
            return PLAIN_WIDTH
    return PLAIN_WIDTH


def write(text: str) -> None:
    """Write to standard output.

    Raises:
        BrokenPipeError: nobody reads it any more.
        OutputError: it cannot be written for another reason, such as a full disk.
    """
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        raise
    except OSError as error:
        _discard_output()
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def _discard_output() -> None:
    """Keep the interpreter from failing again at exit, when it flushes what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Write a line to standard error, control characters made visible."""
    sys.stderr.write(_encodable(f"{printable_lines(text)}\n", sys.stderr))
    sys.stderr.flush()


def _encodable(text: str, stream: TextIO) -> str:
    """The text with ``?`` for what the stream's encoding does not have."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def progress(
    items: Iterable[T], length: int, stream: TextIO, clock: Callable[[], float] = time.monotonic
) -> Iterator[T]:
    """The items; a bar on ``stream`` says how many have been taken once that takes a while."""
    if not stream.isatty():
        yield from items
        return
    started = clock()
    remaining = iter(enumerate(items))
    for number, item in remaining:
        yield item
        if clock() - started > PATIENCE:
            import click

            with click.progressbar(
                length=length, label="Checking", file=stream, show_pos=True
            ) as bar:
                bar.update(number + 1)
                for _, later in remaining:
                    yield later
                    bar.update(1)
