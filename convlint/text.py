"""Text from outside, made fit to be shown."""

from __future__ import annotations


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
