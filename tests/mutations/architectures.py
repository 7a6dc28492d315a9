"""Models without a known defect, of many families: what the mutations start from."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

import keras
from keras import layers as L  # noqa: N812
from keras import ops

from convlint.graph import Graph
from convlint.readers.live import read_model
from tests.sources import only
from tests.surgery import Surgery
from tests.zoo import zoo

CLASSIFIER: Final = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}

ARCHITECTURES: Final[dict[str, Callable[[], Graph]]] = {}


@cache
def architecture(name: str) -> Graph:
    """The graph of an architecture, built once."""
    return ARCHITECTURES[name]()


def _from_applications(name: str) -> Graph:
    surgery = Surgery(read_model(zoo(name)))
    surgery.compile("sparse_categorical_crossentropy", "accuracy")
    return surgery.graph()


ARCHITECTURES.update(
    {
        name: partial(_from_applications, name)
        for name in ("MobileNetV2", "ResNet50V2", "DenseNet121", "EfficientNetB0", "ConvNeXtTiny")
    }
)


def clean(build: Callable[[], Any]) -> Callable[[], Any]:
    """Register what builds a Keras model, under the function's name."""
    ARCHITECTURES[build.__name__.replace("_", " ")] = lambda: read_model(build())
    return build


def conv_norm_relu(x: Any, filters: int, size: int = 3, **kwargs: Any) -> Any:
    x = L.Conv2D(filters, size, padding="same", use_bias=False, **kwargs)(x)
    return L.ReLU()(L.BatchNormalization()(x))


@clean
def plain_network() -> Any:
    """As VGG, with batch normalization, and a head of two dense layers on pooled features."""
    inputs = x = keras.Input((64, 64, 3))
    for filters in (32, 64, 128):
        for _ in range(3):
            x = conv_norm_relu(x, filters)
        x = L.MaxPooling2D()(x)
    x = L.Dense(256, activation="relu")(L.GlobalAveragePooling2D()(x))
    x = L.Dense(100, activation="softmax")(L.Dropout(0.5)(x))
    model = keras.Model(inputs, x)
    model.compile(**CLASSIFIER)
    return model


@clean
def digits() -> Any:
    """The first network of every tutorial, giving logits."""
    inputs = keras.Input((28, 28, 1))
    x = L.Rescaling(1 / 255)(inputs)
    for filters in (16, 32):
        x = L.Conv2D(filters, 3, activation="relu", kernel_initializer="he_normal")(x)
        x = L.MaxPooling2D()(x)
    x = L.Dense(128, activation="relu")(L.Flatten()(x))
    model = keras.Model(inputs, L.Dense(10)(L.Dropout(0.5)(x)))
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@clean
def small_residual_network() -> Any:
    """As the ResNet for CIFAR-10: nine blocks of two convolutions."""
    inputs = keras.Input((32, 32, 3))
    x = conv_norm_relu(inputs, 8)
    for stage in range(3):
        for block in range(3):
            strides = 2 if stage and not block else 1
            y = conv_norm_relu(x, 8 << stage, strides=strides)
            y = L.Conv2D(8 << stage, 3, padding="same", use_bias=False)(y)
            y = L.BatchNormalization()(y)
            if strides > 1:
                x = L.Conv2D(8 << stage, 1)(L.AveragePooling2D(2)(x))
            x = L.ReLU()(L.Add()([x, y]))
    x = L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, x)
    model.compile(**CLASSIFIER)
    return model


@clean
def super_resolution() -> Any:
    """As EDSR: 32 residual blocks without normalization, their branches scaled."""
    inputs = keras.Input((32, 32, 3))
    x = L.Conv2D(16, 3, padding="same")(inputs)
    for _ in range(32):
        y = L.Conv2D(16, 3, padding="same", activation="relu")(x)
        y = L.Conv2D(16, 3, padding="same")(y)
        x = L.Add()([x, L.Rescaling(0.1)(y)])
    x = L.Conv2DTranspose(16, 4, strides=2, padding="same", activation="relu")(x)
    model = keras.Model(inputs, L.Conv2D(3, 3, padding="same")(x))
    model.compile(loss="mae")
    return model


