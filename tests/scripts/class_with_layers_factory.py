import keras


class Layers:
    """Thin wrapper that fixes the defaults of a project."""

    def __init__(self, regularisation=1e-5):
        self.l2 = keras.regularizers.L2(regularisation)
        self.made = 0

    def conv(self, filters, kernel=3, **options):
        self.made += 1
        defaults = {"padding": "same", "kernel_regularizer": self.l2, "name": f"conv_{self.made}"}
        return keras.layers.Conv2D(filters, kernel, **(defaults | options))

    def __getitem__(self, name):
        return getattr(keras.layers, name)


make = Layers()
inputs = keras.layers.Input(shape=(64, 64, 3))
x = make.conv(16, strides=2)(inputs)
x = make["LayerNormalization"](epsilon=1e-6)(x)
x = make["Activation"]("relu")(x)
x = make.conv(32, name="wide")(x)
x = make["GlobalMaxPool2D"]()(x)
model = keras.Model(inputs=inputs, outputs=make["Dense"](3, activation="softmax")(x))
