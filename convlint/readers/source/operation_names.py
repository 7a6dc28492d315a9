"""The functions of ``keras.ops``: their arguments by position, and the operation each records.

``keras.backend`` of older eras has many of them under the same names.
"""

from __future__ import annotations

from typing import Final

_ARGUMENTS: Final = {
    "x": """
        abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh bitwise_invert bitwise_not
        cbrt ceil conj conjugate copy corrcoef cos cosh deg2rad det eig eigh erf erfc erfinv exp
        exp2 expm1 fabs fft fft2 fliplr flipud floor hard_sigmoid hard_silu hard_swish hard_tanh i0
        ifft2 imag inv isfinite isinf isnan isneginf isposinf isreal log log10 log1p log2
        log_sigmoid logdet logical_not lu_factor negative nonzero rad2deg ravel real reciprocal
        relu relu6 rsqrt selu sigmoid sign signbit silu sin sinc sinh slogdet softplus softsign
        sparse_plus sparse_sigmoid sqrt square swish tan tanh tanh_shrink trunc view_as_complex
        view_as_real
    """,
    "x1 x2": """
        add arctan2 divide divide_no_nan dot equal floor_divide fmax fmin fmod gcd greater
        greater_equal heaviside hypot inner kron lcm ldexp less less_equal logaddexp logaddexp2
        logical_and logical_or logical_xor matmul maximum minimum mod multiply nextafter not_equal
        outer power subtract true_divide vdot
    """,
    "x axis keepdims": """
        all amax amin any argmax argmin logsumexp mean median nanargmax nanargmin nanmax nanmean
        nanmedian nanmin nanprod nanstd nansum nanvar ptp std sum var
    """,
    "x axis": "argsort count_nonzero expand_dims flip glu log_softmax softmax sort sparsemax "
    "squeeze stack",
    "x axis keepdims initial": "max min",
    "x axis keepdims dtype": "prod",
    "x axis dtype": "cumprod cumsum nancumprod nancumsum",
    "x dtype": "cast empty_like ones_like saturate_cast view zeros_like",
    "x fill_value dtype": "full_like",
    "x dtype sparse ragged": "convert_to_tensor",
    "variable": "stop_gradient",
    "xs axis": "concatenate",
    "xs": "dstack hstack vstack",
    "x1 x2 axis": "append",
    "x1 x2 axes": "tensordot",
    "subscripts *operands": "einsum",
    "condition x1 x2": "where",
    "x newshape": "reshape",
    "x axes": "transpose",
    "x axis1 axis2": "swapaxes",
    "x source destination": "moveaxis",
    "x repeats axis": "repeat",
    "x repeats": "tile",
    "x shape": "broadcast_to",
    "x indices_or_sections axis": "array_split split",
    "x indices_or_sections": "dsplit hsplit vsplit",
    "x num axis": "unstack",
    "x indices axis": "take take_along_axis",
    "inputs start_indices shape": "slice",
    "x key": "get_item",
    "x pad_width mode constant_values": "pad",
    "x shift axis": "roll",
    "x k": "diag diagflat tril triu",
    "x k sorted": "top_k",
    "x offset axis1 axis2": "diagonal trace",
    "x x_min x_max": "clip",
    "x decimals": "round",
    "x num_classes axis dtype sparse": "one_hot",
    "x axes keepdims synchronized": "moments",
    "x axis order epsilon": "normalize",
    "x ord axis keepdims": "norm",
    "x alpha": "celu elu",
    "x approximate": "gelu",
    "x negative_slope": "leaky_relu",
    "x b": "squareplus",
    "x threshold": "hard_shrink soft_shrink",
    "x threshold default_value": "threshold",
    "x axis weights": "average",
    "x mean variance axis offset scale epsilon": "batch_normalization",
    "x gamma beta axis epsilon": "layer_normalization",
    "x scale axis epsilon": "rms_normalization",
    "inputs kernel strides padding data_format dilation_rate": "conv depthwise_conv",
    "inputs kernel strides padding output_padding data_format dilation_rate": "conv_transpose",
    "inputs depthwise_kernel pointwise_kernel strides padding data_format dilation_rate": (
        "separable_conv"
    ),
    "inputs pool_size strides padding data_format": "average_pool max_pool",
    "inputs output_size data_format": "adaptive_average_pool adaptive_max_pool",
    "query key value bias mask scale is_causal flash_attention attn_logits_soft_cap": (
        "dot_product_attention"
    ),
    "x block_size data_format": "depth_to_space space_to_depth",
    "images size interpolation antialias crop_to_aspect_ratio pad_to_aspect_ratio fill_mode "
    "fill_value data_format": "resize",
    "images size strides dilation_rate padding data_format": "extract_patches",
    "images top_padding left_padding bottom_padding right_padding target_height target_width "
    "data_format": "pad_images",
    "images top_cropping left_cropping bottom_cropping right_cropping target_height target_width "
    "data_format": "crop_images",
    "images data_format": "hsv_to_rgb rgb_to_grayscale rgb_to_hsv sobel_edges",
    "target output from_logits": "binary_crossentropy",
    "target output from_logits axis": "categorical_crossentropy sparse_categorical_crossentropy",
}
"""Names of the arguments, in order -> the functions that take them."""

_CLASSES: Final = {
    "abs": "Absolute",
    "swish": "Silu",
    "hard_swish": "HardSilu",
    "fft": "FFT",
    "fft2": "FFT2",
    "ifft2": "IFFT2",
    "hsv_to_rgb": "HSVToRGB",
    "rgb_to_grayscale": "RGBToGrayscale",
    "rgb_to_hsv": "RGBToHSV",
    "batch_normalization": "BatchNorm",
    "layer_normalization": "LayerNorm",
    "rms_normalization": "RMSNorm",
}

OPERATION_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(arguments.split())
    for arguments, names in _ARGUMENTS.items()
    for name in names.split()
}
"""Function -> the names of its arguments; one with a star takes all that are left."""


def operation_class(function: str) -> str:
    """The class of the operation that a function of ``keras.ops`` records, without its prefix."""
    return _CLASSES.get(function) or "".join(part.capitalize() for part in function.split("_"))
