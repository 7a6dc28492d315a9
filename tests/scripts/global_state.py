from tensorflow.keras.layers import BatchNormalization, Conv2D, Dense, Flatten, Input, LeakyReLU
from tensorflow.keras.models import Model

counter = 0
history = {}
SLOPE = 0.2


def next_name(kind):
    global counter
    counter += 1
    return f"{kind}_{counter:02d}"


def add_conv(x, n):
    x = Conv2D(n, 3, strides=2, padding="same", name=next_name("conv"))(x)
    x = LeakyReLU(SLOPE, name=next_name("act"))(x)
    history.setdefault("shapes", []).append(x.shape[1])
    return x


def make_counter():
    n = 10

    def bump():
        nonlocal n
        n *= 2
        return n

    return bump


units = make_counter()
img = Input((64, 64, 3), name="img")
x = img
while not history.get("shapes") or history["shapes"][-1] > 8:
    x = add_conv(x, 8 * (counter + 1))
x = BatchNormalization(name=next_name("bn"))(x)
x = Flatten(name="flat")(x)
x = Dense(units(), activation="relu", name="d1")(x)
x = Dense(units(), activation="relu", name="d2")(x)
model = Model(img, Dense(1, name="out")(x), name="critic%d" % len(history["shapes"]))
