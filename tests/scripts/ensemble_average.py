import keras
from keras import layers

SHAPE = (24, 24, 1)


def member(seed, filters):
    init = keras.initializers.GlorotUniform(seed=seed)
    inp = keras.Input(SHAPE)
    x = layers.Conv2D(filters, 3, kernel_initializer=init, activation="relu")(inp)
    x = layers.GlobalMaxPooling2D()(x)
    x = layers.Dropout(0.3, seed=seed)(x)
    return keras.Model(inp, layers.Dense(3, activation="softmax")(x), name="member_%d" % seed)


members = [member(seed, 8 + 4 * seed) for seed in range(3)]
for m in members:
    m.trainable = False
inputs = keras.Input(SHAPE)
votes = [m(inputs) for m in members]
ensemble = keras.Model(inputs, layers.Average()(votes), name="ensemble")
