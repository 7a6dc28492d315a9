from __future__ import annotations

from dataclasses import dataclass, field

import keras
from keras import layers


@dataclass(frozen=True)
class Stage:
    filters: int
    repeats: int = 1
    stride: int = 2


@dataclass
class Config:
    size: int = 64
    channels: int = 3
    stages: list[Stage] = field(default_factory=lambda: [Stage(16), Stage(32, repeats=2)])
    head_dropout: float = 0.1
    classes: int = 8

    @property
    def shape(self) -> tuple[int, int, int]:
        return (self.size, self.size, self.channels)


def build(config: Config) -> keras.Model:
    inputs = layers.Input(config.shape)
    x: keras.KerasTensor = inputs
    for stage in config.stages:
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = layers.SeparableConv2D(stage.filters, 3, strides=stride, padding="same")(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
    x = layers.GlobalMaxPooling2D()(x)
    x = layers.Dropout(config.head_dropout)(x)
    return keras.Model(inputs, layers.Dense(config.classes)(x), name="staged")


if __name__ == "__main__":
    config = Config(classes=12)
    model = build(config)
    model.compile(
        keras.optimizers.AdamW(weight_decay=0.01),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
    )
