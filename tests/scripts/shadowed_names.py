"""Names of Keras are taken for other things, and names of other things for Keras."""

import keras
from keras.layers import Activation, Conv2D, Flatten, Input
from keras.layers import Dense as FullyConnected

layers = []
model = "to be built"
Dense = 32
Dropout = 0.25


def BatchNormalization(x, momentum=0.9):
    return keras.layers.BatchNormalization(momentum=momentum)(x)


def Model(width):
    layers = keras.layers
    tensor = start = Input((32, 32, 3))
    tensor = Conv2D(width, 3)(tensor)
    tensor = BatchNormalization(tensor)
    tensor = Activation("relu")(tensor)
    tensor = layers.Dropout(Dropout)(tensor)
    return keras.Model(start, FullyConnected(Dense)(Flatten()(tensor)))


for input in range(2):
    layers.append(Model(8 * (input + 1)))
model, keras_model = layers
del layers
