"""What a call is by its place: kinds that depend on shapes, the convolutional body, the head."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
from convlint.facts.shapes import channel_axis, input_rank, input_spatial_size, rank, spatial_size
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, conjunction, disjunction, negation

CONV_KINDS: Final = frozenset({"conv", "depthwise", "separable", "transposed_conv"})
COLLAPSING: Final = frozenset({"flatten", "global_pool"})
ARITHMETIC: Final = frozenset({"add", "subtract", "multiply", "divide"})
POOLING_REDUCTIONS: Final = {
    "ops.Mean": "avg_pool",
    "ops.Max": "max_pool",
    "ops.Amax": "max_pool",
}


def place_kinds(facts: Facts) -> tuple[frozenset[str], ...]:
    """For each call its own kinds, corrected for its place.

    A convolution of a 1x1 map is a dense layer. An operation of two operands of which one is a
    constant merges nothing: it scales or shifts. A mean or maximum over all spatial axes is a
    global pooling.
    """
    return tuple(_placed(facts, call) for call in facts.graph.calls)


def _placed(facts: Facts, call: Call) -> frozenset[str]:
    kinds = call.kinds
    if "conv" in kinds and input_spatial_size(facts, call) == 1:
        return (kinds - CONV_KINDS) | {"dense"}
    if kinds & ARITHMETIC and len(call.inputs) == 1:
        return (kinds - ARITHMETIC - {"merge"}) | {"scale"}
    if call.class_name in POOLING_REDUCTIONS and _reduces_all_positions(facts, call):
        return (kinds - {"reduce"}) | {"global_pool", POOLING_REDUCTIONS[call.class_name]}
    return kinds


def _reduces_all_positions(facts: Facts, call: Call) -> bool:
    axes, dimensions = facts.lookup(call.index, "axis"), input_rank(facts, call)
    channel = channel_axis(facts, call)
    if dimensions is UNKNOWN or channel is UNKNOWN or dimensions < 3:
        return False
    reduced = axes if isinstance(axes, tuple) else (axes,)
    if not all(isinstance(axis, int) for axis in reduced):
        return False
    positions = set(range(1, dimensions)) - {channel % dimensions}
    return {axis % dimensions for axis in reduced} == positions


@call_fact
def collapsed(facts: Facts, call: Call) -> Truth:
    """Has no spatial extent left: flattened, globally pooled, or a map of size 1x1.

    A dynamic spatial dimension counts as extent.
    """
    if facts.kinds[call.index] & COLLAPSING or spatial_size(facts, call) == 1:
        return True
    dimensions = rank(facts, call)
    return UNKNOWN if dimensions is UNKNOWN else dimensions <= 2


@call_fact
def in_body(facts: Facts, call: Call) -> Truth:
    """A feature map with spatial extent that a convolution made or that was made from one."""
    return _body(facts)[call.index]


@call_fact
def in_head(facts: Facts, call: Call) -> Truth:
    """Comes after the spatial collapse of a convolutional body and never returns to one.

    A squeeze-and-excite gate and the bottleneck of an autoencoder do return: they are no head.
    """
    index = call.index
    after = _after_body(facts)[index]
    if after is False:
        return False
    stays = negation(_returns_to_body(facts)[index])
    return conjunction((after, stays, collapsed(facts, call)))


@call_fact
def on_input(facts: Facts, call: Call) -> bool:
    """Consumes an input of the model directly."""
    return any("input" in facts.kinds[index] for index in facts.producers[call.index])


@sweep
def _body(facts: Facts) -> tuple[Truth, ...]:
    values: list[Truth] = []
    for call, kinds, producers in zip(facts.graph.calls, facts.kinds, facts.producers, strict=True):
        if "conv" in kinds:
            values.append(True)
            continue
        if len(producers) == 1:
            before = values[producers[0]]
        else:
            before = disjunction(values[index] for index in producers)
        if before is False or "rnn" in kinds or "output" in kinds:
            values.append(False)
        elif "unknown" in kinds:
            values.append(UNKNOWN)
        else:
            values.append(conjunction((before, negation(collapsed(facts, call)))))
    return tuple(values)


@sweep
def _after_body(facts: Facts) -> tuple[Truth, ...]:
    body = _body(facts)
    values: list[Truth] = []
    since: list[Truth] = []  # in the body, or after it
    for own, producers in zip(body, facts.producers, strict=True):
        after = disjunction([since[i] for i in producers])
        values.append(after)
        since.append(disjunction((own, after)))
    return tuple(values)


@sweep
def _returns_to_body(facts: Facts) -> tuple[Truth, ...]:
    body = _body(facts)
    values: list[Truth] = [False] * len(facts)
    until: list[Truth] = [False] * len(facts)  # in the body, or before it
    for index in reversed(range(len(facts))):
        values[index] = disjunction([until[i] for i in facts.consumers[index]])
        until[index] = disjunction((body[index], values[index]))
    return tuple(values)
