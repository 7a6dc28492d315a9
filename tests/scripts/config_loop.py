import keras
from keras import layers

CONFIGS = [
    {"name": "tiny", "units": [32], "dropout": 0.0},
    {"name": "base", "units": [64, 64], "dropout": 0.2},
    {"name": "wide", "units": [256, 128], "dropout": 0.5},
]


def mlp(name, units, dropout, n_features=30):
    model = keras.Sequential(name=name)
    model.add(keras.Input((n_features,)))
    for i, n in enumerate(units):
        model.add(layers.Dense(n, activation="relu", name=f"hidden_{i}"))
        if dropout:
            model.add(layers.Dropout(dropout, name=f"dropout_{i}"))
    model.add(layers.Dense(1, activation="sigmoid", name="churn"))
    model.compile("adam", "binary_crossentropy")
    return model


models = {}
for cfg in CONFIGS:
    models[cfg["name"]] = mlp(**cfg)
