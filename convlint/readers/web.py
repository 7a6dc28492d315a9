"""The beginning of a file on a web server, from which one also learns how large the file is.

fsspec asks for the size first, by ``HEAD``. Presigned URLs refuse that; it then begins to fetch
all of the file, and hangs up.
"""

from __future__ import annotations

import re
from typing import Any, Final

from convlint.errors import InputError
from convlint.readers.parts import WINDOW

MAX_WHOLE: Final = 64 << 20
"""Bytes of a file that is fetched as a whole, because its server sends no parts of it."""

SIZE_UNKNOWN: Final = "its server does not say how large it is; download it and check the copy"
_OF_SIZE: Final = r"bytes 0-\d+/(\d+)"


def beginning(store: Any, url: str) -> tuple[bytes, int]:
    """The first part of a file and the size of the file; all of it if there are no parts.

    ``store`` is fsspec's file system for the web.

    Raises:
        InputError: the server sends only whole files, and this one is too large for that.
    """
    from fsspec.asyn import sync

    found: tuple[bytes, int] = sync(store.loop, _beginning, store, url)
    return found


async def _beginning(store: Any, url: str) -> tuple[bytes, int]:
    session = await store.set_session()
    settings = dict(store.kwargs)
    headers = {
        **settings.pop("headers", {}),
        "Range": f"bytes=0-{WINDOW - 1}",
        "Accept-Encoding": "identity",
    }
    async with session.get(store.encode_url(url), headers=headers, **settings) as answer:
        if answer.status == 416:
            return b"", 0  # there is no first byte
        answer.raise_for_status()
        if answer.status != 206:
            return await _whole(answer)
        size = re.fullmatch(_OF_SIZE, answer.headers.get("Content-Range", ""))
        if size is None:
            raise InputError(SIZE_UNKNOWN)
        return await answer.read(), int(size[1])


async def _whole(answer: Any) -> tuple[bytes, int]:
    too_large = InputError(
        "its server sends only whole files, and this one is larger than "
        f"{MAX_WHOLE >> 20} MiB; download it and check the copy"
    )
    if (answer.content_length or 0) > MAX_WHOLE:
        raise too_large
    found, total = [], 0
    async for piece in answer.content.iter_any():
        found.append(piece)
        total += len(piece)
        if total > MAX_WHOLE:
            raise too_large
    return b"".join(found), total
