"""U-Net with its encoder stages kept in a dictionary, and dice loss."""

from keras import Input, Model, ops
from keras.layers import (
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
    ReLU,
    SpatialDropout2D,
    UpSampling2D,
)

FILTERS = {"stage1": 8, "stage2": 16, "stage3": 32}


def double_conv(tensor, n_filters, name, rate=None):
    for i in (1, 2):
        tensor = Conv2D(n_filters, 3, padding="same", use_bias=False, name=f"{name}_conv{i}")(tensor)
        tensor = BatchNormalization(name=f"{name}_bn{i}")(tensor)
        tensor = ReLU(name=f"{name}_relu{i}")(tensor)
    if rate is not None:
        tensor = SpatialDropout2D(rate, name=f"{name}_drop")(tensor)
    return tensor


def dice_loss(y_true, y_pred, smooth=1.0):
    overlap = ops.sum(y_true * y_pred)
    return 1 - (2 * overlap + smooth) / (ops.sum(y_true) + ops.sum(y_pred) + smooth)


image = Input((None, None, 1), name="image")
features = {}
x = image
for stage, filters in FILTERS.items():
    features[stage] = double_conv(x, filters, stage)
    x = MaxPooling2D(name=f"{stage}_pool")(features[stage])
x = double_conv(x, 64, "bridge", rate=0.3)
for stage in sorted(FILTERS, reverse=True):
    x = UpSampling2D(interpolation="bilinear", name=f"{stage}_up")(x)
    x = Concatenate(name=f"{stage}_skip")([features[stage], x])
    x = double_conv(x, FILTERS[stage], f"{stage}_decoder")
mask = Conv2D(1, 1, activation="sigmoid", name="mask")(x)

model = Model(image, mask, name="unet")
model.compile(optimizer="adam", loss=dice_loss, metrics=["binary_accuracy"])
