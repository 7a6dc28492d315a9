import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def get_unet(img_size=(64, 64), num_classes=3, base=8, depth=3):
    inputs = keras.Input(shape=img_size + (3,))
    skips = []
    x = inputs
    for level in range(depth):
        filters = base * 2**level
        x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
        x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
        skips.append(x)
        x = layers.MaxPooling2D(2)(x)

    x = layers.Conv2D(base * 2**depth, 3, activation="relu", padding="same")(x)
    x = layers.Dropout(0.5)(x)

    for level in reversed(range(depth)):
        filters = base * 2**level
        x = layers.Conv2DTranspose(filters, 2, strides=2, padding="same")(x)
        x = layers.concatenate([x, skips[level]])
        x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)
        x = layers.Conv2D(filters, 3, activation="relu", padding="same")(x)

    outputs = layers.Conv2D(num_classes, 1, activation="softmax", padding="same")(x)
    return keras.Model(inputs, outputs)


keras.backend.clear_session()
model = get_unet()
model.compile(optimizer="rmsprop", loss="sparse_categorical_crossentropy")
