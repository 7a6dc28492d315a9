"""Shapes of the preprocessing layers that encode their input."""

from __future__ import annotations

from typing import Final

from convlint.facts.inference.core import same
from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    compute,
    dimension,
    product,
    window,
)
from convlint.facts.inference.site import Inference, Site
from convlint.kleene import UNKNOWN


def _encoded(site: Site, size: Dimension) -> TensorShape:
    """One-hot encoding replaces a last axis of size 1 and appends to others; counting replaces."""
    shape, mode = site.data, site.argument("output_mode")
    if mode == "int":
        return shape
    if shape is UNKNOWN or not shape or not isinstance(mode, str):
        return UNKNOWN
    if mode == "one_hot" and len(shape) > 1 and shape[-1] is UNKNOWN:
        return UNKNOWN
    if mode == "one_hot" and (shape[-1] != 1 or len(shape) == 1):
        return (*shape, size)
    return (*shape[:-1], size)


def category_encoding(site: Site) -> TensorShape:
    return _encoded(site, dimension(site.argument("num_tokens")))


def hashing(site: Site) -> TensorShape:
    return _encoded(site, dimension(site.argument("num_bins")))


def discretization(site: Site) -> TensorShape:
    boundaries = site.argument("bin_boundaries")
    bins = len(boundaries) + 1 if isinstance(boundaries, tuple) else site.argument("num_bins")
    shape = site.data
    if site.argument("output_mode") in ("multi_hot", "count"):
        if shape is UNKNOWN or len(shape) < 2:
            return UNKNOWN
        return (shape[0], *shape[2:], dimension(bins))
    return _encoded(site, dimension(bins))


def lookup(site: Site) -> TensorShape:
    # The size of an adapted vocabulary is in no configuration.
    padded = site.argument("pad_to_max_tokens") is True
    return _encoded(site, dimension(site.argument("max_tokens")) if padded else UNKNOWN)


def text_vectorization(site: Site) -> TensorShape:
    batch = UNKNOWN if site.data is UNKNOWN or not site.data else site.data[0]
    if site.argument("output_mode") == "int":
        return (batch, dimension(site.argument("output_sequence_length")))
    padded = site.argument("pad_to_max_tokens") is True
    return (batch, dimension(site.argument("max_tokens")) if padded else UNKNOWN)


def mel_spectrogram(site: Site) -> TensorShape:
    """From ``MelSpectrogram.compute_output_shape`` of Keras 3."""
    if site.data is UNKNOWN or not 1 <= len(site.data) <= 2:
        return UNKNOWN
    frames = compute(
        lambda samples, stride: (samples + stride + 1) // stride if stride else -1,
        site.data[-1],
        dimension(site.argument("sequence_stride")),
    )
    return (*site.data[:-1], dimension(site.argument("num_mel_bins")), frames)


def stft_spectrogram(site: Site) -> TensorShape:
    """A window over time for each channel; from the docstring of ``STFTSpectrogram``."""
    batch, (samples,), channels = site.map_of(1)
    length = dimension(site.argument("frame_length"))
    stated_step, stated_fft = site.argument("frame_step"), site.argument("fft_length")
    half = compute(lambda size: size // 2, length)
    step = half if stated_step is None else dimension(stated_step)
    fft = length if stated_fft is None else dimension(stated_fft)
    steps = window(samples, length, step, site.argument("padding"))
    parts = 2 if site.argument("mode") == "stft" else 1
    bins = compute(lambda size: (size // 2 + 1) * parts, fft)
    if site.argument("expand_dims") is True:
        return site.map_shape(batch, (steps, bins), channels)
    return site.map_shape(batch, (steps,), product((bins, channels)))


PREPROCESSING: Final[dict[str, Inference]] = {
    "Normalization": same,
    "CategoryEncoding": category_encoding,
    "Discretization": discretization,
    "Hashing": hashing,
    "HashedCrossing": hashing,
    "IntegerLookup": lookup,
    "StringLookup": lookup,
    "TextVectorization": text_vectorization,
    "MelSpectrogram": mel_spectrogram,
    "STFTSpectrogram": stft_spectrogram,
    **dict.fromkeys(
        ("AutoContrast", "Equalization", "ContrastLimitedAdaptiveHistogramEqualization"), same
    ),
}
