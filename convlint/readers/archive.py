"""The configuration in a ``.keras`` archive (a zip), without reading its weights."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Final

from convlint.errors import InputError, too_large
from convlint.readers import zip_member

MAX_SIZE: Final = 256 * 2**20
"""Largest configuration that is read, in bytes; a hundred thousand layers take a fifth of it."""

_CONFIG: Final = "config.json"


def read(file: IO[bytes]) -> bytes:
    """The text of the archive's ``config.json``.

    Raises:
        InputError: the archive is damaged, or no Keras model.
    """
    with suppress(zip_member.UnusualError):
        return zip_member.read(file, _CONFIG.encode(), MAX_SIZE)
    return _read_with_library(file)


def _read_with_library(file: IO[bytes]) -> bytes:
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(file) as archive:
            try:
                member = archive.getinfo(_CONFIG)
            except KeyError:
                raise InputError(
                    f"this zip archive has no {_CONFIG}, so it is not a Keras model"
                ) from None
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Python unpacks the others without a limit.
                raise InputError(f"its {_CONFIG} is neither stored nor deflated, as Keras does it")
            if member.file_size > MAX_SIZE:
                raise too_large(f"its {_CONFIG}", MAX_SIZE)
            with archive.open(member) as stream:
                return stream.read(MAX_SIZE)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise InputError(
            "this zip archive is damaged or incomplete; save or download it again"
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        # An unknown compression method, or a password.
        raise InputError(f"its {_CONFIG} cannot be unpacked: {error}") from error
