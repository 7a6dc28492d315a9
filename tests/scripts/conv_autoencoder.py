import keras
from keras import layers


class Denoiser:
    def __init__(self, size, code):
        self.encoder = self.make_encoder(size, code)
        self.decoder = self.make_decoder(code)
        noisy = keras.Input((size, size, 1), name="noisy")
        corrupted = layers.GaussianNoise(0.1)(noisy)
        self.model = keras.Model(noisy, self.decoder(self.encoder(corrupted)), name="denoiser")

    @staticmethod
    def make_encoder(size, code):
        image = keras.Input((size, size, 1))
        x = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(image)
        x = layers.Conv2D(64, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Dense(code)(layers.Flatten()(x))
        return keras.Model(image, x, name="encoder")

    def make_decoder(self, code):
        *_, rows, columns, channels = self.encoder.layers[2].output.shape
        latent = keras.Input((code,))
        x = layers.Dense(rows * columns * channels, activation="relu")(latent)
        x = layers.Reshape((rows, columns, channels))(x)
        x = layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid")(x)
        return keras.Model(latent, x, name="decoder")


denoiser = Denoiser(28, code=16)
denoiser.model.compile("adam", loss="mse")
