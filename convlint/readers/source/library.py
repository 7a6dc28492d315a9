"""Everything of Python and of well-known packages that is evaluated here, by its path."""

from __future__ import annotations

from typing import Any, Final

from convlint.readers.source.builtin_functions import BUILTINS
from convlint.readers.source.containers import CONTAINERS, TEXTS
from convlint.readers.source.instances import QUESTIONS
from convlint.readers.source.iterators import ITERATION
from convlint.readers.source.numeric import NUMBERS, NUMERIC, NativeFunction

FUNCTIONS: Final[dict[str, NativeFunction]] = {
    **BUILTINS,
    **QUESTIONS,
    **ITERATION,
    **CONTAINERS,
    **NUMERIC,
}
"""Path -> what calling it gives."""

CONSTANTS: Final[dict[str, Any]] = {**NUMBERS, **TEXTS, "typing.TYPE_CHECKING": False}
"""Path -> the constant that it names."""
