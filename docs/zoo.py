"""Check architectures that experts wrote, and write docs/zoo.md: python -m docs.zoo

The architectures are listed in ``docs/zoo-architectures.yaml``; ``docs/zoo-requirements.txt`` pins
the packages that they come from. Their configurations are kept in ``build/zoo`` (or in the folder
given as argument) and built anew when the list has changed. Every warning and error must be
explained in ``docs/zoo-explanations.yaml``, and every explanation used; otherwise this fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from convlint import catalog
from convlint.facts import Facts
from convlint.finding import Finding, Severity
from convlint.graph import Graph
from convlint.lint import count_layers, lint
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec
from docs.zoo_build import Package, load, packages

ROOT: Final = Path(__file__).parent.parent
TABLE: Final = ROOT / "docs/zoo.md"
EXPLANATIONS: Final = ROOT / "docs/zoo-explanations.yaml"
KEPT: Final = ROOT / "build/zoo"
VERDICTS: Final = ("right", "accepted")

INTRODUCTION: Final = """\
# What convlint says of models that experts wrote

Architectures of packages that others maintain, built without trained weights and checked with the
default rules. A linter that is worth its noise says little here, and what it says must be
explained. *Right*: the model would be better, smaller or safer otherwise. *Accepted*: what is said
is so, but it is meant, for a reason that no graph shows. Infos are counted, not explained.
*Unknown* layers are those of the packages' own classes, and `Lambda`: rules are silent about them.

This page is generated. To make it anew, on Python 3.11:

```console
$ python -m venv zoo-venv
$ zoo-venv/bin/pip install --no-deps -r docs/zoo-requirements.txt
$ zoo-venv/bin/python -m docs.zoo
```

