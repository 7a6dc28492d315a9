import functools

import keras
from keras import layers

BUILDERS = {}


def register(name):
    def decorator(function):
        BUILDERS[name] = function
        return function

    return decorator


def compiled(loss, **kwargs):
    def decorator(function):
        @functools.wraps(function)
        def wrapper(*args, **options):
            model = function(*args, **options)
            model.compile(optimizer="adam", loss=loss, **kwargs)
            return model

        return wrapper

    return decorator


@register("classifier")
@compiled("sparse_categorical_crossentropy", metrics=["accuracy"])
def classifier(classes, width=32):
    return keras.Sequential(
        [
            keras.Input((20, 20, 1)),
            layers.Conv2D(width, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="classifier",
    )


@register("regressor")
@compiled(loss="mse")
def regressor():
    x = inputs = keras.Input((12,))
    x = layers.Dense(16, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(1)(x), name="regressor")


models = [BUILDERS["classifier"](4, width=8), BUILDERS["regressor"]()]
