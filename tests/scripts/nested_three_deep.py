from keras import Input, Model, Sequential
from keras.layers import Activation, BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, MaxPooling2D


def unit(filters, i):
    return Sequential(
        [Conv2D(filters, 3, padding="same"), BatchNormalization(), Activation("relu")], name=f"unit{i}"
    )


def stage(shape, filters, count):
    inputs = Input(shape)
    x = inputs
    for i in range(count):
        x = unit(filters, i)(x)
    return Model(inputs, MaxPooling2D()(x), name=f"stage{filters}")


class Network:
    def __init__(self, shape):
        self.shape = shape
        self.stages = []

    def with_stage(self, filters, count=2):
        shape = self.stages[-1].output_shape[1:] if self.stages else self.shape
        self.stages.append(stage(shape, filters, count))
        return self

    def finish(self, classes):
        inputs = Input(self.shape)
        x = inputs
        for part in self.stages:
            x = part(x)
        x = GlobalAveragePooling2D()(x)
        return Model(inputs, Dense(classes, activation="softmax")(x), name="network")


model = Network((32, 32, 3)).with_stage(8).with_stage(16, count=1).finish(10)
model.compile("sgd", "categorical_crossentropy")
