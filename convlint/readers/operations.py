"""One vocabulary for operations that are not layers: Keras 3's, with the prefix ``ops.``.

Keras 3 saves an operation under its own class; tf.keras 2 saves the TensorFlow function
(``TFOpLambda``) or graph operation (``TensorFlowOpLayer``) that was called. Here they meet.
An operation's constructor arguments (``axis``, ``newshape``) are configuration; constants that
stand where a tensor could (``x2`` of ``x * 0.1``, ``key`` of ``x[:, 0]``) are call arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Final, NamedTuple

from convlint.kleene import UNKNOWN

PREFIX: Final = "ops."

_BINARY: Final = ("x1", "x2")
_CALL_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        [
            "Add",
            "Subtract",
            "Multiply",
            "Divide",
            "TrueDivide",
            "DivideNoNan",
            "FloorDivide",
            "Mod",
            "Fmod",
            "Power",
            "Maximum",
            "Minimum",
            "Fmax",
            "Fmin",
            "Matmul",
            "Dot",
            "Inner",
            "Outer",
            "Vdot",
            "Kron",
            "Tensordot",
            "Cross",
            "Append",
            "Arctan2",
            "Hypot",
            "Equal",
            "NotEqual",
            "Greater",
            "GreaterEqual",
            "Less",
            "LessEqual",
            "LogicalAnd",
            "LogicalOr",
            "LogicalXor",
            "Logaddexp",
            "Isclose",
            "AllClose",
        ],
        _BINARY,
    ),
    "GetItem": ("x", "key"),
    "Where": ("condition", "x1", "x2"),
    "Take": ("x", "indices"),
    "TakeAlongAxis": ("x", "indices"),
    "Pad": ("x", "constant_values"),
    "Slice": ("inputs", "start_indices"),
    "SliceUpdate": ("inputs", "start_indices", "updates"),
    "FullLike": ("x", "fill_value"),
    "Average": ("x", "weights"),
    "DotProductAttention": ("query", "key", "value", "bias", "mask", "scale"),
}


def call_arguments(class_name: str) -> tuple[str, ...]:
    """Names of the positional arguments of an operation's call, as far as they matter."""
    return _CALL_ARGUMENTS.get(class_name.removeprefix(PREFIX), ())


class Function(NamedTuple):
    """What a TensorFlow function is in the vocabulary.

    ``config`` renames its keyword arguments to configuration entries, ``call`` names the
    arguments that may be tensors, the first one first.
    """

    name: str
    config: Mapping[str, str] = {}
    call: tuple[str, ...] = ("x",)


_REDUCTION: Final = {
    "axis": "axis",
    "keepdims": "keepdims",
    "reduction_indices": "axis",
    "keep_dims": "keepdims",
}
_X_Y: Final = ("x", "y")
_A_B: Final = ("a", "b")


