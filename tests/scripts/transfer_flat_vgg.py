from keras.applications import VGG16
from keras.layers import Dense, Dropout, Flatten
from keras.models import Model
from keras.optimizers import SGD

base = VGG16(include_top=False, weights=None, input_shape=(64, 64, 3))
for layer in base.layers:
    layer.trainable = False

x = base.output
x = Flatten(name="flatten")(x)
x = Dense(256, activation="relu", name="fc1")(x)
x = Dropout(0.5, name="dropout")(x)
predictions = Dense(17, activation="softmax", name="predictions")(x)

model = Model(inputs=base.input, outputs=predictions)
model.compile(SGD(learning_rate=1e-4, momentum=0.9), loss="categorical_crossentropy", metrics=["accuracy"])
