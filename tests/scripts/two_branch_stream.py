"""Action recognition: an RGB and an optical flow stream; weights of the streams are not shared."""

import keras
from keras.layers import (
    Activation, Add, AveragePooling2D, BatchNormalization, Concatenate, Conv2D, Dense, Dropout, Flatten, Input,
)


class Stream:
    def __init__(self, name, channels):
        self.name = name
        self.input = Input((56, 56, channels), name=name)
        self.output = self.input

    def conv(self, filters, kernel=3, **kw):
        self.output = Conv2D(filters, kernel, padding="same", name=f"{self.name}/c{filters}".replace("/", "_"), **kw)(self.output)
        return self

    def bn(self):
        self.output = BatchNormalization()(self.output)
        return self

    def act(self, name="relu"):
        self.output = Activation(name)(self.output)
        return self

    def pool(self):
        self.output = AveragePooling2D(2)(self.output)
        return self


rgb = Stream("rgb", 3).conv(16).bn().act().pool().conv(32).act().pool()
flow = Stream("flow", 2).conv(16, 5).bn().act().pool().conv(32, use_bias=False).bn().act().pool()
fused = Add()([rgb.output, flow.output])
both = Concatenate()([s.output for s in (rgb, flow)] + [fused])
x = Dropout(0.5)(Flatten()(both))
model = keras.Model([rgb.input, flow.input], Dense(51, activation="softmax")(x))
