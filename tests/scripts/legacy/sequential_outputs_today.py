from keras import Input, Model
from keras.layers import BatchNormalization, Concatenate, Conv2D, Dense, Dropout, Flatten

numbers = Input((10,))
n = Dense(16, activation="relu", name="n1")(numbers)
n = BatchNormalization(name="n2")(n)
numbers_model = Model(numbers, n, name="numbers")
picture = Input((32, 32, 1))
p = Conv2D(8, 3, activation="relu", name="p1")(picture)
p = Flatten(name="p2")(p)
picture_model = Model(picture, p, name="picture")
x = Concatenate(name="both")([n, p])
x = Dropout(0.5, name="drop")(x)
model = Model([numbers, picture], Dense(1, name="price")(x), name="prices")
model.compile("adam", "mse")
