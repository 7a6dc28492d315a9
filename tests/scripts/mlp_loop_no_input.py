# A Sequential without an input shape: it is built when it first sees data.
from keras import Sequential
from keras.layers import Activation, BatchNormalization, Dense, Dropout

model = Sequential()
for width in [512, 256, 128]:
    model.add(Dense(width))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(0.5))
model.add(Dense(1, activation="sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
