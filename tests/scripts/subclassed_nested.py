import keras
from keras import layers


class Encoder(keras.Model):
    def __init__(self, width, name="encoder"):
        super(Encoder, self).__init__(name=name)
        self.conv_1 = layers.Conv2D(width, 3, strides=2, padding="same", activation="relu")
        self.bn_1 = layers.BatchNormalization()
        self.conv_2 = layers.Conv2D(width * 2, 3, strides=2, padding="same", activation="relu")
        self.bn_2 = layers.BatchNormalization()

    def call(self, inputs, training=None):
        x = self.bn_1(self.conv_1(inputs), training=training)
        return self.bn_2(self.conv_2(x), training=training)


class Decoder(keras.Model):
    def __init__(self, width, channels, name="decoder"):
        super(Decoder, self).__init__(name=name)
        self.up = keras.Sequential(
            [
                layers.Conv2DTranspose(width, 3, strides=2, padding="same", activation="relu"),
                layers.Dropout(0.2),
            ],
            name="up",
        )
        self.out = layers.Conv2DTranspose(channels, 3, strides=2, padding="same", activation="sigmoid")

    def call(self, inputs):
        return self.out(self.up(inputs))


class AutoEncoder(keras.Model):
    def __init__(self, width=8, channels=1):
        super(AutoEncoder, self).__init__(name="autoencoder")
        self.encoder = Encoder(width)
        self.decoder = Decoder(width, channels)

    def call(self, inputs):
        code = self.encoder(inputs)
        return self.decoder(code)


model = AutoEncoder()
model.build(input_shape=(None, 28, 28, 1))
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=keras.losses.MeanSquaredError())
