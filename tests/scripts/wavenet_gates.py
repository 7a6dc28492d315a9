import keras
from keras import layers


def gated_block(x, rate, filters):
    tanh_out = layers.Conv1D(filters, 2, dilation_rate=rate, padding="causal", activation="tanh")(x)
    sigm_out = layers.Conv1D(filters, 2, dilation_rate=rate, padding="causal", activation="sigmoid")(x)
    z = layers.multiply([tanh_out, sigm_out])
    skip = layers.Conv1D(filters, 1)(z)
    return layers.add([skip, x]), skip


def wavenet(length=1024, filters=16, cycles=2, depth=4):
    audio = keras.Input((length, 1))
    x = layers.Conv1D(filters, 2, padding="causal")(audio)
    skips = []
    for rate in [2**i for _ in range(cycles) for i in range(depth)]:
        x, skip = gated_block(x, rate, filters)
        skips.append(skip)
    out = layers.Activation("relu")(layers.add(skips))
    out = layers.Conv1D(filters, 1, activation="relu")(out)
    out = layers.Conv1D(256, 1)(out)
    return keras.Model(audio, layers.Softmax()(out), name="wavenet")


wavenet().compile("adam", "sparse_categorical_crossentropy")
