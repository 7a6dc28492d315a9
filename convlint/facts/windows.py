"""What the window of a convolution or a pooling layer reads of the map that it slides over."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from convlint import kinds
from convlint.facts.core import Facts
from convlint.facts.inference.dimensions import Dimension, per_axis
from convlint.facts.inference.site import argument
from convlint.facts.registry import call_fact, sweep
from convlint.facts.shapes import input_spatial_shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown, conjunction, disjunction

_SLIDING: Final = frozenset({"conv", "pool"})

LONGEST_KERNEL: Final = 1024
"""Taps along an axis up to which they are looked at one by one: ours, longer than any in use."""


class Window(NamedTuple):
    """A window along one axis: what the layer's arguments say, and the size of its input."""

    size: Dimension
    kernel: int
    stride: int
    dilation: int

    @property
    def extent(self) -> int:
        """Distance between the first and the last position it reads, both included."""
        return (self.kernel - 1) * self.dilation + 1


def windows(facts: Facts, call: Call) -> tuple[Window, ...] | Unknown:
    """The layer's window for each axis that it slides along.

    UNKNOWN for adaptive pooling, whose window depends on its input, and for other layers.
    """
    return _all_windows(facts)[call.index]


@sweep
def _all_windows(facts: Facts) -> tuple[tuple[Window, ...] | Unknown, ...]:
    return tuple(_windows(facts, call) for call in facts.graph.calls)


def _windows(facts: Facts, call: Call) -> tuple[Window, ...] | Unknown:
    if call.kinds.isdisjoint(_SLIDING):
        return UNKNOWN
    axes = kinds.by_rank(call.class_name).axes
    if not axes:
        return UNKNOWN
    kernel = argument(call, "pool_size" if "pool" in call.kinds else "kernel_size")
    strides, dilation = argument(call, "strides"), argument(call, "dilation_rate")
    sizes = input_spatial_shape(facts, call)
    found = []
    for size, taps, stride, rate in zip(
        sizes if sizes is not UNKNOWN and len(sizes) == axes else (UNKNOWN,) * axes,
        per_axis(kernel, axes),
        # A pooling layer without strides has those of its window.
        per_axis(kernel if strides is None else strides, axes),
        per_axis(1 if dilation is UNKNOWN else dilation, axes),
        strict=True,
    ):
        if taps is UNKNOWN or stride is UNKNOWN or rate is UNKNOWN or 0 in (taps, stride, rate):
            return UNKNOWN
        found.append(Window(size, taps, stride, rate))
    return tuple(found)


@call_fact
def downsamples(facts: Facts, call: Call) -> Truth:
    """Is a convolution or local pooling that takes steps of more than one position."""
    if "unknown" in call.kinds:
        return UNKNOWN
    if call.kinds.isdisjoint(_SLIDING) or "transposed_conv" in call.kinds:
        return False
    if argument(call, "strides") in (1, (1, 1)):
        return False  # most convolutions, told at once
    along = windows(facts, call)
    return UNKNOWN if along is UNKNOWN else any(window.stride > 1 for window in along)


@call_fact
def largest_stride(facts: Facts, call: Call) -> int | Unknown:
    """Longest step of a convolution or pooling along any axis, in positions."""
    along = windows(facts, call)
    return UNKNOWN if along is UNKNOWN else max(window.stride for window in along)


@call_fact
def blurs(facts: Facts, call: Call) -> Truth:
    """Averages neighbours: an average pooling, or a depthwise convolution that is not trained."""
    if "unknown" in call.kinds:
        return UNKNOWN
    frozen = "depthwise" in call.kinds and not call.trainable
    return frozen or {"pool", "avg_pool"} <= call.kinds


@call_fact
def read_share(facts: Facts, call: Call) -> float | Unknown:
    """Of the positions that a convolution or pooling steps over, the fraction that it reads.

    1 where its window is at least as long as its step.
    """
    if "transposed_conv" in call.kinds:
        return UNKNOWN
    return _product(facts, call, _read_along)


