"""Class and argument names of older eras under the names that Keras uses today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from convlint import kinds
from convlint.kinds.layers import LAYERS
from convlint.kleene import UNKNOWN, Unknown
from convlint.readers.values import plain, shape, snake_case

_WEIGHT: Final = {
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
_DENSE: Final = {**_WEIGHT, "output_dim": "units"}
_SPATIAL: Final = {"border_mode": "padding", "dim_ordering": "data_format"}
_CONV: Final = {
    **_WEIGHT,
    **_SPATIAL,
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "subsample": "strides",
    "subsample_length": "strides",
    "atrous_rate": "dilation_rate",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
}
_POOL: Final = {**_SPATIAL, "pool_length": "pool_size", "stride": "strides"}
_RECURRENT: Final = {
    **_DENSE,
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "U_regularizer": "recurrent_regularizer",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
_NORM: Final = {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer"}
_EMBEDDING: Final = {
    "init": "embeddings_initializer",
    "W_regularizer": "embeddings_regularizer",
    "W_constraint": "embeddings_constraint",
}
_RENAMED: Final[dict[str, Mapping[str, str]]] = {
    "Dense": _DENSE,
    **{f"Conv{rank}D": _CONV for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _CONV for rank in (2, 3)},
    **{f"SeparableConv{rank}D": _CONV for rank in (1, 2)},
    **{f"LocallyConnected{rank}D": _CONV for rank in (1, 2)},
    **{f"{kind}Pooling{rank}D": _POOL for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{
        f"Global{kind}Pooling{rank}D": _SPATIAL for kind in ("Max", "Average") for rank in (1, 2, 3)
    },
    **{
        f"{kind}{rank}D": _SPATIAL
        for kind in ("ZeroPadding", "Cropping", "UpSampling", "SpatialDropout")
        for rank in (2, 3)
    },
    "UpSampling1D": {"length": "size"},
    "ConvLSTM2D": {**_CONV, **_RECURRENT},
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), _RECURRENT),
    "Embedding": _EMBEDDING,
    "BatchNormalization": _NORM,
    "Dropout": {"p": "rate"},
    "GaussianDropout": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "PReLU": {"init": "alpha_initializer"},
    "InputLayer": {"batch_input_shape": "batch_shape", "input_dtype": "dtype"},
}
for _rank in (1, 2, 3):
    _RENAMED[f"SpatialDropout{_rank}D"] = {**_SPATIAL, "p": "rate"}

_KERNEL_SIZES: Final = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_STATED_INPUT: Final = frozenset(
    {"name", "trainable", "batch_input_shape", "input_shape", "input_length", "input_dtype"}
)
"""Entries that are not the layer's own configuration: the graph has them elsewhere."""

_DATA_FORMATS: Final = {"th": "channels_first", "tf": "channels_last"}
_MERGES: Final = {
    "sum": "Add",
    "mul": "Multiply",
    "concat": "Concatenate",
    "ave": "Average",
    "max": "Maximum",
    "dot": "Dot",
    "cos": "Dot",
}
_INITIALIZERS: Final = {
    "uniform": "RandomUniform",
    "normal": "RandomNormal",
    "zero": "Zeros",
    "one": "Ones",
}
_VARIANCE_SCALING: Final[dict[tuple[float, str, str], str]] = {
    (1.0, "fan_avg", "uniform"): "GlorotUniform",
    (1.0, "fan_avg", "normal"): "GlorotNormal",
    (2.0, "fan_in", "uniform"): "HeUniform",
    (2.0, "fan_in", "normal"): "HeNormal",
    (1.0, "fan_in", "uniform"): "LecunUniform",
    (1.0, "fan_in", "normal"): "LecunNormal",
}
_REGULARIZERS: Final = {"l1": "L1", "l2": "L2", "l1l2": "L1L2", "l1_l2": "L1L2"}


