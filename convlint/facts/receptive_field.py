"""Receptive field and cumulative stride: what part of the model's input a value depends on.

Both are tuples over the spatial axes of the model's input, in positions of the input, as the
smallest or the largest over all paths. An axis that some layer reads as a whole (global pooling,
flattening, attention, recurrence) is infinite from there on. A stride below 1 comes of
upsampling; the field is then the mean over the positions, which differ by their phase.
Statistics that normalization takes over positions do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Final, TypeAlias

from convlint.facts.core import Facts
from convlint.facts.inference import is_elementwise
from convlint.facts.inference.dimensions import Dimension, axis_indices, per_axis, quotient
from convlint.facts.inference.field import STAY, Extent, Field, Number, Window, merge, start
from convlint.facts.inference.site import argument
from convlint.facts.registry import call_fact, sweep
from convlint.facts.shapes import (
    channel_axis,
    input_rank,
    input_shape,
    input_spatial_shape,
    rank,
    spatial_shape,
)
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown

Extents: TypeAlias = tuple[float, ...] | Unknown


@call_fact
def receptive_field_min(facts: Facts, call: Call) -> Extents:
    """Receptive field on the path where it is smallest, for each spatial axis of the input."""
    field = _fields(facts)[call.index]
    return UNKNOWN if field is UNKNOWN else _sizes(field.low)


@call_fact
def receptive_field_max(facts: Facts, call: Call) -> Extents:
    """Receptive field on the path where it is largest, for each spatial axis of the input."""
    field = _fields(facts)[call.index]
    return UNKNOWN if field is UNKNOWN else _sizes(field.high)


@call_fact
def stride_min(facts: Facts, call: Call) -> Extents:
    """Smallest distance over all paths, in the input, between neighbouring positions."""
    field = _fields(facts)[call.index]
    return UNKNOWN if field is UNKNOWN else tuple(_plain(extent.stride) for extent in field.low)


@call_fact
def stride_max(facts: Facts, call: Call) -> Extents:
    """Largest distance over all paths, in the input, between neighbouring positions."""
    field = _fields(facts)[call.index]
    return UNKNOWN if field is UNKNOWN else tuple(_plain(extent.stride) for extent in field.high)


def _sizes(extents: tuple[Extent, ...]) -> tuple[float, ...]:
    return tuple(_plain(extent.size) for extent in extents)


def _plain(number: Number) -> float:
    whole = number != inf and number == int(number)
    return int(number) if whole else float(number)


_POINTWISE: Final = frozenset(
    {
        *("identity", "output", "act", "norm", "dropout", "noise", "scale", "mask", "augment"),
        *("dense", "pad", "crop"),
    }
)
"""Kinds of which each output position depends on the same position of the input."""

_MERGES: Final = frozenset(
    {
        *("add", "subtract", "multiply", "divide", "average", "maximum", "minimum", "concat"),
        *("compare", "select", "math", "stochastic_depth"),
    }
)
_SOFTMAX: Final = frozenset({"Softmax", "ops.Softmax", "ops.LogSoftmax", "ops.Sparsemax"})


@sweep
def _fields(facts: Facts) -> tuple[Field | Unknown, ...]:
    found: list[Field | Unknown] = []
    for call in facts.graph.calls:
        incoming = [found[tensor.call] for tensor in call.inputs]
        found.append(_field(facts, call, incoming))
    return tuple(found)


def _field(facts: Facts, call: Call, incoming: list[Field | Unknown]) -> Field | Unknown:
    fields = [field for field in incoming if field is not UNKNOWN]
    if not call.inputs:
        sizes = spatial_shape(facts, call)
        return UNKNOWN if sizes is UNKNOWN else start(len(sizes))
    if len(fields) < len(incoming) or "unknown" in call.kinds:
        return UNKNOWN
    if len(fields) == 1 or call.kinds & {"rnn", "attention"}:
        return _through(facts, call, fields[0])
    if call.kinds & _MERGES:
        return _merged(facts, call, fields)
    every = all(field.low and field.is_everything for field in fields)
    return fields[0] if every else UNKNOWN


def _merged(facts: Facts, call: Call, fields: list[Field]) -> Field | Unknown:
    if "concat" in call.kinds:
        axes = rank(facts, call)
        joined = UNKNOWN if axes is UNKNOWN else axis_indices(argument(call, "axis"), axes)
        if joined is UNKNOWN or joined != (channel_axis(facts, call),):
            return UNKNOWN
    merged = merge(fields)
    return UNKNOWN if merged is None else merged


def _through(facts: Facts, call: Call, field: Field) -> Field | Unknown:
    """The field after a call, given that of its data input."""
    kinds = call.kinds
    if "embedding" in kinds or call.class_name == "ops.OneHot":
        return _embedded(facts, call, field)
    if field.is_everything:
        return field
    if kinds & {"flatten", "global_pool", "rnn", "attention"}:
        return _collapsed(call, field)
    if kinds & {"conv", "pool", "upsample", "resize", "depth_to_space", "space_to_depth"}:
        return _windowed(facts, call, field)
    if call.class_name in ("LocallyConnected1D", "LocallyConnected2D"):
        return _windowed(facts, call, field)
    if "reduce" in kinds:
        keeps = argument(call, "keepdims") is True
        return _over_axes(facts, call, field, argument(call, "axis"), keeps=keeps)
    if call.class_name in _SOFTMAX:
        return _over_axes(facts, call, field, argument(call, "axis"), keeps=True)
    if kinds & _POINTWISE or call.class_name == "Normalization":
        return field
    if kinds & {"math", "compare", "select", "cast", "constant"}:
        return field if is_elementwise(call) else UNKNOWN
    # Slices of the channels, and reshaping that changes nothing.
    return field if _keeps_positions(facts, call) else UNKNOWN


def _embedded(facts: Facts, call: Call, field: Field) -> Field | Unknown:
    """An embedding turns the axis of token numbers into an axis of positions."""
    sizes = spatial_shape(facts, call)
    if sizes is UNKNOWN:
        return UNKNOWN
    if not field.low:
        return start(len(sizes))
    return field if len(sizes) == len(field.axes) else UNKNOWN


def _collapsed(call: Call, field: Field) -> Field | Unknown:
    own = _own_axes(call, field)
    if "attention" in call.kinds:
        some_axes = argument(call, "attention_axes") not in (None, UNKNOWN)
        return UNKNOWN if some_axes else field.covering(own)
    if "rnn" in call.kinds:
        sequences = argument(call, "return_sequences")
        if not isinstance(sequences, bool):
            return UNKNOWN
        return field.covering(own).without(() if sequences else own[:1])
    keeps = argument(call, "keepdims") is True
    return field.covering(own).without(() if keeps else own)


def _own_axes(call: Call, field: Field) -> tuple[int, ...]:
    """The axes that the layer itself sees: under ``TimeDistributed`` all but time."""
    return field.axes[1:] if call.wrapper == "TimeDistributed" else field.axes


def _windowed(facts: Facts, call: Call, field: Field) -> Field | Unknown:
    own = _own_axes(call, field)
    outside = len(field.axes) - len(own)
    windows = _windows(facts, call, len(own))
    if windows is UNKNOWN:
        return UNKNOWN
    return field.through((STAY,) * outside + windows)


def _windows(facts: Facts, call: Call, axes: int) -> tuple[Window, ...] | Unknown:
    def values(name: str, default: object = UNKNOWN) -> tuple[Dimension, ...]:
        value = argument(call, name)
        return per_axis(default if value is None or value is UNKNOWN else value, axes)

    if "upsample" in call.kinds:
        return _all(map(_upsampling, values("size"), [_taps(call)] * axes))
    if "resize" in call.kinds:
        return _resizing(facts, call, axes)
    if "depth_to_space" in call.kinds:
        return _all(map(_upsampling, values("block_size"), [1] * axes))
    if "space_to_depth" in call.kinds:
        return _all(map(_window, values("block_size"), values("block_size"), [1] * axes))
    kernel = "pool_size" if "pool" in call.kinds else "kernel_size"
    # A pooling layer without strides has those of its window.
    strides = values("strides", argument(call, kernel))
    build = _transposed if "transposed_conv" in call.kinds else _window
    return _all(map(build, values(kernel), strides, values("dilation_rate", 1)))


def _all(windows: Iterable[Window | Unknown]) -> tuple[Window, ...] | Unknown:
    found = list(windows)
    known = tuple(window for window in found if window is not UNKNOWN)
    return known if len(known) == len(found) else UNKNOWN


def _window(kernel: Dimension, stride: Dimension, dilation: Dimension) -> Window | Unknown:
    if kernel is UNKNOWN or stride is UNKNOWN or dilation is UNKNOWN:
        return UNKNOWN
    if kernel < 1 or stride < 1 or dilation < 1:
        return UNKNOWN
    return Window((kernel - 1) * dilation, stride)


def _transposed(kernel: Dimension, stride: Dimension, dilation: Dimension) -> Window | Unknown:
    """Of the kernel's taps every ``stride``-th meets a value; the others meet inserted zeros."""
    plain = _window(kernel, stride, dilation)
    if plain is UNKNOWN or stride is UNKNOWN or kernel is UNKNOWN:
        return UNKNOWN
    if stride == 1:
        return plain
    if dilation != 1:
        return UNKNOWN
    return Window(max(quotient(kernel, stride) - 1, 0), quotient(1, stride))


