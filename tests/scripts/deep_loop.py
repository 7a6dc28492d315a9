"""Deeper than anybody writes by hand."""

from keras import Input, Model, layers

DEPTH = 150

inputs = Input((8, 8, 4))
x = inputs
for i in range(DEPTH):
    y = layers.Conv2D(4, 3, padding="same", name=f"conv{i}")(x)
    if i % 10 == 9:
        y = layers.Dropout(0.1, name=f"drop{i}")(y)
    x = layers.Add(name=f"add{i}")([x, y])
x = layers.Activation("relu", name="relu")(x)
x = layers.GlobalAveragePooling2D(name="pool")(x)
model = Model(inputs, layers.Dense(10, name="logits")(x), name="deep")
