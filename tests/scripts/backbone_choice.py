"""Several backbones behind the same head, by name."""

import keras
from keras import applications, layers

BACKBONES = {
    "xception": (applications.Xception, applications.xception.preprocess_input, 96),
    "densenet": (applications.DenseNet121, applications.densenet.preprocess_input, 64),
}


def classifier(name, n_classes):
    application, preprocess, size = BACKBONES[name]
    shape = (size, size, 3)
    base = application(weights=None, include_top=False, input_shape=shape, pooling="avg")
    for layer in base.layers[:-10]:
        layer.trainable = False
    for layer in base.layers[-10:]:
        layer.trainable = True
    image = keras.Input(shape, name=f"{name}_image")
    x = preprocess(image)
    x = base(x)
    x = layers.Dropout(0.5, name=f"{name}_drop")(x)
    return keras.Model(image, layers.Dense(n_classes, name=f"{name}_logits")(x), name=f"{name}_classifier")


models = [classifier(name, 120) for name in BACKBONES]
