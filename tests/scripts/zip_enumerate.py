import keras
from keras.layers import BatchNormalization, Concatenate, Conv2D, Dense, Flatten, Input, MaxPooling2D, ReLU

filters = [16, 32, 64]
kernels = (7, 5, 3)
strides = [2, 1, 1]
pools = {0: True, 2: True}

image = Input((96, 96, 3))
x = image
outputs = []
for i, (f, k, s) in enumerate(zip(filters, kernels, strides), start=1):
    x = Conv2D(f, k, strides=s, padding="same", use_bias=False, name="conv%d" % i)(x)
    x = BatchNormalization(name="bn%d" % i)(x)
    x = ReLU(name="act%d" % i)(x)
    if pools.get(i - 1):
        x = MaxPooling2D(3, strides=2, padding="same", name="pool%d" % i)(x)
    outputs.append(x)

first, *middle, last = outputs
flat = [Flatten(name=f"flat_{t.shape[-1]}_{n}")(t) for n, t in enumerate((last, *middle))]
x = Concatenate()(flat[::-1])
model = keras.Model(image, Dense(sum(filters) // len(filters), name="code")(x))
