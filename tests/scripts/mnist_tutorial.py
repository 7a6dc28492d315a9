"""Digits with a small convolutional network, as a first tutorial shows it."""

import keras
import numpy as np
from keras import layers

num_classes = 10
input_shape = (28, 28, 1)


def load_data(path="mnist.npz"):
    with np.load(path) as archive:
        return archive["x_train"], archive["y_train"]


model = keras.Sequential(
    [
        keras.Input(shape=input_shape),
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(num_classes, activation="softmax"),
    ]
)
model.summary(print_fn=lambda line: None)

batch_size = 128
epochs = 15
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])


def train():
    x_train, y_train = load_data()
    x_train = np.expand_dims(x_train.astype("float32") / 255, -1)
    y_train = keras.utils.to_categorical(y_train, num_classes)
    model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, validation_split=0.1)
