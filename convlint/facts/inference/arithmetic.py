"""Shapes of the operations that compute: elementwise, reducing, multiplying matrices."""

from __future__ import annotations

from typing import Final

from convlint.facts.inference.core import same
from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    axis_index,
    axis_indices,
    broadcast,
    compute,
    dimension,
    product,
    same_dimension,
)
from convlint.facts.inference.rearranging import constant_shape
from convlint.facts.inference.site import Inference, Result, Site, with_shape, with_two_shapes
from convlint.kleene import UNKNOWN


def elementwise(site: Site) -> TensorShape:
    """Elementwise, of the tensors and of the constants among the call's arguments."""
    return broadcast([*site.inputs, *map(constant_shape, site.call.arguments.values())])


def _reduced(shape: tuple[Dimension, ...], axis: object, keep: object) -> TensorShape:
    axes = tuple(range(len(shape))) if axis is None else axis_indices(axis, len(shape))
    if axes is UNKNOWN or not isinstance(keep, bool):
        return UNKNOWN
    if keep:
        return tuple(1 if at in axes else size for at, size in enumerate(shape))
    return tuple(size for at, size in enumerate(shape) if at not in axes)


@with_shape
def reduction(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    return _reduced(shape, site.argument("axis"), site.argument("keepdims"))


@with_shape
def reduction_without_keepdims(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    return _reduced(shape, site.argument("axis"), keep=False)


@with_shape
def moments(site: Site, shape: tuple[Dimension, ...]) -> Result:
    return [_reduced(shape, site.argument("axes"), site.argument("keepdims"))] * 2


@with_shape
def along_axis(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    """Keeps the shape along an axis, and flattens where the axis is ``None``."""
    return (product(shape),) if site.argument("axis") is None else shape


@with_two_shapes
def matmul(site: Site, left: tuple[Dimension, ...], right: tuple[Dimension, ...]) -> TensorShape:
    if len(left) < 2 or len(right) < 2:
        return UNKNOWN
    batch = broadcast([left[:-2], right[:-2]])
    return UNKNOWN if batch is UNKNOWN else (*batch, left[-2], right[-1])


@with_two_shapes
def tensordot(site: Site, left: tuple[Dimension, ...], right: tuple[Dimension, ...]) -> TensorShape:
    axes = site.argument("axes")
    count = dimension(axes)
    if count is not UNKNOWN and count <= min(len(left), len(right)):
        return (*left[: len(left) - count], *right[count:])
    if not isinstance(axes, tuple) or len(axes) != 2:
        return UNKNOWN
    of_left, of_right = axis_indices(axes[0], len(left)), axis_indices(axes[1], len(right))
    if of_left is UNKNOWN or of_right is UNKNOWN:
        return UNKNOWN
    return (
        *(size for at, size in enumerate(left) if at not in of_left),
        *(size for at, size in enumerate(right) if at not in of_right),
    )


def einsum(site: Site) -> TensorShape:
    """Of an equation without an ellipsis."""
    inputs, arrow, output = str(site.argument("subscripts")).replace(" ", "").partition("->")
    operands = inputs.split(",")
    if not arrow or "." in inputs + output:
        return UNKNOWN
    sizes: dict[str, Dimension] = {}
    # Where an operand is a constant, the tensors cannot be told apart.
    if len(operands) == len(site.inputs):
        for letters, shape in zip(operands, site.inputs, strict=True):
            if shape is not UNKNOWN and len(shape) == len(letters):
                for letter, size in zip(letters, shape, strict=True):
                    sizes[letter] = same_dimension(sizes.get(letter, UNKNOWN), size)
    return tuple(sizes.get(letter, UNKNOWN) for letter in output)


@with_shape
def gated_linear_unit(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    at = axis_index(site.argument("axis"), len(shape))
    if at is UNKNOWN:
        return UNKNOWN
    return (*shape[:at], compute(lambda n: n // 2, shape[at]), *shape[at + 1 :])


def scalar(site: Site) -> TensorShape:
    return ()


def not_inferred(site: Site) -> TensorShape:
    return UNKNOWN


_REDUCTIONS: Final = """
    Sum Mean All Any Amax Amin Max Min Prod Argmax Argmin Std Var Logsumexp Median Ptp Nanargmax
    Nanargmin Nanmax Nanmean Nanmedian Nanmin Nanprod Nanstd Nansum Nanvar Norm
"""
_WITHOUT_KEEPDIMS: Final = "Average CountNonzero Trapezoid"
_ALONG_AXIS: Final = "Sort Argsort Argpartition Cumsum Cumprod Nancumsum Nancumprod"
_SAME: Final = "ZerosLike OnesLike EmptyLike FullLike Inv Cholesky"
_NOT_INFERRED: Final = """
    AllClose CDist CTCDecode CholeskyInverse Corrcoef Correlate Cross Det Diff Dot Eig Eigh FFT FFT2
    Histogram IFFT2 IRFFT ISTFT InTopK Inner IsIn Kron Logdet Lstsq LuFactor MatrixRank Meshgrid
    Nonzero Outer Pinv Polar Qr RFFT STFT SVD SegmentMax SegmentMin SegmentProd SegmentReduction
    SegmentSum Select Slogdet Solve SolveTriangular Unique UnravelIndex Vander Vdot ViewAsComplex
    ViewAsReal
"""
"""Not elementwise, though their kind is that of functions that are."""

ARITHMETIC: Final[dict[str, Inference]] = {
    f"ops.{name}": infer
    for names, infer in (
        (_REDUCTIONS, reduction),
        (_WITHOUT_KEEPDIMS, reduction_without_keepdims),
        (_ALONG_AXIS, along_axis),
        (_SAME, same),
        (_NOT_INFERRED, not_inferred),
        ("Moments", moments),
        ("Matmul", matmul),
        ("Tensordot", tensordot),
        ("Einsum", einsum),
        ("Glu", gated_linear_unit),
        ("Ndim Size", scalar),
    )
    for name in names.split()
}
