import keras
from keras import layers

image = keras.Input((80, 80, 3))
x = layers.RandomFlip("horizontal")(image)
x = layers.RandomRotation(0.1)(x)
x = layers.Rescaling(1.0 / 255)(x)
x = layers.Conv2D(16, 3, activation="swish")(x)
x = layers.BatchNormalization()(x)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(0.2)(x)
model = keras.Model(image, layers.Dense(3, activation="softmax")(x))
model.compile(keras.optimizers.Adam(learning_rate=1e-3), "categorical_crossentropy")
