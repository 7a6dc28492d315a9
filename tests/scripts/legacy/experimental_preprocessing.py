import tensorflow as tf
from tensorflow.keras.layers.experimental import preprocessing
from tensorflow.python.keras.layers import Dense, Dropout
from tensorflow.python.keras.models import Model

image = tf.keras.Input((80, 80, 3))
x = preprocessing.RandomFlip("horizontal")(image)
x = tf.keras.layers.experimental.preprocessing.RandomRotation(0.1)(x)
x = preprocessing.Rescaling(1.0 / 255)(x)
x = tf.keras.layers.Conv2D(16, 3, activation=tf.nn.swish)(x)
x = tf.keras.layers.BatchNormalization(fused=True)(x)
x = tf.keras.layers.GlobalAveragePooling2D()(x)
x = Dropout(0.2)(x)
model = Model(image, Dense(3, activation="softmax")(x))
model.compile(tf.keras.optimizers.legacy.Adam(lr=1e-3), "categorical_crossentropy")