def _functions() -> dict[str, Function]:
    table: dict[str, Function] = {}

    def add(names: str, name: str, *call: str, **config: str) -> None:
        function = Function(name, config, call or ("x",))
        table.update(dict.fromkeys(names.split(), function))

    for names, name in (
        ("add __operators__.add __operators__.radd add_v2", "Add"),
        ("subtract sub __operators__.sub __operators__.rsub", "Subtract"),
        ("multiply mul __operators__.mul __operators__.rmul", "Multiply"),
        ("divide realdiv __operators__.div", "Divide"),
        ("truediv __operators__.truediv __operators__.rtruediv", "TrueDivide"),
        ("divide_no_nan div_no_nan", "DivideNoNan"),
        ("floordiv floor_div", "FloorDivide"),
        ("floormod mod", "Mod"),
        ("pow", "Power"),
        ("maximum", "Maximum"),
        ("minimum", "Minimum"),
        ("equal", "Equal"),
        ("not_equal", "NotEqual"),
        ("greater", "Greater"),
        ("greater_equal", "GreaterEqual"),
        ("less", "Less"),
        ("less_equal", "LessEqual"),
        ("logical_and", "LogicalAnd"),
        ("logical_or", "LogicalOr"),
    ):
        add(names, name, *_X_Y)
    for names, name in (
        ("relu", "Relu"),
        ("relu6", "Relu6"),
        ("sigmoid", "Sigmoid"),
        ("tanh", "Tanh"),
        ("elu", "Elu"),
        ("selu", "Selu"),
        ("silu swish", "Silu"),
        ("softplus", "Softplus"),
        ("softsign", "Softsign"),
        ("negative neg", "Negative"),
        ("abs", "Absolute"),
        ("exp", "Exp"),
        ("log", "Log"),
        ("log1p", "Log1p"),
        ("sqrt", "Sqrt"),
        ("rsqrt", "Rsqrt"),
        ("square", "Square"),
        ("sign", "Sign"),
        ("sin", "Sin"),
        ("cos", "Cos"),
        ("erf", "Erf"),
        ("floor", "Floor"),
        ("ceil", "Ceil"),
        ("round", "Round"),
        ("reciprocal", "Reciprocal"),
        ("log_sigmoid", "LogSigmoid"),
        ("logical_not", "LogicalNot"),
        ("is_nan", "Isnan"),
        ("zeros_like", "ZerosLike"),
        ("ones_like", "OnesLike"),
        ("stop_gradient", "StopGradient"),
        ("identity", "Identity"),
        ("convert_to_tensor", "ConvertToTensor"),
        ("add_n", "Add"),
    ):
        add(names, name)
    for names, name in (
        ("reduce_mean mean", "Mean"),
        ("reduce_sum sum", "Sum"),
        ("reduce_max max", "Max"),
        ("reduce_min min", "Min"),
        ("reduce_prod prod", "Prod"),
        ("reduce_any any", "Any"),
        ("reduce_all all", "All"),
        ("reduce_std std", "Std"),
        ("reduce_variance var", "Var"),
        ("reduce_logsumexp logsumexp", "Logsumexp"),
    ):
        add(names, name, "input_tensor", **_REDUCTION)
    add("gelu", "Gelu", approximate="approximate")
    add("leaky_relu", "LeakyRelu", alpha="negative_slope")
    add("softmax softmax_v2", "Softmax", axis="axis", dim="axis")
    add("log_softmax log_softmax_v2", "LogSoftmax", axis="axis")
    add("argmax arg_max", "Argmax", axis="axis")
    add("argmin arg_min", "Argmin", axis="axis")
    add("cumsum", "Cumsum", axis="axis")
    add("l2_normalize", "Normalize", axis="axis")
    add("concat concat_v2", "Concatenate", axis="axis")
    add("stack pack", "Stack", axis="axis")
    add("unstack unpack", "Unstack", axis="axis", num="num")
    add("split split_v", "Split", num_or_size_splits="indices_or_sections", axis="axis")
    add("reshape", "Reshape", shape="newshape")
    add("transpose", "Transpose", perm="axes")
    add("expand_dims", "ExpandDims", axis="axis")
    add("squeeze", "Squeeze", axis="axis", squeeze_dims="axis")
    add("tile", "Tile", multiples="repeats")
    add("repeat", "Repeat", repeats="repeats", axis="axis")
    add("broadcast_to", "BroadcastTo", shape="shape")
    add("reverse", "Flip", axis="axis")
    add("roll", "Roll", shift="shift", axis="axis")
    add("pad pad_v2 mirror_pad", "Pad", paddings="pad_width", mode="mode")
    add("clip_by_value", "Clip", clip_value_min="x_min", clip_value_max="x_max")
    add("cast", "Cast", dtype="dtype")
    add("one_hot", "OneHot", depth="num_classes", axis="axis")
    add("top_k", "TopK", k="k", sorted="sorted")
    add("gather gather_v2", "Take", "x", "indices", axis="axis")
    add("where where_v2 select select_v2", "Where", "condition", "x", "y")
    add("matmul batch_mat_mul", "Matmul", *_A_B)
    add("tensordot", "Tensordot", *_A_B, axes="axes")
    add("einsum", "Einsum", equation="subscripts")
    add("depth_to_space", "DepthToSpace", block_size="block_size", data_format="data_format")
    add("space_to_depth", "SpaceToDepth", block_size="block_size", data_format="data_format")
    add("resize resize_images resize_bilinear", "Resize", size="size", method="interpolation")
    add("__operators__.getitem strided_slice", "GetItem", "x", "slice_spec")
    for kind, name in (("max", "MaxPool"), ("avg", "AveragePool")):
        add(
            f"{kind}_pool {kind}_pool2d {kind}_pool1d {kind}_pool3d",
            name,
            "input",
            ksize="pool_size",
            strides="strides",
            padding="padding",
        )
    return table


