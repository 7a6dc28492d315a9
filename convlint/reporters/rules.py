"""Rules for people to read: the list of all, and the whole page of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from convlint.evidence import Citation, Reference
from convlint.options import toml
from convlint.reporters.json import cited
from convlint.rule import Rule

if TYPE_CHECKING:
    from rich.table import Table

VERSION: Final = 1
"""Of the JSON list of rules."""

_PAGE_LINK = re.compile(r"\[([^\]]+)\]\((?:[^)]*/)?([A-Z]{2,}[0-9]{3,})-[^)]*\.md\)")


def listed(rules: Iterable[Rule]) -> str:
    """One line for each rule, for pipes: its code, and in columns what else matters."""
    rows = list(map(_row, rules))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        + "\n"
        for row in rows
    )


def table(rules: Iterable[Rule]) -> Table:
    """The rules as a table, for terminals."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table("code", "severity", "default", "group", "rule", box=SIMPLE_HEAD, pad_edge=False)
    for rule in rules:
        code, severity, _, default, group, name, summary = _row(rule)
        table.add_row(code, severity, default, group, Text.assemble((name, "bold"), "\n", summary))
    return table


def as_json(rules: Iterable[Rule], references: Mapping[str, Reference]) -> str:
    """The rules for programs, in plain ASCII."""
    entries = [_entry(rule, references) for rule in rules]
    return json.dumps({"version": VERSION, "rules": entries}, indent=2) + "\n"


def _entry(rule: Rule, references: Mapping[str, Reference]) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "group": rule.group,
        "summary": rule.summary,
        "severity": str(rule.severity),
        "confidence": str(rule.confidence),
        "default": rule.default,
        "since": rule.since,
        "fix": rule.fix,
        "help": rule.cases[0].help,
        "options": [option._asdict() for option in rule.options],
        "evidence": {
            "for": [cited(citation, references) for citation in rule.evidence.for_],
            "against": [cited(citation, references) for citation in rule.evidence.against],
        },
    }


def _row(rule: Rule) -> tuple[str, ...]:
    default = "on" if rule.default else "off"
    return (
        rule.code,
        str(rule.severity),
        str(rule.confidence),
        default,
        rule.group,
        rule.name,
        rule.summary,
    )


def page(rule: Rule, references: Mapping[str, Reference]) -> str:
    """The page as Markdown, with what its front matter says about it and all its evidence."""
    title, _, rest = rule.body.partition("\n")
    before, heading, examples = rest.partition("\n## Bad\n")
    default = "on by default" if rule.default else "off by default"
    fix = {
        "exact-at-inference": "what the model predicts stays the same",
        "changes-output": "the model has to be trained again",
        "none": "none that can be said in general",
    }[rule.fix]
    parts = [
        f"{title.rstrip()} ({rule.code})",
        f"**{rule.summary}.** {rule.severity!s}, {rule.confidence} confidence, {default}, "
        f"since {rule.since}. Fix: {fix}.",
        before.strip(),
        *_options(rule),
        "## Evidence for",
        _list(rule.evidence.for_, references),
        "## Evidence against",
        _list(rule.evidence.against, references),
        (heading + examples).strip(),
    ]
    return _PAGE_LINK.sub(r"\1 (\2)", "\n\n".join(parts)) + "\n"


def _options(rule: Rule) -> Iterator[str]:
    if rule.options:
        yield "## Options"
        yield "\n".join(
            f"- `{option.name} = {toml(option.default)}`: {option.about}" for option in rule.options
        )
        yield f"Set them in the table `[tool.convlint.options.{rule.name}]`."


def section(rule: Rule, heading: str) -> str:
    """What stands on the page under a heading of the second level, without the heading."""
    return rule.body.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].strip()


def _list(citations: Sequence[Citation], references: Mapping[str, Reference]) -> str:
    return "\n".join(_items(citations, references)) or "No source that we know of."


def _items(citations: Sequence[Citation], references: Mapping[str, Reference]) -> Iterator[str]:
    for citation in sorted(citations, key=lambda citation: -citation.strength):
        reference = references[citation.cite]
        source = f"{reference.full} <{reference.link}>"
        if not reference.verified:
            source += f" Not checked at the source: {reference.seen}."
        yield f"- **{citation.strength}**: {citation.claim}. {source}"
