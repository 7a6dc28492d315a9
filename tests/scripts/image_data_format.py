"""The data format is set for all layers at once."""

import keras
from keras import backend as K  # noqa: N812
from keras import layers

K.set_image_data_format("channels_first")
shape = (3, 32, 32) if K.image_data_format() == "channels_first" else (32, 32, 3)

inputs = keras.Input(shape)
x = layers.Conv2D(8, 5, activation="relu")(inputs)
y = layers.Conv2D(8, 5, data_format="channels_first")(inputs)
x = layers.Concatenate(axis=1)([x, y])
x = layers.BatchNormalization(axis=1)(x)
x = layers.MaxPooling2D(4)(x)
x = layers.SpatialDropout2D(0.1)(x)
x = layers.Flatten()(x)
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))

keras.config.set_image_data_format("channels_last")
small = keras.Sequential([layers.Input((32, 32, 3)), layers.Conv2D(4, 3), layers.Flatten()])
