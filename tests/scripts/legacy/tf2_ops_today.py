import keras
from keras import layers, ops

inputs = keras.Input((32, 32, 3), name="image")
a = layers.Conv2D(8, 3, padding="same", name="conv_a")(inputs)
b = layers.Conv2D(8, 3, padding="same", name="conv_b")(inputs)
a = ops.relu(a)
b = ops.leaky_relu(b, negative_slope=0.2)
x = ops.concatenate([a, b], axis=-1)
x = ops.add(x, ops.concatenate([b, a], -1))
x = ops.multiply(x, 0.5)
x = layers.BatchNormalization(name="bn")(x)
x = ops.tanh(x) * ops.sigmoid(x)
x = keras.activations.relu(x)
x = ops.mean(x, axis=[1, 2])
x = layers.Dropout(0.4, name="drop")(x)
x = layers.Dense(10, name="logits")(x)
model = keras.Model(inputs, ops.softmax(x), name="ops")
model.compile("adam", "sparse_categorical_crossentropy")
