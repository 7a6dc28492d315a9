from keras import Sequential, initializers, layers, optimizers

LATENT = 128
INIT = initializers.RandomNormal(mean=0.0, stddev=0.02)


def make_generator():
    return Sequential(
        [
            layers.Input((LATENT,)),
            layers.Dense(8 * 8 * LATENT, use_bias=False, kernel_initializer=INIT),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Reshape((8, 8, LATENT)),
            layers.Conv2DTranspose(64, 4, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh"),
        ],
        name="generator",
    )


def make_discriminator():
    return Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(64, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dropout(0.3),
            layers.Conv2D(128, 4, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="discriminator",
    )


generator, discriminator = make_generator(), make_discriminator()
optimizer = optimizers.Adam(learning_rate=2e-4, beta_1=0.5)
discriminator.compile(optimizer=optimizer, loss="binary_crossentropy", metrics=["accuracy"])

discriminator.trainable = False
gan = Sequential([generator, discriminator], name="gan")
gan.compile(optimizer=optimizers.Adam(2e-4, beta_1=0.5), loss="binary_crossentropy")
