import keras
from keras import layers

a = keras.Input((4,), name="a")
b = keras.Input((4,), name="b")
h = layers.Dense(8, activation="relu", name="left")(a)
k = layers.Dense(8, activation="relu", name="right")(b)
both = layers.concatenate([h, k], name="both")
y = layers.Dense(1, name="y")(both)
z = layers.Dense(2, name="z")(both)

m1 = keras.Model(a, h)
m2 = keras.Model([a], [h])
m3 = keras.Model(inputs=[a, b], outputs=y, name="m3")
m4 = keras.models.Model((a, b), (y, z), name="m4")
m5 = keras.Model(outputs=[y, z], inputs=[b, a])
m6 = keras.Model(inputs={"a": a, "b": b}, outputs={"y": y, "z": z}, name="m6")
arguments = dict(inputs=[a, b], outputs=[z])
m7 = keras.Model(**arguments, name="m7")
ends = ([a, b], both)
m8 = keras.Model(*ends)
m6.compile("adam", loss={"y": "mse", "z": "mae"})
