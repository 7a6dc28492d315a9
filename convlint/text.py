"""Text from outside: how it begins, and what of it is fit to be shown."""

from __future__ import annotations

from typing import Final

_START: Final = 4096
"""Bytes of a text among which it begins."""


def printable(text: str) -> str:
    """The text with control characters, escapes and the like made visible (``\\x1b``).

    Names come from files that anybody may have written; they must not steer a terminal.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def printable_lines(text: str) -> str:
    """The text with all of that made visible but the ends of its lines."""
    return "\n".join(map(printable, text.split("\n")))


def begins_with(data: bytes, *marks: bytes) -> bool:
    """Whether text begins with one of the marks, after a byte order mark and blanks."""
    return data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(marks)
