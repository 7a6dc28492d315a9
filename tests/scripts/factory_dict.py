# call: small((28, 28, 1), 10)
# unknown: 2
from keras import Input, Model
from keras.layers import BatchNormalization, Conv2D, Dense, Flatten, MaxPooling2D


def small(shape, classes):
    x = inputs = Input(shape)
    x = Conv2D(8, 5, activation="tanh")(x)
    x = MaxPooling2D()(x)
    return Model(inputs, Dense(classes, "softmax")(Flatten()(x)), name="small")


def large(shape, classes):
    x = inputs = Input(shape)
    for filters in range(16, 49, 16):
        x = Conv2D(filters, 3, activation="relu")(x)
        x = BatchNormalization()(x)
    return Model(inputs, Dense(classes, "softmax")(Flatten()(x)), name="large")


REGISTRY = {"small": small, "large": large}
config = {"model": "large", "shape": (24, 24, 1), "classes": 4}


def make(name, **options):
    if name not in REGISTRY:
        raise ValueError(f"unknown model {name}")
    return REGISTRY[name](**options)


net = make(config.pop("model"), **config)
net.compile(loss="categorical_crossentropy", optimizer="sgd")
