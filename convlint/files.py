"""Opening what somebody else named: regular files only, and never more of one than is wanted.

A pipe or a device may have no end, and opening a pipe waits until somebody writes to it.
"""

from __future__ import annotations

import os
import stat
from typing import BinaryIO


class UnfitError(OSError):
    """A file that is not read, though it could be; ``strerror`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason)


def opened(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file for reading.

    Raises:
        UnfitError: it is a pipe, a socket or a device.
        OSError: it cannot be opened.
    """
    mode = os.stat(path).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # the system says what a folder is
        raise UnfitError("it is a pipe, a socket or a device, not a file")
    return open(path, "rb")


def content(path: str | os.PathLike[str], most: int) -> bytes:
    """The content of a regular file of at most so many bytes.

    Raises:
        UnfitError: it is larger, or no regular file.
        OSError: it cannot be read.
    """
    with opened(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise UnfitError(f"it is larger than {most // 2**20} MiB")
    return data
