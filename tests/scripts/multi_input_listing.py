"""House prices from facts and a photo."""

from tensorflow.keras.layers import (
    Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, concatenate,
)
from tensorflow.keras.models import Model, Sequential


def create_mlp(dim, regress=False):
    model = Sequential()
    model.add(Input((dim,)))
    model.add(Dense(8, activation="relu"))
    model.add(Dense(4, activation="relu"))
    if regress:
        model.add(Dense(1, activation="linear"))
    facts = Input((dim,))
    return Model(facts, model(facts))


def create_cnn(width, height, depth, filters=(16, 32, 64), regress=False):
    chan_dim = -1
    inputs = Input(shape=(height, width, depth))
    for i, f in enumerate(filters):
        if i == 0:
            x = inputs
        x = Conv2D(f, (3, 3), padding="same")(x)
        x = Activation("relu")(x)
        x = BatchNormalization(axis=chan_dim)(x)
        x = MaxPooling2D(pool_size=(2, 2))(x)
    x = Flatten()(x)
    x = Dense(16)(x)
    x = Activation("relu")(x)
    x = BatchNormalization(axis=chan_dim)(x)
    x = Dropout(0.5)(x)
    x = Dense(4)(x)
    x = Activation("relu")(x)
    if regress:
        x = Dense(1, activation="linear")(x)
    return Model(inputs, x)


mlp = create_mlp(10, regress=False)
cnn = create_cnn(64, 64, 3, regress=False)
combined_input = concatenate([mlp.output, cnn.output])
x = Dense(4, activation="relu")(combined_input)
x = Dense(1, activation="linear")(x)
model = Model(inputs=[mlp.input, cnn.input], outputs=x)
model.compile(loss="mean_absolute_percentage_error", optimizer="adam")
