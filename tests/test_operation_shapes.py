"""Inferred shapes of operations against those that Keras computes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from convlint.facts import Facts
from convlint.facts.shapes import shapes
from convlint.graph import Graph
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec
from tests.layer_cases import FIRST, IMAGE, SERIES, Shape, known

SQUARE: Shape = (None, 6, 6)
OPERATIONS: dict[str, tuple[Callable[..., Any], list[Shape]]] = {
    "x + y": (lambda x, y: x + y, [IMAGE, IMAGE]),
    "x + number": (lambda x: x + 2.0, [IMAGE]),
    "number - x": (lambda x: 2.0 - x, [IMAGE]),
    "x * array": (lambda x: x * np.ones((3, 1, 4)), [SERIES]),
    "x / y, broadcast": (lambda x, y: x / y, [IMAGE, (None, 1, 1, 6)]),
    "x > y": (lambda x, y: x > y, [SERIES, (4,)]),
    "maximum": (lambda x: ops.maximum(x, 0.0), [SERIES]),
    "power": (lambda x: x**2, [SERIES]),
    "where": (lambda x: ops.where(x > 0, x, 0.0), [SERIES]),
    "relu": (ops.relu, [IMAGE]),
    "softmax": (ops.softmax, [IMAGE]),
    "glu": (ops.glu, [IMAGE]),
    "exp": (ops.exp, [SERIES]),
    "cast": (lambda x: ops.cast(x, "int32"), [SERIES]),
    "mean": (lambda x: ops.mean(x, axis=(1, 2)), [IMAGE]),
    "mean, keepdims": (lambda x: ops.mean(x, axis=-1, keepdims=True), [IMAGE]),
    "sum of all": (ops.sum, [(2, 3)]),
    "max": (lambda x: ops.max(x, axis=1), [SERIES]),
    "argmax": (lambda x: ops.argmax(x, axis=-1), [SERIES]),
    "logsumexp": (lambda x: ops.logsumexp(x, axis=1), [SERIES]),
    "moments": (lambda x: ops.moments(x, axes=[1, 2]), [IMAGE]),
    "count_nonzero": (lambda x: ops.count_nonzero(x, axis=1), [SERIES]),
    "cumsum": (lambda x: ops.cumsum(x, axis=1), [SERIES]),
    "sort": (lambda x: ops.sort(x, axis=1), [SERIES]),
    "reshape": (lambda x: ops.reshape(x, (-1, 36)), [SERIES]),
    "reshape of all": (lambda x: ops.reshape(x, (4, -1)), [(2, 3, 4)]),
    "expand_dims": (lambda x: ops.expand_dims(x, 1), [SERIES]),
    "expand two": (lambda x: ops.expand_dims(x, (1, -1)), [SERIES]),
    "squeeze": (lambda x: ops.squeeze(x, 1), [(None, 1, 4)]),
    "squeeze all": (ops.squeeze, [(2, 1, 4)]),
    "transpose": (lambda x: ops.transpose(x, (0, 2, 1)), [SERIES]),
    "transpose all": (ops.transpose, [SERIES]),
    "swapaxes": (lambda x: ops.swapaxes(x, 1, -1), [IMAGE]),
    "moveaxis": (lambda x: ops.moveaxis(x, 1, -1), [IMAGE]),
    "moveaxis, several": (lambda x: ops.moveaxis(x, (1, 2), (3, 1)), [IMAGE]),
    "ravel": (ops.ravel, [(2, 3)]),
    "concatenate": (lambda x, y: ops.concatenate([x, y], axis=1), [SERIES, (None, 3, 4)]),
    "stack": (lambda x, y: ops.stack([x, y], axis=-1), [SERIES, SERIES]),
    "hstack": (lambda x, y: ops.hstack([x, y]), [SERIES, (None, 3, 4)]),
    "append": (lambda x, y: ops.append(x, y, axis=1), [SERIES, (None, 3, 4)]),
    "split": (lambda x: ops.split(x, 3, axis=1), [SERIES]),
    "split at": (lambda x: ops.split(x, (2, 5), axis=1), [SERIES]),
    "unstack": (lambda x: ops.unstack(x, axis=1), [SERIES]),
    "take": (lambda x: ops.take(x, [0, 2], axis=1), [SERIES]),
    "top_k": (lambda x: ops.top_k(x, 2), [SERIES]),
    "one_hot": (lambda x: ops.one_hot(x, 5), [(None, 4)]),
    "repeat": (lambda x: ops.repeat(x, 3, axis=1), [SERIES]),
    "tile": (lambda x: ops.tile(x, (1, 2, 3)), [SERIES]),
    "pad": (lambda x: ops.pad(x, ((0, 0), (1, 2), (3, 4))), [SERIES]),
    "flip": (lambda x: ops.flip(x, axis=1), [SERIES]),
    "roll": (lambda x: ops.roll(x, 2, axis=1), [SERIES]),
    "x[:, 2]": (lambda x: x[:, 2], [SERIES]),
    "x[:, 1:-2:2]": (lambda x: x[:, 1:-2:2], [SERIES]),
    "x[..., :2]": (lambda x: x[..., :2], [IMAGE]),
    "x[:, None]": (lambda x: x[:, None], [SERIES]),
    "x[:, ::-1, 0]": (lambda x: x[:, ::-1, 0], [IMAGE]),
    "matmul": (ops.matmul, [SERIES, (None, 4, 5)]),
    "matmul, broadcast": (ops.matmul, [(None, 2, 3, 4), (1, 4, 5)]),
    "tensordot": (lambda x, y: ops.tensordot(x, y, axes=1), [SERIES, (4, 5, 6)]),
    "tensordot of axes": (lambda x, y: ops.tensordot(x, y, axes=[[2], [0]]), [SERIES, (4, 5)]),
    "einsum": (lambda x, y: ops.einsum("bij,bjk->bik", x, y), [SERIES, (None, 4, 5)]),
    "conv": (lambda x, y: ops.conv(x, y, 2, "same"), [IMAGE, (3, 3, 6, 5)]),
    "conv, channels first": (
        lambda x, y: ops.conv(x, y, data_format="channels_first"), [FIRST, (3, 3, 6, 5)],
    ),
    "depthwise_conv": (lambda x, y: ops.depthwise_conv(x, y), [IMAGE, (3, 3, 6, 2)]),
    "separable_conv": (
        lambda x, y, z: ops.separable_conv(x, y, z), [IMAGE, (3, 3, 6, 2), (1, 1, 12, 5)],
    ),
    "conv_transpose": (lambda x, y: ops.conv_transpose(x, y, 2), [IMAGE, (3, 3, 5, 6)]),
    "max_pool": (lambda x: ops.max_pool(x, 2), [IMAGE]),
    "average_pool": (lambda x: ops.average_pool(x, (3, 2), 1, "same"), [IMAGE]),
    "resize": (lambda x: ops.image.resize(x, (5, 7)), [IMAGE]),
    "rgb_to_grayscale": (ops.image.rgb_to_grayscale, [(None, 4, 5, 3)]),
    "depth_to_space": (lambda x: ops.depth_to_space(x, 2), [(None, 4, 5, 8)]),
    "space_to_depth": (lambda x: ops.space_to_depth(x, 2), [(None, 4, 6, 3)]),
    "extract_patches": (lambda x: ops.image.extract_patches(x, 3), [(None, 12, 9, 3)]),
    "normalize": (ops.normalize, [SERIES]),
    "layer_norm": (ops.layer_normalization, [SERIES]),
    "batch_norm": (
        lambda x, y: ops.batch_normalization(x, y, y, axis=-1), [SERIES, (4,)],
    ),
    "attention": (
        lambda q, k, v: ops.dot_product_attention(q, k, v),
        [(None, 5, 2, 4), (None, 6, 2, 4), (None, 6, 2, 4)],
    ),
    "norm": (lambda x: ops.norm(x, axis=-1), [SERIES]),
    "zeros_like": (ops.zeros_like, [SERIES]),
    "stop_gradient": (ops.stop_gradient, [SERIES]),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:NotImplemented should not:DeprecationWarning:keras")
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_the_shapes_that_keras_gives_it(name: str) -> None:
    function, inputs = OPERATIONS[name]
    tensors = [keras.Input(batch_shape=shape) for shape in inputs]
    outputs = keras.tree.flatten(function(*tensors))
    model = keras.Model(tensors, outputs)
    graph = assemble(model_spec(json.loads(model.to_json())))
    silent = tuple(call.replace(output_shapes=()) for call in graph.calls)
    facts = Facts(Graph(graph.name, silent))
    found = [shapes(facts)[output.index][0] for output in facts.graph.outputs]
    assert found == [known(output.shape) for output in outputs]
