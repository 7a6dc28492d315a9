"""Fractal expansion: a block of depth n joins two blocks of depth n - 1 with one convolution."""

from keras import Input, Model, layers


def convolve(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return layers.BatchNormalization()(x)


def fractal(x, depth, filters):
    if depth == 1:
        return convolve(x, filters)
    deep = fractal(fractal(x, depth - 1, filters), depth - 1, filters)
    shallow = convolve(x, filters)
    return layers.Average()([deep, shallow])


image = Input((32, 32, 3))
x = image
for filters, rate in [(8, 0.0), (16, 0.1)]:
    x = fractal(x, 3, filters)
    x = layers.Dropout(rate)(x)
    x = layers.MaxPooling2D()(x)
x = layers.Flatten()(x)
model = Model(image, layers.Dense(10, activation="softmax")(x), name="fractal")
