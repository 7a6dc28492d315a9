"""TensorFlow operations that tf.keras 2 saved as layers, in the vocabulary of operations.

``TFOpLambda`` and ``SlicingOpLambda`` name a function of TensorFlow (``math.reduce_mean``) with its
keyword arguments; ``TensorFlowOpLayer``, before them, an operation of its graphs (``AddV2``).
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from convlint.kleene import UNKNOWN
from convlint.readers.nodes import FIRST
from convlint.readers.operations import PREFIX, TENSORFLOW, call_arguments
from convlint.readers.saved import SavedLayer
from convlint.readers.values import snake_case


class Function(NamedTuple):
    """What a TensorFlow function is in the vocabulary.

    Attributes:
        name: the operation.
        config: its keyword arguments that are configuration -> their names there.
        call: its arguments that may be tensors, the first one first.
        defaults: configuration that TensorFlow's function has by default and Keras' has not.
        lists: whether the first argument is a list of tensors.
    """

    name: str
    config: Mapping[str, str] = MappingProxyType({})
    call: tuple[str, ...] = ("x",)
    defaults: Mapping[str, Any] = MappingProxyType({})
    lists: bool = False


_BINARY: Final = {
    "Add": "add add_v2 __operators__.add __operators__.radd",
    "Subtract": "subtract sub __operators__.sub __operators__.rsub",
    "Multiply": "multiply mul __operators__.mul __operators__.rmul",
    "Divide": "divide real_div __operators__.div",
    "TrueDivide": "truediv __operators__.truediv __operators__.rtruediv",
    "DivideNoNan": "divide_no_nan div_no_nan",
    "FloorDivide": "floordiv floor_div",
    "Mod": "floormod mod floor_mod",
    "Power": "pow",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Equal": "equal",
    "NotEqual": "not_equal",
    "Greater": "greater",
    "GreaterEqual": "greater_equal",
    "Less": "less",
    "LessEqual": "less_equal",
    "LogicalAnd": "logical_and",
    "LogicalOr": "logical_or",
}
"""Operations of two tensors -> the names that TensorFlow has for them."""

_UNARY: Final = {
    "Relu": "relu",
    "Relu6": "relu6",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Elu": "elu",
    "Selu": "selu",
    "Silu": "silu swish",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "LogSigmoid": "log_sigmoid",
    "Negative": "negative neg",
    "Absolute": "abs",
    "Exp": "exp",
    "Log": "log",
    "Log1p": "log1p",
    "Sqrt": "sqrt",
    "Rsqrt": "rsqrt",
    "Square": "square",
    "Reciprocal": "reciprocal",
    "Sign": "sign",
    "Sin": "sin",
    "Cos": "cos",
    "Erf": "erf",
    "Floor": "floor",
    "Ceil": "ceil",
    "Round": "round",
    "LogicalNot": "logical_not",
    "Isnan": "is_nan",
    "ZerosLike": "zeros_like",
    "OnesLike": "ones_like",
    "StopGradient": "stop_gradient",
    "Copy": "identity ensure_shape",
    "ConvertToTensor": "convert_to_tensor",
}
"""Operations without further arguments."""

_REDUCTIONS: Final = {
    "Mean": "reduce_mean mean",
    "Sum": "reduce_sum sum",
    "Max": "reduce_max max",
    "Min": "reduce_min min",
    "Prod": "reduce_prod prod",
    "Any": "reduce_any any",
    "All": "reduce_all all",
    "Std": "reduce_std",
    "Var": "reduce_variance",
    "Logsumexp": "reduce_logsumexp logsumexp",
}
_REDUCTION: Final = {
    "axis": "axis",
    "keepdims": "keepdims",
    "reduction_indices": "axis",
    "keep_dims": "keepdims",
}
_AXIS: Final = {"axis": "axis"}
_BLOCKS: Final = {"block_size": "block_size", "data_format": "data_format"}
_POOLING: Final = {"ksize": "pool_size", "strides": "strides", "padding": "padding"}

_OTHERS: Final = {
    "gelu": Function("Gelu", {"approximate": "approximate"}, defaults={"approximate": False}),
    "leaky_relu": Function("LeakyRelu", {"alpha": "negative_slope"}),
    "softmax softmax_v2": Function("Softmax", {"axis": "axis", "dim": "axis"}),
    "log_softmax log_softmax_v2": Function("LogSoftmax", _AXIS),
    "argmax arg_max": Function("Argmax", _AXIS, defaults={"axis": 0}),
    "argmin arg_min": Function("Argmin", _AXIS, defaults={"axis": 0}),
    "cumsum": Function("Cumsum", _AXIS, defaults={"axis": 0}),
    "l2_normalize": Function("Normalize", _AXIS, defaults={"axis": None}),
    "add_n": Function("Add", lists=True),
    "concat concat_v2": Function("Concatenate", _AXIS, lists=True),
    "stack pack": Function("Stack", _AXIS, lists=True),
    "unstack unpack": Function("Unstack", {"axis": "axis", "num": "num"}),
    "split split_v": Function(
        "Split", {"num_or_size_splits": "indices_or_sections", "axis": "axis"}
    ),
    "reshape": Function("Reshape", {"shape": "newshape"}),
    "transpose": Function("Transpose", {"perm": "axes"}),
    "expand_dims": Function("ExpandDims", _AXIS),
    "squeeze": Function("Squeeze", {"axis": "axis", "squeeze_dims": "axis"}),
    "tile": Function("Tile", {"multiples": "repeats"}),
    "repeat": Function("Repeat", {"repeats": "repeats", "axis": "axis"}),
    "slice": Function("Slice", {"size": "shape"}, ("inputs", "begin")),
    "broadcast_to": Function("BroadcastTo", {"shape": "shape"}),
    "reverse": Function("Flip", _AXIS),
    "roll": Function("Roll", {"shift": "shift", "axis": "axis"}),
    "pad pad_v2 mirror_pad": Function("Pad", {"paddings": "pad_width", "mode": "mode"}),
    "clip_by_value": Function("Clip", {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "cast": Function("Cast", {"dtype": "dtype"}),
    "one_hot": Function("OneHot", {"depth": "num_classes", "axis": "axis"}),
    "top_k": Function("TopK", {"k": "k", "sorted": "sorted"}, defaults={"k": 1}),
    "gather gather_v2": Function("Take", _AXIS, ("x", "indices"), {"axis": 0}),
    "where where_v2 select select_v2": Function("Where", {}, ("condition", "x", "y")),
    "matmul batch_mat_mul batch_mat_mul_v2": Function("Matmul", {}, ("a", "b")),
    "tensordot": Function("Tensordot", {"axes": "axes"}, ("a", "b")),
    "einsum": Function("Einsum", {"equation": "subscripts"}, lists=True),
    "depth_to_space": Function("DepthToSpace", _BLOCKS),
    "space_to_depth": Function("SpaceToDepth", _BLOCKS),
    "resize resize_bilinear": Function("Resize", {"size": "size", "method": "interpolation"}),
    "__operators__.getitem strided_slice": Function("GetItem", {}, ("x", "slice_spec")),
    "max_pool max_pool1d max_pool2d max_pool3d": Function("MaxPool", _POOLING),
    "avg_pool avg_pool1d avg_pool2d avg_pool3d": Function("AveragePool", _POOLING),
}

_FUNCTIONS: Final = {
    name: function
    for names, function in [
        *((names, Function(name)) for name, names in _UNARY.items()),
        *((names, Function(name, {}, ("x", "y"))) for name, names in _BINARY.items()),
        *((names, Function(name, _REDUCTION)) for name, names in _REDUCTIONS.items()),
        *_OTHERS.items(),
    ]
    for name in names.split()
}
_NAMESPACES: Final = frozenset({"math", "nn", "linalg", "image", "keras.backend"})
_DATA_FORMATS: Final = {"NHWC": "channels_last", "NCHW": "channels_first"}
_TRANSPOSING: Final = ("transpose_a", "transpose_b", "adjoint_a", "adjoint_b")


def read_operation(layer: SavedLayer) -> None:
    """Give a layer, one of ``TENSORFLOW_LAYERS``, its place in the vocabulary.

    An operation that the vocabulary lacks gets the name of its function, ``tf.linalg.inv``.
    """
    if layer.class_name == "TensorFlowOpLayer":
        _read_node_def(layer)
    else:
        _read_function(layer)


def _read_function(layer: SavedLayer) -> None:
    symbol = layer.config.get("function")
    layer.config = {}
    if not isinstance(symbol, str):
        return
    found = function(symbol)
    if (
        found is None
        # tf.keras 2 loses the tensors of some functions, such as those of einsum.
        or not all(call.tensors() or call.masks for call in layer.calls)
        # TensorFlow stacks a list of tensors that is passed where it wants one.
        or (not found.lists and any(len(call.inputs) > 1 for call in layer.calls))
    ):
        layer.class_name = TENSORFLOW + symbol
        return
    layer.class_name = PREFIX + found.name
    configs = []
    for call in layer.calls:
        for name in found.config.keys() & call.named.keys():
            # A size that was computed is a setting nobody knows, and no data.
            call.arguments[name] = UNKNOWN
            del call.named[name]
        constants = {found.call[0] if k == FIRST else k: v for k, v in call.arguments.items()}
        config, call.arguments = _rename(found, constants)
        configs.append(config)
    layer.config = _common(configs)


def _common(configs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entries of the configurations of all calls, UNKNOWN where they differ."""
    result: dict[str, Any] = {}
    for key in dict.fromkeys(key for config in configs for key in config):
        values = [config.get(key, UNKNOWN) for config in configs]
        result[key] = values[0] if all(value == values[0] for value in values) else UNKNOWN
    return result


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


