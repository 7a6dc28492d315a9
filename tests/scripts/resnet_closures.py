"""A residual network assembled from functions that return functions."""

import tensorflow.keras.backend as K
from keras.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Input,
    MaxPooling2D,
    add,
)
from keras.models import Model
from keras.regularizers import l2

ROW_AXIS, COL_AXIS, CHANNEL_AXIS = 1, 2, 3


def _bn_relu(tensor):
    norm = BatchNormalization(axis=CHANNEL_AXIS)(tensor)
    return Activation("relu")(norm)


def _conv_bn_relu(**conv_params):
    filters = conv_params["filters"]
    kernel_size = conv_params["kernel_size"]
    strides = conv_params.setdefault("strides", (1, 1))
    padding = conv_params.setdefault("padding", "same")

    def f(tensor):
        conv = Conv2D(filters=filters, kernel_size=kernel_size, strides=strides, padding=padding,
                      kernel_regularizer=l2(1.0e-4))(tensor)
        return _bn_relu(conv)

    return f


def _bn_relu_conv(**conv_params):
    filters = conv_params["filters"]
    strides = conv_params.get("strides", (1, 1))
    regularizer = conv_params.setdefault("kernel_regularizer", l2(1.0e-4))

    def f(tensor):
        activation = _bn_relu(tensor)
        return Conv2D(filters=filters, kernel_size=(3, 3), strides=strides, padding="same",
                      kernel_regularizer=regularizer)(activation)

    return f


def _shortcut(tensor, residual):
    input_shape = K.int_shape(tensor)
    residual_shape = K.int_shape(residual)
    stride_width = int(round(input_shape[ROW_AXIS] / residual_shape[ROW_AXIS]))
    stride_height = int(round(input_shape[COL_AXIS] / residual_shape[COL_AXIS]))
    equal_channels = input_shape[CHANNEL_AXIS] == residual_shape[CHANNEL_AXIS]
    shortcut = tensor
    if stride_width > 1 or stride_height > 1 or not equal_channels:
        shortcut = Conv2D(residual_shape[CHANNEL_AXIS], (1, 1),
                          strides=(stride_width, stride_height), padding="valid")(tensor)
    return add([shortcut, residual])


def _residual_block(filters, repetitions, is_first_layer=False):
    def f(tensor):
        for i in range(repetitions):
            init_strides = (1, 1)
            if i == 0 and not is_first_layer:
                init_strides = (2, 2)
            conv1 = _bn_relu_conv(filters=filters, strides=init_strides)(tensor)
            residual = _bn_relu_conv(filters=filters)(conv1)
            tensor = _shortcut(tensor, residual)
        return tensor

    return f


class ResnetBuilder:
    @staticmethod
    def build(input_shape, num_outputs, repetitions):
        tensor = Input(shape=input_shape)
        conv1 = _conv_bn_relu(filters=16, kernel_size=(7, 7), strides=(2, 2))(tensor)
        block = MaxPooling2D(pool_size=(3, 3), strides=(2, 2), padding="same")(conv1)
        filters = 16
        for i, r in enumerate(repetitions):
            block = _residual_block(filters, repetitions=r, is_first_layer=(i == 0))(block)
            filters *= 2
        block = _bn_relu(block)
        block_shape = K.int_shape(block)
        pool2 = AveragePooling2D(pool_size=(block_shape[ROW_AXIS], block_shape[COL_AXIS]), strides=(1, 1))(block)
        dense = Dense(units=num_outputs, kernel_initializer="he_normal", activation="softmax")(Flatten()(pool2))
        return Model(inputs=tensor, outputs=dense)

    @staticmethod
    def build_resnet_18(input_shape, num_outputs):
        return ResnetBuilder.build(input_shape, num_outputs, [1, 2, 1])


model = ResnetBuilder.build_resnet_18((32, 32, 3), 10)
