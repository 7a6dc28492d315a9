from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.applications.efficientnet import EfficientNetB0, preprocess_input

NUM_CLASSES = 37


def build_model(num_classes, fine_tune_from=None):
    inputs = layers.Input(shape=(64, 64, 3), name="photo")
    backbone = EfficientNetB0(include_top=False, input_tensor=inputs, weights=None)
    backbone.trainable = False

    x = layers.GlobalAveragePooling2D(name="avg_pool")(backbone.output)
    x = layers.BatchNormalization(name="head_bn")(x)
    x = layers.Dropout(0.2, name="head_dropout")(x)
    outputs = layers.Dense(num_classes, activation="softmax", name="pred")(x)

    model = keras.Model(inputs, outputs, name="EfficientNet")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=1e-2), loss="categorical_crossentropy", metrics=["accuracy"]
    )
    return model


model = build_model(NUM_CLASSES)
