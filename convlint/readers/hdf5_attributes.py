"""Text attributes of the root group of an HDF5 file, without the HDF5 library.

Importing numpy and h5py takes longer than all the rest of a run, and a model's configuration is
one attribute. This reads just that, from the parts of the file it stands in: superblock, header
of the root group, heap. The structures are those of the *HDF5 File Format Specification, Version
3.0* (The HDF Group); the numbers in the names of functions below are its sections.

Files of an unusual make are left to h5py. Nothing is read from outside the file, nothing twice,
and no more than a budget, whatever the offsets say.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from convlint.errors import too_large

SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"
MAX_HEADER: Final = 1 << 20
"""Bytes of the root group's header; Keras' are some hundred."""
MAX_TEXT: Final = 256 << 20
"""Bytes of an attribute, as many as other readers take of a configuration."""

_MAX_OBJECTS: Final = 1 << 16
"""Objects of a collection, whose indices have two bytes."""

_CONTINUATION: Final = 0x10
_ATTRIBUTE: Final = 0x0C
_ATTRIBUTE_INFO: Final = 0x15
_UNDEFINED: Final = b"\xff" * 8


class UnusualError(Exception):
    """The file is of a kind that this module leaves to h5py."""


class DamagedError(Exception):
    """The file contradicts itself; a library that follows it further may not come back."""


class _Message(NamedTuple):
    type: int
    flags: int
    data: bytes


def read(file: BinaryIO, names: frozenset[str]) -> dict[str, bytes]:
    """The text of the named attributes of the root group that are there.

    Raises:
        UnusualError: the file needs more than is understood here.
        DamagedError: an offset leads out of the file or to something else than it should.
        InputError: a text is too long.
    """
    return _File(file).attributes(names)


def check_heap(file: BinaryIO, address: int) -> None:
    """Walk a global heap collection as the HDF5 library would, which may never come back.

    Raises:
        DamagedError: its objects do not fill it.
    """
    for _ in _File(file).objects(address):
        pass


class _File:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)

    def at(self, offset: int, length: int) -> bytes:
        """Bytes of the file; DamagedError if it ends before."""
        if length < 0 or offset < 0 or offset + length > self.size:
            raise DamagedError
        self.file.seek(offset)
        data = self.file.read(length)
        if len(data) != length:
            raise DamagedError
        return data

    def attributes(self, names: frozenset[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for message in self.messages(self.root_header()):
            if message.type == _ATTRIBUTE_INFO and _in_heap(message.data):
                raise UnusualError  # many attributes, in a fractal heap
            if message.type != _ATTRIBUTE:
                continue
            if message.flags & 2:
                raise UnusualError  # stored elsewhere, shared
            name, value = self.attribute(message.data, names)
            if value is not None:
                found[name] = value
        return found

    def root_header(self) -> int:
        """II. Superblock: where the header of the root group is."""
        start = self.at(0, min(96, self.size))
        if start[:8] != SIGNATURE or len(start) < 48:
            raise UnusualError  # a user block before it
        version = start[8]
        if version in (0, 1):
            sizes, addresses = start[13:15], 24 + 4 * version
            root = addresses + 4 * 8 + 8  # after four addresses and a name's offset
            end, extra, flags = addresses + 16, start[addresses + 24 :][:8], 0
        elif version in (2, 3):
            sizes, addresses, flags = start[9:11], 12, start[11]
            root, end, extra = addresses + 24, addresses + 16, start[addresses + 8 :][:8]
        else:
            raise UnusualError
        if sizes != b"\x08\x08" or extra != _UNDEFINED or flags:
            raise UnusualError  # short addresses, drivers, or a file still being written
        if _number(start[addresses : addresses + 8]) != 0:
            raise UnusualError
        if _number(start[end : end + 8]) > self.size:
            raise DamagedError  # the file was cut off
        return _number(start[root : root + 8])

    def messages(self, address: int) -> Iterator[_Message]:
        """IV.A.1 Object headers: the messages of all their blocks."""
        blocks: list[tuple[int, int]]
        prefix = self.at(address, min(32, self.size - address))
        if len(prefix) < 16:
            raise DamagedError
        if prefix[:4] == b"OHDR":
            version, flags = 2, prefix[5]
            skipped = 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
            width = 1 << (flags & 3)
            length = _number(self.at(address + skipped, width))
            blocks = [(address + skipped + width, length)]
        elif prefix[0] == 1:
            version, flags = 1, 0
            blocks = [(address + 16, _number(prefix[8:12]))]
        else:
            raise DamagedError
        seen: set[int] = set()
        budget = MAX_HEADER
        while blocks:
            start, length = blocks.pop(0)
            budget -= length
            if start in seen or budget < 0:
                raise DamagedError
            seen.add(start)
            block = self.at(start, length)
            for message in _split(block, version, ordered=bool(flags & 4)):
                if message.type == _CONTINUATION:
                    blocks.append(self.continuation(message.data, version))
                yield message

    def continuation(self, data: bytes, version: int) -> tuple[int, int]:
        """IV.A.2.q: where the header goes on, without signature and checksum."""
        start, length = _number(data[:8]), _number(data[8:16])
        if version == 1:
            return start, length
        if self.at(start, 4) != b"OCHK":
            raise DamagedError
        return start + 4, length - 8

    def attribute(self, data: bytes, names: frozenset[str]) -> tuple[str, bytes | None]:
        """IV.A.2.m: the name, and the text if it is one of these names."""
        if len(data) < 8:
            raise DamagedError
        version, flags = data[0], data[1]
        if version not in (1, 2, 3):
            raise UnusualError
        sizes = [_number(data[i : i + 2]) for i in (2, 4, 6)]
        parts = []
        position = 9 if version == 3 else 8
        for size in sizes:
            if position + size > len(data):
                raise DamagedError
            parts.append(data[position : position + size])
            position += -(-size // 8) * 8 if version == 1 else size
        name = parts[0].split(b"\0")[0].decode("utf-8", "replace")
        if name not in names:
            return name, None
        if version > 1 and flags & 3:
            raise UnusualError  # a shared datatype or dataspace
        datatype, dataspace = parts[1:]
        if len(datatype) < 8 or datatype[0] & 15 != 9 or datatype[1] & 15 != 1:
            raise UnusualError  # not a string of variable length
        if not _is_single(dataspace):
            raise UnusualError
        reference = data[position : position + 16]
        if _number(reference[:4]) > MAX_TEXT:
            raise too_large(f"its {name}", MAX_TEXT)
        return name, self.text(reference)

    def text(self, reference: bytes) -> bytes:
        """VIII.B and III.E: a string of variable length, out of its global heap collection."""
        if len(reference) != 16:
            raise DamagedError
        length, address = _number(reference[:4]), _number(reference[4:12])
        wanted = _number(reference[12:])
        if address == 0:
            return b""  # none was written
        for index, start, held in self.objects(address):
            if index == wanted:
                if length > held:
                    raise DamagedError
                return self.at(start, length).split(b"\0")[0]
        raise DamagedError

    def objects(self, address: int) -> Iterator[tuple[int, int, int]]:
        """III.E: index, start and length of each object of a global heap collection."""
        head = self.at(address, 16)
        position, end = address + 16, address + _number(head[8:])
        if head[:4] != b"GCOL" or end > self.size:
            raise DamagedError
        for _ in range(_MAX_OBJECTS):
            if position + 16 > end:
                return
            entry = self.at(position, 16)
            index, held = _number(entry[:2]), _number(entry[8:])
            # What is free has the index 0, and its length includes its own head.
            following = position + (16 + -(-held // 8) * 8 if index else held)
            if not position < following <= end:
                raise DamagedError
            if index:
                yield index, position + 16, held
            position = following
        raise DamagedError


def _split(block: bytes, version: int, *, ordered: bool) -> Iterator[_Message]:
    """The messages of one block of a header."""
    head = 8 if version == 1 else 6 if ordered else 4
    position = 0
    while position + head <= len(block):
        if version == 1:
            kind, size = _number(block[position : position + 2]), block[position + 2 : position + 4]
            flags = block[position + 4]
        else:
            kind, size = block[position], block[position + 1 : position + 3]
            flags = block[position + 3]
        start = position + head
        position = start + _number(size)
        if position > len(block):
            raise DamagedError
        yield _Message(kind, flags, block[start:position])


def _in_heap(attribute_info: bytes) -> bool:
    """IV.A.2.v: whether attributes are in a fractal heap in place of the header."""
    start = 4 if attribute_info[1:2] and attribute_info[1] & 1 else 2
    return attribute_info[start : start + 8] != _UNDEFINED


def _is_single(dataspace: bytes) -> bool:
    """IV.A.2.b: one value, be it in an array of one, and not nothing."""
    match list(dataspace):
        case [1, 0, *_] | [2, 0, _, 0, *_]:
            return True
        case [1, 1, _, _, _, _, _, _, *size] | [2, 1, _, 1, *size]:
            return size[:8] == [1, 0, 0, 0, 0, 0, 0, 0]
    return False


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
