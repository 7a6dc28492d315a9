"""Layers found by name."""

import importlib
import operator

import keras
from keras import layers as kl

NAMES = "Conv{rank}D MaxPooling{rank}D SpatialDropout{rank}D".split()
TABLE = {"bn": kl.BatchNormalization, "relu": (kl.Activation, "relu"), "drop": (kl.Dropout, 0.2)}
dense = getattr(importlib.import_module("keras.layers"), "Dense")
conv, pool, drop = (getattr(kl, name.format(rank=1)) for name in NAMES)
PoolTwo = type("PoolTwo", (), {"size": 2})


def make(key):
    entry = TABLE[key]
    if isinstance(entry, tuple):
        cls, *args = entry
        return cls(*args)
    return entry()


def activation(name):
    return {"relu": keras.activations.relu, "tanh": "tanh"}.get(name, name)


signal = keras.Input((128, 2))
x = conv(16, 5, activation=activation("tanh"))(signal)
for key in "bn relu".split():
    x = make(key)(x)
x = pool(PoolTwo.size)(x)
x = drop(0.1)(x)
x = conv(32, 3, activation=activation("elu"))(x)
x = globals()["kl"].GlobalAveragePooling1D()(x)
x = make("drop")(x)
x = operator.add(dense(8)(x), dense(8)(x))
x = operator.itemgetter(0)([x])
model = getattr(keras, "Model")(signal, dense(1)(x))