def layer(class_name: str, config: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """A saved layer's class and configuration under today's names, as plain data."""
    class_name = _class_name(class_name)
    renamed = _RENAMED.get(class_name, {})
    values = {
        renamed.get(key, key): plain(value)
        for key, value in config.items()
        if key in renamed or key not in _STATED_INPUT
    }
    if class_name == "Merge":
        return _merge(values)
    if class_name == "Lambda":
        output = _lambda_output(values.get("output_shape"))
        return class_name, {"output_shape": output, "bytecode": _is_bytecode(values)}
    if class_name != "Embedding":
        values.pop("input_dim", None)
    if class_name in _RENAMED:
        _adapt(class_name, values)
    for key, value in values.items():
        if isinstance(value, (str, dict)):
            rewrite = _OBJECTS.get(key.rpartition("_")[2])
            if rewrite is not None:
                values[key] = rewrite(value)
    return class_name, values


def _class_name(name: str) -> str:
    today = kinds.canonical(name)
    package, _, bare = today.rpartition(">")
    if package == "Addons" and kinds.is_known(bare):
        # TensorFlow Addons' layers, some of which Keras has had since.
        return bare
    # A registered class keeps its package only where Keras has a layer of the same name.
    return today if bare in LAYERS else bare


def _adapt(class_name: str, values: dict[str, Any]) -> None:
    """Rewrite arguments whose values, not only names, have changed."""
    for names in _KERNEL_SIZES:
        if names[0] in values:
            values["kernel_size"] = tuple(values.pop(name, None) for name in names)
    data_format = values.get("data_format", "default")
    if data_format is None or data_format == "default":
        values.pop("data_format", None)
    elif isinstance(data_format, str):
        values["data_format"] = _DATA_FORMATS.get(data_format, data_format)
    if class_name == "BatchNormalization":
        axis = values.get("axis")
        if isinstance(axis, tuple) and len(axis) == 1:
            values["axis"] = axis[0]
    elif class_name.endswith("Transpose"):
        values.pop("output_shape", None)
    elif class_name == "LSTM" and "forget_bias_init" in values:
        values["unit_forget_bias"] = values.pop("forget_bias_init") in ("one", "ones")
    elif class_name == "ZeroPadding2D":
        padding = values.get("padding")
        if isinstance(padding, tuple) and len(padding) == 4:
            values["padding"] = (padding[:2], padding[2:])
    values.pop("consume_less", None)


def _merge(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    mode = values.get("mode", "sum")
    class_name = _MERGES.get(mode) if isinstance(mode, str) else None
    if class_name is None:
        # Merged by a function of the user's: nobody knows what it does.
        return "Lambda", {"output_shape": None}
    if class_name == "Concatenate":
        return class_name, {"axis": values.get("concat_axis", -1)}
    if class_name == "Dot":
        return class_name, {"axes": values.get("dot_axes", -1), "normalize": mode == "cos"}
    return class_name, {}


def _lambda_output(value: Any) -> Any:
    """The output shape of a ``Lambda`` without its batch axis, unless a function gives it."""
    return None if value is None else shape(value) or UNKNOWN


def _is_bytecode(values: Mapping[str, Any]) -> bool | Unknown:
    """Whether a ``Lambda`` stores its function as Python bytecode, and not by its name."""
    kind, function = values.get("function_type"), values.get("function")
    if kind == "lambda" or isinstance(function, tuple):
        return True
    if isinstance(function, Mapping):
        return function.get("class_name") == "__lambda__"
    return False if kind == "function" or isinstance(function, str) else UNKNOWN


def _object(name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    return {"class_name": name, "config": dict(config)}


def _camel_case(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _initializer(value: Any) -> Any:
    if isinstance(value, str):
        return _object(_INITIALIZERS.get(value) or _camel_case(snake_case(value)), {})
    if isinstance(value, Mapping) and value.get("class_name") == "VarianceScaling":
        config = value["config"] if isinstance(value.get("config"), Mapping) else {}
        scale, mode, distribution = (config.get(k) for k in ("scale", "mode", "distribution"))
        family = str(distribution).removeprefix("truncated_")
        name = None
        if isinstance(scale, int | float):
            name = _VARIANCE_SCALING.get((scale, str(mode), family))
        if name is not None:
            return _object(name, {"seed": config.get("seed")})
    return value


def _regularizer(value: Any) -> Any:
    if isinstance(value, str):
        return _object(_REGULARIZERS.get(value, value), {})
    if (
        isinstance(value, Mapping)
        and "class_name" not in value
        and ("l1" in value or "l2" in value)
    ):
        return _object("L1L2", {"l1": value.get("l1", 0.0), "l2": value.get("l2", 0.0)})
    return value


def _constraint(value: Any) -> Any:
    if isinstance(value, Mapping) and "class_name" not in value and "name" in value:
        config = {key: item for key, item in value.items() if key != "name"}
        if "m" in config:
            config["max_value"] = config.pop("m")
        return _object(_camel_case(snake_case(str(value["name"]))), config)
    return value


_OBJECTS: Final[dict[str, Callable[[Any], Any]]] = {
    "initializer": _initializer,
    "regularizer": _regularizer,
    "constraint": _constraint,
}
"""The last word of an argument's name -> how to bring its value to today's form."""
