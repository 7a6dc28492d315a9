"""Where a normalisation stands, and over what it normalises."""

from __future__ import annotations

from typing import Final

from convlint.facts.activations import nonlinear
from convlint.facts.calls import training
from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.shapes import channel_axis, channels, rank
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown, conjunction

SHAPE_ONLY: Final = frozenset({"flatten", "reshape", "permute"})


@call_fact
def normalizes_each_channel(facts: Facts, call: Call) -> Truth:
    """Subtracts from each channel a mean of that channel alone.

    Batch normalisation along the channel axis does, group normalisation with one channel in a
    group, and instance normalisation.
    """
    if "instance_norm" in call.kinds:
        return True
    if "group_norm" in call.kinds:
        groups = facts.lookup(call.index, "groups")
        if groups == -1:
            return True
        width = channels(facts, call)
        return UNKNOWN if UNKNOWN in (groups, width) else groups == width
    if "batch_norm" not in call.kinds:
        return False
    axis, expected, dimensions = (
        facts.lookup(call.index, "axis"),
        channel_axis(facts, call),
        rank(facts, call),
    )
    if isinstance(axis, tuple) and len(axis) == 1:
        (axis,) = axis
    if not isinstance(axis, int) or not isinstance(expected, int):
        return UNKNOWN
    if axis == expected:
        return True
    return UNKNOWN if dimensions is UNKNOWN else axis % dimensions == expected % dimensions


@call_fact
def bias_cancelled(facts: Facts, call: Call) -> Truth:
    """Adds one constant to each channel, which a normalization after every call subtracts again.

    A layer of which one call goes elsewhere needs its bias there. Biases of single positions or
    units (``LocallyConnected2D``, ``EinsumDense``) are left aside.
    """
    if call.class_name != "Dense" and "conv" not in call.kinds:
        return False
    calls = _calls_of_layers(facts)[call.layer]
    return conjunction(_loses_its_mean(facts, index) for index in calls)


def _loses_its_mean(facts: Facts, index: int) -> Truth:
    consumers = facts.consumers[index]
    if len(consumers) != 1:
        return False
    return normalizes_each_channel(facts, facts.graph.calls[consumers[0]])


@sweep
def _calls_of_layers(facts: Facts) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for call in facts.graph.calls:
        if not call.fused:
            found.setdefault(call.layer, []).append(call.index)
    return found


@call_fact
def follows_activation(facts: Facts, call: Call) -> Truth:
    """Is a normalisation whose input is the activation of a weight layer's result.

    An activation that is used elsewhere too is where a pre-activation residual block begins, and
    the normalisation is the block's own.
    """
    source = _source(facts, call)
    if source is None or "act" not in facts.kinds[source]:
        return _no_unless_unknown(facts, source)
    before = facts.producers[source]
    if not before or "weight" not in facts.kinds[before[0]] or len(facts.consumers[source]) > 1:
        return False
    return nonlinear(facts, facts.graph.calls[source])


@call_fact
def precedes_activation(facts: Facts, call: Call) -> Truth:
    """Is a normalisation whose input is a weight layer's result itself."""
    source = _source(facts, call)
    if source is None or "weight" not in facts.kinds[source]:
        return _no_unless_unknown(facts, source)
    return True


def _source(facts: Facts, call: Call) -> int | None:
    """What the normalisation is fed from, past calls that only change the shape."""
    index: int | None = call.index if "norm" in call.kinds else None
    while index is not None and (index == call.index or facts.kinds[index] & SHAPE_ONLY):
        index = next(iter(facts.producers[index]), None)
    return index


def _no_unless_unknown(facts: Facts, source: int | None) -> Truth:
    return UNKNOWN if source is not None and "unknown" in facts.kinds[source] else False


@model_fact
def post_activation_share(facts: Facts) -> float | Unknown:
    """Share of the batch normalisations next to a weight layer that follow its activation."""
    calls = [facts.graph.calls[index] for index in facts.calls_by_kind.get("batch_norm", ())]
    after = sum(follows_activation(facts, call) is True for call in calls)
    before = sum(precedes_activation(facts, call) is True for call in calls)
    return after / (after + before) if after + before else UNKNOWN


@model_fact
def first_post_activation_norm(facts: Facts) -> int | None:
    """The ``index`` of the first batch normalisation, not frozen, that follows an activation."""
    for index in facts.calls_by_kind.get("batch_norm", ()):
        call = facts.graph.calls[index]
        frozen = not call.trainable or training(facts, call) is False
        if not frozen and follows_activation(facts, call) is True:
            return index
    return None
