import math

from keras import Input, Sequential, layers

SIZE = 64
CLASSES = 11

model = Sequential()
model.add(Input((SIZE, SIZE, 3)))
filters = 8
size = SIZE
while size > 4:
    model.add(layers.Conv2D(filters, 3, padding="same"))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU(0.1))
    model.add(layers.MaxPooling2D())
    if filters >= 32:
        model.add(layers.Dropout(0.2))
    filters = min(filters * 2, 64)
    size //= 2

units = 2 ** math.ceil(math.log2(CLASSES * 4))
count = 0
while True:
    model.add(layers.Flatten() if count == 0 else layers.Dense(units, activation="relu"))
    units //= 2
    count += 1
    if count == 3:
        break
model.add(layers.Dense(CLASSES, activation="softmax"))
