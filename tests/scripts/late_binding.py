"""Closures see the last value of the loop variable unless they keep their own."""

from keras import Input, Model
from keras.layers import Add, Conv2D, Dense, Dropout, Flatten

late = [lambda t: Conv2D(f, 1, name=f"late_{len(t.shape)}_{f}_{next(numbers)}")(t) for f in (2, 4, 8)]
early = [lambda t, f=f: Conv2D(f, 1, name=f"early_{f}")(t) for f in (2, 4, 8)]
numbers = iter(range(100))

blocks = []
for rate in (0.1, 0.2, 0.3):

    def block(x):
        return Dropout(rate, name=f"drop_{next(numbers)}")(x)

    blocks.append(block)


def accumulate(x, seen=[]):
    seen.append(x)
    return list(seen)


image = Input((16, 16, 3), name="image")
a = [make(image) for make in late]
b = [make(image) for make in early]
x = Add(name="same")(a)
y = b[0]
for tensor in b[1:]:
    collected = accumulate(tensor)
y = Conv2D(8, 1, name="match")(collected[0])
x = Add(name="both")([x, y, collected[-1]])
rate = 0.4
for block in blocks:
    x = block(x)
model = Model(image, Dense(1, name="out")(Flatten(name="flat")(x)), name="late")
