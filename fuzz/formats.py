"""Inputs of each format as trees of mappings, lists and nodes of Python's syntax, and back."""

from __future__ import annotations

import ast
import io
import json
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Any, Final, NamedTuple

import yaml


class Format(NamedTuple):
    """How to get at the tree of an input."""

    parse: Callable[[bytes, Random], Any]
    write: Callable[[Any, Random], bytes]


def _dump(value: Any) -> str:
    return json.dumps(value, default=ast.unparse)


def _archive(data: bytes, _: Random) -> Any:
    members: dict[str, Any] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            members[name] = archive.read(name)
            with suppress(ValueError):
                members[name] = json.loads(members[name])
    return members


def _zipped(tree: Any, chance: Random) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, value in tree.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            archive.writestr(member, value if isinstance(value, bytes) else _dump(value))
    return data.getvalue()


def _source(data: bytes, chance: Random) -> Any:
    """A syntax tree; now and then lines, because they have comments."""
    text = data.decode()
    if chance.random() < 0.8:
        with suppress(SyntaxError):
            return ast.parse(text)
    return text.split("\n")


def _text(tree: Any, _: Random) -> bytes:
    return (ast.unparse(tree) if isinstance(tree, ast.AST) else _lines(tree)).encode()


def _lines(texts: list[Any]) -> str:
    return "\n".join(map(str, texts))


def _notebook(data: bytes, chance: Random) -> Any:
    tree = json.loads(data)
    for cell in tree.get("cells", ()):  # those of format 3, which are deeper, stay text
        with suppress(Exception):  # what is no cell stays what it is
            cell["source"] = _source("".join(cell["source"]).encode(), chance)
    return tree


def _toml(tree: Any, _: Random) -> bytes:
    return "".join(f"{key} = {_inline(value)}\n" for key, value in tree.items()).encode()


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_dump(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return _dump(value)


def _page(data: bytes, _: Random) -> Any:
    _before, front, body = data.decode().split("---\n", 2)
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return [yaml.load(front, Loader=loader), body.split("\n")]  # noqa: S506


def _paged(tree: Any, _: Random) -> bytes:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return f"---\n{yaml.dump(tree[0], Dumper=dumper)}---\n{_lines(tree[1])}".encode()


_JSON: Final = Format(lambda data, _: json.loads(data), lambda tree, _: _dump(tree).encode())
FORMATS: Final[Mapping[str, Format]] = {
    "json": _JSON,
    "baseline": _JSON,
    "keras": Format(_archive, _zipped),
    "python": Format(_source, _text),
    "notebook": Format(_notebook, _JSON.write),
    "config": Format(lambda data, _: tomllib.loads(data.decode()), _toml),
    "rule": Format(_page, _paged),
}
