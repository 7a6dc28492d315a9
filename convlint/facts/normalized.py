"""Which convolutions of a model are followed by a normalization."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown, disjunction

TRANSFORMING: Final = frozenset({"weight", "rnn", "attention", "output"})
"""Kinds of what a result must be normalized before."""


@call_fact
def normalized(facts: Facts, call: Call) -> Truth:
    """Its result meets a normalization before the next layer with weights.

    One path is enough, and it may lead past a sum or a concatenation: in a pre-activation block
    the normalization belongs to the next block.
    """
    return _meets_norm(facts)[call.index]


@sweep
def _meets_norm(facts: Facts) -> tuple[Truth, ...]:
    values: list[Truth] = [False] * len(facts)
    for index in reversed(range(len(facts))):
        values[index] = disjunction(
            _norm_at(facts.kinds[consumer], values[consumer]) for consumer in facts.consumers[index]
        )
    return tuple(values)


def _norm_at(kinds: frozenset[str], beyond: Truth) -> Truth:
    if "norm" in kinds:
        return True
    if "unknown" in kinds:
        return UNKNOWN
    return False if kinds & TRANSFORMING else beyond


@model_fact
def convs(facts: Facts) -> int:
    """Number of convolutions."""
    return len(facts.calls_by_kind.get("conv", ()))


@model_fact
def normalized_convs(facts: Facts) -> int | Unknown:
    """Number of convolutions that are normalized."""
    found = [_meets_norm(facts)[index] for index in facts.calls_by_kind.get("conv", ())]
    return UNKNOWN if UNKNOWN in found else found.count(True)


@model_fact
def normalized_conv_share(facts: Facts) -> float | Unknown:
    """Share of the convolutions that are normalized."""
    count = normalized_convs(facts)
    return UNKNOWN if count is UNKNOWN or not convs(facts) else count / convs(facts)