_FUNCTIONS: Final = _functions()
_NAMESPACES: Final = frozenset({"math", "nn", "linalg", "compat.v1", "image", "keras.backend"})
_TRANSPOSING: Final = ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")


def function(symbol: str) -> Function | None:
    """What TensorFlow's ``tf.<symbol>`` is, or None if the vocabulary lacks it."""
    found = _FUNCTIONS.get(symbol)
    if found is not None:
        return found
    name = symbol.removeprefix("tf.").removeprefix("compat.v1.")
    namespace, _, last = name.rpartition(".")
    if namespace and namespace not in _NAMESPACES:
        return None
    return _FUNCTIONS.get(last)


def rename(
    function: Function, constants: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a TensorFlow function's constants into configuration and call arguments.

    Both are under Keras 3's names, with Keras 3's meaning.
    """
    config: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    call_names = call_arguments(function.name)
    for name, value in constants.items():
        if name in function.config:
            config[function.config[name]] = value
        elif name in function.call and function.call.index(name) < len(call_names):
            arguments[call_names[function.call.index(name)]] = value
        elif name in _TRANSPOSING and value:
            # Keras' matmul transposes nothing: the shapes of this one are not its.
            config[name] = value
    if function.name == "Split":
        config["indices_or_sections"] = _split_points(config.get("indices_or_sections"))
    elif function.name == "GetItem":
        arguments["key"] = _slices(arguments.get("key", UNKNOWN))
    elif function.name == "Pad" and isinstance(config.get("mode"), str):
        config["mode"] = config["mode"].lower()
    elif function.name in ("MaxPool", "AveragePool"):
        config = {key: _pooling(key, value) for key, value in config.items()}
    return config, arguments


def _split_points(sizes: Any) -> Any:
    """TensorFlow states the sizes of the parts, Keras the positions between them."""
    if not isinstance(sizes, tuple):
        return UNKNOWN if sizes is None else sizes
    if not all(type(size) is int and size >= 0 for size in sizes):
        return UNKNOWN
    return tuple(accumulate(sizes))[:-1]


def _slices(spec: Any) -> Any:
    if isinstance(spec, Mapping) and spec.keys() == {"start", "stop", "step"}:
        return slice(spec["start"], spec["stop"], spec["step"])
    if isinstance(spec, tuple):
        return tuple(_slices(item) for item in spec)
    return spec


def _pooling(name: str, value: Any) -> Any:
    if name == "padding":
        return value.lower() if isinstance(value, str) else UNKNOWN
    if isinstance(value, tuple) and len(value) > 2:
        return value[1:-1]
    return value


_NODE_DEF_CONSTANTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("Mean", "Sum", "Max", "Min", "Prod", "All", "Any"), ("x", "axis")),
    "Reshape": ("x", "newshape"),
    "Transpose": ("x", "axes"),
    "ExpandDims": ("x", "axis"),
    "Tile": ("x", "repeats"),
    "Pad": ("x", "pad_width"),
    "Argmax": ("x", "axis"),
    "Argmin": ("x", "axis"),
    "BroadcastTo": ("x", "shape"),
}


def node_def(
    operation: str, attributes: Mapping[str, Any], constants: Mapping[str, Any]
) -> tuple[str | None, dict[str, Any], dict[str, Any]]:
    """What a graph operation of TensorFlow is: class, configuration, call arguments.

    ``operation`` is the ``op`` of a NodeDef (``AddV2``), ``attributes`` its ``attr``,
    ``constants`` its constant inputs by position. The class is None if the vocabulary lacks it.
    """
    from convlint.readers.values import snake_case

    found = _FUNCTIONS.get(snake_case(operation)) or _FUNCTIONS.get(operation.lower())
    if found is None:
        return None, {}, {}
    config: dict[str, Any] = {}
    arguments: dict[str, Any] = {}
    keep = attributes.get("keep_dims")
    if isinstance(keep, Mapping) and isinstance(keep.get("b"), bool):
        config["keepdims"] = keep["b"]
    positions = _NODE_DEF_CONSTANTS.get(found.name)
    for position, value in constants.items():
        names = positions or call_arguments(found.name)
        if not position.isdigit() or int(position) >= len(names):
            continue
        (config if positions else arguments)[names[int(position)]] = value
    if operation == "StridedSlice":
        arguments = {"key": UNKNOWN}
    return found.name, config, arguments