def _rename(
    function: Function, constants: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a TensorFlow function's constants into configuration and call arguments.

    Both are under Keras 3's names, with Keras 3's meaning.
    """
    config: dict[str, Any] = dict(function.defaults)
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
    elif function.name == "Slice" and -1 in _sizes(config.get("shape")):
        config["shape"] = UNKNOWN  # "to the end", which Keras' operation has no sign for
    elif function.name == "Pad" and isinstance(config.get("mode"), str):
        config["mode"] = config["mode"].lower()
    elif function.name in ("DepthToSpace", "SpaceToDepth") and "data_format" in config:
        config["data_format"] = _DATA_FORMATS.get(str(config["data_format"]), UNKNOWN)
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


def _sizes(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


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


_CONSTANT_INPUTS: Final = {
    **dict.fromkeys((*_REDUCTIONS, "Argmax", "Argmin", "ExpandDims"), "axis"),
    "Reshape": "newshape",
    "Transpose": "axes",
    "Tile": "repeats",
    "Pad": "pad_width",
    "BroadcastTo": "shape",
}
"""Operations of TensorFlow's graphs whose second input is configuration here."""


def _read_node_def(layer: SavedLayer) -> None:
    node_def, constants = layer.config.get("node_def"), layer.config.get("constants")
    layer.config = {}
    operation = node_def.get("op") if isinstance(node_def, Mapping) else None
    if not isinstance(node_def, Mapping) or not isinstance(operation, str):
        return
    found = _FUNCTIONS.get(snake_case(operation)) or _FUNCTIONS.get(operation.lower())
    if found is None:
        layer.class_name = TENSORFLOW + operation
        return
    layer.class_name = PREFIX + found.name
    arguments: dict[str, Any] = {}
    names = call_arguments(found.name)
    for position, value in constants.items() if isinstance(constants, Mapping) else ():
        if position == "1" and found.name in _CONSTANT_INPUTS:
            layer.config[_CONSTANT_INPUTS[found.name]] = value
        elif position.isdecimal() and int(position) < len(names):
            arguments[names[int(position)]] = value
    if found.name == "GetItem":
        arguments = {"key": UNKNOWN}  # its masks are spread over the attributes
    elif found.name in _REDUCTIONS:
        layer.config["keepdims"] = _flag(node_def, "keep_dims")
    elif found.name not in _UNARY and found.name not in _BINARY:
        # Constants beyond the second input and attributes are not read: say so.
        for name in found.config.values():
            layer.config.setdefault(name, UNKNOWN)
    for call in layer.calls:
        call.arguments = dict(arguments)


def _flag(node_def: Mapping[str, Any], name: str) -> Any:
    attributes = node_def.get("attr")
    attribute = attributes.get(name) if isinstance(attributes, Mapping) else None
    value = attribute.get("b", False) if isinstance(attribute, Mapping) else False
    return value if isinstance(value, bool) else UNKNOWN
