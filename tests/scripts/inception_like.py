import tensorflow as tf

layers = tf.keras.layers
Conv2D = layers.Conv2D


def conv2d_bn(x, filters, num_row, num_col, padding="same", strides=(1, 1), name=None):
    if name is not None:
        bn_name = name + "_bn"
        conv_name = name + "_conv"
    else:
        bn_name = None
        conv_name = None
    x = Conv2D(filters, (num_row, num_col), strides=strides, padding=padding, use_bias=False, name=conv_name)(x)
    x = layers.BatchNormalization(axis=3, scale=False, name=bn_name)(x)
    return layers.Activation("relu", name=name)(x)


def inception(x, sizes, name):
    b1, (r3, b3), (r5, b5), pool = sizes
    branch1x1 = conv2d_bn(x, b1, 1, 1)
    branch3x3 = conv2d_bn(conv2d_bn(x, r3, 1, 1), b3, 3, 3)
    branch5x5 = conv2d_bn(conv2d_bn(x, r5, 1, 1), b5, 5, 5)
    branch_pool = layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same")(x)
    branch_pool = conv2d_bn(branch_pool, pool, 1, 1)
    return layers.concatenate([branch1x1, branch3x3, branch5x5, branch_pool], axis=3, name=name)


img_input = layers.Input(shape=(75, 75, 3))
x = conv2d_bn(img_input, 16, 3, 3, strides=(2, 2), padding="valid", name="stem")
x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
x = inception(x, (8, (6, 8), (4, 8), 4), name="mixed0")
x = inception(x, (16, (8, 16), (8, 16), 8), name="mixed1")
x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
x = layers.Dropout(0.4)(x)
x = layers.Dense(10, activation="softmax", name="predictions")(x)
model = tf.keras.Model(img_input, x, name="mini_inception")
model.compile(tf.keras.optimizers.RMSprop(0.045, epsilon=1.0), loss="categorical_crossentropy")
