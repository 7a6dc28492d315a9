"""The shipped rules and their bibliography as they are stored, without their pages being parsed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from convlint import compiled
from convlint.facts import registry
from convlint.finding import Confidence, Severity
from convlint.options import Option, OptionValues, settle
from convlint.pattern import stored
from convlint.rule import Case, Parsed, Rule

if TYPE_CHECKING:
    from convlint.evidence import Evidence, Reference

_OF_A_RULE: Final = (
    *("code", "name", "group", "summary", "severity", "confidence", "default", "since", "fix"),
    "source",
)
_OF_A_CASE: Final = (
    *("pattern", "check", "comment", "at", "where", "severity", "confidence", "message", "help"),
)
"""What is stored as it is; the rest is made of other things."""


def write(folder: str, rules: Sequence[Rule], references: Mapping[str, Reference]) -> None:
    """Store the rules and references that pages and bibliography in a folder state."""
    sections = {
        "facts": registry.discovered(),
        "rules": [_rule_document(rule) for rule in rules],
        "evidence": {rule.code: rule.evidence for rule in rules},
        "references": {
            key: [reference.authors, *reference[2:]] for key, reference in references.items()
        },
    }
    compiled.write(folder, sections)


def rules(
    entries: Sequence[Mapping[str, Any]],
    folder: str,
    stored_evidence: Callable[[], Any],
) -> tuple[Rule, ...]:
    """The rules of the section ``rules``, whose pages are in ``folder``.

    ``stored_evidence`` gives the section ``evidence``; it is asked for when a rule is.
    """
    once = cache(stored_evidence)
    return tuple(_rule(folder, entry, once) for entry in entries)


def references(
    entries: Mapping[str, Sequence[Any]], keys: Collection[str] | None = None
) -> Mapping[str, Reference]:
    """The bibliography of the section ``references`` by key; all, or those among ``keys``."""
    from convlint.evidence import Reference

    return {
        key: Reference(key, tuple(authors), *rest)
        for key, (authors, *rest) in entries.items()
        if keys is None or key in keys
    }


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {
        **{name: getattr(rule, name) for name in _OF_A_RULE},
        "options": rule.options,
        "cases": [_case_document(case) for case in rule.cases],
    }


def _case_document(case: Case) -> dict[str, Any]:
    return {
        **{name: getattr(case, name) for name in _OF_A_CASE},
        "parsed": _parsed_document(case) if case.pattern else None,
    }


def _parsed_document(case: Case) -> Parsed:
    where = case.compiled_where
    return Parsed(stored.document(case.compiled_pattern), where.tree if where else ())


def _rule(folder: str, entry: Mapping[str, Any], stored_evidence: Callable[[], Any]) -> Rule:
    options = tuple(Option(*option) for option in entry["options"])
    values = settle(options, {})
    stated = {
        **entry,
        "severity": Severity(entry["severity"]),
        "confidence": Confidence(entry["confidence"]),
        "options": options,
        "cases": tuple(_case(case, values) for case in entry["cases"]),
        "read_evidence": partial(_evidence, stored_evidence, entry["code"]),
        "read_body": partial(_body, os.path.join(folder, entry["source"])),
    }
    return Rule(**stated)


def _case(entry: Mapping[str, Any], options: OptionValues) -> Case:
    stated = {
        **entry,
        "severity": Severity(entry["severity"]),
        "confidence": Confidence(entry["confidence"]),
        "parsed": Parsed(*entry["parsed"]) if entry["parsed"] else None,
    }
    return Case(**stated, options=options)


def _evidence(stored_evidence: Callable[[], Any], code: str) -> Evidence:
    from convlint.evidence import Citation, Evidence, Strength

    for_, against = (
        tuple(Citation(cite, Strength(strength), claim) for cite, strength, claim in side)
        for side in stored_evidence()[code]
    )
    return Evidence(for_, against)


def _body(file: str) -> str:
    from convlint.page import page_body

    with open(file, encoding="utf-8-sig") as stream:
        return page_body(stream.read(), os.path.basename(file))
