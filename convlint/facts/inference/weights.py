"""Numbers of weights of the layers; to add a class, add a line to the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from convlint.facts.inference.core import einsum_dense
from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    axis_indices,
    compute,
    dimension,
    integer,
    per_axis,
    product,
    total,
)
from convlint.facts.inference.sequence import Cell, cells
from convlint.facts.inference.site import Site
from convlint.facts.inference.spatial import windows
from convlint.kleene import UNKNOWN

Count: TypeAlias = Callable[[Site], Dimension]

_WITHOUT: Final = frozenset(
    {
        *("input", "output", "identity", "act", "dropout", "noise", "mask", "augment"),
        *("pool", "global_pool", "pad", "crop", "upsample", "resize"),
        *("flatten", "reshape", "permute", "repeat", "slice", "reorder", "merge", "scale"),
    }
)
"""Kinds of layers without weights, but for the classes in the table."""


def weights(site: Site) -> Dimension:
    """Number of weights of a layer that is called at ``site``."""
    count = _COUNTS.get(site.call.class_name)
    if count is not None:
        return count(site)
    if site.call.class_name.startswith("ops."):
        return UNKNOWN if "unknown" in site.call.kinds else 0
    return 0 if site.call.kinds & _WITHOUT else UNKNOWN


def spectral_vector(site: Site) -> Dimension:
    """What ``SpectralNormalization`` adds: a vector as long as the kernel's last axis."""
    if "transposed_conv" in site.call.kinds:
        return UNKNOWN if site.data is UNKNOWN else site.map_of(len(site.data) - 2)[2]
    for name in ("units", "filters", "output_dim"):
        size = dimension(site.argument(name))
        if size is not UNKNOWN:
            return size
    return UNKNOWN


def _features(site: Site) -> Dimension:
    return UNKNOWN if site.data is UNKNOWN or not site.data else site.data[-1]


def _flag(site: Site, argument: str) -> Dimension:
    """1 if the argument is true, 0 if it is false."""
    value = site.argument(argument)
    return int(value) if isinstance(value, bool) else UNKNOWN


def _low_rank(site: Site, kernel: tuple[Dimension, ...]) -> Dimension:
    """The kernel's size with that of its low-rank adapter, if it has one."""
    config = site.call.config
    if config.get("quantization_config") is not None:
        return UNKNOWN
    if config.get("lora_rank") is None:
        return product(kernel)
    ends = total((product(kernel[:-1]), kernel[-1]))
    return total((product(kernel), product((ends, dimension(config["lora_rank"])))))


def _dense(site: Site) -> Dimension:
    units = dimension(site.argument("units"))
    kernel = _low_rank(site, (_features(site), units))
    return total((kernel, product((units, _flag(site, "use_bias")))))


def _einsum_dense(site: Site) -> Dimension:
    """The sizes of the kernel's and the bias' axes, by their letters in the equation."""
    equation = str(site.argument("equation")).replace("...", "")
    form = re.fullmatch(r"(\w+),(\w+)->(\w+)", equation)
    output = einsum_dense(site)
    if form is None or site.data is UNKNOWN or not isinstance(output, tuple):
        return UNKNOWN
    before = str(site.argument("equation")).startswith("...")
    sizes: dict[str, Dimension] = {}
    for letters, shape in ((form[3], output), (form[1], site.data)):
        elided = len(shape) - len(letters) if before else 0
        sizes.update(zip(letters, shape[max(elided, 0) :], strict=False))
    kernel = tuple(sizes.get(letter, UNKNOWN) for letter in form[2])
    axes = site.argument("bias_axes")
    if axes in (None, ""):
        return _low_rank(site, kernel)
    bias = product(sizes.get(axis, UNKNOWN) for axis in axes) if isinstance(axes, str) else UNKNOWN
    return total((_low_rank(site, kernel), bias))


def _kernel(site: Site, axes: int) -> Dimension:
    return product(per_axis(site.argument("kernel_size"), axes))


def _conv(site: Site, axes: int) -> Dimension:
    _, _, channels = site.map_of(axes)
    filters, groups = dimension(site.argument("filters")), site.argument("groups")
    of_one_group = compute(
        lambda n, g: n // g if g else -1,
        channels,
        1 if groups is UNKNOWN else dimension(groups),
    )
    kernel = product((_kernel(site, axes), of_one_group, filters))
    return total((kernel, product((filters, _flag(site, "use_bias")))))


def _depthwise(site: Site, axes: int) -> Dimension:
    _, _, channels = site.map_of(axes)
    maps = product((channels, dimension(site.argument("depth_multiplier"))))
    return product((maps, total((_kernel(site, axes), _flag(site, "use_bias")))))


def _separable(site: Site, axes: int) -> Dimension:
    _, _, channels = site.map_of(axes)
    filters = dimension(site.argument("filters"))
    maps = product((channels, dimension(site.argument("depth_multiplier"))))
    pointwise = product((total((maps, _flag(site, "use_bias"))), filters))
    return total((product((maps, _kernel(site, axes))), pointwise))


