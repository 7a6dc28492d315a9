# given up
"""How deep the network is, only the command line knows: nothing can be said about it."""

import argparse

from keras import Sequential, layers

parser = argparse.ArgumentParser()
parser.add_argument("--layers", type=int, default=3)
parser.add_argument("--units", default="64,32")
args = parser.parse_args()

model = Sequential([layers.Input((16,))])
for _ in range(args.layers):
    model.add(layers.Dense(32))
    model.add(layers.Dropout(0.5))
for units in args.units.split(","):
    model.add(layers.Dense(int(units), activation="relu"))
model.add(layers.Dense(1))
model.compile("adam", "mse")
