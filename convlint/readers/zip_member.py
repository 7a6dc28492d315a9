"""One member of a zip archive, without the library that knows every kind of archive.

Importing :mod:`zipfile` takes longer than reading a configuration. Keras writes plain archives,
and this reads just what one member needs: the record at the end, the directory, the member. The
structures are those of the *.ZIP File Format Specification* (PKWARE's APPNOTE, version 6.3); the
numbers below are its sections.

Everything else is left to the library: comments, extra fields, archives behind something else,
64-bit sizes, passwords, names that are not ASCII or occur twice, and all that is damaged. So this
never reads another member than the library, which is what Keras has. Nothing is read from outside
the file, and nothing twice.
"""

import zlib
from struct import Struct
from typing import IO, Final, NamedTuple

MAX_DIRECTORY: Final = 1 << 20
"""Bytes of a directory; Keras' have three or four members."""

_END: Final = Struct("<4s4xHHLLH")  # 4.3.16
_ENTRY: Final = Struct("<4s4xHH4xLLLHHH8xL")  # 4.3.12
_LOCAL: Final = Struct("<4s22xHH")  # 4.3.7

_STORED: Final = 0
_DEFLATED: Final = 8
_HARMLESS: Final = 0x0808
"""Flags (4.4.4): sizes follow the data, as well as being in the directory; names are UTF-8."""


class UnusualError(Exception):
    """The archive is of a kind that this module leaves to :mod:`zipfile`."""


class _Member(NamedTuple):
    """What the directory says: sizes in bytes, and where in the file its own header is."""

    flags: int
    method: int
    checksum: int
    packed: int
    unpacked: int
    header: int


def read(file: IO[bytes], name: bytes, most: int) -> bytes:
    """The text of the member of that (ASCII) name.

    Raises:
        UnusualError: there is none, it is damaged or has more than ``most`` bytes, packed or
            unpacked, or more is needed for it than is understood here.
    """
    at_end = file.seek(0, 2) - _END.size
    mark, here, entries, size, start, comment = _END.unpack(_at(file, at_end, _END.size))
    _expect(mark == b"PK\5\6" and here == entries and not comment)
    _expect(size <= MAX_DIRECTORY and start + size == at_end)
    member = _find(_at(file, start, size), entries, name)
    _expect(member.method in (_STORED, _DEFLATED) and not member.flags & ~_HARMLESS)
    _expect(max(member.packed, member.unpacked) <= most)
    local = _at(file, member.header, _LOCAL.size + len(name))
    mark, name_size, extra = _LOCAL.unpack_from(local)
    _expect(mark == b"PK\3\4" and name_size == len(name) and local.endswith(name))
    data_start = member.header + len(local) + extra
    _expect(data_start + member.packed <= start)
    data = _at(file, data_start, member.packed)
    text = _inflated(data, member.unpacked) if member.method == _DEFLATED else data
    _expect(len(text) == member.unpacked and zlib.crc32(text) == member.checksum)
    return text


def _find(directory: bytes, entries: int, name: bytes) -> _Member:
    """The only member of that name."""
    found = []
    position = 0
    for _ in range(entries):
        _expect(position + _ENTRY.size <= len(directory))
        entry = _ENTRY.unpack_from(directory, position)
        mark, flags, method, checksum, packed, unpacked, name_size, extra, comment, header = entry
        # The library cuts names at NUL, and takes names and directories from the other fields.
        _expect(mark == b"PK\1\2" and not extra and not comment)
        position += _ENTRY.size
        other = directory[position : position + name_size]
        _expect(other.isascii() and b"\0" not in other)
        if other == name:
            found.append(_Member(flags, method, checksum, packed, unpacked, header))
        position += name_size
    _expect(len(found) == 1 and position == len(directory))
    return found[0]


def _at(file: IO[bytes], offset: int, size: int) -> bytes:
    _expect(offset >= 0)
    file.seek(offset)
    data = file.read(size)
    _expect(len(data) == size)
    return data


def _inflated(data: bytes, size: int) -> bytes:
    """The unpacked data; no more of it is unpacked than one byte beyond ``size``."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        text = unpacker.decompress(data, size + 1)
    except zlib.error as error:
        raise UnusualError from error
    _expect(unpacker.eof)
    return text


def _expect(plain: bool) -> None:
    if not plain:
        raise UnusualError
