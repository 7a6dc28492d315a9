"""A custom training loop around two functional models."""

import keras
import tensorflow as tf
from keras import layers


def critic_block(x, filters, use_bn=False, use_dropout=False, drop_value=0.5):
    x = layers.Conv2D(filters, 5, strides=2, padding="same")(x)
    if use_bn:
        x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU(0.2)(x)
    if use_dropout:
        x = layers.Dropout(drop_value)(x)
    return x


def get_critic():
    img_input = layers.Input(shape=(28, 28, 1))
    x = layers.ZeroPadding2D((2, 2))(img_input)
    x = critic_block(x, 16)
    x = critic_block(x, 32, use_dropout=True, drop_value=0.3)
    x = layers.Flatten()(x)
    return keras.models.Model(img_input, layers.Dense(1)(x), name="critic")


def get_generator(noise_dim=64):
    noise = layers.Input(shape=(noise_dim,))
    x = layers.Dense(7 * 7 * 32, use_bias=False)(noise)
    x = layers.BatchNormalization()(x)
    x = layers.Reshape((7, 7, 32))(layers.LeakyReLU(0.2)(x))
    for filters, last in ((16, False), (1, True)):
        x = layers.UpSampling2D((2, 2))(x)
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.Activation("tanh")(x) if last else layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
    return keras.models.Model(noise, x, name="generator")


class WGAN(keras.Model):
    def __init__(self, critic, generator, latent_dim):
        super().__init__()
        self.critic = critic
        self.generator = generator
        self.latent_dim = latent_dim

    def compile(self, d_optimizer, g_optimizer, g_loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.g_loss_fn = g_loss_fn

    def train_step(self, data):
        noise = tf.random.normal((tf.shape(data)[0], self.latent_dim))
        return {"g_loss": self.g_loss_fn(self.critic(self.generator(noise)))}


wgan = WGAN(critic=get_critic(), generator=get_generator(), latent_dim=64)
wgan.compile(keras.optimizers.Adam(1e-4), keras.optimizers.Adam(1e-4), lambda fake: -tf.reduce_mean(fake))