def _locally_connected(site: Site, axes: int) -> Dimension:
    """A kernel and a bias of its own at each place of the output."""
    _, sizes, channels = site.map_of(axes)
    places = product(windows(site, sizes, site.argument("kernel_size")))
    inputs = product((_kernel(site, axes), channels))
    return product(
        (places, dimension(site.argument("filters")), total((inputs, _flag(site, "use_bias"))))
    )


def _embedding(site: Site) -> Dimension:
    table = (dimension(site.argument("input_dim")), dimension(site.argument("output_dim")))
    return _low_rank(site, table)


def _reversible_embedding(site: Site) -> Dimension:
    table = _embedding(site)
    tied = site.argument("tie_weights")
    return product((table, 1 if tied else 2)) if isinstance(tied, bool) else UNKNOWN


def _along(site: Site) -> Dimension:
    """Product of the input's dimensions that the ``axis`` argument names."""
    axes = UNKNOWN if site.data is UNKNOWN else axis_indices(site.argument("axis"), len(site.data))
    if site.data is UNKNOWN or axes is UNKNOWN:
        return UNKNOWN
    return product(site.data[axis] for axis in axes)


def _gamma_beta(site: Site) -> Dimension:
    # Under rms_scaling, an argument of some versions of Keras 3, there is no beta.
    rms = site.call.config.get("rms_scaling") is True
    vectors = (1,) if rms else (_flag(site, "center"), _flag(site, "scale"))
    return product((_along(site), total(vectors)))


def _batch_norm(site: Site) -> Dimension:
    if site.argument("renorm") is True:
        return UNKNOWN
    return product((_along(site), total((_flag(site, "center"), _flag(site, "scale"), 2))))


def _normalization(site: Site) -> Dimension:
    """Mean and variance along the axes, and the count of samples, unless they are given."""
    if site.argument("mean") is not None:
        return 0
    statistics = 1 if site.argument("axis") is None else _along(site)
    return total((product((2, statistics)), 1))


def _cell(cell: Cell, features: Dimension) -> Dimension:
    """A kernel, a recurrent kernel and a bias for each gate."""
    gates = _GATES[cell.class_name]
    peepholes = 3 if cell.class_name == "PeepholeLSTMCell" else 0
    of_gate = total((features, cell.units, _cell_biases(cell)))
    return product((cell.units, total((product((gates, of_gate)), peepholes))))


def _cell_biases(cell: Cell) -> Dimension:
    """Number of bias vectors of a gate: two where the recurrent product has one of its own."""
    if cell.class_name.startswith("CuDNN"):
        return 2
    use_bias, reset_after = cell.argument("use_bias"), cell.argument("reset_after")
    if not isinstance(use_bias, bool):
        return UNKNOWN
    if not use_bias or reset_after is UNKNOWN:
        return int(use_bias)
    return 2 if reset_after is True else 1


_GATES: Final = {
    "SimpleRNN": 1,
    "SimpleRNNCell": 1,
    "GRU": 3,
    "GRUCell": 3,
    "CuDNNGRU": 3,
    "LSTM": 4,
    "LSTMCell": 4,
    "PeepholeLSTMCell": 4,
    "CuDNNLSTM": 4,
}


def _recurrent(site: Site) -> Dimension:
    stack = cells(site)
    if not stack:
        return UNKNOWN
    widths = (_features(site), *(cell.units for cell in stack))
    return total(_cell(cell, width) for cell, width in zip(stack, widths, strict=False))


def _conv_recurrent(site: Site, axes: int) -> Dimension:
    shape = site.data
    if shape is UNKNOWN or len(shape) != axes + 3:
        return UNKNOWN
    channels = shape[2] if site.channels_first else shape[-1]
    filters = dimension(site.argument("filters"))
    inputs = product((_kernel(site, axes), total((channels, filters))))
    return product((4, filters, total((inputs, _flag(site, "use_bias")))))


def _last(shape: TensorShape) -> Dimension:
    return UNKNOWN if shape is UNKNOWN or not shape else shape[-1]


def _attention_inputs(site: Site) -> tuple[Dimension, Dimension, Dimension]:
    """Features of query, key and value, of inputs in the order query, value, key."""
    if len(site.inputs) < 2:
        return _features(site), UNKNOWN, UNKNOWN
    query, value, *others = site.inputs
    return _last(query), _last(others[0] if others else value), _last(value)


def _projection(features: Dimension, outputs: Dimension, bias: Dimension) -> Dimension:
    return product((outputs, total((features, bias))))


def _multi_head_attention(site: Site) -> Dimension:
    query, key, value = _attention_inputs(site)
    heads, bias = dimension(site.argument("num_heads")), _flag(site, "use_bias")
    key_dim, value_dim = site.argument("key_dim"), site.argument("value_dim")
    keys = product((heads, dimension(key_dim)))
    values = product((heads, dimension(key_dim if value_dim in (None, 0) else value_dim)))
    stated = site.argument("output_shape")
    sizes = stated if isinstance(stated, tuple) else (stated,)
    outputs = query if stated in (None, ()) else product(map(dimension, sizes))
    gate = product((_flag(site, "use_gate"), _projection(query, values, bias)))
    return total(
        (
            _projection(query, keys, bias),
            _projection(key, keys, bias),
            _projection(value, values, bias),
            _projection(values, outputs, bias),
            gate,
        )
    )


