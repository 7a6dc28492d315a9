"""Subclassed models with inheritance; layers that build() makes; call() with keyword arguments."""

import keras
from keras import layers, ops


class Regularised:
    rate = 0.2

    def make_dropout(self):
        return layers.Dropout(self.rate, name="regularise")


class Base(Regularised, keras.Model):
    def __init__(self, width=8, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.stem = layers.Conv2D(width, 3, padding="same", name="stem")
        self.dropout = self.make_dropout()

    def features(self, x, training):
        return self.dropout(ops.relu(self.stem(x)), training=training)

    def call(self, inputs, training=False):
        return ops.mean(self.features(inputs, training=training), axis=(1, 2))


class Wide(Base):
    rate = 0.5

    def __init__(self, classes, **kwargs):
        super().__init__(width=16, **kwargs)
        self.classes = classes

    def build(self, input_shape):
        self.scale = layers.Conv2D(self.width, 1, use_bias=False, name="scale")
        self.head = layers.Dense(self.classes, name="head_%d" % input_shape[-1])
        super().build(input_shape)

    def features(self, x, training):
        first = super().features(x, training)
        return first * ops.sigmoid(self.scale(first)) + first

    def call(self, inputs, training=False):
        x = super().call(inputs, training=training)
        return self.head(x)


model = Wide(5, name="wide")
model(ops.ones((1, 16, 16, 3)))
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), optimizer="adam")