def _upsampling(factor: Dimension, taps: Dimension) -> Window | Unknown:
    if factor is UNKNOWN or taps is UNKNOWN or factor < 1:
        return UNKNOWN
    return Window(taps - 1 if factor > 1 else 0, quotient(1, factor))


_TAPS: Final[Mapping[str, int]] = {"nearest": 1, "bilinear": 2, "bicubic": 4}
"""Positions that an interpolation reads along an axis; fewer where it meets one exactly."""


def _taps(call: Call) -> Dimension:
    stated = argument(call, "interpolation")
    if stated is UNKNOWN:
        return 1
    return _TAPS.get(stated, UNKNOWN) if isinstance(stated, str) else UNKNOWN


def _resizing(facts: Facts, call: Call, axes: int) -> tuple[Window, ...] | Unknown:
    taps = _taps(call)
    before, after = input_spatial_shape(facts, call), spatial_shape(facts, call)
    exact = argument(call, "antialias") is not True
    if taps is UNKNOWN or before is UNKNOWN or after is UNKNOWN or not exact:
        return UNKNOWN
    if len(before) != axes or len(after) != axes:
        return UNKNOWN
    windows: list[Window | Unknown] = [
        Window(taps - 1, quotient(old, new)) if old and new else UNKNOWN
        for old, new in zip(before, after, strict=True)
        if old is not UNKNOWN and new is not UNKNOWN
    ]
    return _all(windows) if len(windows) == axes else UNKNOWN