def _grouped_query_attention(site: Site) -> Dimension:
    query, key, value = _attention_inputs(site)
    size, bias = dimension(site.argument("head_dim")), _flag(site, "use_bias")
    queries = product((size, dimension(site.argument("num_query_heads"))))
    keys = product((size, dimension(site.argument("num_key_value_heads"))))
    gate = product((_flag(site, "use_gate"), _projection(query, queries, bias)))
    return total(
        (
            _projection(query, queries, bias),
            _projection(key, keys, bias),
            _projection(value, keys, bias),
            _projection(queries, query, bias),
            gate,
        )
    )


def _attention(site: Site) -> Dimension:
    return total((_flag(site, "use_scale"), int(site.argument("score_mode") == "concat")))


def _additive_attention(site: Site) -> Dimension:
    return product((_flag(site, "use_scale"), _features(site)))


def _elementwise(number: int) -> Count:
    """So many weights for each value of a sample, but one for the whole of a shared axis."""

    def count(site: Site) -> Dimension:
        shared = site.argument("shared_axes")
        axes = () if shared is None else shared if isinstance(shared, tuple) else (shared,)
        if site.data is UNKNOWN or not site.data:
            return UNKNOWN
        sizes = list(site.data[1:])
        for axis in map(integer, axes):
            # Keras takes axis - 1 as an index, of a negative axis too.
            if axis is UNKNOWN or not -len(sizes) <= axis - 1 < len(sizes):
                return UNKNOWN
            sizes[axis - 1] = 1
        return product((number, *sizes))

    return count


def _maxout(site: Site) -> Dimension:
    pieces, units = dimension(site.argument("nb_feature")), dimension(site.argument("output_dim"))
    return _projection(_features(site), product((pieces, units)), _flag(site, "bias"))


def _highway(site: Site) -> Dimension:
    features = _features(site)
    return product((2, _projection(features, features, _flag(site, "bias"))))


def _layer_scale(site: Site) -> Dimension:
    return dimension(site.argument("projection_dim"))


def _stft(site: Site) -> Dimension:
    """A kernel for the real part, one for the imaginary part, or both."""
    length, stated = site.argument("frame_length"), site.argument("fft_length")
    bins = compute(lambda size: size // 2 + 1, dimension(length if stated is None else stated))
    parts = 1 if site.argument("mode") in ("real", "imag") else 2
    return product((parts, dimension(length), bins))


def _none(site: Site) -> Dimension:
    return 0


def _of_rank(count: Callable[[Site, int], Dimension], axes: int) -> Count:
    return lambda site: count(site, axes)


_BY_RANK: Final = {
    "Conv{}D": _conv,
    "Conv{}DTranspose": _conv,
    "DepthwiseConv{}D": _depthwise,
    "SeparableConv{}D": _separable,
    "LocallyConnected{}D": _locally_connected,
    "ConvLSTM{}D": _conv_recurrent,
}

_COUNTS: Final[dict[str, Count]] = {
    "Dense": _dense,
    "EinsumDense": _einsum_dense,
    "MaxoutDense": _maxout,
    "Highway": _highway,
    **{
        template.format(axes): _of_rank(count, axes)
        for template, count in _BY_RANK.items()
        for axes in (1, 2, 3)
    },
    "Embedding": _embedding,
    "ReversibleEmbedding": _reversible_embedding,
    "BatchNormalization": _batch_norm,
    "SyncBatchNormalization": _batch_norm,
    "LayerNormalization": _gamma_beta,
    "GroupNormalization": _gamma_beta,
    "RMSNormalization": _along,
    "UnitNormalization": _none,
    "Normalization": _normalization,
    **dict.fromkeys((*_GATES, "RNN"), _recurrent),
    "MultiHeadAttention": _multi_head_attention,
    "GroupedQueryAttention": _grouped_query_attention,
    "Attention": _attention,
    "AdditiveAttention": _additive_attention,
    "PReLU": _elementwise(1),
    "ParametricSoftplus": _elementwise(2),
    "SReLU": _elementwise(4),
    "LayerScale": _layer_scale,
    "STFTSpectrogram": _stft,
    # Their function cannot own weights that Keras would count.
    **dict.fromkeys(("Lambda", "TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"), _none),
    **dict.fromkeys(
        ("CategoryEncoding", "Discretization", "Hashing", "HashedCrossing", "IntegerLookup"), _none
    ),
    **dict.fromkeys(("StringLookup", "TextVectorization", "MelSpectrogram"), _none),
    **dict.fromkeys(
        ("AutoContrast", "Equalization", "ContrastLimitedAdaptiveHistogramEqualization"), _none
    ),
}
