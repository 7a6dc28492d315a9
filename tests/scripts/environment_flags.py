# undecided
"""The same flag is asked for again and again, and means the same every time."""

import os

from keras import Input, Model, layers

NORM = os.getenv("NORM")


def unit(x, filters, name):
    x = layers.Conv2D(filters, 3, use_bias=not NORM, name=name)(x)
    if NORM:
        x = layers.BatchNormalization(name=name + "_bn")(x)
    x = layers.ReLU(name=name + "_relu")(x)
    if os.environ.get("DROP"):
        x = layers.SpatialDropout2D(0.1, name=name + "_drop")(x)
    return x


image = Input((48, 48, 3), name="image")
x = image
for i, filters in enumerate((8, 8, 16, 16, 32)):
    x = unit(x, filters, f"unit{i}")
x = layers.GlobalAveragePooling2D(name="gap")(x)
if os.environ.get("DROP"):
    x = layers.Dropout(0.5, name="last_drop")(x)
model = Model(image, layers.Dense(10, name="logits")(x), name="flags")