@clean
def u_net() -> Any:
    inputs = x = keras.Input((64, 64, 3))
    skips = []
    for filters in (16, 32, 64):
        x = conv_norm_relu(conv_norm_relu(x, filters), filters)
        skips.append(x)
        x = L.MaxPooling2D()(x)
    x = conv_norm_relu(conv_norm_relu(x, 128), 128)
    for skip in reversed(skips):
        filters = skip.shape[-1]
        x = L.Conv2DTranspose(filters, 2, strides=2, activation="relu")(x)
        x = L.Concatenate()([skip, x])
        x = conv_norm_relu(conv_norm_relu(x, filters), filters)
    model = keras.Model(inputs, L.Conv2D(1, 1, activation="sigmoid")(x))
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    return model


@clean
def autoencoder() -> Any:
    inputs = x = keras.Input((64, 64, 3))
    for filters in (16, 32, 64):
        x = L.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    x = L.Conv2D(8, 3, padding="same", activation="relu")(x)
    for filters in (64, 32, 16):
        x = L.Conv2DTranspose(filters, 4, strides=2, padding="same", activation="relu")(x)
    model = keras.Model(inputs, L.Conv2D(3, 3, padding="same", activation="sigmoid")(x))
    model.compile(loss="mse")
    return model


@clean
def generator() -> Any:
    """As DCGAN's, compiled by nobody: a training loop of one's own trains it."""
    inputs = keras.Input((100,))
    x = L.Dense(4 * 4 * 128, use_bias=False)(inputs)
    x = L.Reshape((4, 4, 128))(L.ReLU()(L.BatchNormalization()(x)))
    for filters in (64, 32):
        x = L.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(x)
        x = L.ReLU()(L.BatchNormalization()(x))
    x = L.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh")(x)
    return keras.Model(inputs, x)


@clean
def perceptron() -> Any:
    inputs = x = keras.Input((64,))
    for units in (256, 128, 64):
        x = L.Dropout(0.3)(L.Dense(units, activation="relu")(x))
    model = keras.Model(inputs, L.Dense(1, activation="sigmoid")(x))
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    return model


@clean
def residual_perceptron() -> Any:
    """32 residual blocks, each of which normalizes first."""
    inputs = keras.Input((24,))
    x = L.Dense(32)(inputs)
    for _ in range(32):
        y = L.Dense(32, activation="relu")(L.LayerNormalization()(x))
        x = L.Add()([x, L.Dense(32)(y)])
    model = keras.Model(inputs, L.Dense(3, activation="softmax")(L.LayerNormalization()(x)))
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    return model


@clean
def self_normalizing_perceptron() -> Any:
    inputs = x = keras.Input((64,))
    for units in (128, 96, 64):
        x = L.Dense(units, activation="selu", kernel_initializer="lecun_normal")(x)
        x = L.AlphaDropout(0.1)(x)
    model = keras.Model(inputs, L.Dense(3, activation="softmax")(x))
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    return model


