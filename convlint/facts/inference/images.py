"""Shapes of the operations on feature maps and images."""

from __future__ import annotations

from typing import Final

from convlint.facts.inference.core import same
from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    compute,
    dimension,
    per_axis,
    product,
)
from convlint.facts.inference.site import Inference, Site, with_shape
from convlint.facts.inference.spatial import transposed_windows, windows
from convlint.kleene import UNKNOWN


@with_shape
def conv(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    """Convolution with a kernel, of shape (*spatial, input channels, output channels).

    A transposed one has the output channels first, a depthwise one a multiplier in their place.
    """
    axes = len(shape) - 2
    if axes < 1:
        return UNKNOWN
    kernel, *pointwise = (*site.inputs[1:], UNKNOWN)
    if kernel is UNKNOWN or len(kernel) != axes + 2:
        kernel = (UNKNOWN,) * (axes + 2)
    batch, sizes, _ = site.map_of(axes)
    if "transposed_conv" in site.call.kinds:
        return site.map_shape(batch, transposed_windows(site, sizes, kernel[:axes]), kernel[-2])
    spatial = windows(site, sizes, kernel[:axes])
    if "depthwise" in site.call.kinds:
        return site.map_shape(batch, spatial, product(kernel[-2:]))
    if "separable" in site.call.kinds:
        last = pointwise[0] if pointwise else UNKNOWN
        return site.map_shape(batch, spatial, UNKNOWN if last is UNKNOWN or not last else last[-1])
    return site.map_shape(batch, spatial, kernel[-1])


@with_shape
def pool(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    axes = len(shape) - 2
    if axes < 1:
        return UNKNOWN
    batch, sizes, channels = site.map_of(axes)
    adaptive = site.argument("output_size")
    if adaptive is not UNKNOWN:
        return site.map_shape(batch, per_axis(adaptive, axes), channels)
    return site.map_shape(batch, windows(site, sizes, site.argument("pool_size")), channels)


def resize(site: Site) -> TensorShape:
    batch, _, channels = site.map_of(2)
    return site.map_shape(batch, per_axis(site.argument("size"), 2), channels)


def some_size(site: Site) -> TensorShape:
    """An image whose size is not worked out."""
    batch, _, channels = site.map_of(2)
    return site.map_shape(batch, (UNKNOWN, UNKNOWN), channels)


def grayscale(site: Site) -> TensorShape:
    batch, sizes, _ = site.map_of(2)
    return site.map_shape(batch, sizes, 1)


def depth_to_space(site: Site) -> TensorShape:
    batch, sizes, channels = site.map_of(2)
    block = dimension(site.argument("block_size"))
    spatial = tuple(product((size, block)) for size in sizes)
    return site.map_shape(batch, spatial, _divided(channels, product((block, block))))


def space_to_depth(site: Site) -> TensorShape:
    batch, sizes, channels = site.map_of(2)
    block = dimension(site.argument("block_size"))
    spatial = tuple(_divided(size, block) for size in sizes)
    return site.map_shape(batch, spatial, product((channels, block, block)))


def _divided(size: Dimension, by: Dimension) -> Dimension:
    return compute(lambda n, d: n // d if d and n % d == 0 else -1, size, by)


def extract_patches(site: Site) -> TensorShape:
    batch, sizes, channels = site.map_of(2)
    size = per_axis(site.argument("size"), 2)
    return site.map_shape(batch, windows(site, sizes, size), product((*size, channels)))


_SAME: Final = """
    RGBToHSV HSVToRGB GaussianBlur ElasticTransform AffineTransform PerspectiveTransform
"""

IMAGES: Final[dict[str, Inference]] = {
    **{f"ops.{name}": same for name in _SAME.split()},
    **dict.fromkeys(
        ("ops.Conv", "ops.DepthwiseConv", "ops.SeparableConv", "ops.ConvTranspose"), conv
    ),
    **dict.fromkeys(
        ("ops.MaxPool", "ops.AveragePool", "ops.AdaptiveMaxPool", "ops.AdaptiveAveragePool"), pool
    ),
    "ops.Resize": resize,
    "ops.PadImages": some_size,
    "ops.CropImages": some_size,
    "ops.RGBToGrayscale": grayscale,
    "ops.DepthToSpace": depth_to_space,
    "ops.SpaceToDepth": space_to_depth,
    "ops.ExtractPatches": extract_patches,
}
