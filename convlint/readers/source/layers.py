"""Constructors of layers: their arguments as the configuration that Keras would save."""

from __future__ import annotations

import ast
import re
from typing import Any, Final

from convlint import kinds
from convlint.kinds.layers import LAYERS, OLDER
from convlint.kleene import UNKNOWN
from convlint.readers import legacy
from convlint.readers.source import logic
from convlint.readers.source.keras_values import Layer
from convlint.readers.source.plain import plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.signatures import LAYER_ARGUMENTS
from convlint.readers.source.tensors import as_layer
from convlint.readers.source.values import UNPACKED, List, Opaque, Value

WRAPPERS: Final = frozenset({"TimeDistributed", "Bidirectional", "SpectralNormalization"})
_SERIES: Final = frozenset({"LSTM", "GRU", "SimpleRNN", "Conv1D", "CuDNNLSTM", "CuDNNGRU"})
_IGNORED: Final = frozenset(
    {"input_shape", "batch_input_shape", "input_dim", "input_length", "batch_size", "weights"}
)
"""Arguments that say something about the input or the initial weights, and are not saved."""

_KERAS_1: Final = frozenset(
    {
        "nb_filter",
        "nb_row",
        "nb_col",
        "border_mode",
        "subsample",
        "dim_ordering",
        "W_regularizer",
        "b_regularizer",
        "W_constraint",
        "init",
        "filter_length",
        "output_dim",
    }
)
"""Arguments that only Keras 1 had."""

_KERAS_1_CONV: Final = {
    "Conv1D": "nb_filter filter_length init activation weights border_mode subsample_length",
    "Conv2D": "nb_filter nb_row nb_col init activation weights border_mode subsample",
    "Conv3D": "nb_filter kernel_dim1 kernel_dim2 kernel_dim3 init activation weights border_mode",
    "SeparableConv2D": "nb_filter nb_row nb_col init activation weights border_mode subsample",
    "Conv2DTranspose": "nb_filter nb_row nb_col output_shape init activation weights border_mode",
}


