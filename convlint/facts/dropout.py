"""What a dropout layer drops together."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
from convlint.facts.shapes import channel_axis, input_shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown

REARRANGING: Final = frozenset({"flatten", "reshape", "permute"})


@call_fact
def dropout_mask(facts: Facts, call: Call) -> str | Unknown:
    """Over which axes one random draw decides.

    ``element``: none, every value is drawn by itself. ``channel``: all spatial axes, a whole
    feature map is dropped. ``sample``: all axes but the batch's, as in stochastic depth.
    ``position``: the channel axis, a place is dropped in every feature map. ``partial``: some
    spatial axes. From the meaning of ``noise_shape`` in the docstring of ``keras.layers.Dropout``.
    """
    if "dropout" not in call.kinds:
        return UNKNOWN
    if "stochastic_depth" in call.kinds:
        return "sample"
    if "drop_block" in call.kinds:
        return "partial"
    if call.class_name.startswith("SpatialDropout"):
        return "channel"
    noise = facts.lookup(call.index, "noise_shape")
    if noise is None or noise is UNKNOWN:
        return "element" if noise is None or call.class_name == "GaussianDropout" else UNKNOWN
    axis = channel_axis(facts, call)
    if not isinstance(noise, tuple) or len(noise) < 2 or axis is UNKNOWN:
        return UNKNOWN
    dropped_together = [_is_shared(facts, call, noise, index) for index in range(len(noise))]
    if any(shared is UNKNOWN for shared in dropped_together[1:]):
        return UNKNOWN
    channel = dropped_together[axis % len(noise)]
    spatial = [
        shared for i, shared in enumerate(dropped_together) if i not in (0, axis % len(noise))
    ]
    if channel:
        return "sample" if all(spatial) else "position"
    if all(spatial):
        return "channel" if spatial else "element"
    return "partial" if any(spatial) else "element"


def _is_shared(facts: Facts, call: Call, noise: tuple[object, ...], axis: int) -> Truth:
    """Whether one draw serves the whole axis; an axis of size 1 is shared with nobody."""
    if noise[axis] is UNKNOWN:
        return UNKNOWN
    sizes = input_shape(facts, call)
    alone = sizes is not UNKNOWN and len(sizes) == len(noise) and sizes[axis] == 1
    return noise[axis] == 1 and not alone


@call_fact
def elementwise(facts: Facts, call: Call) -> Truth:
    """Is a dropout that draws every value by itself."""
    mask = dropout_mask(facts, call)
    return UNKNOWN if mask is UNKNOWN else mask == "element"


@call_fact
def keeps_variance(facts: Facts, call: Call) -> bool:
    """Is a dropout that corrects the mean and variance of what it drops from.

    ``AlphaDropout`` does, for the inputs of self-normalizing networks (Klambauer et al.,
    arXiv:1706.02515).
    """
    return "AlphaDropout" in call.kinds


@call_fact
def noise_batch(facts: Facts, call: Call) -> int | Unknown | None:
    """Batch size that a ``noise_shape`` prescribes; ``None`` if it leaves it open."""
    noise = facts.lookup(call.index, "noise_shape")
    if noise is None:
        return None
    if not isinstance(noise, tuple) or not noise or noise[0] is UNKNOWN:
        return UNKNOWN
    return noise[0] if isinstance(noise[0], int) else None


@call_fact
def accumulated_rate(facts: Facts, call: Call) -> float | Unknown:
    """Fraction that is dropped by this dropout and those of its class directly before it.

    Two rates p and q make 1 - (1 - p)(1 - q). Layers that only rearrange may lie between them.
    """
    return _accumulated_rates(facts)[call.index]


@sweep
def _accumulated_rates(facts: Facts) -> tuple[float | Unknown, ...]:
    """Of a call that rearranges, the rate that it hands on; 0 of any other."""
    values: list[float | Unknown] = []
    classes: list[str] = []  # of the dropout whose rate a call hands on
    for call in facts.graph.calls:
        producers = facts.producers[call.index]
        before = producers[0] if len(producers) == 1 else None
        if "dropout" in call.kinds:
            stacked = before is not None and classes[before] == call.class_name
            dropped = values[before] if before is not None and stacked else 0.0
            values.append(_combined(dropped, facts.lookup(call.index, "rate")))
            classes.append(call.class_name)
        elif call.kinds & REARRANGING and before is not None:
            values.append(values[before])
            classes.append(classes[before])
        else:
            values.append(0.0)
            classes.append("")
    return tuple(values)


def _combined(first: float | Unknown, second: object) -> float | Unknown:
    if first is UNKNOWN or not isinstance(second, int | float) or not 0 <= second <= 1:
        return UNKNOWN
    return 1 - (1 - first) * (1 - second)
