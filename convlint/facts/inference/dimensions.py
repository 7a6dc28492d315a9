"""Arithmetic on dimensions, of which any may be UNKNOWN.

Whatever a configuration holds goes through :func:`dimension` or :func:`per_axis`, so that a
value that makes no sense becomes UNKNOWN and never an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from convlint.kleene import UNKNOWN, Unknown

if TYPE_CHECKING:
    from fractions import Fraction
else:
    Fraction = int  # most runs make no fractions, and need not import them for annotations

Dimension: TypeAlias = int | Unknown
Rational: TypeAlias = int | Fraction
"""An exact number."""

TensorShape: TypeAlias = tuple[Dimension, ...] | Unknown
"""A shape, batch axis first; UNKNOWN where even the rank is."""

LIMIT: Final = 1 << 62
"""No dimension of a real tensor is larger; bounds what absurd configurations make us compute."""


def dimension(value: object) -> Dimension:
    """``value`` if it can be the size of an axis."""
    if type(value) is int:  # far the most frequent; a bool is none
        return value if 0 <= value < LIMIT else UNKNOWN
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LIMIT:
        return value
    return UNKNOWN


def integer(value: object) -> Dimension:
    """``value`` if it is an integer of either sign."""
    if isinstance(value, int) and not isinstance(value, bool) and -LIMIT < value < LIMIT:
        return value
    return UNKNOWN


def per_axis(value: object, axes: int) -> tuple[Dimension, ...]:
    """One entry for each axis, where an integer stands for all axes."""
    if isinstance(value, tuple) and len(value) == axes:
        return tuple(map(dimension, value))
    if isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return (dimension(value),) * axes


def compute(function: Callable[..., int], *operands: Dimension) -> Dimension:
    """``function`` of the operands; UNKNOWN if one is, or if the result is no dimension."""
    if UNKNOWN in operands:
        return UNKNOWN
    return dimension(function(*operands))


def product(dimensions: Iterable[Dimension]) -> Dimension:
    """The product; UNKNOWN if a factor is."""
    result = 1
    for factor in dimensions:
        if factor is UNKNOWN:
            return UNKNOWN
        result *= factor
    return dimension(result)


def total(dimensions: Iterable[Dimension]) -> Dimension:
    """The sum; UNKNOWN if a term is."""
    result = 0
    for term in dimensions:
        if term is UNKNOWN:
            return UNKNOWN
        result += term
    return dimension(result)


def quotient(dividend: int, divisor: int) -> Rational:
    """The exact quotient of two integers. The divisor is not 0."""
    whole, rest = divmod(dividend, divisor)
    if not rest:
        return whole  # nearly always; fractions take long to import and to calculate with
    from fractions import Fraction

    return Fraction(dividend, divisor)


def axis_index(value: object, rank: int) -> int | Unknown:
    """A possibly negative axis as an index below ``rank``."""
    axis = integer(value)
    if axis is UNKNOWN or not -rank <= axis < rank:
        return UNKNOWN
    return axis % rank


def axis_indices(value: object, rank: int) -> tuple[int, ...] | Unknown:
    """One axis or a sequence of them as indices; UNKNOWN if any is not an axis."""
    values = value if isinstance(value, tuple) else (value,)
    found = [axis_index(item, rank) for item in values]
    known = tuple(axis for axis in found if axis is not UNKNOWN)
    return known if len(known) == len(found) else UNKNOWN


def same_dimension(left: Dimension, right: Dimension) -> Dimension:
    """A dimension that both operands state, as they must agree."""
    if left is UNKNOWN:
        return right
    return left if right is UNKNOWN or left == right else UNKNOWN


def broadcast(shapes: Sequence[TensorShape]) -> TensorShape:
    """The shape of elementwise arithmetic, by the broadcasting rules of numpy."""
    known = [shape for shape in shapes if shape is not UNKNOWN]
    if len(known) < len(shapes) or not known:
        return UNKNOWN
    rank = max(map(len, known))
    columns = zip(*((1,) * (rank - len(shape)) + shape for shape in known), strict=True)
    return tuple(map(_broadcast_dimension, columns))


def _broadcast_dimension(sizes: Sequence[Dimension]) -> Dimension:
    others = {size for size in sizes if size != 1}
    if not others:
        return 1
    # A dynamic dimension beside one of size n > 1 can only be n or 1.
    stated = others - {UNKNOWN}
    return stated.pop() if len(stated) == 1 else UNKNOWN


def window(
    size: Dimension,
    kernel: Dimension,
    stride: Dimension,
    padding: object,
    dilation: Dimension = 1,
) -> Dimension:
    """Number of places that a sliding window takes along an axis of ``size``.

    A kernel that does not fit gives UNKNOWN.
    """
    if stride is UNKNOWN or stride < 1 or size is UNKNOWN or size < 1:
        return UNKNOWN
    if padding in ("same", "causal"):
        return -(-size // stride)
    if padding != "valid" or kernel is UNKNOWN or dilation is UNKNOWN or kernel < 1 or dilation < 1:
        return UNKNOWN
    room = size - ((kernel - 1) * dilation + 1)
    return room // stride + 1 if room >= 0 else UNKNOWN


def transposed_window(
    size: Dimension,
    kernel: Dimension,
    stride: Dimension,
    padding: object,
    dilation: Dimension,
    output_padding: Dimension | None,
) -> Dimension:
    """Size of the axis that a transposed convolution makes of one of ``size``.

    From ``compute_conv_transpose_output_shape`` of Keras 3.
    """
    if size is UNKNOWN or stride is UNKNOWN or stride < 1 or output_padding is UNKNOWN:
        return UNKNOWN
    if padding == "same" and output_padding is None:
        return dimension(size * stride)
    if kernel is UNKNOWN or dilation is UNKNOWN or kernel < 1 or dilation < 1:
        return UNKNOWN
    extent = (kernel - 1) * dilation + 1
    if padding == "valid":
        extra = max(extent, stride) - extent if output_padding is None else output_padding
        result = (size - 1) * stride + extent + extra
    elif padding == "same" and output_padding is not None:
        result = (size - 1) * stride + extent % 2 + output_padding
    else:
        return UNKNOWN
    return dimension(result) if result > 0 else UNKNOWN
