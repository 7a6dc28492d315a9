"""The shipped rules in one JSON file beside their pages, so that a run need not parse the pages.

The file is written when the package is built or installed (``hatch_build.py``) and holds all that
the front matter of the pages and the bibliography say. In a checkout, where pages change, it is
only believed as long as nothing that it was made from is newer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from convlint.evidence import Citation, Evidence, Reference, Strength
from convlint.finding import Confidence, Severity
from convlint.options import Option, OptionValues, settle
from convlint.rule import Case, Rule, page_body

FILE: Final = "compiled.json"
MADE_BY: Final = ("compiled.py", "evidence.py", "options.py", "rule.py", "pattern/automaton.py")
"""The modules of which the content of the file depends, beside the pages."""


class Compiled(NamedTuple):
    """What the file holds: every rule, and the bibliography still as plain data."""

    rules: tuple[Rule, ...]
    cited: Mapping[str, Sequence[Any]]

    def references(self, keys: Collection[str] | None = None) -> Mapping[str, Reference]:
        """The bibliography by key; all of it, or what is among ``keys``."""
        return {
            key: Reference(key, tuple(authors), *rest)
            for key, (authors, *rest) in self.cited.items()
            if keys is None or key in keys
        }


def write(folder: Path, rules: Sequence[Rule], references: Mapping[str, Reference]) -> None:
    """Write the file for the pages and the bibliography in a folder."""
    document = {
        "pages": _sizes(_pages(folder)),
        "rules": [_rule_document(rule) for rule in rules],
        "references": {
            key: [reference.authors, *reference[2:]] for key, reference in references.items()
        },
    }
    unfinished = folder / f"{FILE}.{os.getpid()}"
    unfinished.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
    unfinished.replace(folder / FILE)  # whoever reads meanwhile sees all or nothing


def read(folder: Path, *, installed: bool) -> Compiled | None:
    """What the file in a folder of pages holds; ``None`` if there is none or it is out of date.

    The pages of an installed package do not change.
    """
    file = folder / FILE
    try:
        written = file.stat().st_mtime_ns
        pages = _pages(folder)
        if not installed and any(time > written for time in _times(pages)):
            return None
        document = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    if document["pages"] != _sizes(pages):
        return None
    rules = tuple(_rule(folder, entry) for entry in document["rules"])
    return Compiled(rules, document["references"])


def _pages(folder: Path) -> dict[str, os.stat_result]:
    """The pages and the bibliography, by name."""
    with os.scandir(folder) as entries:
        return {e.name: e.stat() for e in entries if e.name.endswith((".md", ".yaml"))}


def _sizes(pages: Mapping[str, os.stat_result]) -> dict[str, int]:
    return {name: status.st_size for name, status in pages.items()}


def _times(pages: Mapping[str, os.stat_result]) -> Iterator[int]:
    yield from (status.st_mtime_ns for status in pages.values())
    yield from ((Path(__file__).parent / name).stat().st_mtime_ns for name in MADE_BY)


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "group": rule.group,
        "summary": rule.summary,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "default": rule.default,
        "since": rule.since,
        "options": rule.options,
        "cases": [_case_document(case) for case in rule.cases],
        "fix": rule.fix,
        "evidence": rule.evidence,
        "source": rule.source,
    }


def _case_document(case: Case) -> dict[str, Any]:
    return {
        "pattern": case.pattern,
        "check": case.check,
        "comment": case.comment,
        "at": case.at,
        "where": case.where,
        "severity": case.severity,
        "confidence": case.confidence,
        "message": case.message,
        "help": case.help,
        "kinds": sorted(case.compiled_pattern.automaton.required_kinds) if case.pattern else [],
    }


def _rule(folder: Path, entry: Mapping[str, Any]) -> Rule:
    options = tuple(Option(*option) for option in entry["options"])
    values = settle(options, {})
    for_, against = entry["evidence"]
    return Rule(
        code=entry["code"],
        name=entry["name"],
        group=entry["group"],
        summary=entry["summary"],
        severity=Severity(entry["severity"]),
        confidence=Confidence(entry["confidence"]),
        default=entry["default"],
        since=entry["since"],
        options=options,
        cases=tuple(_case(case, values) for case in entry["cases"]),
        fix=entry["fix"],
        evidence=Evidence(tuple(map(_citation, for_)), tuple(map(_citation, against))),
        read_body=partial(_body, folder / entry["source"]),
        source=entry["source"],
    )


def _case(entry: Mapping[str, Any], options: OptionValues) -> Case:
    return Case(
        pattern=entry["pattern"],
        check=entry["check"],
        comment=entry["comment"],
        at=entry["at"],
        where=entry["where"],
        severity=Severity(entry["severity"]),
        confidence=Confidence(entry["confidence"]),
        message=entry["message"],
        help=entry["help"],
        options=options,
        kinds=frozenset(entry["kinds"]),
    )


def _citation(entry: Sequence[Any]) -> Citation:
    cite, strength, claim = entry
    return Citation(cite, Strength(strength), claim)


def _body(page: Path) -> str:
    return page_body(page.read_text(encoding="utf-8-sig"), page.name)
