"""Classes that register themselves, with state on the class."""

import keras
from keras import layers


class Module:
    registry = {}
    built = 0

    def __init_subclass__(cls, key=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.registry[key or cls.__name__.lower()] = cls

    @classmethod
    def create(cls, spec):
        name, *arguments = spec.split(":")
        Module.built += 1
        return cls.registry[name](*map(int, arguments))

    @property
    def prefix(self):
        return f"{type(self).__name__.lower()}_{self.number}"

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        self.number = Module.built
        return self


class Conv(Module):
    def __init__(self, filters, kernel=3):
        self.layer = layers.Conv2D(filters, kernel, name=self.prefix)

    def __call__(self, x):
        return layers.ReLU(name=self.prefix + "_relu")(self.layer(x))


class Pool(Module, key="maxpool"):
    def __call__(self, x):
        return layers.MaxPooling2D(name=self.prefix)(x)


class Fc(Module):
    def __init__(self, units, percent=0):
        self.units, self.rate = units, percent / 100

    def __call__(self, x):
        if len(x.shape) > 2:
            x = layers.Flatten(name=self.prefix + "_flat")(x)
        if self.rate:
            x = layers.Dropout(self.rate, name=self.prefix + "_drop")(x)
        return layers.Dense(self.units, name=self.prefix)(x)


x = image = keras.Input((32, 32, 1), name="image")
for spec in "conv:8 conv:16:5 maxpool fc:32:50 fc:4".split():
    x = Module.create(spec)(x)
model = keras.Model(image, x, name="modules")
