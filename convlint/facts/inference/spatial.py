"""Shapes of the layers that work on feature maps: convolution, pooling, padding, resizing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    compute,
    dimension,
    per_axis,
    product,
    transposed_window,
    window,
)
from convlint.facts.inference.site import Inference, Site
from convlint.kleene import UNKNOWN


def windows(site: Site, sizes: tuple[Dimension, ...], kernel: object) -> tuple[Dimension, ...]:
    """Spatial dimensions after a window of the layer's strides, padding and dilation."""
    axes = len(sizes)
    strides = site.argument("strides")
    dilation = site.argument("dilation_rate")
    return tuple(
        window(size, kernel_size, stride, site.argument("padding"), dilation_rate)
        for size, kernel_size, stride, dilation_rate in zip(
            sizes,
            per_axis(kernel, axes),
            per_axis(kernel if strides is None else strides, axes),
            per_axis(1 if dilation is UNKNOWN else dilation, axes),
            strict=True,
        )
    )


def transposed_windows(
    site: Site, sizes: tuple[Dimension, ...], kernel: object
) -> tuple[Dimension, ...]:
    """Spatial dimensions after a transposed convolution with the layer's strides and padding."""
    axes, extra = len(sizes), site.argument("output_padding")
    return tuple(
        transposed_window(size, kernel_size, stride, site.argument("padding"), dilation, more)
        for size, kernel_size, stride, dilation, more in zip(
            sizes,
            per_axis(kernel, axes),
            per_axis(site.argument("strides"), axes),
            per_axis(site.argument("dilation_rate"), axes),
            (None,) * axes if extra is None else per_axis(extra, axes),
            strict=True,
        )
    )


def conv(site: Site, axes: int) -> TensorShape:
    batch, sizes, _ = site.map_of(axes)
    spatial = windows(site, sizes, site.argument("kernel_size"))
    return site.map_shape(batch, spatial, dimension(site.argument("filters")))


def depthwise(site: Site, axes: int) -> TensorShape:
    batch, sizes, channels = site.map_of(axes)
    spatial = windows(site, sizes, site.argument("kernel_size"))
    multiplier = dimension(site.argument("depth_multiplier"))
    return site.map_shape(batch, spatial, product((channels, multiplier)))


def transposed(site: Site, axes: int) -> TensorShape:
    batch, sizes, _ = site.map_of(axes)
    spatial = transposed_windows(site, sizes, site.argument("kernel_size"))
    return site.map_shape(batch, spatial, dimension(site.argument("filters")))


def pool(site: Site, axes: int) -> TensorShape:
    batch, sizes, channels = site.map_of(axes)
    return site.map_shape(batch, windows(site, sizes, site.argument("pool_size")), channels)


def global_pool(site: Site, axes: int) -> TensorShape:
    batch, _, channels = site.map_of(axes)
    keep = site.argument("keepdims")
    if not isinstance(keep, bool):
        return UNKNOWN
    return site.map_shape(batch, (1,) * axes, channels) if keep else (batch, channels)


def adaptive_pool(site: Site, axes: int) -> TensorShape:
    batch, _, channels = site.map_of(axes)
    return site.map_shape(batch, per_axis(site.argument("output_size"), axes), channels)


def margins(value: object, axes: int) -> tuple[Dimension, ...]:
    """What ``padding=`` or ``cropping=`` adds or removes along each axis, both sides together."""
    if axes == 1 and isinstance(value, tuple) and len(value) == 2:
        value = (value,)
    sides = value if isinstance(value, tuple) and len(value) == axes else (value,) * axes
    return tuple(
        compute(lambda before, after: before + after, *per_axis(side, 2)) for side in sides
    )


def pad(site: Site, axes: int) -> TensorShape:
    batch, sizes, channels = site.map_of(axes)
    added = margins(site.argument("padding"), axes)
    spatial = tuple(
        compute(lambda size, more: size + more, *pair) for pair in zip(sizes, added, strict=True)
    )
    return site.map_shape(batch, spatial, channels)


def crop(site: Site, axes: int) -> TensorShape:
    batch, sizes, channels = site.map_of(axes)
    removed = margins(site.argument("cropping"), axes)
    spatial = tuple(
        compute(lambda size, less: size - less, *pair) for pair in zip(sizes, removed, strict=True)
    )
    return site.map_shape(batch, spatial, channels)


def upsample(site: Site, axes: int) -> TensorShape:
    batch, sizes, channels = site.map_of(axes)
    factors = per_axis(site.argument("size"), axes)
    return site.map_shape(batch, tuple(map(product, zip(sizes, factors, strict=True))), channels)


def resize(site: Site) -> TensorShape:
    """Resizing and cropping to a stated height and width."""
    batch, _, channels = site.map_of(2)
    size = (dimension(site.argument("height")), dimension(site.argument("width")))
    return site.map_shape(batch, size, channels)


def random_height(site: Site) -> TensorShape:
    batch, (_, width), channels = site.map_of(2)
    return site.map_shape(batch, (UNKNOWN, width), channels)


def random_width(site: Site) -> TensorShape:
    batch, (height, _), channels = site.map_of(2)
    return site.map_shape(batch, (height, UNKNOWN), channels)


def _of_rank(infer: Callable[[Site, int], TensorShape], axes: int) -> Inference:
    return lambda site: infer(site, axes)


_BY_RANK: Final = {
    "Conv{}D": conv,
    "Conv{}DTranspose": transposed,
    "SeparableConv{}D": conv,
    "DepthwiseConv{}D": depthwise,
    "LocallyConnected{}D": conv,
    "MaxPooling{}D": pool,
    "AveragePooling{}D": pool,
    "GlobalMaxPooling{}D": global_pool,
    "GlobalAveragePooling{}D": global_pool,
    "AdaptiveMaxPooling{}D": adaptive_pool,
    "AdaptiveAveragePooling{}D": adaptive_pool,
    "ZeroPadding{}D": pad,
    "Cropping{}D": crop,
    "UpSampling{}D": upsample,
}

SPATIAL: Final[dict[str, Inference]] = {
    **{
        template.format(axes): _of_rank(infer, axes)
        for template, infer in _BY_RANK.items()
        for axes in (1, 2, 3)
    },
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), resize),
    "RandomHeight": random_height,
    "RandomWidth": random_width,
}
