# -*- coding: utf-8 -*-
from tensorflow.keras.layers import Conv2D, BatchNormalization, Activation, Input, Dense, GlobalAveragePooling2D
from tensorflow.keras.layers import add
from tensorflow.keras.models import Model


def unit(x, filters, stage, block):
    conv_name = "res%d%s_branch" % (stage, block)
    y = Conv2D(filters, 3, padding="same", name=conv_name + "2a")(x)
    y = BatchNormalization(name="bn%d%s" % (stage, block))(y)
    y = Activation("relu", name="relu_{stage}_{block}".format(stage=stage, block=block))(y)
    y = Conv2D(filters, 3, padding="same", name="{}{}".format(conv_name, "2b"))(y)
    return add([x, y], name="res%s" % stage + block)


img = Input(shape=(32, 32, 16), name="_".join(["input", "image"]))
x = img
for stage in range(2, 4):
    for i in range(3):
        x = unit(x, 16, stage, chr(ord("a") + i))
x = GlobalAveragePooling2D(name="Pool".lower())(x)
x = Dense(10, activation="softmax", name=f"fc{10:03d}")(x)
model = Model(img, x, name="resnet-%(depth)d" % {"depth": 14})
