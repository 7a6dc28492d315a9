"""What to say when convlint itself is at fault."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from typing import Final

from convlint import __version__
from convlint.text import printable

_FRAMES: Final = 4
_LIBRARIES: Final = ("click", "rich", "PyYAML", "h5py", "numpy", "keras", "tensorflow")


def describe(error: Exception) -> str:
    """One line: what went wrong."""
    reason = " ".join(str(error).split())
    name = type(error).__name__
    return f"internal error: {name}: {reason}" if reason else f"internal error: {name}"


def report(file: str, error: Exception) -> str:
    """A short text for a bug report: file, error, where it happened, versions."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [
        f"    {os.path.basename(os.path.dirname(frame.filename))}/"
        f"{os.path.basename(frame.filename)}:{frame.lineno} in {frame.name}"
        for frame in frames
    ]
    return "\n".join(
        (
            printable(f"{file}: {describe(error)}"),
            "  This is a fault of convlint, not of your model. Please report it with these lines:",
            *where,
            f"    {_versions()}",
        )
    )


def _versions() -> str:
    from importlib import metadata

    found = [f"convlint {__version__}", f"Python {platform.python_version()} on {sys.platform}"]
    for library in _LIBRARIES:
        try:
            found.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            continue
    return ", ".join(found)
