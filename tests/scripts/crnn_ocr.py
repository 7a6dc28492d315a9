import string

import keras
from keras import layers

img_width, img_height = 200, 50
characters = string.digits + "abcdefghij"
downsample_factor = 4


def build_model():
    input_img = layers.Input(shape=(img_width, img_height, 1), name="image", dtype="float32")
    x = layers.Conv2D(
        32, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same", name="Conv1"
    )(input_img)
    x = layers.MaxPooling2D((2, 2), name="pool1")(x)
    x = layers.Conv2D(
        64, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same", name="Conv2"
    )(x)
    x = layers.MaxPooling2D((2, 2), name="pool2")(x)

    new_shape = ((img_width // downsample_factor), (img_height // downsample_factor) * 64)
    x = layers.Reshape(target_shape=new_shape, name="reshape")(x)
    x = layers.Dense(64, activation="relu", name="dense1")(x)
    x = layers.Dropout(0.2)(x)

    x = layers.Bidirectional(layers.LSTM(128, return_sequences=True, dropout=0.25))(x)
    x = layers.Bidirectional(layers.LSTM(64, return_sequences=True, dropout=0.25))(x)

    output = layers.Dense(len(characters) + 2, activation="softmax", name="dense2")(x)
    model = keras.models.Model(inputs=input_img, outputs=output, name="ocr_model_v1")
    model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.CTC())
    return model


model = build_model()
model.summary(print_fn=lambda *args, **kwargs: None)
