from itertools import chain, repeat

import keras
from keras import layers


def conv_layers(filters, repeats):
    for f in filters:
        for r in range(repeats):
            yield layers.Conv2D(f, 3, padding="same", use_bias=False)
            yield layers.BatchNormalization()
            yield layers.ReLU()
        yield layers.MaxPooling2D()


def head(classes):
    yield layers.GlobalAveragePooling2D()
    yield from (layers.Dense(u, activation="relu") for u in (64, 32))
    yield layers.Dense(classes)


sequence = [keras.Input((64, 64, 1)), *conv_layers([8, 16], repeats=2), *head(5)]
model = keras.Sequential(sequence, name="generated")

inputs = keras.Input((20,))
x = inputs
for layer in chain([layers.Dense(32)], (layers.Dropout(p) for p in repeat(0.1, 2)), [layers.Dense(1)]):
    x = layer(x)
chained = keras.Model(inputs, x, name="chained")
