"""Single layers of Keras with the shapes of what they are called on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers

from convlint import kinds
from convlint.graph import Call, Tensor
from convlint.kleene import UNKNOWN

Shape = tuple[int | None, ...]


def tuples(value: Any) -> Any:
    """A saved configuration as readers hand it on."""
    if isinstance(value, list | tuple):
        return tuple(map(tuples, value))
    if isinstance(value, Mapping):
        return {key: tuples(item) for key, item in value.items()}
    return value


def call_of(
    class_name: str,
    config: Mapping[str, Any] | None = None,
    inputs: Sequence[Tensor] = (),
    index: int = 0,
    **more: Any,
) -> Call:
    config = config or {}
    return Call(
        index,
        f"layer_{index}",
        class_name,
        kinds.classify(class_name, config),
        config,
        tuple(inputs),
        **more,
    )


def call_of_layer(layer: Any, arguments: Mapping[str, Any]) -> Call:
    wrapper, wrapper_config = None, {}
    if isinstance(layer, layers.TimeDistributed | layers.Bidirectional):
        wrapper, wrapper_config = type(layer).__name__, tuples(layer.get_config())
        layer = layer.layer if wrapper == "TimeDistributed" else layer.forward_layer
    return call_of(
        type(layer).__name__,
        tuples(layer.get_config()),
        arguments=arguments,
        wrapper=wrapper,
        wrapper_config=wrapper_config,
    )


def known(shape: Shape) -> tuple[Any, ...]:
    return tuple(UNKNOWN if size is None else size for size in shape)


def shapes_by_keras(layer: Any, inputs: Sequence[Shape], **arguments: Any) -> list[Any]:
    tensors = [keras.KerasTensor(shape) for shape in inputs]
    several = isinstance(layer, layers.Layer) and type(layer).__name__ in MERGES
    outputs = layer(tensors, **arguments) if several else layer(*tensors, **arguments)
    return [known(tensor.shape) for tensor in keras.tree.flatten(outputs)]


MERGES = {
    "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot",
    "Attention", "AdditiveAttention",
}  # fmt: skip

IMAGE: Shape = (None, 12, 10, 6)
FIRST: Shape = (None, 6, 12, 10)
RGB: Shape = (None, 12, 10, 3)
SERIES: Shape = (None, 9, 4)
VOLUME: Shape = (2, 7, 8, 9, 4)
VECTOR: Shape = (None, 5)
CF = "channels_first"

LAYERS: list[tuple[Any, list[Shape]]] = [
    (layers.Dense(3), [VECTOR]),
    (layers.Dense(3), [(2, 3, 4, 5)]),
    (layers.EinsumDense("abc,cd->abd", (7, 8)), [(None, 7, 5)]),
    (layers.EinsumDense("...x,xy->...y", 4), [(None, 3, 5)]),
    (layers.EinsumDense("abc,cde->abde", (7, 2, 3)), [(None, 7, 5)]),
    (layers.EinsumDense("abcd,cde->abe", (7, 3)), [(None, 7, 5, 2)]),
    (layers.EinsumDense("ab...,bc->ac...", (3,)), [(None, 5, 7, 2)]),
    (layers.EinsumDense("ab,bc->ac", 3), [VECTOR]),
    (layers.Embedding(10, 3), [(None, 7)]),
    (layers.Embedding(10, 3), [(None, None)]),
    (layers.ReversibleEmbedding(10, 3), [(None, 7)]),
    (layers.Identity(), [IMAGE]),
    (layers.Masking(), [SERIES]),
    (layers.ActivityRegularization(0.1), [VECTOR]),
    (layers.Conv1D(5, 3), [SERIES]),
    (layers.Conv1D(5, 3, padding="causal", dilation_rate=2), [SERIES]),
    (layers.Conv2D(5, 3), [IMAGE]),
    (layers.Conv2D(5, (3, 2), strides=(2, 3), padding="same"), [IMAGE]),
    (layers.Conv2D(4, 3, groups=2, dilation_rate=(2, 1)), [IMAGE]),
    (layers.Conv2D(5, 3), [(None, None, 10, 6)]),
    (layers.Conv2D(5, 3, strides=2, padding="same", data_format=CF), [FIRST]),
    (layers.Conv3D(5, 3, strides=2), [VOLUME]),
    (layers.DepthwiseConv1D(3, depth_multiplier=2), [SERIES]),
    (layers.DepthwiseConv2D(3, strides=2, padding="same"), [IMAGE]),
    (layers.DepthwiseConv2D(3, depth_multiplier=3, data_format=CF), [FIRST]),
    (layers.SeparableConv1D(5, 3), [SERIES]),
    (layers.SeparableConv2D(5, 3, strides=2, depth_multiplier=2), [IMAGE]),
    (layers.Conv1DTranspose(5, 3, strides=2), [SERIES]),
    (layers.Conv2DTranspose(5, 3, strides=2, padding="same"), [IMAGE]),
    (layers.Conv2DTranspose(5, 3, strides=2, output_padding=1), [IMAGE]),
    (layers.Conv2DTranspose(5, 4, strides=3, padding="same", output_padding=2), [IMAGE]),
    (layers.Conv2DTranspose(5, 2, strides=3, data_format=CF), [FIRST]),
    (layers.Conv3DTranspose(5, 3, strides=2), [VOLUME]),
    (layers.MaxPooling1D(3), [SERIES]),
    (layers.MaxPooling2D(), [IMAGE]),
    (layers.MaxPooling2D(3, strides=2, padding="same", data_format=CF), [FIRST]),
    (layers.MaxPooling3D(), [VOLUME]),
    (layers.AveragePooling1D(2, padding="same"), [SERIES]),
    (layers.AveragePooling2D((3, 2), strides=1), [IMAGE]),
    (layers.AveragePooling3D(2), [VOLUME]),
    (layers.GlobalMaxPooling1D(), [SERIES]),
    (layers.GlobalMaxPooling2D(keepdims=True), [IMAGE]),
    (layers.GlobalMaxPooling3D(), [VOLUME]),
    (layers.GlobalAveragePooling1D(keepdims=True), [(None, None, 4)]),
    (layers.GlobalAveragePooling2D(data_format=CF), [FIRST]),
    (layers.GlobalAveragePooling2D(data_format=CF, keepdims=True), [FIRST]),
    (layers.GlobalAveragePooling3D(), [VOLUME]),
    (layers.AdaptiveAveragePooling1D(3), [SERIES]),
    (layers.AdaptiveAveragePooling2D((3, 2)), [IMAGE]),
    (layers.AdaptiveMaxPooling2D(2, data_format=CF), [FIRST]),
    (layers.AdaptiveMaxPooling3D(2), [VOLUME]),
    (layers.SimpleRNN(3), [SERIES]),
    (layers.GRU(3, return_sequences=True, return_state=True), [SERIES]),
    (layers.LSTM(3, return_sequences=True), [(None, None, 4)]),
    (layers.LSTM(3, return_state=True), [SERIES]),
    (layers.RNN(layers.LSTMCell(3), return_state=True), [SERIES]),
    (layers.RNN([layers.GRUCell(3), layers.LSTMCell(4)], return_sequences=True), [SERIES]),
    (layers.RNN(layers.StackedRNNCells([layers.GRUCell(3), layers.GRUCell(4)])), [SERIES]),
    (layers.ConvLSTM1D(3, 2), [(None, 5, 8, 4)]),
    (layers.ConvLSTM2D(3, 2, return_sequences=True), [(None, 5, 8, 9, 4)]),
    (layers.ConvLSTM2D(3, 2, padding="same", data_format=CF), [(None, 5, 4, 8, 9)]),
    (layers.ConvLSTM2D(3, 2, return_sequences=True, return_state=True), [(None, 5, 8, 9, 4)]),
    (layers.ConvLSTM3D(3, 2), [(None, 5, 8, 9, 7, 4)]),
    (layers.Bidirectional(layers.LSTM(3)), [SERIES]),
    (layers.Bidirectional(layers.LSTM(3, return_sequences=True), merge_mode="sum"), [SERIES]),
    (layers.Bidirectional(layers.GRU(3), merge_mode=None), [SERIES]),
    (layers.Bidirectional(layers.LSTM(3, return_state=True)), [SERIES]),
    (layers.Bidirectional(layers.LSTM(3, return_state=True), merge_mode=None), [SERIES]),
    (layers.TimeDistributed(layers.Dense(3)), [SERIES]),
    (layers.TimeDistributed(layers.Conv2D(5, 3, strides=2)), [(None, 4, 12, 10, 6)]),
    (layers.TimeDistributed(layers.Conv2D(5, 3, data_format=CF)), [(None, 4, 6, 12, 10)]),
    (layers.TimeDistributed(layers.Flatten()), [(None, 4, 12, 10, 6)]),
    (layers.TimeDistributed(layers.GlobalAveragePooling2D()), [(None, None, 12, 10, 6)]),
    (layers.MultiHeadAttention(2, 3), [SERIES, (None, 6, 4)]),
    (layers.MultiHeadAttention(2, 3, output_shape=7), [SERIES, (None, 6, 4)]),
    (layers.MultiHeadAttention(2, 3, output_shape=(7, 2)), [SERIES, (None, 6, 4)]),
    (layers.GroupQueryAttention(4, 4, 2), [SERIES, (None, 6, 4)]),
    (layers.Attention(), [SERIES, (None, 6, 4)]),
    (layers.AdditiveAttention(), [SERIES, (None, 6, 4), (None, 6, 4)]),
    *((norm, [IMAGE]) for norm in (
        layers.BatchNormalization(), layers.LayerNormalization(), layers.UnitNormalization(),
        layers.GroupNormalization(2), layers.RMSNormalization(),
    )),
    *((drop(0.5), [SERIES]) for drop in (
        layers.Dropout, layers.AlphaDropout, layers.GaussianDropout, layers.SpatialDropout1D,
        layers.GaussianNoise,
    )),
    (layers.SpatialDropout2D(0.5), [IMAGE]),
    (layers.SpatialDropout3D(0.5), [VOLUME]),
    *((act, [IMAGE]) for act in (
        layers.Activation("relu"), layers.ReLU(), layers.LeakyReLU(), layers.ELU(),
        layers.PReLU(), layers.Softmax(),
    )),
    (layers.Flatten(), [IMAGE]),
    (layers.Flatten(data_format=CF), [FIRST]),
    (layers.Flatten(), [(None,)]),
    (layers.Flatten(), [(None, None, 4)]),
    (layers.Reshape((10, 72)), [IMAGE]),
    (layers.Reshape((-1, 8)), [IMAGE]),
    (layers.Reshape((4, -1)), [(None, None, 4)]),
    (layers.Permute((3, 1, 2)), [IMAGE]),
    (layers.RepeatVector(4), [VECTOR]),
    (layers.Cropping1D((1, 2)), [SERIES]),
    (layers.Cropping1D(1), [SERIES]),
    (layers.Cropping2D(((1, 2), (3, 0))), [IMAGE]),
    (layers.Cropping2D((1, 2), data_format=CF), [FIRST]),
    (layers.Cropping3D(1), [VOLUME]),
    (layers.ZeroPadding1D((1, 2)), [SERIES]),
    (layers.ZeroPadding2D(3), [IMAGE]),
    (layers.ZeroPadding2D(((1, 2), (3, 0)), data_format=CF), [FIRST]),
    (layers.ZeroPadding3D((1, 2, 3)), [VOLUME]),
    (layers.UpSampling1D(3), [SERIES]),
    (layers.UpSampling2D((2, 3), data_format=CF), [FIRST]),
    (layers.UpSampling3D(2), [VOLUME]),
    *((merge(), [IMAGE, IMAGE, (None, 1, 1, 6)]) for merge in (
        layers.Add, layers.Multiply, layers.Average, layers.Maximum, layers.Minimum,
    )),
    (layers.Subtract(), [IMAGE, IMAGE]),
    (layers.Add(), [(None, 7, 5), (None, 5)]),
    (layers.Concatenate(), [IMAGE, (None, 12, 10, 2)]),
    (layers.Concatenate(axis=1), [IMAGE, (None, 3, 10, 6)]),
    (layers.Dot(axes=1), [VECTOR, VECTOR]),
    (layers.Dot(axes=(2, 1)), [(None, 3, 4), (None, 4, 5)]),
    (layers.Dot(axes=-1), [(None, 3, 4), (None, 5, 4)]),
    (layers.Rescaling(0.1), [IMAGE]),
    (layers.Normalization(), [IMAGE]),
    (layers.Resizing(5, 4), [IMAGE]),
    (layers.Resizing(5, 4, data_format=CF), [FIRST]),
    (layers.CenterCrop(5, 4), [IMAGE]),
    (layers.RandomCrop(5, 4), [IMAGE]),
    *((layer, [RGB]) for layer in (
        layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomZoom(0.1),
        layers.RandomTranslation(0.1, 0.1), layers.RandomContrast(0.1), layers.AutoContrast(),
        layers.RandomBrightness(0.1), layers.Solarization(), layers.RandomErasing(),
        layers.RandomGaussianBlur(), layers.RandAugment(), layers.Equalization(),
    )),
    (layers.CategoryEncoding(4), [(None, 3)]),
    (layers.CategoryEncoding(4, "one_hot"), [(None, 1)]),
    (layers.CategoryEncoding(4, "one_hot"), [(None, 3)]),
    (layers.Discretization([0.1, 0.5]), [(None, 3)]),
    (layers.Discretization([0.1, 0.5], output_mode="one_hot"), [(None, 3)]),
    (layers.Discretization([0.1, 0.5], output_mode="multi_hot"), [(None, 3)]),
    (layers.Hashing(5), [(None, 3)]),
    (layers.IntegerLookup(vocabulary=[1, 2]), [(None, 3)]),
    (layers.MelSpectrogram(), [(None, 16000)]),
    (layers.STFTSpectrogram(frame_length=32, window=None), [(None, 400, 2)]),
    (layers.STFTSpectrogram("stft", 32, window=None, expand_dims=True), [(None, 400, 2)]),
]  # fmt: skip

IDS = [f"{position}-{type(layer).__name__}" for position, (layer, _) in enumerate(LAYERS)]
