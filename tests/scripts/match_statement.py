import keras
from keras import layers

PLAN = [
    ("conv", 16, 3),
    ("norm",),
    ("act", "relu"),
    ("pool", 2),
    {"type": "drop", "rate": 0.2},
    ("conv", 32, 3),
    ("act", "relu"),
    "flatten",
    ("dense", 10),
]


def layer_for(step):
    match step:
        case ("conv", filters, kernel):
            return layers.Conv2D(filters, kernel)
        case ("norm",):
            return layers.BatchNormalization()
        case ("act", str(name)):
            return layers.Activation(name)
        case ("pool", size) if size > 1:
            return layers.MaxPooling2D(size)
        case {"type": "drop", "rate": rate}:
            return layers.Dropout(rate)
        case "flatten" | "flat":
            return layers.Flatten()
        case ("dense", units, *rest):
            return layers.Dense(units, *rest)
        case _:
            raise TypeError(step)


model = keras.Sequential([keras.Input((32, 32, 3))])
for step in PLAN:
    if (layer := layer_for(step)) is not None:
        model.add(layer)
