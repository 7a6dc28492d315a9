"""Layers of one model are called again to make another."""

from tensorflow.keras import Input, Model, Sequential, layers


def base():
    inputs = Input((32, 32, 3), name="rgb")
    x = layers.Conv2D(8, 3, activation="relu", name="conv1")(inputs)
    x = layers.Conv2D(8, 3, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(name="pool")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(16, activation="relu", name="fc")(x)
    return Model(inputs, layers.Dense(4, activation="softmax", name="old")(x), name="base")


source = base()

# transplant all but the head into a Sequential
transplanted = Sequential(name="transplanted")
for layer in source.layers[:-1]:
    transplanted.add(layer)
transplanted.add(layers.Dropout(0.5, name="new_drop"))
transplanted.add(layers.Dense(2, activation="softmax", name="new"))
for layer in transplanted.layers:
    layer.trainable = layer.name.startswith("new")

# the same layers with dropout between them
x = again = Input((32, 32, 3), name="again")
for layer in source.layers[1:]:
    x = layer(x)
    if isinstance(layer, layers.Conv2D):
        x = layers.SpatialDropout2D(0.1, name=f"after_{layer.name}")(x)
rewired = Model(again, x, name="rewired")
