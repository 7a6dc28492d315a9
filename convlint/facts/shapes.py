"""Shapes of tensors, and which of their axes holds the channels.

A shape is a tuple with the batch axis first and UNKNOWN for a dimension that is dynamic or
could not be established; where not even the rank is known, the shape is UNKNOWN. A call has the
shape that the file states, and else the one inferred from its configuration and its inputs.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from convlint import kinds
from convlint.facts.core import Facts
from convlint.facts.inference import output_shapes
from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    axis_index,
    dimension,
    product,
)
from convlint.facts.registry import call_fact, sweep
from convlint.graph import Call, Shape
from convlint.kleene import UNKNOWN

Spatial: TypeAlias = TensorShape
"""The sizes of the spatial axes, in order; UNKNOWN where it is not known which those are."""

LAST: Final = -1
"""The channel axis unless a layer says otherwise."""

_CHANNELS_LAST: Final = frozenset({"weight", "rnn", "attention", "embedding", "flatten", "reshape"})
"""Kinds that put channels last where they have no ``data_format``."""

_SAME_CHANNELS: Final = frozenset({"identity", "output", "act", "norm", "dropout", "noise"})


@call_fact
def shape(facts: Facts, call: Call) -> TensorShape:
    """Shape of the (first) output, batch axis first."""
    return shapes(facts)[call.index][0]


@call_fact
def rank(facts: Facts, call: Call) -> Dimension:
    """Number of axes of the output, the batch axis included."""
    own = shape(facts, call)
    return UNKNOWN if own is UNKNOWN else len(own)


@call_fact
def channel_axis(facts: Facts, call: Call) -> Dimension:
    """Index of the channel axis of the output.

    It follows ``data_format`` of the layer, or of the layers around it that have one, and is
    the last axis elsewhere.
    """
    return _channel_index(shape(facts, call), _layouts(facts)[call.index])


@call_fact
def channels(facts: Facts, call: Call) -> Dimension:
    """Number of channels (of features, of units) of the output."""
    return _all_channels(facts)[call.index]


@call_fact
def spatial_shape(facts: Facts, call: Call) -> Spatial:
    """Sizes of the output's axes other than batch and channels; of TimeDistributed, per step."""
    return _spatial(call, shape(facts, call), _layouts(facts)[call.index])


@call_fact
def spatial_size(facts: Facts, call: Call) -> Dimension:
    """Number of places in the output's feature map: 1 if it has no spatial axes left."""
    sizes = spatial_shape(facts, call)
    return UNKNOWN if sizes is UNKNOWN else product(sizes)


@call_fact
def elements(facts: Facts, call: Call) -> Dimension:
    """Number of values in one sample of the output."""
    own = shape(facts, call)
    return UNKNOWN if own is UNKNOWN or not own else product(own[1:])


@call_fact
def input_shape(facts: Facts, call: Call) -> TensorShape:
    """Shape of the first input."""
    if not call.inputs:
        return UNKNOWN
    producer, output = call.inputs[0]
    return _output(shapes(facts)[producer], output)


@call_fact
def input_rank(facts: Facts, call: Call) -> Dimension:
    """Number of axes of the first input, the batch axis included."""
    first = input_shape(facts, call)
    return UNKNOWN if first is UNKNOWN else len(first)


@call_fact
def input_channels(facts: Facts, call: Call) -> Dimension:
    """Number of channels of the first input, on the axis that the layer takes for theirs."""
    return _channels(input_shape(facts, call), _input_layouts(facts)[call.index])


@call_fact
def input_spatial_shape(facts: Facts, call: Call) -> Spatial:
    """Sizes of the first input's axes other than batch and channels."""
    return _spatial(call, input_shape(facts, call), _input_layouts(facts)[call.index])


@call_fact
def input_spatial_size(facts: Facts, call: Call) -> Dimension:
    """Number of places in the first input's feature map: 1 if it has no spatial axes."""
    sizes = input_spatial_shape(facts, call)
    return UNKNOWN if sizes is UNKNOWN else product(sizes)


@sweep
def shapes(facts: Facts) -> tuple[tuple[TensorShape, ...], ...]:
    """For each call the shapes of all its outputs; at least one."""
    found: list[tuple[TensorShape, ...]] = []
    for call in facts.graph.calls:
        stated = call.output_shapes
        if stated and None not in stated:
            found.append(tuple(map(_stated, stated)))
            continue
        inputs = tuple(_output(found[producer], output) for producer, output in call.inputs)
        inferred = output_shapes(call, inputs)
        count = max(len(stated), len(inferred))
        found.append(
            tuple(
                _stated(stated[i])
                if i < len(stated) and stated[i] is not None
                else (inferred[i] if i < len(inferred) else UNKNOWN)
                for i in range(count)
            )
        )
    return tuple(found)


