from keras.layers import BatchNormalization, Concatenate, Conv2D, Dense, Dropout, Flatten
from keras.models import Model, Sequential

numbers = Sequential(name="numbers")
numbers.add(Dense(16, input_shape=(10,), activation="relu", name="n1"))
numbers.add(BatchNormalization(name="n2"))
picture = Sequential(name="picture")
picture.add(Conv2D(8, 3, input_shape=(32, 32, 1), activation="relu", name="p1"))
picture.add(Flatten(name="p2"))
x = Concatenate(name="both")([numbers.output, picture.output])
x = Dropout(0.5, name="drop")(x)
model = Model([numbers.input, picture.input], Dense(1, name="price")(x), name="prices")
model.compile("adam", "mse")
