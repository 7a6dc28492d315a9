import tensorflow.keras as keras
from tensorflow.keras import layers

common = dict(padding="same", kernel_initializer="he_uniform", use_bias=False)
common["kernel_regularizer"] = keras.regularizers.l2(1e-4)


def conv(x, *args, batch_norm=True, activation="relu", **kwargs):
    options = {**common, **kwargs}
    x = layers.Conv2D(*args, **options)(x)
    if batch_norm:
        x = layers.BatchNormalization()(x)
    if activation:
        x = layers.Activation(activation)(x)
    return x


def merge(*tensors, how="concatenate", **kwargs):
    return getattr(layers, how)(list(tensors), **kwargs)


size = (48, 48)
inputs = layers.Input(shape=(*size, 3))
x = conv(inputs, 16, 3)
y = conv(x, 16, (1, 3), use_bias=True, batch_norm=False)
z = conv(x, filters=16, kernel_size=(3, 1), activation=None)
x = merge(x, y, z, axis=-1)
x = conv(x, *(32, 3), **{"strides": 2})
w = conv(x, 32, 1, activation="tanh")
x = merge(x, w, how="add")
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(3, "softmax")(x))
