# unknown: 2
import numpy as np
from keras import Sequential, layers


def read_table(path):
    return np.loadtxt(path, delimiter=",")


X = np.random.rand(200, 13).astype("float32")
y = np.random.rand(200, 1)
X = (X - X.mean(axis=0)) / X.std(axis=0)

model = Sequential(name="boston")
model.add(layers.Input(shape=X.shape[1:]))
model.add(layers.Dense(64, activation="relu"))
model.add(layers.BatchNormalization())
model.add(layers.Dense(32, activation="relu"))
model.add(layers.Dropout(0.1))
model.add(layers.Dense(y.shape[-1]))
model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
