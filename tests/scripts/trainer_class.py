from pathlib import Path

import numpy as np
from keras import callbacks, layers, losses, models, optimizers


class Trainer:
    """Owns a network and everything needed to fit it."""

    classes = 5
    kernel = 3

    def __init__(self, run_dir, shape=(64, 64, 1), filters=(16, 32), rate=0.25):
        self.run_dir = Path(run_dir)
        self.shape = shape
        self.filters = filters
        self.rate = rate
        self.model = self._build()
        self._compile()

    def _build(self):
        net = models.Sequential(name="classifier")
        net.add(layers.Input(self.shape))
        for count in self.filters:
            self._add_stage(net, count)
        net.add(layers.Flatten())
        net.add(layers.Dense(self.filters[-1] * 2, activation="relu"))
        net.add(layers.Dropout(self.rate * 2))
        net.add(layers.Dense(self.classes))
        return net

    def _add_stage(self, net, count):
        net.add(layers.Conv2D(count, self.kernel, padding="same", use_bias=False))
        net.add(layers.BatchNormalization(momentum=0.9))
        net.add(layers.Activation("relu"))
        net.add(layers.MaxPooling2D())
        net.add(layers.Dropout(self.rate))

    def _compile(self):
        self.model.compile(
            optimizer=optimizers.Adam(1e-3),
            loss=losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )

    def fit(self, x, y):
        stop = callbacks.EarlyStopping(patience=3)
        return self.model.fit(x, y, validation_split=0.2, callbacks=[stop])

    def predict(self, x):
        return np.argmax(self.model.predict(x), axis=-1)


if __name__ == "__main__":
    trainer = Trainer("runs/first")
    print(trainer.model.name)
