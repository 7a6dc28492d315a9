"""From what the user names to the files to check.

A folder means the models in it. A file that is named is checked whatever it is, so that a
mistake is an error and not a silent pass.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from convlint import urls
from convlint.config import Config
from convlint.errors import InputError

SKIPPED: Final = frozenset(
    {"node_modules", "venv", "env", "__pycache__", "site-packages", "__pypackages__"}
)
"""Folders that hold other people's files; so do hidden ones and virtual environments."""

_EMPTY: Final = (
    "there is no model in this folder (.keras, .h5, .hdf5, a .json that holds"
    " an architecture, or Python source or a notebook that uses Keras)"
)


class Found(NamedTuple):
    """A file to check, or a path that cannot be checked and why.

    ``named`` says that the user named it, rather than a folder around it. ``path`` may be a URL
    with secrets in it.
    """

    path: str
    error: str | None = None
    named: bool = False

    @property
    def name(self) -> str:
        """What reports call it."""
        return urls.shown(self.path)


def files(
    paths: Iterable[str], config_for: Callable[[str], Config], *, force_exclude: bool = False
) -> Iterator[Found]:
    """The files to check, each once, in the order of the paths and sorted within each folder.

    ``config_for`` gives the settings that hold for what lies in a folder. Excluded files are
    left out if they were found in a folder, and with ``force_exclude`` also if they were named.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _named(path, config_for, force_exclude):
            key = found.path if urls.is_url(found.path) else os.path.abspath(found.path)
            if key not in seen:
                seen.add(key)
                yield found


def _named(path: str, config_for: Callable[[str], Config], force_exclude: bool) -> Iterator[Found]:
    if force_exclude and config_for(urls.folder(path)).excludes(urls.shown(path)):
        return
    if urls.is_url(path):
        yield from _behind_url(path, config_for)
        return
    if not os.path.isdir(path) or os.path.isfile(os.path.join(path, "saved_model.pb")):
        # A SavedModel is one model, though not one that can be read.
        yield Found(path, named=True)
        return
    empty = True
    for found in _models_in(path, config_for):
        empty = False
        yield found
    if empty:
        yield Found(path, f"{path}: {_EMPTY}")


def _behind_url(url: str, config_for: Callable[[str], Config]) -> Iterator[Found]:
    """What a URL means: a file, or the models in a folder or among those that a pattern means."""
    from convlint.readers import looks_like_model, remote

    name = urls.shown(url)
    try:
        listed = remote.listed(url)
    except InputError as error:
        yield Found(url, f"{name}: {error}")
        return
    if listed is None:
        yield Found(url, named=True)
        return
    config = config_for("")
    empty = True
    for file in listed:
        inside = urls.shown(file).removeprefix(name).split("/")
        if any(part.startswith(".") or part in SKIPPED for part in inside):
            continue
        if not config.excludes(urls.shown(file)) and looks_like_model(file):
            empty = False
            yield Found(file)
    if empty:
        yield Found(url, f"{name}: {'this pattern means no model' if '*' in name else _EMPTY}")


def _models_in(folder: str, config_for: Callable[[str], Config]) -> Iterator[Found]:
    from convlint.readers import looks_like_model

    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            with os.scandir(current) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(current, f"{current}: the folder cannot be read: {error.strerror}")
            continue
        config = config_for(current)
        folders = []
        for entry in entries:
            path = os.path.normpath(entry.path)
            if config.exclude and config.excludes(path):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not _is_foreign(entry):
                    folders.append(path)
            elif os.path.isfile(path) and looks_like_model(path):
                yield Found(path)
        pending.extend(reversed(folders))


def _is_foreign(folder: os.DirEntry[str]) -> bool:
    return (
        folder.name.startswith(".")
        or folder.name in SKIPPED
        or os.path.isfile(os.path.join(folder.path, "pyvenv.cfg"))
    )


def is_target(name: str, *, drives: bool = os.name == "nt") -> bool:
    """Whether a name is ``module:attribute``, dots allowed in both, and not that of a file.

    Where there are ``drives``, what has one letter before the colon lies on one.
    """
    module, colon, attribute = name.partition(":")
    if not colon or not _is_dotted(module) or not _is_dotted(attribute):
        return False
    return not (drives and len(module) == 1) and not os.path.lexists(name)


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))
