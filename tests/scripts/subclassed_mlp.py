import numpy as np
import tensorflow as tf


class MLP(tf.keras.Model):
    def __init__(self, hidden=(64, 32), classes=3):
        super().__init__()
        self.flatten = tf.keras.layers.Flatten()
        self.hidden = [tf.keras.layers.Dense(n, activation="relu") for n in hidden]
        self.dropout = tf.keras.layers.Dropout(0.5)
        self.out = tf.keras.layers.Dense(classes, activation="softmax")

    def call(self, x, training=False):
        x = self.flatten(x)
        for layer in self.hidden:
            x = layer(x)
        x = self.dropout(x, training=training)
        return self.out(x)


model = MLP()
model.build((None, 8, 8))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
