from tensorflow import keras
from tensorflow.keras import layers

inputs = keras.Input(shape=(64, 64, 3))
x = layers.Conv2D(16, 3, activation="relu", name="block1")(inputs)
x = layers.MaxPooling2D(name="pool1")(x)
x = layers.Conv2D(32, 3, activation="relu", name="block2")(x)
x = layers.GlobalAveragePooling2D(name="gap")(x)
x = layers.Dropout(0.2, name="drop")(x)
x = layers.Dense(10, activation="softmax", name="classes")(x)
classifier = keras.Model(inputs, x, name="classifier")
classifier.compile("adam", "sparse_categorical_crossentropy")

# What the last convolution sees, for class activation maps.
cam = keras.Model(classifier.input, [classifier.get_layer("block2").output, classifier.output], name="cam")
# A new head on the layer before the last one.
features = classifier.layers[-3].output
features = layers.Dense(64, activation="relu", name="projection")(features)
retrieval = keras.Model(inputs=classifier.inputs, outputs=features, name="retrieval")
activations = keras.Model(
    classifier.input, [layer.output for layer in classifier.layers if "block" in layer.name], name="activations"
)
