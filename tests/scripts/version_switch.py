# unknown: 1
# undecided
"""Code that wants to run with everything."""

import sys

import keras

if sys.version_info >= (3,):
    text = str
else:
    text = unicode

try:
    from keras.layers import MultiHeadAttention, SimpleAttention
except ImportError:
    from keras.layers import MultiHeadAttention

    SimpleAttention = None

from keras import layers

MAJOR = int(keras.__version__.split(".")[0])
axis = -1
if MAJOR < 3:
    axis = 3

image = keras.Input((24, 24, 3), name="image")
x = layers.Conv2D(8, 3, padding="same", name="conv")(image)
x = layers.BatchNormalization(axis=axis, name="bn")(x)
if hasattr(keras, "ops"):
    x = layers.Activation("gelu", name="act")(x)
else:
    x = layers.Activation("relu", name="act")(x)
x = layers.GlobalAveragePooling2D(name="pool")(x)
model = keras.Model(image, layers.Dense(2, name="out")(x), name="compatible")
