"""A stage that may be empty: then the nested model hands its input on."""

import keras
from keras import layers


def stage(name, filters, repeats):
    inputs = keras.Input((16, 16, 4))
    x = inputs
    for i in range(repeats):
        x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv{i}")(x)
        x = layers.BatchNormalization(name=f"{name}_bn{i}")(x)
    return keras.Model(inputs, x, name=name)


image = keras.Input((16, 16, 4), name="image")
x = stage("first", 4, 2)(image)
x = stage("empty", 4, 0)(x)
x = layers.Identity(name="nothing")(x)
x = layers.Activation("linear", name="linear")(x)
x = stage("last", 8, 1)(x)
x = layers.Dropout(0.0, name="off")(x)
model = keras.Model(image, layers.GlobalAveragePooling2D(name="gap")(x), name="stages")
