# call: build_model()
"""Library code: the caller lives in another file."""

from tensorflow.keras import layers, models


def build_model(input_shape=(100, 100, 3), num_classes=120, dropout=0.4):
    model = models.Sequential(name="breeds")
    model.add(layers.InputLayer(input_shape))
    for filters in 16, 32, 64:
        model.add(layers.Conv2D(filters, 2, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Dropout(dropout))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(num_classes, activation="softmax"))
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model
