"""Architectures as Keras 3 writes them, made of plain data: large ones and many are cheap.

Building 100,000 layers with Keras takes longer than all the measurements.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TextIO, TypeAlias

Config: TypeAlias = dict[str, Any]


class Tensor(NamedTuple):
    """The output of a layer, and its shape without the batch axis."""

    layer: str
    shape: tuple[int, ...]


class Layer(NamedTuple):
    """A layer that is called once; an input layer has no inputs."""

    class_name: str
    config: Config
    inputs: tuple[Tensor, ...]
    output: Tensor


class Size(NamedTuple):
    """Calls of a graph, and edges between them."""

    calls: int
    edges: int


def source(name: str, *shape: int) -> Layer:
    """An input layer."""
    config = {"batch_shape": [None, *shape], "dtype": "float32", "sparse": False, "ragged": False}
    return Layer("InputLayer", config | {"optional": False}, (), Tensor(name, shape))


def convolution(name: str, x: Tensor, filters: int, kernel: int = 3, stride: int = 1) -> Layer:
    """A convolution without bias of a square picture, whose side is divided by the stride."""
    config = _window(kernel, stride) | {"filters": filters, "groups": 1} | _weights("kernel")
    side = -(-x.shape[0] // stride)
    return Layer("Conv2D", config, (x,), Tensor(name, (side, side, filters)))


def depthwise(name: str, x: Tensor) -> Layer:
    """A depthwise convolution without bias."""
    config = _window(3, 1) | {"depth_multiplier": 1} | _weights("depthwise")
    return Layer("DepthwiseConv2D", config, (x,), Tensor(name, x.shape))


def batch_norm(name: str, x: Tensor) -> Layer:
    """A batch normalization over the channels."""
    config: Config = {"axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True}
    for weight in ("beta", "gamma", "moving_mean", "moving_variance"):
        start = "Zeros" if weight in ("beta", "moving_mean") else "Ones"
        config[f"{weight}_initializer"] = _initializer(start)
    for weight in ("beta", "gamma"):
        config |= {f"{weight}_regularizer": None, f"{weight}_constraint": None}
    return Layer("BatchNormalization", config, (x,), Tensor(name, x.shape))


def relu(name: str, x: Tensor) -> Layer:
    """An activation layer."""
    config = {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}
    return Layer("ReLU", config, (x,), Tensor(name, x.shape))


def add(name: str, *inputs: Tensor) -> Layer:
    """The sum of several tensors of one shape."""
    return Layer("Add", {}, inputs, Tensor(name, inputs[0].shape))


def concatenate(name: str, *inputs: Tensor) -> Layer:
    """The channels of several tensors."""
    channels = sum(x.shape[-1] for x in inputs)
    shape = (*inputs[0].shape[:-1], channels)
    return Layer("Concatenate", {"axis": -1}, inputs, Tensor(name, shape))


def max_pool(name: str, x: Tensor) -> Layer:
    """A pooling that halves the side of a square picture."""
    config = {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}
    side, _, channels = x.shape
    shape = (side // 2, side // 2, channels)
    return Layer("MaxPooling2D", config | _CHANNELS_LAST, (x,), Tensor(name, shape))


def global_pool(name: str, x: Tensor) -> Layer:
    """A global average pooling."""
    config = _CHANNELS_LAST | {"keepdims": False}
    return Layer("GlobalAveragePooling2D", config, (x,), Tensor(name, x.shape[-1:]))


def dropout(name: str, x: Tensor, rate: float) -> Layer:
    """A dropout."""
    config = {"rate": rate, "seed": None, "noise_shape": None}
    return Layer("Dropout", config, (x,), Tensor(name, x.shape))


def dense(name: str, x: Tensor, units: int, activation: str) -> Layer:
    """A dense layer with bias."""
    config = _weights("kernel") | {"units": units, "activation": activation, "use_bias": True}
    return Layer("Dense", config, (x,), Tensor(name, (units,)))


def chain_block(name: str, x: Tensor) -> tuple[Layer, ...]:
    """One layer behind the other, as in MobileNet."""
    spatial = depthwise(f"{name}_depthwise", x)
    pointwise = convolution(f"{name}_pointwise", spatial.output, x.shape[-1], kernel=1)
    norm = batch_norm(f"{name}_bn", pointwise.output)
    return spatial, pointwise, norm, relu(f"{name}_relu", norm.output)


def residual_block(name: str, x: Tensor) -> tuple[Layer, ...]:
    """Two convolutions and a shortcut around them, as in ResNet."""
    channels = x.shape[-1]
    conv1 = convolution(f"{name}_conv1", x, channels)
    bn1 = batch_norm(f"{name}_bn1", conv1.output)
    relu1 = relu(f"{name}_relu1", bn1.output)
    conv2 = convolution(f"{name}_conv2", relu1.output, channels)
    bn2 = batch_norm(f"{name}_bn2", conv2.output)
    joined = add(f"{name}_add", x, bn2.output)
    return conv1, bn1, relu1, conv2, bn2, joined, relu(f"{name}_relu2", joined.output)


def dense_block(name: str, x: Tensor, length: int = 32) -> tuple[Layer, ...]:
    """Convolutions of all that is before them in the block, then one of all, as in DenseNet."""
    layers: list[Layer] = []
    held = [x]
    for number in range(length):
        joined = concatenate(f"{name}_concat{number}", *held) if number else None
        norm = batch_norm(f"{name}_bn{number}", joined.output if joined else x)
        active = relu(f"{name}_relu{number}", norm.output)
        conv = convolution(f"{name}_conv{number}", active.output, 8)
        layers += [layer for layer in (joined, norm, active, conv) if layer]
        held.append(conv.output)
    joined = concatenate(f"{name}_concat", *held)
    norm = batch_norm(f"{name}_bn", joined.output)
    active = relu(f"{name}_relu", norm.output)
    transition = convolution(f"{name}_transition", active.output, x.shape[-1], kernel=1)
    return *layers, joined, norm, active, transition


BLOCKS: Final[Mapping[str, Callable[[str, Tensor], tuple[Layer, ...]]]] = {
    "chain": chain_block,
    "residual": residual_block,
    "dense": dense_block,
}


def graph(shape: str, calls: int) -> Iterator[Layer]:
    """As many blocks of a shape as give at least so many calls, between an input and a head."""
    layer = source("image", 32, 32, 16)
    yield layer
    made, block = 1, 0
    while made < calls:
        layers = BLOCKS[shape](f"block{block}", layer.output)
        yield from layers
        layer = layers[-1]
        made, block = made + len(layers), block + 1
    yield from classifier(layer.output)


def classifier(x: Tensor) -> tuple[Layer, ...]:
    """A head for ten classes."""
    pool = global_pool("pool", x)
    return pool, dense("classes", pool.output, 10, "softmax")


def size(layers: Iterable[Layer]) -> Size:
    """How many calls and edges layers are; they are not held."""
    calls = edges = 0
    for layer in layers:
        calls += 1
        edges += len(layer.inputs)
    return Size(calls, edges)


def write(name: str, layers: Iterable[Layer], out: TextIO) -> None:
    """Write a functional model as ``model.to_json()`` does; the last layer gives its output."""
    out.write('{"module": "keras.src.models.functional", "class_name": "Functional", "config": ')
    out.write(f'{{"name": "{name}", "trainable": true, "layers": [')
    first = last = None
    for last in layers:
        out.write(", " if first else "")
        out.write(json.dumps(_entry(last)))
        first = first or last
    if first is None or last is None:
        raise ValueError("a model has at least one layer")
    ends = {"input_layers": [first.output.layer, 0, 0], "output_layers": [last.output.layer, 0, 0]}
    out.write(f"], {json.dumps(ends)[1:-1]}}}, ")
    out.write('"registered_name": "Functional"}')


def _entry(layer: Layer) -> Config:
    name = layer.output.layer
    config: Config = {"name": name} | layer.config
    built: Config = {}
    nodes: list[Config] = []
    if layer.inputs:
        config |= {"trainable": True, "dtype": _FLOAT32}
        shapes = [[None, *x.shape] for x in layer.inputs]
        tensors = [_tensor(x) for x in layer.inputs]
        one = len(layer.inputs) == 1
        nodes = [{"args": tensors if one else [tensors], "kwargs": {}}]
        built = {"build_config": {"input_shape": shapes[0] if one else shapes}}
    return {
        "module": "keras.layers",
        "class_name": layer.class_name,
        "config": config,
        "registered_name": None,
        **built,
        "name": name,
        "inbound_nodes": nodes,
    }


def _tensor(x: Tensor) -> Config:
    config = {"shape": [None, *x.shape], "dtype": "float32", "keras_history": [x.layer, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def _initializer(class_name: str, **config: object) -> Config:
    return {
        "module": "keras.initializers",
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }


def _window(kernel: int, stride: int) -> Config:
    return _CHANNELS_LAST | {
        "kernel_size": [kernel, kernel],
        "strides": [stride, stride],
        "padding": "same",
        "dilation_rate": [1, 1],
    }


def _weights(kernel: str) -> Config:
    """What a layer says of its kernel and bias."""
    return {
        "activation": "linear",
        "use_bias": False,
        f"{kernel}_initializer": _initializer("GlorotUniform", seed=None),
        "bias_initializer": _initializer("Zeros"),
        f"{kernel}_regularizer": None,
        "bias_regularizer": None,
        f"{kernel}_constraint": None,
        "bias_constraint": None,
    }


_CHANNELS_LAST: Final = {"data_format": "channels_last"}
_FLOAT32: Final = {
    "module": "keras",
    "class_name": "DTypePolicy",
    "config": {"name": "float32"},
    "registered_name": None,
}
