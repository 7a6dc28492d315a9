#!/usr/bin/env python
# -*- coding: utf-8 -*-
from __future__ import absolute_import, division, print_function

import logging

from tensorflow.keras.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    Input,
)
from tensorflow.keras.models import Model

logging.basicConfig(level=logging.INFO)


class WideResNet(object):
    def __init__(self, image_size, depth=10, k=2, dropout_probability=0.3):
        self._depth = depth
        self._k = k
        self._dropout_probability = dropout_probability
        self._use_bias = False
        self._weight_init = "he_normal"
        self.input_size = (image_size, image_size, 3)

    def _wide_basic(self, n_input_plane, n_output_plane, stride):
        def f(net):
            conv_params = [[3, 3, stride, "same"], [3, 3, (1, 1), "same"]]
            n_bottleneck_plane = n_output_plane
            for i, v in enumerate(conv_params):
                if i == 0:
                    if n_input_plane != n_output_plane:
                        net = BatchNormalization()(net)
                        net = Activation("relu")(net)
                        convs = net
                    else:
                        convs = BatchNormalization()(net)
                        convs = Activation("relu")(convs)
                    convs = Conv2D(n_bottleneck_plane, kernel_size=(v[0], v[1]), strides=v[2], padding=v[3],
                                   kernel_initializer=self._weight_init, use_bias=self._use_bias)(convs)
                else:
                    convs = BatchNormalization()(convs)
                    convs = Activation("relu")(convs)
                    if self._dropout_probability > 0:
                        convs = Dropout(self._dropout_probability)(convs)
                    convs = Conv2D(n_bottleneck_plane, kernel_size=(v[0], v[1]), strides=v[2], padding=v[3],
                                   kernel_initializer=self._weight_init, use_bias=self._use_bias)(convs)
            if n_input_plane != n_output_plane:
                shortcut = Conv2D(n_output_plane, kernel_size=(1, 1), strides=stride, padding="same")(net)
            else:
                shortcut = net
            return Add()([convs, shortcut])

        return f

    def _layer(self, block, n_input_plane, n_output_plane, count, stride):
        def f(net):
            net = block(n_input_plane, n_output_plane, stride)(net)
            for _ in range(2, int(count + 1)):
                net = block(n_output_plane, n_output_plane, stride=(1, 1))(net)
            return net

        return f

    def __call__(self):
        logging.debug("Creating model...")
        assert (self._depth - 4) % 6 == 0
        n = (self._depth - 4) / 6
        inputs = Input(shape=self.input_size)
        n_stages = [16, 16 * self._k, 32 * self._k]
        conv1 = Conv2D(n_stages[0], (3, 3), padding="same")(inputs)
        conv2 = self._layer(self._wide_basic, n_stages[0], n_stages[1], n, (1, 1))(conv1)
        conv3 = self._layer(self._wide_basic, n_stages[1], n_stages[2], n, (2, 2))(conv2)
        relu = Activation("relu")(BatchNormalization()(conv3))
        pool = GlobalAveragePooling2D()(relu)
        predictions = Dense(units=10, activation="softmax")(pool)
        return Model(inputs=inputs, outputs=predictions)


def main():
    model = WideResNet(32)()
    model.compile(optimizer="sgd", loss="categorical_crossentropy")


if __name__ == "__main__":
    main()