def _read_along(window: Window, padding: object) -> float:
    if window.size == 1:
        return 1.0
    return min(window.kernel, window.stride) / window.stride


@call_fact
def border_share(facts: Facts, call: Call) -> float | Unknown:
    """Of a row of the map, the fraction behind the last window, which nothing reads.

    Along the axis where it is largest. 0 with padding. From the output size that Keras states:
    ``floor((input - window) / stride) + 1``.
    """
    along = windows(facts, call)
    if along is UNKNOWN or "transposed_conv" in call.kinds:
        return UNKNOWN
    padding = argument(call, "padding")
    if padding in ("same", "causal"):
        return 0.0
    if padding != "valid":
        return UNKNOWN
    shares = []
    for window in along:
        if window.size is UNKNOWN or window.size < window.extent:
            return UNKNOWN
        shares.append((window.size - window.extent) % window.stride / window.size)
    return max(shares)


@call_fact
def padded_taps(facts: Facts, call: Call) -> float | Unknown:
    """Of a convolution's kernel, the fraction of weights that only ever meet padding.

    Where the padded zeros go is what the backends do with ``padding="same"``: as many on either
    side, and an odd one at the end.
    """
    if "conv" not in call.kinds or "transposed_conv" in call.kinds:
        return UNKNOWN
    if argument(call, "padding") == "valid":
        return 0.0
    used = _product(facts, call, _used_taps)
    return UNKNOWN if used is UNKNOWN else 1 - used


@call_fact
def padded_taps_before(facts: Facts, call: Call) -> float:
    """The largest :func:`padded_taps` of earlier convolutions on maps of the same size, or 0."""
    return _padded_before(facts)[call.index]


@sweep
def _padded_before(facts: Facts) -> tuple[float, ...]:
    largest: dict[object, float] = {}
    found = []
    for call in facts.graph.calls:
        size, share = input_spatial_shape(facts, call), padded_taps(facts, call)
        found.append(largest.get(size, 0.0))
        if share is not UNKNOWN:
            largest[size] = max(found[-1], share)
    return tuple(found)


@lru_cache(maxsize=1024)  # a network has few different windows
def _used_taps(window: Window, padding: object) -> float | Unknown:
    size, kernel, stride, dilation = window
    if padding not in ("same", "causal") or size is UNKNOWN or kernel > LONGEST_KERNEL:
        return UNKNOWN
    steps = -(-size // stride)
    missing = max((steps - 1) * stride + window.extent - size, 0)
    before = window.extent - 1 if padding == "causal" else missing // 2
    used = 0
    for tap in range(kernel):
        start = tap * dilation - before  # where the tap is in the first window
        step = max(0, -(start // stride))  # the first window in which it has left the padding
        used += step < steps and start + step * stride < size
    return used / kernel


@call_fact
def uneven_overlap(facts: Facts, call: Call) -> Truth:
    """Is a transposed convolution whose windows cover some positions oftener than others.

    So they do where the kernel is no multiple of the stride, except on an axis of one position.
    """
    if "transposed_conv" not in call.kinds:
        return UNKNOWN if "unknown" in call.kinds else False
    along = windows(facts, call)
    if along is UNKNOWN:
        return UNKNOWN
    return disjunction(
        conjunction((window.kernel % window.stride != 0, _several(window.size))) for window in along
    )


def _several(size: Dimension) -> bool:
    # A size that is not static is one of many positions for some input.
    return size is UNKNOWN or size > 1


def _product(
    facts: Facts, call: Call, along: Callable[[Window, object], float | Unknown]
) -> float | Unknown:
    found = windows(facts, call)
    if found is UNKNOWN:
        return UNKNOWN
    padding = argument(call, "padding")
    padding = padding if isinstance(padding, str) else UNKNOWN
    shares = [along(window, padding) for window in found]
    known = [share for share in shares if share is not UNKNOWN]
    return float(math.prod(known)) if len(known) == len(shares) else UNKNOWN
