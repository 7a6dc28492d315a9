"""Shapes of the operations that rearrange, cut, join and repeat."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from convlint.facts.inference.core import concatenate, concatenated, permuted, reshaped, same
from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    axis_index,
    axis_indices,
    compute,
    dimension,
    per_axis,
    product,
    same_dimension,
)
from convlint.facts.inference.indexing import indexed
from convlint.facts.inference.site import Inference, Result, Site, with_shape
from convlint.kleene import UNKNOWN

MOST_PARTS: Final = 4096
"""More outputs than that are not worth a shape each."""


def constant_shape(value: object) -> TensorShape:
    """Shape of a constant operand: numbers and, for arrays, nested tuples of them."""
    sizes: list[Dimension] = []
    while isinstance(value, tuple):
        sizes.append(len(value))
        value = value[0] if value else 0
    scalar = value is None or isinstance(value, bool | int | float | str)
    return tuple(sizes) if scalar else UNKNOWN


def stack(site: Site) -> TensorShape:
    known = [shape for shape in site.inputs if shape is not UNKNOWN]
    if len(known) < len(site.inputs) or not known or len(set(map(len, known))) > 1:
        return UNKNOWN
    at = axis_index(site.argument("axis"), len(known[0]) + 1)
    if at is UNKNOWN:
        return UNKNOWN
    sizes = known[0]
    for shape in known[1:]:
        pairs = zip(sizes, shape, strict=True)
        sizes = tuple(same_dimension(left, right) for left, right in pairs)
    return (*sizes[:at], len(known), *sizes[at:])


def _stacked_along(axis: int) -> Inference:
    def infer(site: Site) -> TensorShape:
        ranks = [len(shape) for shape in site.inputs if shape is not UNKNOWN]
        # Smaller ranks are promoted first, by each function in its own way.
        return concatenated(site.inputs, axis) if ranks and min(ranks) > 2 else UNKNOWN

    return infer


def reshape(site: Site) -> TensorShape:
    return reshaped(site.data, site.argument("newshape"))


@with_shape
def ravel(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    return (product(shape),)


@with_shape
def expand_dims(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    axis = site.argument("axis")
    added = len(axis) if isinstance(axis, tuple) else 1
    at = axis_indices(axis, len(shape) + added)
    if at is UNKNOWN or len(set(at)) != added:
        return UNKNOWN
    rest = iter(shape)
    return tuple(1 if axis in at else next(rest) for axis in range(len(shape) + added))


@with_shape
def squeeze(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    axis = site.argument("axis")
    if axis is None:
        return UNKNOWN if UNKNOWN in shape[1:] else tuple(size for size in shape if size != 1)
    at = axis_indices(axis, len(shape))
    if at is UNKNOWN:
        return UNKNOWN
    return tuple(size for axis, size in enumerate(shape) if axis not in at)


@with_shape
def transpose(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    axes = site.argument("axes")
    return shape[::-1] if axes is None else permuted(shape, axes)


def _moved(shape: tuple[Dimension, ...], source: object, destination: object) -> TensorShape:
    old, new = axis_indices(source, len(shape)), axis_indices(destination, len(shape))
    if old is UNKNOWN or new is UNKNOWN or not len(old) == len(new) == len({*old}) == len({*new}):
        return UNKNOWN
    moved = dict(zip(new, old, strict=True))
    rest = iter([axis for axis in range(len(shape)) if axis not in old])
    return tuple(shape[moved[at] if at in moved else next(rest)] for at in range(len(shape)))


@with_shape
def moveaxis(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    return _moved(shape, site.argument("source"), site.argument("destination"))


@with_shape
def swapaxes(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    first, second = site.argument("axis1"), site.argument("axis2")
    return _moved(shape, (first, second), (second, first))


@with_shape
def repeat(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    axis, times = site.argument("axis"), site.argument("repeats")
    times = times[0] if isinstance(times, tuple) and len(times) == 1 else times
    if axis is None:
        return (product((*shape, dimension(times))),)
    at = axis_index(axis, len(shape))
    if at is UNKNOWN:
        return UNKNOWN
    return (*shape[:at], product((shape[at], dimension(times))), *shape[at + 1 :])


@with_shape
def tile(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    repeats = site.argument("repeats")
    repeats = repeats if isinstance(repeats, tuple) else (repeats,)
    rank = max(len(repeats), len(shape))
    times = (1,) * (rank - len(repeats)) + tuple(map(dimension, repeats))
    sizes = (1,) * (rank - len(shape)) + shape
    return tuple(map(product, zip(sizes, times, strict=True)))


def _stated(argument: str) -> Inference:
    """The shape that an argument states."""

    def infer(site: Site) -> TensorShape:
        stated = site.argument(argument)
        return tuple(map(dimension, stated)) if isinstance(stated, tuple) else UNKNOWN

    return infer


@with_shape
def pad(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    width = site.argument("pad_width")
    nested = isinstance(width, tuple) and any(isinstance(sides, tuple) for sides in width)
    widths = width if nested else (width,)
    if len(widths) == 1:
        widths = widths * len(shape)
    if len(widths) != len(shape):
        return UNKNOWN
    return tuple(
        compute(lambda size, before, after: size + before + after, size, *per_axis(sides, 2))
        for size, sides in zip(shape, widths, strict=True)
    )


def _split_along(axis_of: Mapping[str, int]) -> Inference:
    """Parts along the ``axis`` argument, or along the axis that the class stands for."""

    @with_shape
    def infer(site: Site, shape: tuple[Dimension, ...]) -> Result:
        parts = site.argument("indices_or_sections")
        axis = axis_of.get(site.call.class_name, site.argument("axis"))
        at = axis_index(axis, len(shape))
        if at is UNKNOWN:
            return UNKNOWN
        if isinstance(parts, tuple):
            bounds = [0, *map(dimension, parts), shape[at]]
            sizes = [compute(lambda start, end: end - start, *pair) for pair in pairwise(bounds)]
        elif isinstance(parts, int) and not isinstance(parts, bool) and 0 < parts <= MOST_PARTS:
            sizes = [compute(lambda n: n // parts if n % parts == 0 else -1, shape[at])] * parts
        else:
            return UNKNOWN
        return [(*shape[:at], size, *shape[at + 1 :]) for size in sizes]

    return infer


@with_shape
def unstack(site: Site, shape: tuple[Dimension, ...]) -> Result:
    at, number = axis_index(site.argument("axis"), len(shape)), site.argument("num")
    if at is UNKNOWN:
        return UNKNOWN
    count = shape[at] if number is None else dimension(number)
    if count is UNKNOWN or count > MOST_PARTS:
        return UNKNOWN
    return [(*shape[:at], *shape[at + 1 :])] * count


@with_shape
def take(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    tensors = site.inputs[1:]
    indices = tensors[0] if tensors else constant_shape(site.argument("indices"))
    axis = site.argument("axis")
    if axis is None or indices is UNKNOWN:
        return indices
    at = axis_index(axis, len(shape))
    return UNKNOWN if at is UNKNOWN else (*shape[:at], *indices, *shape[at + 1 :])


def get_item(site: Site) -> TensorShape:
    return indexed(site.data, site.argument("key"))


@with_shape
def top_k(site: Site, shape: tuple[Dimension, ...]) -> Result:
    return [(*shape[:-1], dimension(site.argument("k")))] * 2


@with_shape
def one_hot(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    at = axis_index(site.argument("axis"), len(shape) + 1)
    if at is UNKNOWN:
        return UNKNOWN
    return (*shape[:at], dimension(site.argument("num_classes")), *shape[at:])


REARRANGING: Final[dict[str, Inference]] = {
    **dict.fromkeys(
        ("ops.Flip", "ops.Fliplr", "ops.Flipud", "ops.Roll", "ops.Tril", "ops.Triu"), same
    ),
    "ops.Concatenate": concatenate,
    "ops.Append": concatenate,
    "ops.Hstack": _stacked_along(1),
    "ops.Vstack": _stacked_along(0),
    "ops.Dstack": _stacked_along(2),
    "ops.Stack": stack,
    "ops.Reshape": reshape,
    "ops.Ravel": ravel,
    "ops.ExpandDims": expand_dims,
    "ops.Squeeze": squeeze,
    "ops.Transpose": transpose,
    "ops.Swapaxes": swapaxes,
    "ops.Moveaxis": moveaxis,
    "ops.Repeat": repeat,
    "ops.Tile": tile,
    "ops.BroadcastTo": _stated("shape"),
    "ops.Slice": _stated("shape"),
    "ops.Full": _stated("shape"),
    "ops.GetItem": get_item,
    **dict.fromkeys(
        ("ops.Split", "ops.Hsplit", "ops.Vsplit", "ops.Dsplit"),
        _split_along({"ops.Hsplit": 1, "ops.Vsplit": 0, "ops.Dsplit": 2}),
    ),
    "ops.Unstack": unstack,
    "ops.Take": take,
    "ops.TopK": top_k,
    "ops.OneHot": one_hot,
    "ops.Pad": pad,
}
