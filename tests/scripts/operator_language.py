"""A project's own little language: blocks are chained with >> and repeated with *."""

from __future__ import annotations

import keras
from keras import layers


class Block:
    def __init__(self, *makers):
        self.makers = list(makers)

    def __rshift__(self, other: Block | type) -> Block:
        return Block(*self.makers, *as_block(other).makers)

    def __mul__(self, times: int) -> Block:
        return Block(*(self.makers * times))

    __rmul__ = __mul__

    def __or__(self, other: Block) -> Block:
        return Block(lambda: Parallel(self, other))

    def __len__(self):
        return len(self.makers)

    def __iter__(self):
        return iter(self.makers)

    def __call__(self, x):
        for make in self:
            x = make()(x)
        return x


class Parallel:
    def __init__(self, *blocks):
        self.blocks = blocks

    def __call__(self, x):
        return layers.Concatenate()([block(x) for block in self.blocks])


def as_block(thing):
    return thing if isinstance(thing, Block) else Block(thing)


def conv(filters, kernel=3):
    return Block(lambda: layers.Conv2D(filters, kernel, padding="same"))


bn_relu = Block(layers.BatchNormalization, layers.ReLU)
unit = conv(8) >> bn_relu
net = 2 * unit >> layers.MaxPooling2D >> (conv(8, 1) | conv(8, 5)) >> bn_relu >> (lambda: layers.Dropout(0.1))
image = keras.Input((32, 32, 3))
x = net(image)
x = layers.Dense(len(net))(layers.GlobalAveragePooling2D()(x))
model = keras.Model(image, x, name="language")
