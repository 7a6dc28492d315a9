"""An HDF5 file as the HDF5 library is let at it.

The library follows some damaged structures for ever, without listening to Ctrl-C. It asks a file
object for the bytes of one structure at a time, so that they can be looked at before.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final

from convlint.readers.hdf5_attributes import MAX_TEXT, DamagedError, check_heap

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_READ: Final = 2 * MAX_TEXT
"""Bytes that the library may ask for: an attribute of the greatest length, and what leads to it."""


class Guarded(io.RawIOBase):
    """A seekable binary file; DamagedError if a heap in it, or what is read of it, has no end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MAX_READ

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        self._left -= len(view)
        if self._left < 0:
            raise DamagedError
        start = self._file.tell()
        data = self._file.read(len(view))
        if data.startswith(b"GCOL"):
            check_heap(self._file, start)
        view[: len(data)] = data
        return len(data)
