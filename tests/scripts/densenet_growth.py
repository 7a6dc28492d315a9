import keras
from keras import layers

growth_rate = 12
compression = 0.5
weight_decay = 1e-4


def dense_layer(x, nb_filter, dropout_rate=None):
    x = layers.BatchNormalization(epsilon=1.1e-5)(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(
        nb_filter, 3, kernel_initializer="he_normal", padding="same", use_bias=False,
        kernel_regularizer=keras.regularizers.l2(weight_decay),
    )(x)
    if dropout_rate:
        x = layers.Dropout(dropout_rate)(x)
    return x


def dense_block(x, nb_layers, nb_filter, growth_rate, dropout_rate=None):
    x_list = [x]
    for _ in range(nb_layers):
        cb = dense_layer(x, growth_rate, dropout_rate)
        x_list.append(cb)
        x = layers.concatenate(x_list, axis=-1)
        nb_filter += growth_rate
    return x, nb_filter


def transition(x, nb_filter):
    x = layers.BatchNormalization(epsilon=1.1e-5)(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(nb_filter, 1, padding="same", use_bias=False)(x)
    return layers.AveragePooling2D(2, strides=2)(x)


img_input = keras.Input((32, 32, 3))
nb_filter = 2 * growth_rate
x = layers.Conv2D(nb_filter, 3, padding="same", use_bias=False)(img_input)
blocks = [3, 3, 2]
for block_idx in range(len(blocks) - 1):
    x, nb_filter = dense_block(x, blocks[block_idx], nb_filter, growth_rate, dropout_rate=0.2)
    nb_filter = int(nb_filter * compression)
    x = transition(x, nb_filter)
x, nb_filter = dense_block(x, blocks[-1], nb_filter, growth_rate)
x = layers.BatchNormalization(epsilon=1.1e-5)(x)
x = layers.Activation("relu")(x)
x = layers.GlobalAveragePooling2D()(x)
densenet = keras.Model(img_input, layers.Dense(100, activation="softmax")(x), name="densenet")
