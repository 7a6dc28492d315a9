"""Stores: a web server that counts and can be told to misbehave, and a package that fails."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import fsspec

_PIECE: Final = 1 << 16


@dataclass
class Store:
    """What a server serves, and how.

    Attributes:
        folder: where its files are.
        ranges: whether it sends parts of files.
        sizes: whether it says how large a file is.
        denied: the status for each path that it does not give out.
        cut: paths whose answers end after this many bytes, before they should.
        requests: method and path of each request, with its query.
        sent: bytes of files that were sent; some may not have arrived.
        logins: the ``Authorization`` headers of all requests.
        url: where it listens, without a slash at the end.
    """

    folder: Path
    ranges: bool = True
    sizes: bool = True
    denied: dict[str, int] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    sent: int = 0
    logins: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(store: Store) -> Iterator[Store]:
    """Serve a store on a port of this machine."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            path = unquote(self.path.partition("?")[0])
            with lock:
                store.requests.append(f"{self.command} {self.path}")
                store.logins.append(self.headers.get("Authorization", ""))
            file = store.folder / path.lstrip("/")
            if path in store.denied or not file.exists():
                self.refuse(store.denied.get(path, 404))
            elif file.is_dir():
                self.show(file, path)
            else:
                self.give(file, path, body=body)

        def refuse(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def show(self, folder: Path, path: str) -> None:
            names = (f"{file.name}/" if file.is_dir() else file.name for file in folder.iterdir())
            links = [f'<a href="{path.rstrip("/")}/{name}">{name}</a>' for name in sorted(names)]
            page = "\n".join(links).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(page)

        def give(self, file: Path, path: str, *, body: bool) -> None:
            size = file.stat().st_size
            start, end = 0, size
            asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            if asked and store.ranges:
                start, end = int(asked[1]), min(int(asked[2]) + 1, size)
                if start >= size:
                    self.refuse(416)
                    return
                self.send_response(206)
                total = size if store.sizes else "*"
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{total}")
            else:
                self.send_response(200)
            if store.sizes:
                self.send_header("Content-Length", str(end - start))
            if not store.sizes or path in store.cut:
                self.close_connection = True
            self.end_headers()
            if body:
                with suppress(ConnectionError), file.open("rb") as opened:
                    opened.seek(start)
                    self.send(opened.read, min(end - start, store.cut.get(path, end)))

        def send(self, read: Callable[[int], bytes], left: int) -> None:
            while left and (piece := read(min(left, _PIECE))):
                left -= len(piece)
                with lock:  # before the client has it, and looks
                    store.sent += len(piece)
                self.wfile.write(piece)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    store.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Failing(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """A store, ``failing://``, whose package raises an error and tells of it in a log as well."""

    protocol = "failing"
    error: Exception = OSError("broken")

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        logging.getLogger("gcsfs").error("out of retries", exc_info=self.error)
        raise self.error

    ls = info


fsspec.register_implementation("failing", Failing, clobber=True)
