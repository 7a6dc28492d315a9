"""Layers are changed after they were made."""

import keras
from keras import layers

model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu", name="conv"),
        layers.Dropout(0.5, name="drop"),
        layers.Flatten(name="flat"),
        layers.Dense(32, activation="sigmoid", name="hidden"),
        layers.Dense(10, activation="softmax", name="scores"),
    ],
    name="operated",
)
model.layers[-1].activation = keras.activations.linear
model.get_layer("drop").rate = 0.25
model.get_layer(index=0).trainable = False
setattr(model.layers[3], "activation", keras.activations.get("relu"))
for layer in model.layers:
    if hasattr(layer, "rate"):
        layer.rate = layer.rate / 2
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
