from tensorflow import keras
from tensorflow.keras import layers


def normalise(x, kind):
    if kind is None:
        return x
    if kind == "batch":
        return layers.BatchNormalization()(x)
    if kind == "layer":
        return layers.LayerNormalization()(x)
    if kind.startswith("group"):
        groups = int(kind.split("-")[1])
        return layers.GroupNormalization(groups)(x)
    raise ValueError(kind)


def head(x, task, n=None):
    x = layers.GlobalAveragePooling2D()(x)
    if task == "features":
        return x
    x = layers.Dropout(0.3)(x)
    if task == "binary":
        return layers.Dense(1, activation="sigmoid")(x)
    elif task == "regression":
        return layers.Dense(n or 1)(x)
    else:
        return layers.Dense(n, activation="softmax")(x)


def network(kind, task, n=None):
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3)(inputs)
    x = normalise(x, kind)
    x = layers.ReLU()(x)
    return keras.Model(inputs, head(x, task, n))


nets = [
    network("batch", "binary"),
    network("group-4", "regression", 3),
    network(None, "features"),
    network("layer", "classes", n=7),
]
nets[0].compile("adam", "binary_crossentropy")
nets[3].compile("adam", "sparse_categorical_crossentropy")
