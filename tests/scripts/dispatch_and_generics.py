from __future__ import annotations

from contextlib import ExitStack
from enum import Enum, IntEnum, auto
from types import MappingProxyType, SimpleNamespace
from typing import Generic, TypeVar

import keras
from keras import layers

T = TypeVar("T")


class Size(IntEnum):
    SMALL = 8
    MEDIUM = 16


class Act(str, Enum):
    RELU = "relu"
    GELU = "gelu"


class Kind(Enum):
    PLAIN = auto()
    RESIDUAL = auto()


class Registry(Generic[T]):
    def __init__(self) -> None:
        self._items: dict[Kind, T] = {}

    def __setitem__(self, key: Kind, item: T) -> None:
        self._items[key] = item

    def __getitem__(self, key: Kind) -> T:
        return self._items[key]

    def __contains__(self, key: Kind) -> bool:
        return key in self._items


BLOCKS: Registry = Registry()


def plain(x, size, act):
    x = layers.Conv2D(int(size), 3, padding="same")(x)
    return layers.Activation(act.value)(x)


def residual(x, size, act):
    y = plain(x, size, act)
    y = layers.Conv2D(x.shape[-1], 1)(y)
    return layers.Add()([x, y])


BLOCKS[Kind.PLAIN] = plain
BLOCKS[Kind.RESIDUAL] = residual
OPTIONS = MappingProxyType({"size": Size.SMALL, "act": Act.GELU})
config = SimpleNamespace(kinds=[Kind.PLAIN, Kind.RESIDUAL, Kind.PLAIN], size=Size.MEDIUM, drop=0.25)


class Head:
    def make(self, target: int | str) -> layers.Layer:
        if isinstance(target, int):
            return layers.Dense(target, activation="softmax")
        return layers.Dense(1, name=target)


image = keras.Input((16, 16, 8))
x = image
with ExitStack() as stack:
    for kind in config.kinds:
        assert kind in BLOCKS
        options = {**OPTIONS, "size": config.size if kind is Kind.PLAIN else Size.SMALL}
        x = BLOCKS[kind](x, **options)
x = layers.GlobalAveragePooling2D()(x)
x = layers.Dropout(config.drop)(x)
outputs = [Head().make(target)(x) for target in (5, "score")]
model = keras.Model(image, outputs)
