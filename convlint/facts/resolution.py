"""How a network gives up resolution on the way to its answer, and how much it sees by then."""

from __future__ import annotations

from math import inf
from typing import Final

from convlint.facts.core import Facts
from convlint.facts.receptive_field import receptive_field_max, receptive_field_min
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.residual import is_pointwise
from convlint.facts.roles import in_head
from convlint.facts.shapes import input_spatial_size, spatial_shape
from convlint.facts.windows import downsamples
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown, conjunction, disjunction, negation

RESAMPLING: Final = frozenset(
    {"upsample", "transposed_conv", "resize", "depth_to_space", "space_to_depth", "patches"}
)
"""Kinds that change the resolution other than by the strides of a window."""

REARRANGING: Final = frozenset({"reshape", "slice", "reduce", "repeat"})


@sweep
def _sides(facts: Facts) -> tuple[int, ...] | Unknown:
    """The spatial shape that all inputs with one have in common."""
    found = set()
    for index in facts.calls_by_kind.get("input", ()):
        sides = spatial_shape(facts, facts.graph.calls[index])
        if sides is UNKNOWN:
            return UNKNOWN
        if sides:
            found.add(sides)
    if len(found) != 1:
        return UNKNOWN
    known = tuple(side for side in found.pop() if side is not UNKNOWN and side)
    return known or UNKNOWN


@call_fact
def input_field_share(facts: Facts, call: Call) -> float | Unknown:
    """Receptive field of what the call reads, as a fraction of the model's input.

    On the path where it is largest, along the axis where it is largest; infinite after a layer
    that reads everything.
    """
    return _share(facts, call, largest=True)


@call_fact
def input_field_share_min(facts: Facts, call: Call) -> float | Unknown:
    """The same on the path and along the axis where it is smallest."""
    return _share(facts, call, largest=False)


def _share(facts: Facts, call: Call, *, largest: bool) -> float | Unknown:
    sides = _sides(facts)
    if sides is UNKNOWN or not call.inputs:
        return UNKNOWN
    producer = facts.graph.calls[call.inputs[0].call]
    field = (receptive_field_max if largest else receptive_field_min)(facts, producer)
    if field is UNKNOWN or len(field) != len(sides):
        return UNKNOWN
    shares = [extent / side for extent, side in zip(field, sides, strict=True)]
    return max(shares) if largest else min(shares)


@model_fact
def seen_share(facts: Facts) -> float | Unknown:
    """Largest receptive field before the spatial collapse, as a fraction of the model's input.

    Infinite where some layer puts positions together: attention, a squeeze-and-excite gate,
    flattening.
    """
    pools = [facts.graph.calls[i] for i in facts.calls_by_kind.get("global_pool", ())]
    flattens = [facts.graph.calls[i] for i in facts.calls_by_kind.get("flatten", ())]
    heads = conjunction(in_head(facts, call) for call in pools)
    if heads is False or any(input_spatial_size(facts, call) != 1 for call in flattens):
        return inf  # a pooling that is no head is a gate
    shares = [input_field_share(facts, call) for call in pools]
    known = [share for share in shares if share is not UNKNOWN]
    if heads is UNKNOWN or len(known) < len(shares):
        return UNKNOWN
    return max(known, default=0.0)


@model_fact
def downsampled(facts: Facts) -> Truth:
    """Some layer leaves fewer positions than it was given, other than by collapsing them.

    UNKNOWN where positions are rearranged, as by a reshaping that makes patches.
    """
    return disjunction(_downsampled(facts, call) for call in facts.graph.calls)


def _downsampled(facts: Facts, call: Call) -> Truth:
    kinds = facts.kinds[call.index]
    if kinds & RESAMPLING:
        return True
    if kinds & REARRANGING and input_spatial_size(facts, call) != 1:
        return UNKNOWN
    return downsamples(facts, call)


@call_fact
def is_spatial_conv(facts: Facts, call: Call) -> Truth:
    """Is a convolution that reads more than one position: not 1x1, and not on a 1x1 map."""
    kinds = facts.kinds[call.index]
    if "unknown" in kinds:
        return UNKNOWN
    return conjunction(("conv" in kinds, negation(is_pointwise(facts, call))))


@sweep
def _stages(facts: Facts) -> tuple[int, int] | Unknown:
    """Spatial convolutions on one path: most at all, and most without downsampling between."""
    depth, stage = [0] * len(facts), [0] * len(facts)
    longest = 0
    for index, producers in enumerate(facts.producers):
        call = facts.graph.calls[index]
        spatial, strided = is_spatial_conv(facts, call), downsamples(facts, call)
        if spatial is UNKNOWN or strided is UNKNOWN:
            return UNKNOWN
        depth[index] = max((depth[p] for p in producers), default=0) + spatial
        here = max((stage[p] for p in producers), default=0) + spatial
        longest = max(longest, here)
        stage[index] = 0 if strided or facts.kinds[index] & RESAMPLING else here
    return max(depth, default=0), longest


@model_fact
def spatial_conv_depth(facts: Facts) -> int | Unknown:
    """Largest number of convolutions on one path, without 1x1 convolutions."""
    stages = _stages(facts)
    return UNKNOWN if stages is UNKNOWN else stages[0]


@model_fact
def longest_stage(facts: Facts) -> int | Unknown:
    """Largest number of them between two steps of downsampling, a strided one included."""
    stages = _stages(facts)
    return UNKNOWN if stages is UNKNOWN else stages[1]


@sweep
def _unproductive(facts: Facts) -> tuple[int, ...] | Unknown:
    """The spatial convolutions of which each input has seen the whole of the model's input.

    They lie behind the border layer of Richter et al., arXiv:2106.12307.
    """
    found = []
    for index in facts.calls_by_kind.get("conv", ()):
        call = facts.graph.calls[index]
        spatial, share = is_spatial_conv(facts, call), input_field_share_min(facts, call)
        if spatial is UNKNOWN or share is UNKNOWN:
            return UNKNOWN
        if spatial and 1 < share < inf:
            found.append(index)
    return tuple(found)


@model_fact
def unproductive_convs(facts: Facts) -> int | Unknown:
    """Number of convolutions whose input has seen the whole image on every path."""
    found = _unproductive(facts)
    return UNKNOWN if found is UNKNOWN else len(found)


@model_fact
def first_unproductive_conv(facts: Facts) -> int | Unknown | None:
    """The :func:`index` of the first of them; ``None`` if there is none."""
    found = _unproductive(facts)
    if found is UNKNOWN:
        return UNKNOWN
    return found[0] if found else None
