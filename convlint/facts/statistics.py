"""What a normalization takes its mean and variance from, and what it starts with."""

from __future__ import annotations

from typing import Final

from convlint.facts.calls import training
from convlint.facts.core import Facts
from convlint.facts.inference.dimensions import Dimension, TensorShape, axis_index, product
from convlint.facts.initializers import initializer
from convlint.facts.registry import call_fact, model_fact
from convlint.facts.shapes import input_shape, shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown

MOST_IMAGE_CHANNELS: Final = 4
"""Channels of an image: one of grey, three of colour, one of transparency."""

CONSTANT_INITIALIZERS: Final = {"Zeros": 0, "Ones": 1}


@call_fact
def uses_batch_statistics(facts: Facts, call: Call) -> Truth:
    """Is a batch normalization that takes the statistics of the batch while it is trained.

    A frozen one, and one called with ``training=False``, takes those that it has stored.
    """
    if "batch_norm" not in call.kinds or not call.trainable:
        return False
    mode = training(facts, call)
    return UNKNOWN if mode is UNKNOWN else mode is not False


@call_fact
def normalized_axis(facts: Facts, call: Call) -> int | Unknown:
    """Index of the axis that a batch normalization keeps apart, or group normalization divides.

    UNKNOWN where there are several, for a wrapped layer and for other normalizations.
    """
    sizes = input_shape(facts, call)
    if not call.kinds & {"batch_norm", "group_norm"} or call.wrapper or sizes is UNKNOWN:
        return UNKNOWN
    axes = _axes(facts, call, len(sizes))
    return UNKNOWN if axes is UNKNOWN or len(axes) != 1 else next(iter(axes))


@call_fact
def normalized_values(facts: Facts, call: Call) -> Dimension:
    """Number of values that share one mean and one scale.

    Of a batch normalization these are values of the whole batch; it is UNKNOWN for one that
    takes stored statistics, for a wrapped layer and for a custom one.
    """
    sizes = input_shape(facts, call)
    if sizes is UNKNOWN or call.wrapper is not None:
        return UNKNOWN
    axes = _axes(facts, call, len(sizes))
    if axes is UNKNOWN:
        return UNKNOWN
    if call.kinds & {"layer_norm", "rms_norm", "unit_norm"}:
        return product(tuple(sizes[axis] for axis in sorted(axes)))
    others = tuple(size for axis, size in enumerate(sizes) if axis not in axes)
    if "group_norm" in call.kinds and len(axes) == 1:
        (axis,) = axes
        return product((*others[1:], _group_size(facts, call, sizes[axis])))
    return product(others) if uses_batch_statistics(facts, call) is True else UNKNOWN


def _group_size(facts: Facts, call: Call, channels: Dimension) -> Dimension:
    groups = facts.lookup(call.index, "groups")
    if groups == -1:
        return 1
    if not isinstance(groups, int) or groups < 1 or channels is UNKNOWN:
        return UNKNOWN
    return channels // groups


def _axes(facts: Facts, call: Call, rank: int) -> frozenset[int] | Unknown:
    """The axes that the layer's ``axis`` names, counted from the front."""
    stated = facts.lookup(call.index, "axis")
    indices = [
        axis_index(axis, rank) if type(axis) is int else UNKNOWN
        for axis in (stated if isinstance(stated, tuple) else (stated,))
    ]
    known = frozenset(index for index in indices if index is not UNKNOWN)
    return known if known and UNKNOWN not in indices else UNKNOWN


@call_fact
def subtracts_mean(facts: Facts, call: Call) -> Truth:
    """Is a normalization that subtracts a mean, not one that only divides by a norm."""
    if "norm" not in call.kinds or call.kinds & {"rms_norm", "unit_norm"}:
        return False
    # An old argument of LayerNormalization, which leaves the mean alone.
    return call.config.get("rms_scaling") is not True


@call_fact
def initial_scale(facts: Facts, call: Call) -> float | Unknown:
    """What a normalization multiplies with before it is trained: the value of its ``gamma``."""
    return _initial(facts, call, "scale", "gamma_initializer", without=1)


@call_fact
def initial_offset(facts: Facts, call: Call) -> float | Unknown:
    """What a normalization adds before it is trained: the value of its ``beta``."""
    return _initial(facts, call, "center", "beta_initializer", without=0)


def _initial(
    facts: Facts, call: Call, switch: str, argument: str, *, without: float
) -> float | Unknown:
    used = facts.lookup(call.index, switch) if "norm" in call.kinds else UNKNOWN
    if not isinstance(used, bool):
        return UNKNOWN
    if not used:
        return without
    drawn = initializer(facts, call, argument)
    if drawn is None:
        return UNKNOWN
    value = CONSTANT_INITIALIZERS.get(drawn.name, UNKNOWN)
    return drawn.number("value", 0) if drawn.name == "Constant" else value


@call_fact
def batch_size(facts: Facts, call: Call) -> Dimension:
    """Number of samples in the batch, if the model fixes it."""
    own = shape(facts, call)
    return own[0] if own is not UNKNOWN and own else UNKNOWN


@call_fact
def layout_known(facts: Facts, call: Call) -> Truth:
    """It is certain which axis a convolution takes for its channels.

    Its configuration states it. A script may leave it to Keras' settings; then the shape of the
    image may tell it, if the last axis is short and the others are not.
    """
    if call.config.get("data_format") in ("channels_first", "channels_last"):
        return True
    return any(
        _is_channels_last_image(shape(facts, facts.graph.calls[index]))
        for index in facts.calls_by_kind.get("input", ())
    )


def _is_channels_last_image(sizes: TensorShape) -> bool:
    if sizes is UNKNOWN or len(sizes) < 4:
        return False
    *sides, last = (0 if size is UNKNOWN else size for size in sizes[1:])
    return 0 < last <= MOST_IMAGE_CHANNELS < min(sides)


@model_fact
def first_trained_batch_norm(facts: Facts) -> int | Unknown | None:
    """The ``index`` of the first batch normalization that takes the statistics of the batch."""
    for index in facts.calls_by_kind.get("batch_norm", ()):
        used = uses_batch_statistics(facts, facts.graph.calls[index])
        if used is not False:
            return index if used is True else UNKNOWN
    return None