It fails if a warning or an error is not explained in
[`zoo-explanations.yaml`](zoo-explanations.yaml), or if an explanation is not used. How each
architecture is constructed stands in [`zoo-architectures.yaml`](zoo-architectures.yaml).
"""


class Checked(NamedTuple):
    """What convlint found in one architecture, which is named ``package/architecture``.

    ``unknown`` are the layers of which convlint does not know what they do: rules are silent there.
    """

    name: str
    layers: int
    unknown: int
    findings: tuple[Finding, ...]

    def counts(self, severities: Collection[Severity]) -> dict[str, int]:
        """How often each rule reports something of these severities, by code."""
        codes = (found.code for found in self.findings if found.severity in severities)
        return dict(sorted(Counter(codes).items()))


class Explanation(NamedTuple):
    """Why a rule may report what it does in architectures; these are glob patterns."""

    rule: str
    architectures: tuple[str, ...]
    verdict: str
    why: str

    def covers(self, architecture: str, code: str) -> bool:
        """Whether this explains the findings of a rule in an architecture."""
        return code == self.rule and any(
            fnmatchcase(architecture, pattern) for pattern in self.architectures
        )


SERIOUS: Final = (Severity.ERROR, Severity.WARNING)


def check_graph(name: str, graph: Graph) -> Checked:
    """What all default rules find."""
    rules = [rule for rule in catalog.load() if rule.default]
    facts = Facts(graph)
    unknown = {call.layer for call in graph.calls if "unknown" in facts.kinds[call.index]}
    return Checked(name, count_layers(graph), len(unknown), lint(graph, rules))


def explanations() -> list[Explanation]:
    """All explanations.

    Raises:
        ValueError: a verdict that is none.
    """
    entries = yaml.safe_load(EXPLANATIONS.read_text(encoding="utf-8")) or []
    found = [
        Explanation(entry["rule"], tuple(entry["architectures"]), entry["verdict"], entry["why"])
        for entry in entries
    ]
    for entry in found:
        if entry.verdict not in VERDICTS:
            raise ValueError(f"{entry.rule}: {entry.verdict!r} is none of {', '.join(VERDICTS)}")
    return found


def unexplained(checked: Iterable[Checked], known: Sequence[Explanation]) -> Iterator[str]:
    """A sentence for each warning or error that nothing explains."""
    for architecture in checked:
        for code, count in architecture.counts(SERIOUS).items():
            if not any(entry.covers(architecture.name, code) for entry in known):
                first = next(found for found in architecture.findings if found.code == code)
                yield (
                    f"{architecture.name}: {count} × {code} ({first.severity}) not explained, "
                    f"first at {first.layer}: {first.message}"
                )


def unused(checked: Sequence[Checked], known: Iterable[Explanation]) -> Iterator[str]:
    """A sentence for each pattern of an explanation under which nothing is reported."""
    for entry in known:
        reported = [it.name for it in checked if entry.rule in it.counts(SERIOUS)]
        for pattern in entry.architectures:
            if not any(fnmatchcase(name, pattern) for name in reported):
                yield f"{entry.rule} is not reported in {pattern}, but that is explained"


def read_kept(package: Package, folder: Path) -> Iterator[Checked]:
    """Check what was built of a package."""
    for architecture in package.architectures:
        document = load(package.kept(folder, architecture))
        yield check_graph(f"{package.name}/{architecture}", assemble(model_spec(document)))


def build(package: Package, folder: Path) -> bool:
    """Build what is missing of a package in a process of its own; whether all of it is there."""
    if not any(package.to_build(folder)):
        return True
    wanted = f"{package.distribution} {package.version}"
    installed = package.installed()
    if installed != package.version:
        state = "is not installed" if installed is None else f"is wanted, {installed} installed"
        print(
            f"skipped {len(package.architectures)} architectures of {package.name}: "
            f"{wanted} {state}"
        )
        return False
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, **package.environment}
    command = [sys.executable, "-m", "docs.zoo_build", package.name, str(folder)]
    ran = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603
    if ran.returncode:
        print(f"skipped {package.name}: not all of it could be built")
    return ran.returncode == 0


def counted(counts: Mapping[str, int]) -> str:
    """``CVL101 × 2, CVL301``."""
    return ", ".join(code if count == 1 else f"{code} × {count}" for code, count in counts.items())


def row(checked: Checked) -> str:
    """One architecture in the table of its package."""
    name = checked.name.rpartition("/")[2]
    serious = counted(checked.counts(SERIOUS)) or "none"
    infos = counted(checked.counts([Severity.INFO]))
    return f"| {name} | {checked.layers} | {checked.unknown} | {serious} | {infos} |"


def page(
    listed: Sequence[Package], checked: Sequence[Checked], known: Sequence[Explanation]
) -> str:
    """The whole of docs/zoo.md."""
    parts = [INTRODUCTION, *_summary(listed, checked), *_explained(checked, known)]
    parts += _infos(checked)
    for package in listed:
        parts += [
            f"\n## {package.name} {package.version}\n",
            "| architecture | layers | unknown | warnings and errors | infos |",
            "|---|---|---|---|---|",
            *(row(it) for it in _of(package, checked)),
        ]
    return "\n".join(parts) + "\n"


def _of(package: Package, checked: Iterable[Checked]) -> list[Checked]:
    return [it for it in checked if it.name.startswith(f"{package.name}/")]


def _summary(listed: Sequence[Package], checked: Sequence[Checked]) -> Iterator[str]:
    yield "| package | architectures | layers | unknown | errors | warnings | infos |"
    yield "|---|---|---|---|---|---|---|"
    for package in listed:
        yield _sums(f"[{package.name}](#{_anchor(package)})", _of(package, checked))
    yield _sums("all", checked)


def _sums(title: str, checked: Sequence[Checked]) -> str:
    layers = f"{sum(it.layers for it in checked)} | {sum(it.unknown for it in checked)}"
    found = Counter(finding.severity for it in checked for finding in it.findings)
    numbers = [found[severity] for severity in (*SERIOUS, Severity.INFO)]
    return f"| {title} | {len(checked)} | {layers} | {' | '.join(map(str, numbers))} |"


def _anchor(package: Package) -> str:
    """The anchor that GitHub gives to the heading of a package."""
    return f"{package.name}-{package.version}".replace(".", "").lower()


def _explained(checked: Sequence[Checked], known: Sequence[Explanation]) -> Iterator[str]:
    rules = {rule.code: rule for rule in catalog.load()}
    yield "\n## Warnings and errors, explained\n"
    yield "| rule | severity | number | where | verdict | why |\n|---|---|---|---|---|---|"
    for entry in sorted(known, key=lambda entry: entry.rule):
        where = {
            it.name: it.counts(SERIOUS)[entry.rule]
            for it in checked
            if entry.rule in it.counts(SERIOUS) and entry.covers(it.name, entry.rule)
        }
        severities = {
            str(found.severity)
            for it in checked
            if it.name in where
            for found in it.findings
            if found.code == entry.rule and found.severity in SERIOUS
        }
        rule = rules[entry.rule]
        yield (
            f"| [{rule.code} {rule.name}](../rules/{rule.code}-{rule.name}.md) "
            f"| {', '.join(sorted(severities))} | {sum(where.values())} "
            f"| {counted(where)} | {entry.verdict} | {' '.join(entry.why.split())} |"
        )


def _infos(checked: Sequence[Checked]) -> Iterator[str]:
    yield "\n## Infos, counted\n"
    yield "| rule | infos | architectures |\n|---|---|---|"
    names = {rule.code: rule.name for rule in catalog.load()}
    infos = [it.counts([Severity.INFO]) for it in checked]
    for code in sorted({code for counts in infos for code in counts}):
        reported = [counts[code] for counts in infos if code in counts]
        yield f"| {code} {names[code]} | {sum(reported)} | {len(reported)} |"


def main() -> None:
    """Build, check, and write the page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else KEPT
    listed = packages()
    built = [package for package in listed if build(package, folder)]
    checked = [it for package in built for it in read_kept(package, folder)]
    known = explanations()
    problems = list(unexplained(checked, known))
    complete = built == listed
    if complete:
        problems += unused(checked, known)
    if problems:
        sys.exit("\n".join(problems))
    if not complete:
        sys.exit(f"{TABLE.name} is not written, since not every package is here")
    TABLE.write_text(page(listed, checked, known), encoding="utf-8")


if __name__ == "__main__":
    main()