def _over_axes(
    facts: Facts, call: Call, field: Field, axis: object, *, keeps: bool
) -> Field | Unknown:
    """After a layer that computes one value of all along ``axis``.

    Along the channels that leaves positions alone; along all spatial axes it sees everything.
    """
    before = input_shape(facts, call)
    if before is UNKNOWN:
        return UNKNOWN
    axes = axis_indices(tuple(range(len(before))) if axis is None else axis, len(before))
    channel = channel_axis(facts, facts.graph.calls[call.inputs[0].call])
    if axes is UNKNOWN or channel is UNKNOWN or 0 in axes:
        return UNKNOWN
    spatial = set(range(1, len(before))) - {channel}
    if not spatial & set(axes):
        return field
    if not spatial <= set(axes):
        return UNKNOWN
    return field.covering(field.axes).without(() if keeps else field.axes)


def _keeps_positions(facts: Facts, call: Call) -> bool:
    """Whether nothing but the channels can have changed."""
    if call.kinds & {"permute", "reorder", "weight", "merge"}:
        return False
    if input_rank(facts, call) is UNKNOWN or input_rank(facts, call) != rank(facts, call):
        return False
    before, after = input_spatial_shape(facts, call), spatial_shape(facts, call)
    return before is not UNKNOWN and UNKNOWN not in before and before == after
