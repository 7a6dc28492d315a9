"""Models and layers are copied by their configurations."""

import copy

import keras
from keras import layers

inputs = keras.Input((16, 16, 3), name="inputs")
x = layers.Conv2D(8, 3, name="conv")(inputs)
x = layers.BatchNormalization(name="bn")(x)
x = layers.Activation("relu", name="relu")(x)
x = layers.GlobalAveragePooling2D(name="gap")(x)
teacher = keras.Model(inputs, layers.Dense(4, name="out")(x), name="teacher")

student = keras.models.clone_model(teacher)
student.compile("adam", "mse")

template = layers.Dense(12, activation="tanh", name="template")
copied = layers.Dense.from_config({**template.get_config(), "name": "copied"})
settings = {"units": 6, "activation": "relu", "name": "made"}
changed = copy.deepcopy(settings)
changed["units"] = 3
z = keras.Input((5,), name="z")
y = layers.Dense(**changed)(copied(template(z)))
small = keras.Model(z, y, name="small")
