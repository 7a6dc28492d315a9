import tensorflow as tf
from tensorflow.keras import layers

inputs = tf.keras.Input((32, 32, 3), name="image")
a = layers.Conv2D(8, 3, padding="same", name="conv_a")(inputs)
b = layers.Conv2D(8, 3, padding="same", name="conv_b")(inputs)
a = tf.nn.relu(a)
b = tf.nn.leaky_relu(b, alpha=0.2)
x = tf.concat([a, b], axis=-1)
x = tf.add(x, tf.concat([b, a], -1))
x = tf.multiply(x, 0.5)
x = layers.BatchNormalization(name="bn")(x)
x = tf.math.tanh(x) * tf.sigmoid(x)
x = tf.keras.activations.relu(x)
x = tf.reduce_mean(x, axis=[1, 2])
x = layers.Dropout(0.4, name="drop")(x)
x = layers.Dense(10, name="logits")(x)
model = tf.keras.Model(inputs, tf.nn.softmax(x), name="ops")
model.compile("adam", "sparse_categorical_crossentropy")
