import keras
from keras import layers as L

conv = lambda n, k=3, **kw: L.Conv2D(n, k, padding="same", **kw)
bn = lambda: L.BatchNormalization()
relu = lambda: L.Activation("relu")
drop = lambda p=0.5: L.Dropout(p)
stack = lambda x, *fns: stack(fns[0](x), *fns[1:]) if fns else x

inputs = keras.Input((40, 40, 3))
x = stack(inputs, conv(16), bn(), relu(), conv(16, 1, use_bias=False), bn(), relu())
x = L.MaxPooling2D()(x)
x = stack(x, conv(32, activation="relu"), drop(0.1), conv(32), bn(), relu())
x = stack(x, L.GlobalAveragePooling2D(), drop(), L.Dense(5, activation="softmax"))
model = keras.Model(inputs, x, name="lambdas")
model.compile("adam", loss="categorical_crossentropy")
