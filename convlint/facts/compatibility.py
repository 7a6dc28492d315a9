"""What a layer asks of its inputs: what Keras checks before it builds the layer.

Where an input is not what is asked for, Keras refuses. The model is then source code that was
not run yet, or a file that somebody edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from convlint import kinds
from convlint.facts.core import Facts
from convlint.facts.inference import output_shapes, site
from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    axis_index,
    dimension,
    integer,
    per_axis,
    product,
)
from convlint.facts.inference.ranks import accepted_ranks
from convlint.facts.inference.site import Site
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.shapes import input_rank, input_shapes, shapes
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown

Shapes: TypeAlias = tuple[tuple[Dimension, ...], tuple[Dimension, ...]]
"""Two shapes, batch axis first."""


@call_fact
def input_confirmed(facts: Facts, call: Call) -> bool:
    """Whether the layers before it, as they are configured, do give the shapes that a file states.

    They do not where somebody edited a file: Keras then builds the layers anew, and whatever the
    file says of shapes is out of date. Worth asking last, as it infers all shapes once more.
    """
    inferred = _inferred(facts)
    return all(
        _agree(stated, inferred[tensor.call][tensor.output])
        for stated, tensor in zip(input_shapes(facts, call), call.inputs, strict=True)
        if tensor.output < len(inferred[tensor.call])
    )


def _agree(stated: TensorShape, inferred: TensorShape) -> bool:
    if stated is UNKNOWN or inferred is UNKNOWN:
        return True
    return len(stated) == len(inferred) and all(
        one == other or UNKNOWN in (one, other) for one, other in zip(stated, inferred, strict=True)
    )


@sweep
def _inferred(facts: Facts) -> tuple[tuple[TensorShape, ...], ...]:
    """Shapes as :func:`shapes`, but those that a file states only where none can be inferred."""
    found: list[tuple[TensorShape, ...]] = []
    for call, known in zip(facts.graph.calls, shapes(facts), strict=True):
        if not call.inputs:
            found.append(known)
            continue
        inputs = tuple(
            found[tensor.call][tensor.output]
            if tensor.output < len(found[tensor.call])
            else UNKNOWN
            for tensor in call.inputs
        )
        own = output_shapes(call, inputs)
        found.append(
            tuple(
                _filled(own[i] if i < len(own) else UNKNOWN, each) for i, each in enumerate(known)
            )
        )
    return tuple(found)


def _filled(inferred: TensorShape, stated: TensorShape) -> TensorShape:
    if inferred is UNKNOWN:
        return stated
    if stated is UNKNOWN or len(stated) != len(inferred):
        return inferred
    return tuple(
        other if one is UNKNOWN else one for one, other in zip(inferred, stated, strict=True)
    )


@call_fact
def least_input_rank(facts: Facts, call: Call) -> int | None:
    """Smallest :func:`input_rank` that the layer takes; ``None`` if there is no bound."""
    return accepted_ranks(call).least


@call_fact
def most_input_rank(facts: Facts, call: Call) -> int | None:
    """Largest :func:`input_rank` that the layer takes; ``None`` if there is no bound."""
    return accepted_ranks(call).most


@model_fact
def refuses_a_rank(facts: Facts) -> bool:
    """Some layer is given an input of a rank that it does not take.

    For patterns that look for such a layer among all calls: mostly there is none.
    """
    for call in facts.graph.calls:
        least, most = accepted_ranks(call)
        if least is None and most is None:
            continue
        rank = input_rank(facts, call)
        if rank is not UNKNOWN and ((least or 0) > rank or (most is not None and rank > most)):
            return True
    return False


@call_fact
def input_elements(facts: Facts, call: Call) -> Dimension:
    """Number of values in one sample of the first input (of ``TimeDistributed``, in one step)."""
    shape = _site(facts, call).data
    return UNKNOWN if shape is UNKNOWN or not shape else product(shape[1:])


@call_fact
def target_elements(facts: Facts, call: Call) -> Dimension:
    """Number of values in the ``target_shape`` of a ``Reshape``, without its open axis."""
    target = _target(call)
    if target is UNKNOWN:
        return UNKNOWN
    return product(dimension(size) for size in target if not _is_open(size))


@call_fact
def open_target_axes(facts: Facts, call: Call) -> Dimension:
    """Number of axes whose size a ``Reshape`` leaves open, written as -1."""
    target = _target(call)
    return UNKNOWN if target is UNKNOWN else sum(map(_is_open, target))


def _target(call: Call) -> tuple[object, ...] | Unknown:
    target = call.config.get("target_shape") if call.class_name == "Reshape" else None
    return target if isinstance(target, tuple) else UNKNOWN


def _is_open(size: object) -> bool:
    return size is None or integer(size) == -1


_WINDOWED: Final = frozenset(
    {
        *("Conv", "SeparableConv", "DepthwiseConv", "LocallyConnected"),
        *("MaxPooling", "AveragePooling"),
    }
)


@call_fact
def window_extent(facts: Facts, call: Call) -> TensorShape:
    """Positions that a kernel or a pooling window spans along each spatial axis.

    A kernel of size ``k`` and dilation ``d`` spans ``(k - 1) * d + 1``.
    """
    family, axes, variant = kinds.by_rank(call.class_name)
    if family not in _WINDOWED or variant:
        return UNKNOWN
    place = _site(facts, call)
    size = place.argument("pool_size" if "pool" in call.kinds else "kernel_size")
    dilation = place.argument("dilation_rate")
    return tuple(
        UNKNOWN if k is UNKNOWN or d is UNKNOWN or k < 1 or d < 1 else (k - 1) * d + 1
        for k, d in zip(
            per_axis(size, axes),
            per_axis(1 if dilation is UNKNOWN else dilation, axes),
            strict=True,
        )
    )


@call_fact
def window_excess(facts: Facts, call: Call) -> int | Unknown:
    """Positions by which the window is longer than the input, on the axis where it is most so.

    Not above 0 if the window fits on every axis.
    """
    extent = window_extent(facts, call)
    if extent is UNKNOWN:
        return UNKNOWN
    _, sizes, _ = _site(facts, call).map_of(len(extent))
    excess = [
        UNKNOWN if k is UNKNOWN or n is UNKNOWN else k - n
        for k, n in zip(extent, sizes, strict=True)
    ]
    known = [number for number in excess if number is not UNKNOWN]
    if known and (max(known) > 0 or len(known) == len(excess)):
        return max(known)
    return UNKNOWN


@call_fact
def mismatch(facts: Facts, call: Call) -> str | Unknown | None:
    """The first two input shapes that cannot be merged, in words; ``None`` if all agree."""
    found = _mismatched(_site(facts, call))
    if found is UNKNOWN or found is None:
        return found
    return " and ".join(map(_in_words, found))


def _site(facts: Facts, call: Call) -> Site:
    return site(call, input_shapes(facts, call))


def _in_words(shape: tuple[Dimension, ...]) -> str:
    return "×".join("?" if size is UNKNOWN else str(size) for size in shape[1:]) or "scalar"


_MERGES: Final = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
_OPERATORS: Final = frozenset({"ops.Add", "ops.Subtract", "ops.Multiply", "ops.Divide"})
_JOINS: Final = frozenset({"Concatenate", "ops.Concatenate"})

Column: TypeAlias = tuple[object, Dimension]
"""Something that must be equal in all inputs: its key, and its value in one of them."""


def _mismatched(place: Site) -> Shapes | Unknown | None:
    if place.call.class_name not in _MERGES | _OPERATORS | _JOINS:
        return UNKNOWN
    first: dict[object, tuple[Dimension, tuple[Dimension, ...]]] = {}
    complete = True
    for shape in place.inputs:
        if shape is UNKNOWN:
            complete = False
            continue
        for key, size in _columns(place, shape):
            if size is UNKNOWN:
                complete = False
                continue
            expected, other = first.setdefault(key, (size, shape))
            if size != expected:
                return other, shape
    return None if complete else UNKNOWN


def _columns(place: Site, shape: tuple[Dimension, ...]) -> Iterator[Column]:
    """What must agree, in Keras' order: merge layers compare from the last axis on."""
    name = place.call.class_name
    if name in _JOINS:
        axis = axis_index(place.argument("axis"), len(shape))
        yield "rank", len(shape)
        yield from (
            (at, UNKNOWN if axis is UNKNOWN else size)
            for at, size in enumerate(shape)
            if at != axis
        )
    else:
        compared = shape[1:] if name in _MERGES else shape
        yield from ((at, size) for at, size in enumerate(reversed(compared)) if size != 1)
