import keras
from keras import layers


class Pyramid(keras.Model):
    def __init__(self, levels=3, **kwargs):
        super().__init__(**kwargs)
        self.levels = levels
        for i in range(levels):
            setattr(self, f"conv{i}", layers.Conv2D(8 * 2**i, 3, strides=2, padding="same", name=f"conv{i}"))
            setattr(self, f"norm{i}", layers.BatchNormalization(name=f"norm{i}"))
        self.lateral = {f"p{i}": layers.Conv2D(16, 1, name=f"lateral{i}") for i in range(levels)}
        self.upsample = layers.UpSampling2D(2, name="upsample")
        self.merge = layers.Add(name="merge")

    def call(self, images):
        features = []
        x = images
        for i in range(self.levels):
            x = getattr(self, f"conv{i}")(x)
            x = getattr(self, "norm%d" % i)(x)
            features.append(x)
        top = self.lateral[f"p{self.levels - 1}"](features[-1])
        for i in range(self.levels - 2, -1, -1):
            top = self.merge([self.upsample(top), self.lateral[f"p{i}"](features[i])])
        return top


fpn = Pyramid(name="fpn")
fpn(keras.ops.zeros((1, 64, 64, 3)))
