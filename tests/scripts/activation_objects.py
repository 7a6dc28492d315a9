import keras
import tensorflow as tf
from keras import activations, layers
from keras.layers import LeakyReLU, PReLU


def mish(x):
    return x * keras.ops.tanh(keras.ops.softplus(x))


model = keras.Sequential(
    [
        keras.Input((64, 64, 3)),
        layers.Conv2D(16, 3, activation=tf.nn.relu),
        layers.Conv2D(16, 3, activation=LeakyReLU(negative_slope=0.1)),
        layers.Conv2D(16, 3, activation=activations.swish),
        layers.Conv2D(16, 3, activation=keras.activations.get("gelu")),
        layers.Conv2D(16, 3),
        PReLU(shared_axes=[1, 2]),
        layers.Conv2D(16, 3, activation=mish),
        layers.Conv2D(16, 3, activation=None),
        layers.ELU(alpha=0.5),
        layers.Activation(tf.keras.activations.tanh),
        layers.Activation(mish),
        layers.GlobalAveragePooling2D(),
        layers.Dense(8, activation="linear"),
        layers.Activation("relu6"),
        layers.Dense(2, activation=keras.activations.softmax),
    ]
)
