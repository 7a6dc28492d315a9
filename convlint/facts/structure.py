"""What is known of the model as a whole."""

from __future__ import annotations

from typing import Final

from convlint.facts.activations import function
from convlint.facts.core import Facts
from convlint.facts.parameters import parameters, total_parameters
from convlint.facts.registry import model_fact, sweep
from convlint.facts.residual import on_residual_branch
from convlint.facts.roles import in_head
from convlint.facts.shapes import spatial_shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown, disjunction

REGULARIZING: Final = frozenset({"dropout", "noise", "norm"})
RATES: Final = {"rnn": ("dropout", "recurrent_dropout"), "attention": ("dropout",)}
"""The arguments by which layers of a kind apply dropout themselves."""


@model_fact
def compiled(facts: Facts) -> bool:
    """A compile configuration is stated: somebody means to train the model."""
    return facts.graph.training is not None


@model_fact
def first_conv(facts: Facts) -> int | None:
    """The :func:`index` of the first convolution."""
    return next((i for i, kinds in enumerate(facts.kinds) if "conv" in kinds), None)


@model_fact
def conv_depth(facts: Facts) -> int:
    """Largest number of convolutions on one path."""
    depths: list[int] = []
    for i, producers in enumerate(facts.producers):
        depths.append(max((depths[p] for p in producers), default=0) + ("conv" in facts.kinds[i]))
    return max(depths, default=0)


@model_fact
def normalizes(facts: Facts) -> Truth:
    """Some layer normalises activations or, through a wrapper, its weights."""
    return disjunction(
        _normalizes(call, kinds) for call, kinds in zip(facts.graph.calls, facts.kinds, strict=True)
    )


def _normalizes(call: Call, kinds: frozenset[str]) -> Truth:
    if "norm" in kinds or call.wrapper == "SpectralNormalization":
        return True
    if call.class_name.startswith("applications."):
        # Of a backbone in source code the reader knows no more than this summary.
        summary = call.config.get("normalizes")
        return summary if isinstance(summary, bool) else UNKNOWN
    return UNKNOWN if "unknown" in kinds else False


@model_fact
def scales_residuals(facts: Facts) -> Truth:
    """Some residual branch is multiplied by a constant or learned scale before its addition."""
    return disjunction(
        on_residual_branch(facts, facts.graph.calls[i])
        for i, kinds in enumerate(facts.kinds)
        if "scale" in kinds
    )


@model_fact
def activation_functions(facts: Facts) -> tuple[str | Unknown, ...]:
    """The functions of all activations, without repeats."""
    found = (function(facts, facts.graph.calls[i]) for i in facts.calls_by_kind.get("act", ()))
    return tuple(dict.fromkeys(found))


@model_fact
def input_extent(facts: Facts) -> int | Unknown:
    """Longest spatial side of any model input, in positions."""
    longest = 0
    for index in facts.calls_by_kind.get("input", ()):
        sides = spatial_shape(facts, facts.graph.calls[index])
        for side in (UNKNOWN,) if sides is UNKNOWN else sides:
            if side is UNKNOWN:
                return UNKNOWN
            longest = max(longest, side)
    return longest or UNKNOWN


@sweep
def _head(facts: Facts) -> tuple[Call, ...] | Unknown:
    found = []
    for call in facts.graph.calls:
        if "output" not in call.kinds:
            inside = in_head(facts, call)
            if inside is UNKNOWN:
                return UNKNOWN
            if inside:
                found.append(call)
    return tuple(found)


@model_fact
def head_parameter_share(facts: Facts) -> float | Unknown:
    """Parameters of the head's layers divided by those of the model."""
    head = _head(facts)
    total = total_parameters(facts)
    if head is UNKNOWN or total is UNKNOWN or not total:
        return UNKNOWN
    share = 0
    for call in {call.layer: call for call in head if not call.fused}.values():
        count = parameters(facts, call)
        if count is UNKNOWN:
            return UNKNOWN
        share += count
    return share / total


@model_fact
def regularizes_head(facts: Facts) -> Truth:
    """The head has dropout, noise, normalization or a kernel penalty, or is fed from dropout.

    The dropout that a recurrent or attention layer applies itself counts as well.
    """
    head = _head(facts)
    if head is UNKNOWN:
        return UNKNOWN
    return disjunction(_regularizes(facts, call) for call in head)


def _regularizes(facts: Facts, call: Call) -> Truth:
    around = (call.index, *facts.producers[call.index])
    if facts.kinds[call.index] & REGULARIZING or any(
        facts.kinds[i] & {"dropout", "noise"} for i in around
    ):
        return True
    if "unknown" in facts.kinds[call.index]:
        return UNKNOWN
    for kind, arguments in RATES.items():
        if kind in facts.kinds[call.index]:
            rates = (facts.lookup(call.index, name) for name in arguments)
            return disjunction(rate if rate is UNKNOWN else rate != 0 for rate in rates)
    penalty = facts.lookup(call.index, "kernel_regularizer")
    return "weight" in facts.kinds[call.index] and penalty is not None
