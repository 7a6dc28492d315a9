from keras import Input, Model
from keras.layers import (
    Activation, Add, BatchNormalization, Concatenate, Conv2D, Conv2DTranspose, Dropout, MaxPooling2D, Multiply,
)


def conv_block(x, filters, kernel_size=3, padding="same", activation="relu"):
    x = Conv2D(filters, kernel_size, padding=padding)(x)
    x = BatchNormalization()(x)
    return Activation(activation)(x)


def attention_gate(x, g, inter):
    theta = Conv2D(inter, 1)(x)
    phi = Conv2D(inter, 1)(g)
    f = Activation("relu")(Add()([theta, phi]))
    psi = Conv2D(1, 1, activation="sigmoid")(f)
    return Multiply()([x, psi])


class Stack(list):
    def push(self, item):
        self.append(item)
        return item


def attention_unet(shape=(64, 64, 1), filters=(8, 16, 32), dropout=0.2):
    x = inputs = Input(shape)
    skips = Stack()
    for f in filters[:-1]:
        x = skips.push(conv_block(conv_block(x, f), f))
        x = MaxPooling2D()(x)
        x = Dropout(dropout)(x)
    x = conv_block(x, filters[-1])
    for f in filters[-2::-1]:
        up = Conv2DTranspose(f, 3, strides=2, padding="same")(x)
        gated = attention_gate(skips.pop(), up, f // 2)
        x = Concatenate()([up, gated])
        x = conv_block(x, f)
    return Model(inputs, Conv2D(1, 1, activation="sigmoid")(x))


net = attention_unet()
net.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
