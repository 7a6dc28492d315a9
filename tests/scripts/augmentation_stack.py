import tensorflow as tf

preprocess = tf.keras.Sequential(
    [
        tf.keras.layers.Resizing(64, 64),
        tf.keras.layers.Rescaling(1.0 / 255),
        tf.keras.layers.RandomFlip("horizontal_and_vertical"),
        tf.keras.layers.RandomZoom(0.2),
        tf.keras.layers.RandomContrast(0.1),
    ]
)


def make_model(input_shape, num_classes):
    inputs = tf.keras.Input(shape=input_shape)
    x = preprocess(inputs)
    x = tf.keras.layers.Conv2D(32, 3, strides=2, padding="same")(x)
    x = tf.keras.layers.BatchNormalization()(x)
    x = tf.keras.layers.Activation("relu")(x)
    previous_block_activation = x
    for size in [32, 64]:
        x = tf.keras.layers.Activation("relu")(x)
        x = tf.keras.layers.SeparableConv2D(size, 3, padding="same")(x)
        x = tf.keras.layers.BatchNormalization()(x)
        x = tf.keras.layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = tf.keras.layers.Conv2D(size, 1, strides=2, padding="same")(previous_block_activation)
        x = tf.keras.layers.add([x, residual])
        previous_block_activation = x
    x = tf.keras.layers.GlobalAveragePooling2D()(x)
    if num_classes == 2:
        units = 1
    else:
        units = num_classes
    x = tf.keras.layers.Dropout(0.25)(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(units, activation=None)(x))


model = make_model(input_shape=(72, 72, 3), num_classes=2)
model.compile(loss=tf.keras.losses.BinaryCrossentropy(from_logits=True), optimizer=tf.keras.optimizers.Adam(3e-4))
