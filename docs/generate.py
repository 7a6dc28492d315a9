"""Write the generated parts of the documentation: python docs/generate.py

They stand between ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->`` in the Markdown files
below. ``tests/test_readme.py`` and ``tests/test_examples.py`` hold the files to what this
generates, so a change of a rule or of the output ends with a run of this script.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from convlint import catalog, check
from convlint.rule import Rule

ROOT: Final = Path(__file__).parent.parent
SAMPLE: Final = "examples/article/after-pooling/dropout-0.5.json"
WIDTH: Final = 100


def sample(_: str) -> str:
    """What convlint prints about one of the examples."""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "convlint", "--color", "never", SAMPLE],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": str(WIDTH), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    lines = [line.rstrip() for line in ran.stdout.rstrip().splitlines()]
    return "\n".join(["```console", f"$ convlint {SAMPLE}", *lines, "```"])


GROUPS: Final[Mapping[str, str]] = {
    "regularization": "Dropout, noise and penalties in the wrong place",
    "normalization": "Batch normalization and its relatives",
    "activation": "Nonlinearities that are missing, repeated or saturate",
    "downsampling": "Strides, pooling, kernels and receptive fields",
    "head": "What turns feature maps into an answer",
    "loss": "Output, loss and metrics that do not fit each other",
    "initialization": "What weights start as",
    "configuration": "Kernel sizes, channel counts, what can be folded",
    "topology": "Merges, shortcuts, and shapes that do not fit",
    "sequence": "Recurrent layers, attention, masks",
    "transfer": "Frozen backbones and their preprocessing",
    "portability": "Number types, and what another machine can load",
    "comments": "Comments that speak to convlint",
}
"""What the rules of a group are about, in the order of the documentation."""


def by_group() -> dict[str, list[Rule]]:
    """The shipped rules by group, by code.

    Raises:
        KeyError: a group that has no description here.
    """
    found: dict[str, list[Rule]] = {group: [] for group in GROUPS}
    for rule in sorted(catalog.load(), key=lambda rule: rule.code):
        found[rule.group].append(rule)
    return found


def group_table(_: str) -> str:
    """One row for each group of rules."""
    rows = ["| group | about | on | off |", "|---|---|---|---|"]
    for group, rules in by_group().items():
        on = sum(rule.default for rule in rules)
        rows.append(
            f"| [{group}](docs/rules/README.md#{group}) | {GROUPS[group]} "
            f"| {on} | {len(rules) - on or ''} |"
        )
    total = sum(rule.default for rules in by_group().values() for rule in rules)
    rows.append(f"| | | **{total}** | **{len(catalog.load()) - total}** |")
    return "\n".join(rows)


def rule_index(_: str) -> str:
    """A table of the rules of each group."""
    parts = []
    for group, rules in by_group().items():
        rows = ["| code | rule | severity | default | reports |", "|---|---|---|---|---|"]
        rows += map(rule_row, rules)
        parts.append(f"## {group}\n\n{GROUPS[group]}.\n\n" + "\n".join(rows))
    return "\n\n".join(parts)


def rule_row(rule: Rule) -> str:
    """A rule in the index, with the severities of all its cases."""
    severities = dict.fromkeys(
        str(severity) for severity in sorted({case.severity for case in rule.cases}, reverse=True)
    )
    return (
        f"| {rule.code} | [{rule.name}](../../rules/{rule.code}-{rule.name}.md) "
        f"| {', '.join(severities)} | {'on' if rule.default else 'off'} | {rule.summary} |"
    )


def examples_table(current: str) -> str:
    """The table of examples with its middle column made anew; the others are written by hand."""
    return re.sub(r"^(\| \[[^]]+\]\(([^)]+)\)) \| [^|]* \|", _row, current, flags=re.M)


def _row(match: re.Match[str]) -> str:
    start, path = match.groups()
    return f"{start} | {findings_cell(ROOT / 'examples' / path)} |"


def findings_cell(path: Path) -> str:
    """How often convlint finds what in a model."""
    counts = Counter(
        (-finding.severity, finding.code, f"{finding.name} ({finding.severity})")
        for finding in check(path)
    )
    return "<br>".join(f"{counts[key]} × {key[2]}" for key in sorted(counts)) or "nothing"


SECTIONS: Final[Mapping[str, Mapping[str, Callable[[str], str]]]] = {
    "README.md": {"sample": sample, "rules": group_table},
    "docs/rules/README.md": {"index": rule_index},
    "examples/README.md": {"findings": examples_table},
}
"""File -> name of a generated part -> function from its present text to the right one."""


def parts(file: str) -> Iterator[tuple[str, str, str]]:
    """Each generated part of a file: its name, its present text, and the right one.

    Raises:
        ValueError: a marker is missing.
    """
    text = (ROOT / file).read_text(encoding="utf-8")
    for name, make in SECTIONS[file].items():
        begin, end = f"<!-- begin: {name} -->\n", f"<!-- end: {name} -->"
        current = text[text.index(begin) + len(begin) : text.index(end)]
        yield name, current, f"{make(current.strip())}\n"


def main() -> None:
    """Bring every file up to date."""
    for file in SECTIONS:
        text = (ROOT / file).read_text(encoding="utf-8")
        for name, current, right in parts(file):
            begin = f"<!-- begin: {name} -->\n"
            text = text.replace(f"{begin}{current}", f"{begin}{right}")
        (ROOT / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
