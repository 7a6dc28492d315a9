"""``markdown``: the report as a comment on a pull request.

Layer names are written so that they mean nothing to Markdown, to HTML or to the platform: no
formatting, no links, no table cells, nobody mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from convlint.evidence import Citation, strongest
from convlint.finding import Finding
from convlint.report import Report
from convlint.reporters.places import file_of
from convlint.reporters.words import MODEL_IN_MEMORY, first_of, groups, web_link
from convlint.rule import Rule
from convlint.text import printable

_ROOM: Final = 60_000
"""Characters; GitHub takes 65,536 in a comment."""

_ROOM_FOR_LAYERS: Final = 120


def text(report: Report) -> str:
    """A heading, a table of the findings that counts equal ones once, and what to do."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"### convlint: {escaped(report.summary)}"
    rows = [_row(group) for group in groups(report)]
    notes = [_note(report, report.rules[code]) for code in report.by_rule]
    errors = [f"- **error** {escaped(error.message)}" for error in report.errors]
    room = _ROOM
    for title, block in (
        ("", errors),
        ("| where | layer | finding | what to do |\n|---|---|---|---|", rows),
        ("Why, and why not:\n", notes),
    ):
        shown = _that_fit(block, room)
        if shown:
            yield from ("", *([title] if title else []), *shown)
        if len(shown) < len(block):
            yield f"\n… {len(block) - len(shown):,} more; run convlint to see them."
        room -= sum(map(len, shown))


def _that_fit(block: Sequence[str], room: int) -> Sequence[str]:
    lengths = accumulate(len(line) + 1 for line in block)
    return block[: sum(length <= room for length in lengths)]


def _row(group: Sequence[Finding]) -> str:
    first = group[0]
    others = [printable(finding.layer) for finding in group[1:]]
    also = f" and {len(others):,} more: {code(first_of(others, _ROOM_FOR_LAYERS))}"
    cells = (
        _where(first),
        code(first.layer) + (also if others else ""),
        f"**{first.severity}** {first.code}: {escaped(first.message)}",
        escaped(first.help),
    )
    return f"| {' | '.join(cells)} |"


def _where(finding: Finding) -> str:
    file, where = file_of(finding), finding.location
    cell = f", cell {where.cell}" if where and where.cell is not None else ""
    line = f"{cell}, line {where.line}" if where else ""
    return (MODEL_IN_MEMORY if file is None else code(file)) + line


def _note(report: Report, rule: Rule) -> str:
    sides = [
        f"{side} {_source(report, citation)}"
        for side, citations in (("for:", rule.evidence.for_), ("against:", rule.evidence.against))
        if (citation := strongest(citations)) is not None
    ]
    return f"- **{rule.code} {rule.name}**: {escaped(rule.summary)}; {'; '.join(sides)}"


def _source(report: Report, citation: Citation) -> str:
    reference = report.references[citation.cite]
    name, link = escaped(reference.short), web_link(reference.link)
    source = f"[{name}](<{link}>)" if link else name
    return f"{escaped(citation.claim)} ({citation.strength}, {source})"


_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>!~&$|@#]|:(?=//)|(?<=www)\.", re.IGNORECASE)

# Mentions and references are found after Markdown is done; a space of no width ends them.
_ESCAPES: Final = {"|": "&#124;", "@": "@&#8203;", "#": r"\#&#8203;"}


def escaped(words: str) -> str:
    """Text that Markdown shows as it is, also in a table."""
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], f"\\{found[0]}"), printable(words))


_PLAIN: Final = re.compile(r"[^`|\\ ]([^`|\\]*[^`|\\ ])?")


def code(name: str) -> str:
    """A name as code. Backticks, bars and backslashes have no escape in a code span."""
    name = printable(name)
    if _PLAIN.fullmatch(name):
        return f"`{name}`"
    return f"<code>{''.join(map(_entity, name))}</code>"


def _entity(char: str) -> str:
    return char if char.isalnum() else f"&#{ord(char)};"
