from keras import Input, Model, layers, saving


@saving.register_keras_serializable("vision")
class SqueezeExcite(layers.Layer):
    def __init__(self, ratio=8, **kwargs):
        super().__init__(**kwargs)
        self.ratio = ratio

    def build(self, input_shape):
        channels = input_shape[-1]
        self.pool = layers.GlobalAveragePooling2D(keepdims=True)
        self.reduce = layers.Dense(channels // self.ratio, activation="relu")
        self.expand = layers.Dense(channels, activation="sigmoid")

    def call(self, inputs):
        return inputs * self.expand(self.reduce(self.pool(inputs)))

    def get_config(self):
        return super().get_config() | {"ratio": self.ratio}


def stage(x, filters, ratio):
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Activation("swish")(y)
    return SqueezeExcite(ratio=ratio, name=f"se_{filters}")(y)


image = Input((32, 32, 3))
y = image
for filters, ratio in ((16, 4), (32, 8)):
    y = stage(y, filters, ratio)
y = layers.GlobalAveragePooling2D()(y)
model = Model(image, layers.Dense(10)(y), name="se_net")
