from abc import ABC, abstractmethod

from keras import Input, Model, layers


class BaseModel(ABC):
    input_shape = (32, 32, 3)
    dropout = 0.5

    def __init__(self, num_classes):
        self.num_classes = num_classes
        self._model = None

    @property
    def model(self):
        if self._model is None:
            self._model = self.build()
        return self._model

    @abstractmethod
    def features(self, x):
        raise NotImplementedError

    def classifier(self, x):
        x = layers.Flatten()(x)
        x = layers.Dropout(self.dropout)(x)
        return layers.Dense(self.num_classes, activation="softmax")(x)

    def build(self):
        inputs = Input(self.input_shape)
        outputs = self.classifier(self.features(inputs))
        return Model(inputs, outputs, name=type(self).__name__.lower())

    def compile(self, optimizer="adam"):
        self.model.compile(optimizer, "categorical_crossentropy")


class LeNet(BaseModel):
    input_shape = (28, 28, 1)

    def features(self, x):
        for n in (6, 16):
            x = layers.Conv2D(n, 5, activation="tanh")(x)
            x = layers.AveragePooling2D(2)(x)
        return x


class VGGish(BaseModel):
    dropout = 0.3

    def __init__(self, num_classes, depth=2):
        super().__init__(num_classes)
        self.depth = depth

    def features(self, x):
        for d in range(self.depth):
            x = layers.Conv2D(16 << d, 3, padding="same", activation="relu")(x)
            x = layers.Conv2D(16 << d, 3, padding="same", activation="relu")(x)
            x = layers.MaxPooling2D()(x)
        return x

    def classifier(self, x):
        x = layers.GlobalAveragePooling2D()(x)
        return super().classifier(x)


experiments = [LeNet(10), VGGish(num_classes=100)]
for experiment in experiments:
    experiment.compile()
