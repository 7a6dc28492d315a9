"""for-else, continue, finally, a context manager, and a builder that fails first."""

from contextlib import contextmanager, nullcontext, suppress

import keras
from keras import layers

depth = 0


@contextmanager
def scope(name):
    global depth
    depth += 1
    try:
        yield f"{name}{depth}"
    finally:
        depth -= 1


class TooDeep(ValueError):
    pass


def build(sizes, limit=3):
    if len(sizes) > limit:
        raise TooDeep(f"{len(sizes)} sizes")
    inputs = keras.Input((64,), name="features")
    x = inputs
    with scope("block") as name:
        for i, size in enumerate(sizes):
            if size is None:
                continue
            x = layers.Dense(size, name=f"{name}_{i}")(x)
            if size < 8:
                break
        else:
            x = layers.Dropout(0.5, name=f"{name}_end")(x)
    with scope("head") as outer, scope("of") as inner, nullcontext():
        x = layers.Dense(1, name=outer + "_" + inner)(x)
    return keras.Model(inputs, x, name=f"depth{depth}")


for candidate in ([64, 32, 16, 8], [32, None, 16], [8]):
    try:
        model = build(candidate)
    except TooDeep as error:
        reason = str(error)
    else:
        model.compile("adam", "mse")
        break
    finally:
        attempts = candidate

with suppress(TooDeep):
    build([1, 2, 3, 4])
other = build([16, 4, 2])
assert other is not model
