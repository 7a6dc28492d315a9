from keras import Input, Model, layers

DF = "channels_first"
AXIS = 1 if DF == "channels_first" else -1


def unit(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", data_format=DF)(x)
    x = layers.BatchNormalization(axis=AXIS)(x)
    x = layers.ReLU()(x)
    x = layers.SpatialDropout2D(0.1, data_format=DF)(x)
    return layers.MaxPooling2D(2, data_format=DF)(x)


volume = Input((4, 64, 64))
x = volume
for filters in 8, 16:
    x = unit(x, filters)
x = layers.GlobalAveragePooling2D(data_format=DF)(x)
model = Model(volume, layers.Dense(2, activation="softmax")(x))
