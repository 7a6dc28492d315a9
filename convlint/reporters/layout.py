"""Lines of styled text, laid out without rich: it is loaded only where there are colours.

Widths are those on a terminal, where a Chinese character takes two cells.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

Span: TypeAlias = tuple[str, str]
"""Some text and its rich style; an empty style is plain text."""

Line: TypeAlias = list[Span]

_LATIN: Final = (*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x300))
_NARROW: Final = frozenset(map(chr, _LATIN)) | frozenset("–—…→▸")
"""Latin characters (no soft hyphen) and signs, of which each takes one cell."""


def printed(lines: Iterable[Line], *, color: bool, width: int) -> str:
    """The lines as text, with ANSI colours or without any, and no blanks at their ends."""
    if color:
        return rendered(map(styled, lines), color=True, width=width)
    return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)


def styled(line: Line) -> Text:
    """The line as rich has it."""
    from rich.text import Text

    return Text.assemble(*line, no_wrap=True)


def rendered(parts: Iterable[RenderableType], *, color: bool, width: int) -> str:
    """What rich makes of the parts, the same in every environment."""
    console = _memory_console(color, width)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _memory_console(color: bool, width: int) -> Console:
    from rich.console import Console

    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        _environ={},
    )


def wrapped(spans: Line, width: int, label: Span = ("", "")) -> Iterator[Line]:
    """Spans in lines no wider than ``width``, broken at blanks where there are any.

    The label stands before the first line, blanks of its width before the others.
    """
    text = "".join(part for part, _ in spans)
    for start, end in _breaks(text, max(width - cells(label[0]), 1)):
        yield [label, *_between(spans, start, end)]
        label = (" " * cells(label[0]), "")


def _breaks(text: str, room: int) -> Iterator[tuple[int, int]]:
    """Where the lines of a text start and end."""
    start = 0
    while (end := _fitting(text, start, room)) < len(text):
        blank = text.rfind(" ", start, end + 1)
        if blank > start:
            yield start, blank
            start = blank + 1
        else:
            yield start, end
            start = end
    yield start, len(text)


def _between(spans: Line, start: int, end: int) -> Iterator[Span]:
    """The parts of spans between two positions of their common text."""
    position = 0
    for text, style in spans:
        part = text[max(start - position, 0) : max(end - position, 0)]
        if part:
            yield part, style
        position += len(text)


def fitted(text: str, width: int) -> str:
    """The text in exactly ``width`` cells: filled with blanks, or cut with an ellipsis."""
    if cells(text) > width:
        text = text[: _fitting(text, 0, width - 1)] + "…" if width > 1 else "…"
    return text + " " * (width - cells(text))


def cells(text: str) -> int:
    """How wide the text is."""
    if _is_narrow(text):
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _is_narrow(text: str) -> bool:
    """Whether each character certainly takes one cell; importing rich would take 4 ms."""
    return text.isascii() or _NARROW.issuperset(text)


def _fitting(text: str, start: int, room: int) -> int:
    """Where the part of the text ends that starts there and fits; at least one character does."""
    if _is_narrow(text):
        return min(start + room, len(text))
    used = 0
    for end in range(start, len(text)):
        used += cells(text[end])
        if used > room:
            return max(end, start + 1)
    return len(text)
