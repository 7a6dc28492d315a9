"""Models that are classes of their own but functional or sequential inside."""

import keras
from keras import layers


class Classifier(keras.Model):
    def __init__(self, shape, classes, width=16, **kwargs):
        inputs = keras.Input(shape)
        x = self.block(inputs, width)
        x = self.block(x, width * 2, last=True)
        outputs = layers.Dense(classes, activation="softmax", name="classes")(x)
        super().__init__(inputs=inputs, outputs=outputs, **kwargs)
        self.width = width

    @staticmethod
    def block(x, filters, last=False):
        x = layers.Conv2D(filters, 3, use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        return layers.GlobalMaxPooling2D()(x) if last else layers.MaxPooling2D()(x)


class Head(keras.Sequential):
    def __init__(self, units, rate=0.3, name="head"):
        super().__init__(name=name)
        self.add(keras.Input((64,)))
        for unit in units:
            self.add(layers.Dense(unit, activation="relu"))
            self.add(layers.Dropout(rate))
        self.add(layers.Dense(1))


classifier = Classifier((32, 32, 3), 10, name="classifier")
classifier.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
head = Head([32, 16])
head.compile("adam", "mse")