def input_shapes(facts: Facts, call: Call) -> tuple[TensorShape, ...]:
    """Shapes of all tensors that a call consumes."""
    known = shapes(facts)
    return tuple(_output(known[producer], output) for producer, output in call.inputs)


def _output(outputs: tuple[TensorShape, ...], index: int) -> TensorShape:
    return outputs[index] if index < len(outputs) else UNKNOWN


def _stated(sizes: Shape | None) -> TensorShape:
    return UNKNOWN if sizes is None else tuple(map(dimension, sizes))


def _channel_index(sizes: TensorShape, layout: int) -> Dimension:
    if sizes is UNKNOWN or len(sizes) < 2:
        return UNKNOWN
    if layout == LAST:
        return len(sizes) - 1
    index = axis_index(layout, len(sizes))
    return len(sizes) - 1 if index is UNKNOWN else index


def _channels(sizes: TensorShape, layout: int) -> Dimension:
    index = _channel_index(sizes, layout)
    return UNKNOWN if sizes is UNKNOWN or index is UNKNOWN else sizes[index]


def _spatial(call: Call, sizes: TensorShape, layout: int) -> Spatial:
    if sizes is UNKNOWN:
        return UNKNOWN
    channel = _channel_index(sizes, layout)
    first = 2 if call.wrapper == "TimeDistributed" else 1
    if channel is UNKNOWN or channel < first:
        return sizes[first:]
    return sizes[first:channel] + sizes[channel + 1 :]


@sweep
def _all_channels(facts: Facts) -> tuple[Dimension, ...]:
    """The channels of every call; of a dense layer also where the rank is not known."""
    found: list[Dimension] = []
    for call in facts.graph.calls:
        if shape(facts, call) is not UNKNOWN:
            found.append(_channels(shape(facts, call), _layouts(facts)[call.index]))
        elif call.class_name == "Dense":
            found.append(dimension(call.config.get("units")))
        elif call.kinds & _SAME_CHANNELS and call.inputs and not call.inputs[0].output:
            found.append(found[call.inputs[0].call])
        else:
            found.append(UNKNOWN)
    return tuple(found)


@sweep
def _layouts(facts: Facts) -> tuple[int, ...]:
    """For each call the channel axis of its output: 1 under ``channels_first``, or LAST.

    A call without a format of its own has that of its producer or, at the start of a model,
    that of its first consumer.
    """
    found: list[int | None] = []
    for call, own in zip(facts.graph.calls, _own_layouts(facts), strict=True):
        producer = found[call.inputs[0].call] if call.inputs else None
        found.append(_output_layout(call, own, producer))
    for call in reversed(facts.graph.calls):
        if found[call.index] is None:
            found[call.index] = _consumers_layout(facts, call, found)
    return tuple(LAST if layout is None else layout for layout in found)


def _consumers_layout(facts: Facts, call: Call, found: list[int | None]) -> int | None:
    for index in facts.graph.consumers[call.index]:
        own = _own_layouts(facts)[index]
        layout = found[index] if own is None else own
        if layout is not None:
            return layout
    return None


@sweep
def _input_layouts(facts: Facts) -> tuple[int, ...]:
    """For each call the channel axis of its first input, as the layer takes it."""
    layouts = _layouts(facts)
    found: list[int] = []
    for call, own in zip(facts.graph.calls, _own_layouts(facts), strict=True):
        inherited = layouts[call.inputs[0].call] if call.inputs else LAST
        found.append(inherited if own is None else own)
    return tuple(found)


@sweep
def _own_layouts(facts: Facts) -> tuple[int | None, ...]:
    """For each call the channel axis that its ``data_format`` gives its input, if it has one."""
    return tuple(map(_own_layout, facts.graph.calls))


def _own_layout(call: Call) -> int | None:
    stated = kinds.setting(call, "data_format")
    if stated is UNKNOWN:
        return None
    if stated != "channels_first":
        return LAST
    # Recurrent convolutions and time-distributed layers have a time axis before the channels.
    return 2 if "conv_rnn" in call.kinds or call.wrapper == "TimeDistributed" else 1


def _output_layout(call: Call, own: int | None, producer: int | None) -> int | None:
    if own is not None:
        if "conv_rnn" in call.kinds and own == 2:
            return 2 if call.config.get("return_sequences") is True else 1
        return own
    if call.kinds & _CHANNELS_LAST:
        return LAST
    if "permute" in call.kinds:
        return _permuted(call, producer)
    return producer


def _permuted(call: Call, producer: int | None) -> int | None:
    """Where a permutation puts the channel axis."""
    order = call.config.get("dims" if call.class_name == "Permute" else "axes")
    if producer is None or not isinstance(order, tuple):
        return LAST
    axes = (0, *order) if call.class_name == "Permute" else order
    index = axis_index(producer, len(axes))
    if index is UNKNOWN or index not in axes:
        return LAST
    moved = axes.index(index)
    return LAST if moved == len(axes) - 1 else moved
