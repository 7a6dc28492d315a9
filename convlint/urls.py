"""Names that are URLs: told apart from paths, and shown without the secrets in them."""

from __future__ import annotations

import os
import re
from typing import Final

# Patterns are text here: most runs see no URL, and need not compile them.

_URL: Final = r"(?i)(?:[a-z][a-z0-9+.-]*::)*[a-z][a-z0-9+.-]+://"
"""At least two letters, since one is a drive of Windows; ``::`` joins fsspec's chains."""

_WEB: Final = r"(?i)https?://"
_LOGIN: Final = r"(?i)([a-z][a-z0-9+.-]*)://([^/?#]*)@"
_NO_LOGIN: Final = frozenset({"abfs", "abfss", "az", "git", "github", "hf", "wasb", "wasbs"})
"""Where ``name@`` is a container, repository or revision, unless it has a password."""

_WEB_QUERY: Final = r"(?s)[?#].*"
_QUERY: Final = r"(?s)\?[^?]*?=.*"
"""Elsewhere than on the web, ``?`` is also a part of names and patterns."""

_INSIDE: Final = r"(?i)[a-z][a-z0-9+.-]*://[^\s'\"<>()]+"
_SHORT: Final = 4
"""Words with fewer letters are in any text, and no secret."""


def is_url(name: str) -> bool:
    """Whether a name is a URL like ``s3://bucket/model.keras`` and not a path."""
    return "://" in name and re.match(_URL, name) is not None


def shown(name: str) -> str:
    """The name as reports have it: a URL without user, password, query and fragment.

    The query of a presigned URL lets everybody in who has it. A path stays as it is.
    """
    if not is_url(name):
        return name
    name = re.sub(_LOGIN, _without_login, name)
    return re.sub(_query(name), "", name)


def _query(url: str) -> str:
    return _WEB_QUERY if re.search(_WEB, url) else _QUERY


def _without_login(found: re.Match[str]) -> str:
    scheme, login = found.groups()
    if scheme.lower() in _NO_LOGIN and (":" not in login or scheme.lower() == "github"):
        return found[0]
    return f"{scheme}://"


def scrubbed(text: str, url: str) -> str:
    """What somebody says of a URL, without the secrets of that URL."""
    if shown(url) == url:
        return text
    from urllib.parse import unquote

    text = re.sub(_INSIDE, lambda found: shown(found[0]), text)
    secrets = [login for _, login in re.findall(_LOGIN, url)]
    secrets += [found[0][1:] for found in re.finditer(_query(url), url)]
    words = {word for secret in secrets for word in (secret, *re.split("[&=:]", secret))}
    for word in sorted(words | set(map(unquote, words)), key=len, reverse=True):
        if len(word) >= _SHORT:
            text = text.replace(word, "…")
    return text


def folder(name: str) -> str:
    """The folder whose settings hold for a file; for a URL the current one."""
    return "" if is_url(name) else os.path.dirname(name)
