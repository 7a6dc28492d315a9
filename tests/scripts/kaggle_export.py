# %% [markdown]
# # Plant disease classification
# Forked from a baseline; scores 0.91 on the public board.

# %% [code]
import os
import random

import numpy as np
import tensorflow as tf
from tensorflow.keras.callbacks import EarlyStopping, ReduceLROnPlateau
from tensorflow.keras.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
)
from tensorflow.keras.models import Model

# %% [code]
SEED = 42
IMG_SIZE = 96
CLASSES = ["healthy", "rust", "scab", "multiple_diseases"]


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)


seed_everything(SEED)


# %% [code]
def conv_block(x, filters, dropout=0.0):
    x = Conv2D(filters, (3, 3), activation="relu", padding="same")(x)
    x = BatchNormalization()(x)
    x = MaxPooling2D((2, 2))(x)
    if dropout > 0:
        x = Dropout(dropout)(x)
    return x


# %% [code]
inputs = Input(shape=(IMG_SIZE, IMG_SIZE, 3))
x = conv_block(inputs, 32)
x = conv_block(x, 64, dropout=0.2)
x = conv_block(x, 128, dropout=0.3)
x = GlobalAveragePooling2D()(x)
x = Dense(256, activation="relu")(x)
x = Dropout(0.5)(x)
outputs = Dense(len(CLASSES), activation="softmax")(x)
model = Model(inputs=inputs, outputs=outputs)

# %% [code]
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=3e-4),
    loss=tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
    metrics=["accuracy", tf.keras.metrics.AUC(name="auc")],
)
callbacks = [EarlyStopping(patience=5, restore_best_weights=True), ReduceLROnPlateau(factor=0.5)]

# %% [code]
print("model with", len(model.layers), "layers ready")
