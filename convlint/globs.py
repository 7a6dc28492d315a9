"""Patterns for files and layers, as people know them from ``.gitignore``.

``*`` stands for anything without a slash, ``?`` for one character, ``[ab]`` for one of a few, a
part ``**`` for any number of parts. A pattern without a slash means the last part of a path,
wherever that lies; one with a slash means the whole path.
"""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(path: str, pattern: str) -> bool:
    """Whether the pattern means the path; both with forward slashes."""
    parts = path.split("/")
    if "/" not in pattern:
        return fnmatchcase(parts[-1], pattern)
    ends = {0}  # how many parts of the path the pattern so far may stand for
    for part in pattern.removeprefix("/").split("/"):
        if part == "**":
            ends = set(range(min(ends, default=len(parts) + 1), len(parts) + 1))
        else:
            ends = {end + 1 for end in ends if end < len(parts) and fnmatchcase(parts[end], part)}
    return len(parts) in ends


def matches_or_contains(path: str, pattern: str) -> bool:
    """Whether the pattern means the path or a folder that it lies in."""
    parts = path.split("/")
    pattern = pattern.removesuffix("/")
    return any(matches("/".join(parts[:end]), pattern) for end in range(1, len(parts) + 1))
