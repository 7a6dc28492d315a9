"""What ends the execution of a block early."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from convlint.readers.source.values import Value


@dataclass(slots=True, eq=False)
class Return:
    """``return value``."""

    value: Value


BREAK: Final = "break"
CONTINUE: Final = "continue"
UNDECIDED: Final = "undecided"
"""Nobody knows whether the enclosing loop or function goes on; no model depends on it."""
