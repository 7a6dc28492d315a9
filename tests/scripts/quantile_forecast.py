import keras
from keras import layers

HORIZON = 24
QUANTILES = (0.1, 0.5, 0.9)


def pinball(q):
    return lambda y, f: keras.ops.mean(keras.ops.maximum(q * (y - f), (q - 1) * (y - f)), axis=-1)


past = keras.Input((168, 4), name="past")
future = keras.Input((HORIZON, 3), name="future")
_, *state = layers.LSTM(32, return_state=True, name="encoder")(past)
x = layers.LSTM(32, return_sequences=True, name="decoder")(future, initial_state=state)
x = layers.TimeDistributed(layers.Dense(16, activation="relu"), name="hidden")(x)
outputs = {}
for q in QUANTILES:
    y = layers.Dense(1, name=f"dense_{int(q * 100)}")(x)
    outputs[f"q{int(q * 100)}"] = layers.Flatten(name=f"q{int(q * 100)}")(y)
model = keras.Model([past, future], list(outputs.values()), name="quantiles")
model.compile("adam", loss=[pinball(q) for q in QUANTILES])
