"""The shipped rules and their bibliography as they are stored, without their pages being parsed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from typing import Any

from convlint import compiled
from convlint.evidence import Citation, Evidence, Reference, Strength
from convlint.facts import registry
from convlint.finding import Confidence, Severity
from convlint.options import Option, OptionValues, settle
from convlint.pattern import stored
from convlint.rule import Case, Parsed, Rule


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
    stored_evidence: Callable[[], Mapping[str, Any]],
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
    return {
        key: Reference(key, tuple(authors), *rest)
        for key, (authors, *rest) in entries.items()
        if keys is None or key in keys
    }


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
        "parsed": _parsed_document(case) if case.pattern else None,
    }


def _parsed_document(case: Case) -> Parsed:
    where = case.compiled_where
    return Parsed(stored.document(case.compiled_pattern), where.tree if where else ())


def _rule(
    folder: str, entry: Mapping[str, Any], stored_evidence: Callable[[], Mapping[str, Any]]
) -> Rule:
    options = tuple(Option(*option) for option in entry["options"])
    values = settle(options, {})
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
        read_evidence=partial(_evidence, stored_evidence, entry["code"]),
        read_body=partial(_body, os.path.join(folder, entry["source"])),
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
        parsed=Parsed(*entry["parsed"]) if entry["parsed"] else None,
    )


def _evidence(stored_evidence: Callable[[], Mapping[str, Any]], code: str) -> Evidence:
    for_, against = stored_evidence()[code]
    return Evidence(tuple(map(_citation, for_)), tuple(map(_citation, against)))


def _citation(entry: Sequence[Any]) -> Citation:
    cite, strength, claim = entry
    return Citation(cite, Strength(strength), claim)


def _body(file: str) -> str:
    from convlint.page import page_body

    with open(file, encoding="utf-8-sig") as stream:
        return page_body(stream.read(), os.path.basename(file))
