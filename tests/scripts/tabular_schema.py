"""Inputs, embeddings and heads from a schema."""

import json
from functools import cached_property

import keras
from keras import layers

SCHEMA = json.loads("""
{"features": [
    {"name": "age", "type": "float"},
    {"name": "income", "type": "float", "log": true},
    {"name": "country", "type": "category", "size": 52},
    {"name": "device", "type": "category", "size": 7, "dim": 3},
    {"name": "visits", "type": "sequence", "length": 30, "size": 400}
 ],
 "targets": {"bought": {"kind": "binary"}, "amount": {"kind": "regression"}, "segment": {"kind": "classes", "n": 5}}}
""")
EMBEDDING_RULE = lambda size: min(50, round(1.6 * size**0.56))


class Table:
    LOSSES = {"binary": "binary_crossentropy", "regression": "mse", "classes": "sparse_categorical_crossentropy"}

    def __init__(self, schema):
        self.schema = schema
        self.inputs = {}

    def input(self, feature):
        shape = (feature["length"],) if feature["type"] == "sequence" else (1,)
        dtype = "float32" if feature["type"] == "float" else "int32"
        return self.inputs.setdefault(feature["name"], keras.Input(shape, dtype=dtype, name=feature["name"]))

    def encode(self, feature):
        x, name = self.input(feature), feature["name"]
        kind = feature["type"]
        if kind == "float":
            return layers.BatchNormalization(name=f"{name}_norm")(x)
        dim = feature.get("dim") or EMBEDDING_RULE(feature["size"])
        x = layers.Embedding(feature["size"] + 1, dim, name=f"{name}_embedding")(x)
        if kind == "category":
            return layers.Flatten(name=f"{name}_flat")(x)
        x = layers.Conv1D(16, 3, padding="same", activation="relu", name=f"{name}_conv")(x)
        return layers.GlobalMaxPooling1D(name=f"{name}_max")(x)

    @cached_property
    def body(self):
        x = layers.Concatenate(name="features")([self.encode(f) for f in self.schema["features"]])
        for i, units in enumerate((64, 32)):
            x = layers.Dense(units, name=f"dense{i}")(x)
            x = layers.ReLU(name=f"relu{i}")(x)
            x = layers.Dropout(0.1 * (2 - i), name=f"drop{i}")(x)
        return x

    def heads(self):
        for name, target in self.schema["targets"].items():
            match target:
                case {"kind": "binary"}:
                    yield layers.Dense(1, activation="sigmoid", name=name)(self.body)
                case {"kind": "classes", "n": n}:
                    yield layers.Dense(n, activation="softmax", name=name)(self.body)
                case {"kind": "regression"}:
                    yield layers.Dense(1, name=name)(self.body)

    def build(self):
        outputs = list(self.heads())
        model = keras.Model(list(self.inputs.values()), outputs, name="table")
        losses = {name: self.LOSSES[t["kind"]] for name, t in self.schema["targets"].items()}
        model.compile("adam", loss=losses, metrics={"bought": ["AUC"], "segment": "accuracy"})
        return model


table = Table(SCHEMA).build()
