# unknown: 4
# undecided
"""Values that depend on the surroundings in ways that can only be bounded."""

import os

import keras
from keras import layers


def width_for(budget):
    if budget > 1000:
        return 256
    elif budget > 100:
        return 128
    return 64


def activation_for(name):
    for known in ("relu", "elu"):
        if name == known:
            return known
    return "tanh"


budget = int(os.environ.get("BUDGET", "500"))
rates = [r for r in (0.1, 0.2, 0.5) if r * 1000 < budget]
inputs = keras.Input((20,), name="inputs")
x = layers.Dense(width_for(budget), name="hidden")(inputs)
x = layers.Activation(activation_for(os.environ.get("ACTIVATION")), name="act")(x)
x = layers.Dropout(max(rates, default=0.5), name="drop")(x)
x = layers.Dense(max(16, budget // 100), name="narrow")(x)
model = keras.Model(inputs, layers.Dense(1, name="out")(x), name="bounded")
