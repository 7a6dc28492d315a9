"""Findings that are known already, kept in a file so that only new ones are reported.

An entry says how often a rule reports a layer of a file. It holds no line numbers, so it
survives what is written around the layer.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from convlint.config import relative
from convlint.errors import ConfigError
from convlint.files import content
from convlint.finding import Finding
from convlint.report import Run, counted
from convlint.reporters.words import first_of
from convlint.text import printable
from convlint.urls import is_url

if TYPE_CHECKING:
    from pathlib import Path

VERSION: Final = 1
_ROOM: Final = 200
_MOST: Final = 16 * 2**20
"""Bytes of a baseline; an entry takes some hundred."""


class Entry(NamedTuple):
    """What a finding is known by. ``file`` is relative to the baseline's folder, with slashes."""

    file: str
    layer: str
    code: str

    def __str__(self) -> str:
        place = f"{self.layer} in {self.file}" if self.layer else self.file
        return printable(f"{self.code} at {place}")


class Baseline(NamedTuple):
    """How often each entry is known to occur in one file. ``path`` is where that is written."""

    path: Path
    counts: Mapping[Entry, int]

    def split(self, findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """The findings of one input that are new, and those that are known.

        If an entry occurs more often than it is known to, the last ones are new.
        """
        left = Counter(dict(self.counts))
        new, known = [], []
        for finding in findings:
            entry = _entry(finding, self.path)
            if entry is not None and left[entry] > 0:
                left[entry] -= 1
                known.append(finding)
            else:
                new.append(finding)
        return tuple(new), tuple(known)


def _entry(finding: Finding, path: Path) -> Entry | None:
    """The entry of a finding; ``None`` in a model in memory, which has no file."""
    if finding.file is None:
        return None
    return Entry(_file(finding.file, path), finding.layer, finding.code)


def _file(file: str, path: Path) -> str:
    return relative(file, path.parent) if _may_exist(file) else file


def _may_exist(file: str) -> bool:
    """Whether a name is that of a file here, not ``<stdin>`` or a URL."""
    return not file.startswith("<") and not is_url(file)


def read(path: Path) -> Baseline:
    """The baseline in a file.

    Raises:
        ConfigError: there is none, or it is not as :func:`text` writes it.
    """
    try:
        document = json.loads(content(path, _MOST).decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such baseline; convlint --write-baseline makes it"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: the baseline cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _no_baseline(path, f"no JSON: {error}") from error
    try:
        return Baseline(path, _counts(document))
    except ConfigError as error:
        raise _no_baseline(path, str(error)) from error


def _no_baseline(path: Path, reason: str) -> ConfigError:
    return ConfigError(
        f"{path}: this is not a baseline that convlint can read ({reason}); "
        "name another file, or delete it and use --write-baseline"
    )


def _counts(document: Any) -> Mapping[Entry, int]:
    if not isinstance(document, dict) or "version" not in document:
        raise ConfigError("it has no version")
    version = document["version"]
    if version != VERSION or isinstance(version, bool):
        raise ConfigError(f"its version is {version!r:.40}, and not {VERSION}")
    entries = document.get("findings")
    if not isinstance(entries, list):
        raise ConfigError("its findings are not a list")
    counts: Counter[Entry] = Counter()
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise ConfigError(f"findings[{number}] is not an object")
        names = [name for name in map(entry.get, Entry._fields) if isinstance(name, str)]
        count = entry.get("count")
        if len(names) != len(Entry._fields):
            raise ConfigError(f"findings[{number}] needs strings for file, layer and code")
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ConfigError(f"findings[{number}] needs a count of 1 or more")
        counts[Entry(*names)] += count
    return counts


def text(counts: Mapping[Entry, int]) -> str:
    """The content of a baseline file: an entry a line, sorted, so that versions compare well."""
    lines = [
        json.dumps({**entry._asdict(), "count": count}) for entry, count in sorted(counts.items())
    ]
    body = ",\n    ".join(lines)
    findings = f"[\n    {body}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'


def write(path: Path, counts: Mapping[Entry, int]) -> None:
    """Write a baseline file; ConfigError if that is not possible."""
    try:
        path.write_text(text(counts), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"{path}: the baseline cannot be written: {error.strerror}") from error


def updated(path: Path, runs: Sequence[Run]) -> Mapping[Entry, int]:
    """What a baseline file should say after a run whose findings are all known from now on.

    What an existing file says about files and rules that the run did not look at, it goes on
    saying; ConfigError if that file is not a baseline.
    """
    counts: Counter[Entry] = Counter()
    if path.exists():
        old = read(path)
        outdated = _judged(old, runs)
        counts.update({entry: n for entry, n in old.counts.items() if entry not in outdated})
    return counts | _found(path, runs)


def stale(baseline: Baseline, runs: Sequence[Run]) -> Iterator[tuple[Entry, int]]:
    """The entries that a run should have met but did not, and how many are too many.

    An entry about a file or a rule that the run did not look at is not stale, unless the file
    is gone.
    """
    found = _found(baseline.path, runs)
    for entry in sorted(_judged(baseline, runs)):
        missing = baseline.counts[entry] - found[entry]
        if missing > 0:
            yield entry, missing


def complaint(baseline: Baseline, runs: Sequence[Run]) -> str | None:
    """What to say of stale entries; ``None`` if there are none."""
    entries = [
        f"{entry} ({count} times)" if count > 1 else str(entry)
        for entry, count in stale(baseline, runs)
    ]
    if not entries:
        return None
    return (
        f"{baseline.path}: {counted(len(entries), 'entry', 'entries')} without a finding: "
        f"{first_of(entries, _ROOM)}; --write-baseline drops what is gone"
    )


def _found(path: Path, runs: Iterable[Run]) -> Counter[Entry]:
    """How often the entries occur; where several inputs have the same one, the most often."""
    found: Counter[Entry] = Counter()
    for run in runs:
        entries = (_entry(item, path) for item in (*run.checked.findings, *run.checked.known))
        found |= Counter(entry for entry in entries if entry is not None)
    return found


def _judged(baseline: Baseline, runs: Iterable[Run]) -> set[Entry]:
    """The entries about which a run says how often they occur."""
    codes: dict[str, set[str]] = {}
    for run in runs:
        if run.checked.file is not None and run.checked.error is None:
            codes.setdefault(_file(run.checked.file, baseline.path), set()).update(run.codes)
    folder = baseline.path.parent
    gone = {
        file
        for file in {entry.file for entry in baseline.counts}
        if _may_exist(file) and not os.path.exists(folder / file)
    }
    return {
        entry
        for entry in baseline.counts
        if entry.code in codes.get(entry.file, ()) or entry.file in gone
    }
