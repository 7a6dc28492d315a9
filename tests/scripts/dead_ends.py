"""Layers and branches that end up in no model still take their number."""

import keras
from keras import layers

unused = layers.Dense(99)
layers.Dropout(0.9)
inputs = keras.Input((24, 24, 1))
x = layers.Conv2D(4, 3)(inputs)
abandoned = layers.Conv2D(99, 3)(x)
abandoned = layers.Flatten()(abandoned)
y = x + 1.0
x = x * 2.0
x = layers.Conv2D(4, 3)(x)
x = layers.Flatten()(x)


def never():
    return layers.Dense(5)


if False:
    x = never()(x)
for _ in ():
    x = layers.Dense(6)(x)
if 0 > len("abc") or not x is not None:
    x = layers.Dense(7)(x)
x = layers.Dropout(0.5)(x)
model = keras.Model(inputs, layers.Dense(2)(x))
x = layers.Dense(8)(x)
layers.Dense(9)(x)
