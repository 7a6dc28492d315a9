from tensorflow import keras


def build_autoencoder(img_shape, code_size):
    encoder = keras.models.Sequential(name="enc")
    encoder.add(keras.layers.InputLayer(shape=img_shape))
    encoder.add(keras.layers.Conv2D(32, (3, 3), padding="same", activation="elu"))
    encoder.add(keras.layers.MaxPooling2D((2, 2)))
    encoder.add(keras.layers.Flatten())
    encoder.add(keras.layers.Dense(code_size))

    decoder = keras.models.Sequential(name="dec")
    decoder.add(keras.layers.InputLayer(shape=(code_size,)))
    decoder.add(keras.layers.Dense(16 * 16 * 32, activation="elu"))
    decoder.add(keras.layers.Reshape((16, 16, 32)))
    decoder.add(keras.layers.Conv2DTranspose(3, (3, 3), strides=2, padding="same", activation=None))
    return encoder, decoder


IMG_SHAPE = (32, 32, 3)
encoder, decoder = build_autoencoder(IMG_SHAPE, code_size=32)
inp = keras.layers.Input(IMG_SHAPE)
code = encoder(inp)
reconstruction = decoder(code)
autoencoder = keras.models.Model(inputs=inp, outputs=reconstruction)
autoencoder.compile(optimizer="adamax", loss="mse")
