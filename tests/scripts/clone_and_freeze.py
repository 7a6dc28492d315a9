import keras
from keras import layers


def backbone(width):
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(width, 3, activation="relu", name="conv_a")(inputs)
    x = layers.BatchNormalization(name="bn_a")(x)
    x = layers.Conv2D(width * 2, 3, activation="relu", name="conv_b")(x)
    x = layers.BatchNormalization(name="bn_b")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(inputs, x, name="backbone")


def freeze(model, up_to):
    for layer in model.layers:
        layer.trainable = False
        if layer.name == up_to:
            break


net = backbone(8)
freeze(net, "conv_b")
for layer in net.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = True

image = keras.Input((32, 32, 3), name="image")
x = net(image, training=False)
x = layers.Dropout(0.2)(x)
student = keras.Model(image, layers.Dense(5, name="head")(x), name="student")
student.get_layer("head").trainable = True
student.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
