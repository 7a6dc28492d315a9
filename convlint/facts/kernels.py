"""Sides of a convolution's kernel, and what its padding does to positions."""

from __future__ import annotations

from convlint import kinds
from convlint.facts.core import Facts
from convlint.facts.inference.dimensions import Dimension, per_axis
from convlint.facts.inference.site import argument
from convlint.facts.registry import call_fact
from convlint.facts.shapes import input_spatial_shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown


def _sides(call: Call) -> tuple[Dimension, ...] | Unknown:
    _, axes, variant = kinds.by_rank(call.class_name)
    if not axes or variant or "conv" not in call.kinds:
        return UNKNOWN
    return per_axis(argument(call, "kernel_size"), axes)


@call_fact
def shortest_side(facts: Facts, call: Call) -> Dimension:
    """Shortest side of a convolution's kernel, in taps; UNKNOWN for a transposed one."""
    sides = _sides(call)
    if sides is UNKNOWN:
        return UNKNOWN
    known = [side for side in sides if side is not UNKNOWN]
    return min(known) if len(known) == len(sides) else UNKNOWN


@call_fact
def shifting_side(facts: Facts, call: Call) -> Dimension:
    """Longest side of a convolution's kernel along which it shifts its map; 0 if it does not.

    Without a stride ``padding="same"`` adds ``(side - 1) * dilation`` zeros. Where that is odd, one
    more stands at the end than at the start, and the output lies half a position off.
    """
    sides = _sides(call)
    if sides is UNKNOWN:
        return UNKNOWN
    padding = argument(call, "padding")
    if padding != "same":
        return UNKNOWN if padding is UNKNOWN else 0
    sizes = input_spatial_shape(facts, call)
    if sizes is UNKNOWN or len(sizes) != len(sides):
        sizes = (UNKNOWN,) * len(sides)
    strides = per_axis(argument(call, "strides"), len(sides))
    dilation = per_axis(argument(call, "dilation_rate"), len(sides))
    axes = zip(sizes, sides, strides, dilation, strict=True)
    shifting = [0 if size == 1 else _shifting(*axis) for size, *axis in axes]
    known = [side for side in shifting if side is not UNKNOWN]
    return max(known) if len(known) == len(shifting) else UNKNOWN


def _shifting(side: Dimension, stride: Dimension, dilation: Dimension) -> Dimension:
    if side is UNKNOWN or stride is UNKNOWN or dilation is UNKNOWN:
        return UNKNOWN
    return side if stride == 1 and (side - 1) * dilation % 2 else 0
