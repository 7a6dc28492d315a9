import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers, ops


def focal_loss(gamma=2.0, alpha=0.25):
    def loss(y_true, y_pred):
        p_t = ops.where(ops.equal(y_true, 1), y_pred, 1 - y_pred)
        return -ops.mean(alpha * (1 - p_t) ** gamma * ops.log(p_t + 1e-7))

    return loss


class SoftF1(keras.losses.Loss):
    def call(self, y_true, y_pred):
        tp = ops.sum(y_true * y_pred, axis=0)
        return 1 - ops.mean(2 * tp / (ops.sum(y_true + y_pred, axis=0) + 1e-7))


def rmse(y_true, y_pred):
    return ops.sqrt(ops.mean(ops.square(y_pred - y_true)))


def encoder(inputs, n=24):
    x = layers.Conv1D(n, 5, activation="relu")(inputs)
    x = layers.GlobalMaxPooling1D()(x)
    return layers.Dropout(0.3)(x)


signal = layers.Input((256, 2))
code = encoder(signal)
labels = layers.Dense(14, activation="sigmoid", name="labels")(code)
quality = layers.Dense(1, activation="sigmoid", name="quality")(code)
severity = layers.Dense(1, name="severity")(code)
model = keras.Model(signal, [labels, quality, severity])
model.compile(
    optimizer="adam",
    loss=[SoftF1(), focal_loss(gamma=1.5), keras.losses.MeanAbsoluteError()],
    metrics=[["binary_accuracy"], [], [rmse]],
)
