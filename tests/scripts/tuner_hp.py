# unknown: 6
# call: build_model(Choices())
"""A search space in the style of a tuner: `hp` is only known while the search runs."""

import keras
from keras import layers


def build_model(hp):
    model = keras.Sequential()
    model.add(layers.Input((28, 28, 1)))
    model.add(layers.Conv2D(hp.Int("filters", 16, 64, step=16), 3, activation="relu"))
    model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(units=hp.Int("units", 32, 512), activation=hp.Choice("act", ["relu", "tanh"])))
    model.add(layers.Dropout(hp.Float("rate", 0.1, 0.5)))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(
        optimizer=keras.optimizers.Adam(hp.Choice("learning_rate", [1e-2, 1e-3])),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


class Choices:
    """The first value of every choice."""

    def Int(self, name, low, high, step=1):
        return low

    def Float(self, name, low, high):
        return low

    def Choice(self, name, values):
        return values[0]
