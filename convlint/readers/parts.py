"""A file that lies elsewhere, of which only those parts are fetched that somebody reads.

Readers look at both ends of a file and at one place between them, in steps of a few bytes. Each
request takes as long as some ten kilobytes, so a window is fetched around what is asked for;
fsspec's own caches read five megabytes ahead, or ask again for every step.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from convlint.errors import InputError
from convlint.readers.archive import MAX_SIZE

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

WINDOW: Final = 64 << 10
"""Least number of bytes of a request: what a slow line brings while another request would begin."""

MAX_FETCHED: Final = MAX_SIZE
"""Bytes that are fetched of one file, as many as a configuration may have."""

Fetch = Callable[[int, int], bytes]
"""From start and length to these bytes."""


class Parts(io.RawIOBase):
    """A readable and seekable file over parts that ``fetch`` brings; ``start`` is known already.

    ``failure`` is the first error of ``fetch``: zipfile and h5py turn errors into their own.
    """

    def __init__(self, fetch: Fetch, size: int, start: bytes = b"") -> None:
        self.failure: InputError | None = None
        self._fetch = fetch
        self._size = size
        self._position = 0
        self._fetched = len(start)
        self._windows = [(0, start)]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise OSError("negative seek position")
        self._position = base + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self._position)
        length = left if size is None or size < 0 else min(size, left)
        data = self._between(self._position, self._position + length)
        self._position += length
        return data

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _between(self, start: int, end: int) -> bytes:
        found = []
        while start < end:
            data = self._known(start, end) or self._brought(start, end)
            found.append(data)
            start += len(data)
        return found[0] if len(found) == 1 else b"".join(found)

    def _known(self, start: int, end: int) -> bytes:
        """What is known of a part, from its beginning on; nothing if that is not known."""
        for begin, data in self._windows:
            if begin <= start < begin + len(data):
                return data[start - begin : end - begin]
        return b""

    def _brought(self, start: int, end: int) -> bytes:
        wanted = max(WINDOW, end - start)
        begin = max(0, min(start, self._size - wanted))
        length = min(wanted, self._size - begin)
        try:
            if self._fetched + length > MAX_FETCHED:
                raise InputError(
                    f"more than {MAX_FETCHED >> 20} MiB of it would have to be fetched; "
                    "download it and check the copy"
                )
            data = self._fetch(begin, length)
        except InputError as error:
            self.failure = self.failure or error
            raise
        self._fetched += length
        self._windows.append((begin, data))
        return self._known(start, end)
