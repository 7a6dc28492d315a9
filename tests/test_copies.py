"""What a user of the package may do with rules, graphs and reports, whatever they are made of."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

from convlint import catalog, check
from convlint.readers import read

MODEL = Path(__file__).parent.parent / "examples/transfer-learning.keras"


def test_rules_and_cases_are_told_apart_by_identity() -> None:
    rule = catalog.load()[0]
    same = rule.configured({})
    assert len({rule, same, *rule.cases, *same.cases}) == 2 + 2 * len(rule.cases)
    assert rule != same
    assert not rule == same  # noqa: SIM201


def test_reports_and_graphs_can_be_copied() -> None:
    report = check(MODEL)
    assert str(copy.deepcopy(report)) == str(report)
    ((graph,),) = read(MODEL)
    again = pickle.loads(pickle.dumps(graph))  # noqa: S301
    assert [repr(call) for call in again.calls] == [repr(call) for call in graph.calls]
