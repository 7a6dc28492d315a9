"""Files and folders behind URLs, through fsspec: ``s3://``, ``gs://``, ``hf://``, ``https://`` …

fsspec is an extra (``pip install 'convlint[remote]'``), imported when a URL is read. Whatever it
or the package of a store raises becomes an InputError of one line.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, Final, cast

from convlint.errors import InputError
from convlint.readers import web
from convlint.readers.parts import WINDOW, Parts
from convlint.urls import scrubbed

_EXTRA: Final = "reading a URL needs fsspec; run: pip install 'convlint[remote]'"
_ANSWERS: Final = {
    401: "access is denied; look at your credentials, or whether the link has expired",
    404: "there is no such file",
    429: "there were too many requests; try again later",
}
_ANONYMOUS: Final = (
    "no credentials were found; set those that the store's own tools use, or for public files "
    "FSSPEC_S3_ANON=true or FSSPEC_GS_TOKEN=anon"
)
_BROKEN_OFF: Final = frozenset(
    {"ClientPayloadError", "ServerDisconnectedError", "ChunkedEncodingError", "IncompleteRead"}
)
"""What the libraries of the stores call an answer without its end."""
_NO_CREDENTIALS: Final = frozenset(
    {
        *("NoCredentialsError", "PartialCredentialsError"),  # of botocore
        *("DefaultCredentialsError", "RefreshError"),  # of google.auth
        *("ClientAuthenticationError", "CredentialUnavailableError"),  # of azure
    }
)
"""What the libraries of the stores call that they do not know who is asking."""
_LOGGERS: Final = ("fsspec", "s3fs", "gcsfs", "botocore", "aiobotocore", "google", "azure")
"""Who tells of an error also by a log, some with a traceback."""
_SAME_AS: Final = {403: 401, 410: 404}
_ROOM: Final = 200
_NOWHERE: Final = logging.NullHandler()
"""Keeps Python from writing to standard error what nobody has asked to see; who has, still does."""


@contextmanager
def opened(url: str) -> Iterator[BinaryIO]:
    """The file behind a URL, of which what is read is fetched, and little else.

    Raises:
        InputError: it cannot be fetched. The message does not name the URL.
    """
    with _explained(url):
        store, path = _store(url)
        start, size = web.beginning(store, path) if _on_web(url) else _size(store.info(path))
    if len(start) >= size:
        yield io.BytesIO(start)
        return
    with _explained(url):
        # No cache: ours knows better. With its size fsspec need not ask for that again.
        file = store.open(path, "rb", block_size=WINDOW, cache_type="none", size=size)

    def fetch(begin: int, length: int) -> bytes:
        with _explained(url):
            file.seek(begin)
            data: bytes = file.read(length)
        if len(data) != length:
            raise InputError(f"the answer has {len(data)} bytes and not {length}; try again later")
        return data

    with file:
        parts = Parts(fetch, size, start)
        try:
            yield cast("BinaryIO", parts)
        except Exception:
            if parts.failure is not None:
                raise parts.failure from None
            raise


def _size(about: Mapping[str, Any]) -> tuple[bytes, int]:
    """Nothing of a file yet, and its size, from what its store says about it."""
    size, kind = about.get("size"), about.get("type")
    if kind == "directory":
        raise InputError("this is a folder; end its URL with a slash to check what is in it")
    if kind == "other":
        raise InputError("this is neither a file nor a folder")
    if not isinstance(size, int):
        raise InputError(web.SIZE_UNKNOWN)
    return b"", size


def listed(url: str) -> Sequence[str] | None:
    """The URLs of the files in a folder, or that a pattern means; ``None`` for a single file.

    On the web only what ends with a slash is a folder, since asking whether it is one would
    fetch it.

    Raises:
        InputError: they cannot be listed. The message does not name the URL.
    """
    on_web = _on_web(url)
    pattern = any(sign in url for sign in ("*[" if on_web else "*?["))
    if not pattern and not url.endswith("/") and (on_web or _names_file(url)):
        return None
    with _explained(url):
        store, path = _store(url)
        if pattern:
            matches = store.glob(path, detail=True)
            found = [name for name, about in matches.items() if about.get("type") == "file"]
        elif on_web or store.isdir(path):
            found = store.find(path)
        else:
            return None
        return sorted({_absolute(name, store, url, path) for name in found})


def _on_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _names_file(url: str) -> bool:
    return url.lower().endswith((".keras", ".h5", ".hdf5", ".json", ".py", ".ipynb"))


def _absolute(name: str, store: Any, url: str, path: str) -> str:
    """The URL of a file that a store listed, with the login of the URL that was asked for."""
    start, end = url.rstrip("/"), path.rstrip("/")
    if end and start.endswith(end):
        return start.removesuffix(end) + name
    return str(store.unstrip_protocol(name))


def _store(url: str) -> tuple[Any, str]:
    """fsspec's file system for a URL, and the path there."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise InputError(_EXTRA) from None
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(_NOWHERE)
    store, path = url_to_fs(url)
    return store, path


@contextmanager
def _explained(url: str) -> Iterator[None]:
    """Make whatever is raised an InputError; its traceback would show the secrets of the URL."""
    try:
        yield
    except InputError:
        raise
    except ImportError as error:
        raise InputError(f"a package for this kind of URL is not installed: {error}") from None
    except Exception as error:
        raise InputError(_reason(error, url)) from None


def _reason(error: Exception, url: str) -> str:
    status = next(filter(None, map(_status, _causes(error))), None)
    if status is not None:
        status = _SAME_AS.get(status, status)
        if status in _ANSWERS:
            return _ANSWERS[status]
        if status >= 500:
            return f"the server fails, with status {status}; try again later"
    cause = error
    if isinstance(error, FileNotFoundError):
        # fsspec has the same word for a server that it could not reach.
        cause = next((each for each in _causes(error) if _is_of_network(each)), error)
    if any(type(each).__name__ in _NO_CREDENTIALS for each in _causes(error)):
        return _ANONYMOUS
    if isinstance(cause, PermissionError) or str(cause).startswith("Forbidden"):  # in gcsfs' words
        return _ANSWERS[401]
    if isinstance(cause, FileNotFoundError):
        return _ANSWERS[404]
    if type(cause).__name__ in _BROKEN_OFF:
        return "the answer broke off; try again later"
    if isinstance(cause, TimeoutError):
        return "there is no answer; try again later"
    said = " ".join(scrubbed(str(cause), url).split())
    return f"it cannot be fetched: {said or type(cause).__name__}"[:_ROOM]


def _is_of_network(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or type(error).__module__.startswith("aiohttp")


def _causes(error: Exception) -> Iterator[Exception]:
    cause: BaseException | None = error
    while isinstance(cause, Exception):
        yield cause
        cause = cause.__cause__


def _status(error: Exception) -> int | None:
    """The status of HTTP in an error of aiohttp, requests, gcsfs or botocore."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        response = response.get("ResponseMetadata")
        status = response.get("HTTPStatusCode") if isinstance(response, dict) else None
    elif response is not None:
        status = getattr(response, "status_code", None)
    else:
        name = "status" if hasattr(error, "status") else "code"
        status = getattr(error, name, None)
    return status if isinstance(status, int) and 400 <= status < 600 else None
