import tensorflow as tf

WEIGHT_DECAY = 1e-4

model = tf.keras.models.Sequential()
model.add(
    tf.keras.layers.Conv2D(
        32,
        (3, 3),
        padding="same",
        kernel_regularizer=tf.keras.regularizers.l2(WEIGHT_DECAY),
        input_shape=(32, 32, 3),
    )
)
model.add(tf.keras.layers.Activation("elu"))
model.add(tf.keras.layers.BatchNormalization())
model.add(tf.keras.layers.Conv2D(32, (3, 3), padding="same"))
model.add(tf.keras.layers.Activation("elu"))
model.add(tf.keras.layers.BatchNormalization())
model.add(tf.keras.layers.MaxPooling2D(pool_size=(2, 2)))
model.add(tf.keras.layers.Dropout(0.2))

model.add(tf.keras.layers.Conv2D(64, (3, 3), padding="same"))
model.add(tf.keras.layers.Activation("elu"))
model.add(tf.keras.layers.BatchNormalization())
model.add(tf.keras.layers.MaxPooling2D(pool_size=(2, 2)))
model.add(tf.keras.layers.Dropout(0.3))

model.add(tf.keras.layers.Flatten())
model.add(tf.keras.layers.Dense(10, activation="softmax"))

opt_rms = tf.keras.optimizers.RMSprop(learning_rate=0.001)
model.compile(loss="categorical_crossentropy", optimizer=opt_rms, metrics=["accuracy"])
