from keras.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential

model = Sequential()
model.add(Input((28, 28, 1)))
model.add(Conv2D(6, 5, activation="tanh", name="c1"))
model.add(MaxPooling2D(name="s2"))
model.add(Conv2D(16, 5, activation="tanh", name="c3"))
model.add(MaxPooling2D(name="s4"))
model.add(Flatten())
model.add(Dense(120, activation="tanh", name="f5"))
model.add(Dense(10, activation="softmax", name="digits"))
model.compile("sgd", "categorical_crossentropy")

# keep the features, replace the head
model.pop()
model.pop()
for layer in model.layers[:2]:
    layer.trainable = False
model.add(Dropout(0.25))
model.add(Dense(26, activation="softmax", name="letters"))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