def make_layer(
    run: Run,
    class_name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Layer:
    """The layer that a constructor of Keras gives."""
    written = class_name
    class_name = kinds.canonical(class_name)
    given = _named(run, written, class_name, arguments, keywords)
    if class_name in WRAPPERS:
        inner = as_layer(logic.settle(run, given.get("layer")))
        if inner is not None:
            return _wrapped(run, class_name, inner, given, site)
    layer = Layer(class_name, {}, "", site)
    _identify(run, layer, class_name, given)
    layer.input_shape = _input_shape(class_name, given)
    config = {
        name: plain_value(value)
        for name, value in given.items()
        if name not in _IGNORED and name not in ("name", "trainable")
    }
    if run.policy is not None:
        config.setdefault("dtype", run.policy)
    if class_name == "Embedding" and "input_dim" in given:
        config["input_dim"] = plain_value(given["input_dim"])
    layer.class_name, layer.config = _today(class_name, config)
    if run.data_format is not None:
        _set_data_format(layer, run.data_format)
    for name, value in given.items():
        if type(value) is Opaque and name in layer.config:
            run.settings.append((layer, name, value))
    _count_inner(run, class_name, layer.config)
    layer.outputs = _output_count(layer.class_name, layer.config)
    return layer


def _set_data_format(layer: Layer, data_format: Any) -> None:
    """Write the data format that was set for all layers, where this one leaves it open."""
    default = kinds.default(layer.class_name, "data_format")
    if default is None and layer.config.get("data_format") is None:
        layer.config["data_format"] = data_format


def _named(
    run: Run,
    written: str,
    class_name: str,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> dict[str, Value]:
    """All arguments by name; what may have been given but is not known is unknown."""
    names = LAYER_ARGUMENTS.get(class_name, ())
    if class_name in _KERAS_1_CONV and _is_keras_1(written, arguments, keywords):
        names = tuple(_KERAS_1_CONV[class_name].split())
    given = dict(zip(names, arguments, strict=False))
    for name, value in keywords.items():
        if name != UNPACKED:
            given[name] = value
    if UNPACKED in keywords or len(arguments) > len(names):
        row = LAYERS.get(class_name) or OLDER.get(class_name)
        for name in row.arguments if row is not None else ():
            given.setdefault(name, Opaque())
    return given


def _is_keras_1(written: str, arguments: list[Value], keywords: dict[str, Value]) -> bool:
    """Whether a convolution is spelled as in Keras 1, where sizes are arguments of their own."""
    if not all(isinstance(value, int) for value in arguments[1:3]):
        return False
    return written.startswith(("Convolution", "Atrous", "Deconv")) or bool(
        _KERAS_1 & keywords.keys()
    )


def _identify(run: Run, layer: Layer, class_name: str, given: dict[str, Value]) -> None:
    name = given.get("name")
    layer.name = name if isinstance(name, str) and name else run.name(class_name)
    if "trainable" in given:
        layer.trainable = logic.decided(run, given["trainable"])


def _wrapped(run: Run, wrapper: str, inner: Layer, given: dict[str, Value], site: ast.AST) -> Layer:
    options = {
        name: plain_value(value)
        for name, value in given.items()
        if name not in ("layer", "name", "trainable", *_IGNORED)
    }
    layer = Layer(inner.class_name, dict(inner.config), "", site, inner.trainable)
    _identify(run, layer, wrapper, given)
    layer.trainable = layer.trainable and inner.trainable
    layer.wrapper, layer.wrapper_config = wrapper, legacy.layer(wrapper, options)[1]
    layer.input_shape = _stated_shape(given)
    if layer.input_shape is None and wrapper == "Bidirectional":
        layer.input_shape = inner.input_shape
    layer.outputs = inner.outputs
    if wrapper == "Bidirectional" and inner.outputs > 1:
        layer.outputs = 2 * inner.outputs - 1
    if inner.body is not None:
        layer.wrapped = inner
        layer.body = inner.body
    return layer


def _today(class_name: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Class and configuration as a saved layer of Keras 3 has them."""
    class_name, config = legacy.layer(class_name, config)
    rank = re.search(r"([123])D", class_name)
    if rank is not None:
        _per_axis(class_name, int(rank[1]), config)
    padding = config.get("padding")
    if isinstance(padding, str):
        config["padding"] = padding.lower()
    if class_name in ("Reshape", "Permute"):
        for name in ("target_shape", "dims"):
            if isinstance(config.get(name), int):
                config[name] = (config[name],)
    return class_name, config


_SIZES: Final = ("kernel_size", "strides", "dilation_rate", "pool_size", "size", "output_size")


def _per_axis(class_name: str, rank: int, config: dict[str, Any]) -> None:
    """Write sizes for every axis, as Keras does when it is given one for all."""
    for name in _SIZES:
        value = config.get(name)
        if isinstance(value, int) and not (name == "size" and rank == 1):
            config[name] = (value,) * rank
    if "Pooling" in class_name and config.get("strides", 0) is None:
        config.pop("strides")
    for name in ("padding", "cropping"):
        value = config.get(name)
        if isinstance(value, str):
            continue
        if isinstance(value, int):
            config[name] = (value, value) if rank == 1 else ((value, value),) * rank
        elif isinstance(value, tuple) and rank > 1:
            config[name] = tuple((v, v) if isinstance(v, int) else v for v in value)


def _count_inner(run: Run, class_name: str, config: dict[str, Any]) -> None:
    """Use up the automatic names of the layers that a layer makes for itself at once."""
    if class_name == "TextVectorization":
        run.name("StringLookup")


def count_first_call(run: Run, layer: Layer) -> None:
    """Use up the automatic names of what a layer makes for itself when it is first called."""
    if layer.class_name in ("MultiHeadAttention", "GroupedQueryAttention"):
        run.name("Softmax")
        run.name("Dropout")
    elif layer.class_name == "Masking":
        run.name("NotEqual")
        run.name("Any")
    elif layer.class_name == "Embedding" and layer.config.get("mask_zero") is True:
        run.name("NotEqual")


def _output_count(class_name: str, config: dict[str, Any]) -> int:
    """How many outputs a layer has; 0 if that is not known."""
    if not kinds.is_known(class_name) or class_name == "Lambda":
        return 0
    state = config.get("return_state", False)
    if state is False:
        return 1
    if class_name in ("LSTM", "CuDNNLSTM", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"):
        return 3 if state is True else 0
    return 2 if state is True and class_name in ("GRU", "SimpleRNN", "CuDNNGRU") else 0


def _stated_shape(given: dict[str, Value]) -> Value:
    batched = shape_of(given.get("batch_input_shape"))
    if batched is not None:
        return batched
    return with_batch(shape_of(given.get("input_shape")), given.get("batch_size"))


def _input_shape(class_name: str, given: dict[str, Value]) -> Value:
    """The input shape, batch axis first, that the first layer of a ``Sequential`` states."""
    stated = _stated_shape(given)
    if stated is not None:
        return stated
    if class_name == "Embedding":
        return (None, given["input_length"]) if "input_length" in given else None
    if given.get("input_dim") is None:
        return None
    if class_name in _SERIES:
        return (None, given.get("input_length"), given["input_dim"])
    return (None, given["input_dim"])


def shape_of(value: Value) -> Value:
    """A value as a shape: a tuple, None, or an unknown value."""
    if value is None or isinstance(value, tuple):
        return value
    if isinstance(value, List) and not value.open:
        return tuple(value.items)
    if isinstance(value, int):
        return (value,)
    return Opaque()


def with_batch(shape: Value, batch_size: Value = None) -> Value:
    """A shape with its batch axis."""
    return (batch_size, *shape) if isinstance(shape, tuple) else shape


def plain_shape(shape: Value) -> Any:
    """A shape as configuration: UNKNOWN if not even its rank is known."""
    if not isinstance(shape, tuple):
        return UNKNOWN
    return tuple([plain_value(size) for size in shape])


def is_model(layer: Layer) -> bool:
    """Whether a layer is a model that consists of layers."""
    return layer.body is not None and layer.wrapped is None
