from typing import Sequence

from tensorflow.keras import layers as kl
from tensorflow.keras.models import Model


def residual_block(x, dilation: int, filters: int, kernel: int, rate: float):
    skip = x
    for i in range(2):
        x = kl.Conv1D(filters, kernel, padding="causal", dilation_rate=dilation)(x)
        x = kl.LayerNormalization()(x)
        x = kl.Activation("relu")(x)
        x = kl.SpatialDropout1D(rate)(x)
    if skip.shape[-1] != filters:
        skip = kl.Conv1D(filters, 1, padding="same")(skip)
    x = kl.add([x, skip])
    return kl.Activation("relu")(x)


def tcn(steps: int, features: int, filters: int = 24, kernel: int = 3,
        dilations: Sequence[int] = (1, 2, 4, 8), rate: float = 0.1) -> Model:
    series = kl.Input((steps, features))
    x = series
    for d in dilations:
        x = residual_block(x, d, filters, kernel, rate)
    last = kl.Lambda(lambda t: t[:, -1, :], output_shape=(filters,), name="last_step")(x)
    return Model(series, kl.Dense(1)(last), name="tcn")


model = tcn(168, 7)
model.compile("adam", loss="huber", metrics=["mae"])
