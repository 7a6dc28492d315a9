"""A gated network written with arithmetic instead of merge layers."""

import keras
from keras import layers, ops

x_in = keras.Input((16, 16, 8))
a = layers.Conv2D(8, 3, padding="same")(x_in)
b = layers.Conv2D(8, 3, padding="same")(x_in)
x = a + b
x = x * 0.5
x = x - x_in
x = ops.tanh(a) * ops.sigmoid(b) + x
x = x / 255.0
x = 1.0 - x
x = -x
x = x**2
y = layers.Conv2D(8, 1)(x)
y += x
y *= layers.Dense(8, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(y))
left, right = y[..., :4], y[..., 4:]
y = ops.maximum(left, right)
y = y[:, 0]
y = layers.Flatten()(y)
model = keras.Model(x_in, layers.Dense(2)(y))
