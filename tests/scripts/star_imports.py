from tensorflow.keras.layers import *
from tensorflow.keras.models import *
from tensorflow.keras.optimizers import *

inp = Input((48, 48, 1))
x = Conv2D(32, 3, padding="same")(inp)
x = BatchNormalization()(x)
x = Activation("relu")(x)
x = Conv2D(32, 3, padding="same", use_bias=False)(x)
x = BatchNormalization()(x)
x = Activation("relu")(x)
x = MaxPool2D()(x)
x = Dropout(0.25)(x)
x = GlobalAvgPool2D()(x)
out = Dense(7, activation="softmax")(x)

model = Model(inp, out)
model.compile(Adam(1e-4), "sparse_categorical_crossentropy", metrics=["acc"])