@clean
def labels_of_a_sound() -> Any:
    """A convolutional network over time with several labels."""
    inputs = x = keras.Input((256, 8))
    for filters in (32, 48, 64):
        x = L.Conv1D(filters, 5, padding="same", use_bias=False)(x)
        x = L.ReLU()(L.BatchNormalization()(x))
        x = L.MaxPooling1D()(x)
    x = L.Dense(12, activation="sigmoid")(L.GlobalAveragePooling1D()(x))
    model = keras.Model(inputs, x)
    model.compile(loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


@clean
def temporal_convolutions() -> Any:
    """Dilated causal convolutions over a series, as in WaveNet."""
    inputs = keras.Input((512, 4))
    x = L.Conv1D(32, 1)(inputs)
    for rate in (1, 2, 4, 8, 16):
        y = L.Conv1D(32, 3, padding="causal", dilation_rate=rate, activation="relu")(x)
        x = L.Add()([x, L.LayerNormalization()(L.Conv1D(32, 1)(y))])
    model = keras.Model(inputs, L.Dense(4)(x))
    model.compile(loss="mae")
    return model


@clean
def text_classifier() -> Any:
    inputs = keras.Input((120,), dtype="int32")
    x = L.Embedding(5000, 64, mask_zero=True)(inputs)
    x = L.Bidirectional(L.LSTM(48, return_sequences=True))(x)
    x = L.LSTM(32)(L.SpatialDropout1D(0.2)(x))
    model = keras.Model(inputs, L.Dense(4, activation="softmax")(L.Dropout(0.3)(x)))
    model.compile(**CLASSIFIER)
    return model


@clean
def tagger() -> Any:
    """A label for each word."""
    inputs = keras.Input((40,), dtype="int32")
    x = L.Embedding(5000, 64, mask_zero=True)(inputs)
    x = L.GRU(64, return_sequences=True)(x)
    x = L.GRU(48, return_sequences=True)(L.Dropout(0.2)(x))
    model = keras.Model(inputs, L.TimeDistributed(L.Dense(9, activation="softmax"))(x))
    model.compile(**CLASSIFIER)
    return model


@clean
def forecast() -> Any:
    """Recurrent regression on a series."""
    inputs = keras.Input((48, 6))
    x = L.GRU(32, dropout=0.1)(inputs)
    model = keras.Model(inputs, L.Dense(1)(L.Dense(16, activation="relu")(x)))
    model.compile(loss="mse", metrics=["mae"])
    return model


@clean
def transformer() -> Any:
    """Eight blocks that normalize first."""
    words = keras.Input((64,), dtype="int32")
    positions = keras.Input((64,), dtype="int32")
    x = L.Add()([L.Embedding(5000, 64)(words), L.Embedding(64, 64)(positions)])
    for _ in range(8):
        y = L.LayerNormalization()(x)
        y = L.MultiHeadAttention(4, 16, dropout=0.1)(y, y)
        x = L.Add()([x, L.Dropout(0.1)(y)])
        y = L.Dense(256, activation="gelu")(L.LayerNormalization()(x))
        x = L.Add()([x, L.Dense(64)(y)])
    x = L.GlobalAveragePooling1D()(L.LayerNormalization()(x))
    model = keras.Model([words, positions], L.Dense(5, activation="softmax")(x))
    model.compile(**CLASSIFIER)
    return model


@clean
def siamese() -> Any:
    """Two images through one network, compared."""
    image = x = keras.Input((48, 48, 1))
    for filters in (16, 32, 48):
        x = L.MaxPooling2D()(conv_norm_relu(x, filters))
    tower = keras.Model(image, L.Dense(32)(L.GlobalAveragePooling2D()(x)))
    first, second = keras.Input((48, 48, 1)), keras.Input((48, 48, 1))
    distance = ops.abs(L.Subtract()([tower(first), tower(second)]))
    model = keras.Model([first, second], L.Dense(1, activation="sigmoid")(distance))
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    return model


@clean
def two_heads() -> Any:
    """Regression of two numbers, of which one is a count."""
    inputs = keras.Input((32,))
    x = L.Dense(64, activation="relu")(inputs)
    x = L.Dense(48, activation="relu")(x)
    price = L.Dense(1, name="price")(L.Dense(16, activation="relu")(x))
    age = L.Dense(1, activation="softplus", name="age")(L.Dense(16, activation="relu")(x))
    model = keras.Model(inputs, [price, age])
    model.compile(loss=["mse", "poisson"], metrics=[["mae"], ["mae"]])
    return model


@clean
def fine_tuned() -> Any:
    """A frozen backbone, nested, in inference mode."""
    image = x = keras.Input((64, 64, 3))
    for filters in (16, 32, 64):
        x = L.MaxPooling2D()(conv_norm_relu(conv_norm_relu(x, filters), filters))
    base = keras.Model(image, x)
    base.trainable = False
    inputs = keras.Input((64, 64, 3))
    x = base(L.Rescaling(1 / 127.5, -1)(inputs), training=False)
    x = L.Dropout(0.2)(L.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, L.Dense(5, activation="softmax")(x))
    model.compile(**CLASSIFIER)
    return model


ARCHITECTURES["fine-tuning script"] = lambda: only(
    """
base = keras.applications.EfficientNetB0(weights="imagenet", include_top=False)
base.trainable = False
inputs = keras.Input((224, 224, 3))
x = base(inputs, training=False)
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(5, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy")
"""
)


@clean
def vision_transformer() -> Any:
    """Patches of an image, with positions."""
    image = keras.Input((64, 64, 3))
    positions = keras.Input((64,), dtype="int32")
    x = L.Reshape((64, 48))(L.Conv2D(48, 8, strides=8)(image))
    x = L.Add()([x, L.Embedding(64, 48)(positions)])
    for _ in range(3):
        y = L.LayerNormalization()(x)
        x = L.Add()([x, L.MultiHeadAttention(4, 12)(y, y)])
        y = L.Dense(96, activation="gelu")(L.LayerNormalization()(x))
        x = L.Add()([x, L.Dense(48)(y)])
    x = L.GlobalAveragePooling1D()(L.LayerNormalization()(x))
    model = keras.Model([image, positions], L.Dense(10, activation="softmax")(x))
    model.compile(**CLASSIFIER)
    return model
