"""Which batch normalizations a converter can fold into the weights beside them."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact
from convlint.facts.residual import is_pointwise
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, conjunction, disjunction

_INFERENCE_IDENTITY: Final = frozenset({"dropout", "noise"})
_COMMUTES: Final = frozenset({*_INFERENCE_IDENTITY, "flatten", "reshape", "permute"})
"""Kinds that do the same to a tensor before and after it is scaled and shifted."""
_SCALED: Final = frozenset({"conv", "dense"})
_UNDECIDED: Final = frozenset({"unknown", "rnn", "attention"})
"""For recurrent and attention layers the algebra allows it; we know of no converter that does."""


@call_fact
def folds(facts: Facts, call: Call) -> Truth:
    """Is a batch normalization that at inference can become part of layers around it.

    Of the layer before it, if that is linear and feeds nothing else; or of all layers behind it,
    if none of them pads, since padding adds zeros that were not normalized. Dropout does nothing
    at inference, and a scale and a shift go through what only rearranges or averages.
    """
    if "batch_norm" not in facts.kinds[call.index]:
        return UNKNOWN
    return disjunction((_folds_back(facts, call.index), _folds_forward(facts, call.index)))


def _folds_back(facts: Facts, norm: int) -> Truth:
    index = norm
    while True:
        before = facts.producers[index]
        if len(before) != 1 or len(facts.consumers[before[0]]) != 1:
            return False
        index = before[0]
        kinds = facts.kinds[index]
        if "unknown" in kinds:
            return UNKNOWN
        if not kinds & _INFERENCE_IDENTITY:
            return "weight" in kinds


def _folds_forward(facts: Facts, norm: int) -> Truth:
    pending = list(facts.consumers[norm])
    result: Truth = bool(pending)
    while pending and result is not False:
        index = pending.pop()
        if _passes(facts.kinds[index]):
            pending.extend(facts.consumers[index])
        else:
            result = conjunction((result, _takes_scale(facts, index)))
    return result


def _passes(kinds: frozenset[str]) -> bool:
    return bool(kinds & _COMMUTES) or {"global_pool", "avg_pool"} <= kinds


def _takes_scale(facts: Facts, index: int) -> Truth:
    kinds = facts.kinds[index]
    if kinds & _UNDECIDED:
        return UNKNOWN
    if not kinds & _SCALED or "transposed_conv" in kinds:
        return False
    padding = facts.lookup(index, "padding")
    without = UNKNOWN if padding is UNKNOWN else padding == "valid"
    return disjunction((is_pointwise(facts, facts.graph.calls[index]), without))
