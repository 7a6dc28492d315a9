from functools import reduce, wraps

from tensorflow.keras.layers import BatchNormalization, Conv2D, Input, LeakyReLU, MaxPooling2D
from tensorflow.keras.models import Model
from tensorflow.keras.regularizers import l2


def compose(*funcs):
    """Left to right composition."""
    if funcs:
        return reduce(lambda f, g: lambda *a, **kw: g(f(*a, **kw)), funcs)
    raise ValueError("Composition of empty sequence not supported.")


@wraps(Conv2D)
def DarknetConv2D(*args, **kwargs):
    darknet_conv_kwargs = {"kernel_regularizer": l2(5e-4)}
    darknet_conv_kwargs["padding"] = "valid" if kwargs.get("strides") == (2, 2) else "same"
    darknet_conv_kwargs.update(kwargs)
    return Conv2D(*args, **darknet_conv_kwargs)


def DarknetConv2D_BN_Leaky(*args, **kwargs):
    no_bias_kwargs = {"use_bias": False}
    no_bias_kwargs.update(kwargs)
    return compose(
        DarknetConv2D(*args, **no_bias_kwargs), BatchNormalization(), LeakyReLU(negative_slope=0.1)
    )


def tiny_body(inputs, num_anchors, num_classes):
    x1 = compose(
        DarknetConv2D_BN_Leaky(16, (3, 3)),
        MaxPooling2D(pool_size=(2, 2), strides=(2, 2), padding="same"),
        DarknetConv2D_BN_Leaky(32, (3, 3)),
        MaxPooling2D(pool_size=(2, 2), strides=(2, 2), padding="same"),
        DarknetConv2D_BN_Leaky(64, (3, 3)),
    )(inputs)
    y1 = compose(
        DarknetConv2D_BN_Leaky(128, (3, 3), strides=(2, 2)),
        DarknetConv2D(num_anchors * (num_classes + 5), (1, 1)),
    )(x1)
    return Model(inputs, [x1, y1])


model = tiny_body(Input(shape=(128, 128, 3)), 3, 20)
