# -*- coding: utf-8 -*-
"""Réseau à convolutions – с комментариями и 日本語."""

import keras
from keras import layers

größe = 32
названия = {"свёртка": "conv", "プーリング": "pool"}
модель = keras.Sequential(name="модель")
модель.add(keras.Input((größe, größe, 3))); модель.add(layers.Conv2D(8, 3, name="é".replace("é", "e") + "_conv"))
for имя, слой in (("α", layers.BatchNormalization()), ("β", layers.Activation("relu"))): модель.add(слой)
модель.add({"日本": layers.MaxPooling2D(2, name=названия["プーリング"])}["日本"])
модель.add(layers.Flatten()); "ü"; модель.add(layers.Dropout(0.5)); модель.add(layers.Dense(2, activation="softmax"))
модель.compile("adam", "categorical_crossentropy")
