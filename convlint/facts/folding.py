"""Which batch normalizations a converter can fold into the weights beside them."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts, call_fact
from convlint.facts.residual import is_pointwise
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, conjunction, disjunction

_SHARED: Final = frozenset({"conv", "dense"})


@call_fact
def folds(facts: Facts, call: Call) -> Truth:
    """Is a batch normalization that at inference becomes part of a layer next to it.

    Of the layer before it, if that is linear and feeds nothing else; or of all layers behind it,
    if none of them pads, since padding adds zeros that were not normalized.
    """
    if "batch_norm" not in facts.kinds[call.index]:
        return UNKNOWN
    return disjunction((_folds_back(facts, call), _folds_forward(facts, call)))


def _folds_back(facts: Facts, call: Call) -> Truth:
    before = facts.producers[call.index]
    if len(before) != 1:
        return False
    kinds = facts.kinds[before[0]]
    if "unknown" in kinds:
        return UNKNOWN
    return "weight" in kinds and len(facts.consumers[before[0]]) == 1


def _folds_forward(facts: Facts, call: Call) -> Truth:
    behind = facts.consumers[call.index]
    return bool(behind) and conjunction(_takes_scale(facts, index) for index in behind)


def _takes_scale(facts: Facts, index: int) -> Truth:
    kinds = facts.kinds[index]
    if "unknown" in kinds:
        return UNKNOWN
    if not kinds & _SHARED or "transposed_conv" in kinds:
        return False
    padding = facts.lookup(index, "padding")
    without = UNKNOWN if padding is UNKNOWN else padding == "valid"
    return disjunction((is_pointwise(facts, facts.graph.calls[index]), without))
