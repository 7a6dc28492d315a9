"""Subclassed models as parts of functional ones, built in every way that Keras has."""

import keras
from keras import layers, ops


class Mixer(keras.Model):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.LayerNormalization()
        self.mlp = keras.Sequential([layers.Dense(width * 2, activation="gelu"), layers.Dropout(0.1), layers.Dense(width)])
        self.attend = layers.MultiHeadAttention(2, width // 2)

    def call(self, inputs, training=False):
        x = self.norm(inputs)
        x = x + self.attend(x, x)
        return x + self.mlp(x, training=training)


class Pooler(keras.Model):
    def __init__(self):
        super().__init__()
        self.drop = layers.Dropout(0.2)
        self.out = layers.Dense(4)

    def call(self, inputs, training=None):
        return self.out(self.drop(ops.abs(ops.mean(inputs, axis=1)), training=training))


built = Mixer(8, name="built")
built.build((None, 10, 8))
warm = Mixer(8, name="warm")
warm(keras.ops.zeros((1, 10, 8)))
fresh = Mixer(8, name="fresh")
patches = keras.Input((10, 8))
x = built(patches)
x = warm(x, training=True)
x = fresh(x)
x = layers.Dropout(0.3)(x)
x = layers.Softmax()(x)
model = keras.Model(patches, Pooler()(x))
