"""VGG from the table of its configurations."""

from tensorflow.keras import Model
from tensorflow.keras.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input, MaxPool2D

CFG = {
    "A": [8, "M", 16, "M", 32, 32, "M"],
    "B": [8, 8, "M", 16, 16, "M", 32, 32, "M"],
}


def make_layers(x, cfg, batch_norm=False):
    n = 0
    for v in cfg:
        if v == "M":
            x = MaxPool2D(pool_size=2, strides=2)(x)
        else:
            n += 1
            x = Conv2D(v, 3, padding="same", name="conv{}".format(n))(x)
            if batch_norm:
                x = BatchNormalization()(x)
            x = Activation("relu")(x)
    return x


def vgg(variant, batch_norm=False, num_class=10):
    data = Input((32, 32, 3))
    x = make_layers(data, CFG[variant], batch_norm)
    x = Flatten()(x)
    for _ in range(2):
        x = Dense(64)(x)
        x = Activation("relu")(x)
        x = Dropout(0.5)(x)
    return Model(data, Dense(num_class)(x), name="vgg_" + variant.lower() + ("_bn" if batch_norm else ""))


def vgg_a_bn():
    return vgg("A", batch_norm=True)


def vgg_b():
    return vgg("B")


a, b = vgg_a_bn(), vgg_b()
