# unknown: 0
# undecided
"""An option read from a file decides whether the network is deep; the rest is fixed."""

import json
import pathlib

from keras import Input, Model, layers


def load_options(path="options.json"):
    file = pathlib.Path(path)
    return json.loads(file.read_text()) if file.exists() else {"deep": True, "norm": "none"}


options = load_options()
image = Input((64, 64, 3), name="image")
x = layers.Conv2D(16, 3, strides=2, name="c1")(image)
if options["norm"] == "batch":
    x = layers.BatchNormalization(name="b1")(x)
x = layers.ReLU(name="r1")(x)
if options["deep"]:
    x = layers.Conv2D(32, 3, strides=2, name="c2")(x)
    x = layers.ReLU(name="r2")(x)
x = layers.GlobalAveragePooling2D(name="pool")(x)
model = Model(image, layers.Dense(2, name="logits")(x), name="options")
