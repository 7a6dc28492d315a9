# undecided
"""Both variants are possible: only the environment knows."""

import os

import keras
from keras import layers

USE_GRU = os.environ.get("CELL", "lstm").lower() == "gru"


def main():
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = layers.Embedding(8000, 64, mask_zero=True, name="embed")(tokens)
    if USE_GRU:
        x = layers.GRU(48, name="encoder")(x)
    else:
        x = layers.LSTM(48, name="encoder")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    model = keras.Model(tokens, layers.Dense(1, activation="sigmoid", name="toxic")(x), name="comments")
    model.compile("adam", "binary_crossentropy")
    return model


if __name__ == "__main__":
    main()
