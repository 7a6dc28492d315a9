import keras
from keras import layers

WIDTHS = (1, 3, 5)
sources = {name: size for name, size in zip(["accel", "gyro", "mag"], [3, 3, 2])}

inputs = {name: keras.Input((100, size), name=name) for name, size in sources.items()}
towers = [
    layers.Concatenate(name=f"{name}_mixed")(
        [
            layers.Conv1D(8 * width, width, padding="same", activation="relu", name=f"{name}_{width}")(tensor)
            for width in WIDTHS
        ]
    )
    for name, tensor in inputs.items()
]
pooled = [layers.GlobalMaxPooling1D()(t) for t in towers if t.shape[-1] > 4]
x = layers.Concatenate()(pooled)
x = layers.Dropout(0.4)(x)
x = layers.Dense(sum(4 for _ in WIDTHS), activation="relu")(x)
model = keras.Model(list(inputs.values()), layers.Dense(1)(x))
model.compile("adam", "mse")
