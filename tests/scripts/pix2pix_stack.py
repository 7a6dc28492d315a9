import keras
from keras import layers


def downsample(filters, size, apply_batchnorm=True):
    result = keras.Sequential()
    result.add(layers.Conv2D(filters, size, strides=2, padding="same", use_bias=False))
    if apply_batchnorm:
        result.add(layers.BatchNormalization())
    result.add(layers.LeakyReLU())
    return result


def upsample(filters, size, apply_dropout=False):
    result = keras.Sequential()
    result.add(layers.Conv2DTranspose(filters, size, strides=2, padding="same", use_bias=False))
    result.add(layers.BatchNormalization())
    if apply_dropout:
        result.add(layers.Dropout(0.5))
    result.add(layers.ReLU())
    return result


def generator():
    inputs = layers.Input(shape=[32, 32, 3])
    down_stack = [downsample(8, 4, apply_batchnorm=False), downsample(16, 4), downsample(32, 4)]
    up_stack = [upsample(16, 4, apply_dropout=True), upsample(8, 4)]
    last = layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh")
    x = inputs
    skips = []
    for down in down_stack:
        x = down(x)
        skips.append(x)
    skips = reversed(skips[:-1])
    for up, skip in zip(up_stack, skips):
        x = up(x)
        x = layers.Concatenate()([x, skip])
    x = last(x)
    return keras.Model(inputs=inputs, outputs=x)


gen = generator()
