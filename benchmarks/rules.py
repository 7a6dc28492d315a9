"""What rules cost: python -m benchmarks.rules FILE.json [RUNS]

Prints as JSON the seconds that Python's ``json`` takes to parse the file, that all default rules
take on its graph from the first fact on, and that each takes once the facts are known.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from convlint import catalog
from convlint.facts import Facts
from convlint.graph import Graph
from convlint.readers import read
from convlint.rule import Rule


def seconds(work: Callable[[], object]) -> float:
    """The time of one call."""
    gc.collect()
    start = perf_counter()
    work()
    return perf_counter() - start


def find_all(rules: Sequence[Rule], facts: Facts) -> None:
    """Run rules to the end."""
    for rule in rules:
        for _ in rule.find(facts):
            pass


def costs(file: Path, runs: int) -> dict[str, Any]:
    """The document that is printed; parsing and matching take turns, medians count."""
    gc.set_threshold(100_000, 50, 50)  # as on the command line
    text = file.read_bytes()
    ((graph,),) = read(file)
    rules = [rule for rule in catalog.load() if rule.default]
    known = Facts(graph)
    find_all(rules, known)  # compiles the patterns
    turns = [
        (seconds(lambda: json.loads(text)), seconds(lambda: find_all(rules, Facts(graph))))
        for _ in range(runs)
    ]
    return {
        "calls": len(graph.calls),
        "rules": len(rules),
        "parse": median(parse for parse, _ in turns),
        "match": median(match for _, match in turns),
        "ratio": median(match / parse for parse, match in turns),
        "each": {rule.code: _each(rule, known, runs) for rule in rules},
        "facts": _facts(rules, graph, runs),
    }


def _each(rule: Rule, known: Facts, runs: int) -> float:
    return median(seconds(lambda: find_all([rule], known)) for _ in range(runs))


def _facts(rules: Sequence[Rule], graph: Graph, runs: int) -> float:
    """What is left of a run from the first fact on when the same is taken with all known."""

    def difference() -> float:
        facts = Facts(graph)
        return seconds(lambda: find_all(rules, facts)) - seconds(lambda: find_all(rules, facts))

    return median(difference() for _ in range(runs))


if __name__ == "__main__":
    print(json.dumps(costs(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 11)))
