"""In the style of the library's own model files: options checked, input made or taken, top optional."""

import tensorflow as tf
from tensorflow.keras import backend, layers
from tensorflow.keras.models import Model


def obtain_input_shape(input_shape, default_size, min_size, require_flatten):
    default_shape = (default_size, default_size, 3)
    if require_flatten:
        if input_shape is not None and tuple(input_shape) != default_shape:
            raise ValueError("When include_top is true, input_shape should be " + str(default_shape))
        return default_shape
    if input_shape is None:
        return (None, None, 3)
    if len(input_shape) != 3 or input_shape[-1] != 3:
        raise ValueError("bad shape " + repr(input_shape))
    if (input_shape[0] is not None and input_shape[0] < min_size):
        raise ValueError("too small")
    return input_shape


def SmallNet(include_top=True, weights=None, input_tensor=None, input_shape=None, pooling=None, classes=1000, **kwargs):
    if weights not in {"imagenet", None}:
        raise ValueError("weights")
    if weights == "imagenet" and include_top and classes != 1000:
        raise ValueError("classes")
    input_shape = obtain_input_shape(input_shape, default_size=64, min_size=32, require_flatten=include_top)
    if input_tensor is None:
        img_input = layers.Input(shape=input_shape)
    else:
        if not backend.is_keras_tensor(input_tensor):
            img_input = layers.Input(tensor=input_tensor, shape=input_shape)
        else:
            img_input = input_tensor
    bn_axis = 3
    x = img_input
    for block, (filters, repeats) in enumerate(((8, 1), (16, 2)), 1):
        for layer in range(1, repeats + 1):
            x = layers.Conv2D(filters, (3, 3), padding="same", name=f"block{block}_conv{layer}")(x)
            x = layers.BatchNormalization(axis=bn_axis, name=f"block{block}_bn{layer}")(x)
            x = layers.Activation("relu", name=f"block{block}_relu{layer}")(x)
        x = layers.MaxPooling2D((2, 2), strides=(2, 2), name=f"block{block}_pool")(x)
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(64, activation="relu", name="fc1")(x)
        x = layers.Dense(classes, activation=kwargs.get("classifier_activation", "softmax"), name="predictions")(x)
    else:
        if pooling == "avg":
            x = layers.GlobalAveragePooling2D()(x)
        elif pooling == "max":
            x = layers.GlobalMaxPooling2D()(x)
    model = Model(img_input, x, name="smallnet")
    if weights == "imagenet":
        model.load_weights("smallnet.weights.h5")
    elif weights is not None:
        model.load_weights(weights)
    return model


full = SmallNet(classes=12, classifier_activation=None)
features = SmallNet(include_top=False, input_tensor=layers.Input((48, 48, 3), name="given"), pooling="max")
base = SmallNet(include_top=False, input_shape=(96, 96, 3))
base.trainable = False
tuned = tf.keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dropout(0.5), layers.Dense(3, activation="softmax")])
