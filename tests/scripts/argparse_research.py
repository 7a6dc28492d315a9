# unknown: 5
# undecided
"""Ablation of normalisation in a small residual network."""

import argparse

from tensorflow.keras import Input, Model, layers


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--no-bn", dest="bn", action="store_false")
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--classes", type=int, default=10)
    return parser.parse_args()


def block(x, width, bn, name):
    shortcut = x
    x = layers.Conv2D(width, 3, padding="same", use_bias=not bn, name=name + "_conv1")(x)
    if bn:
        x = layers.BatchNormalization(name=name + "_bn")(x)
    x = layers.Activation("relu", name=name + "_relu")(x)
    x = layers.Conv2D(width, 3, padding="same", name=name + "_conv2")(x)
    return layers.Add(name=name + "_add")([x, shortcut])


def build(args):
    inputs = Input((32, 32, 16), name="image")
    x = inputs
    x = block(x, 16, args.bn, "block1")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(args.width, activation="relu", name="hidden")(x)
    x = layers.Dropout(args.dropout, name="drop")(x)
    outputs = layers.Dense(args.classes, activation="softmax", name="probabilities")(x)
    return Model(inputs, outputs, name="ablation")


def main():
    args = parse_args()
    model = build(args)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    main()
