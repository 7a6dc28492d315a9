from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final, NamedTuple, Protocol, TypeAlias

import keras
from keras import KerasTensor, layers

Tensor: TypeAlias = KerasTensor
Block: TypeAlias = Callable[[Tensor], Tensor]


class Norm(Enum):
    NONE = "none"
    BATCH = "batch"


class Spec(NamedTuple):
    filters: int
    kernel: int = 3
    norm: Norm = Norm.BATCH
    dropout: float | None = None


class Builder(Protocol):
    def __call__(self, spec: Spec) -> Block: ...


def conv_unit(spec: Spec) -> Block:
    def apply(x: Tensor) -> Tensor:
        x = layers.Conv2D(spec.filters, spec.kernel, padding="same")(x)
        if spec.norm is Norm.BATCH:
            x = layers.BatchNormalization()(x)
        x = layers.Activation("gelu")(x)
        if spec.dropout is not None:
            x = layers.Dropout(spec.dropout)(x)
        return x

    return apply


SPECS: Final[tuple[Spec, ...]] = (Spec(8), Spec(16, kernel=5), Spec(16, norm=Norm.NONE, dropout=0.2))


def assemble(specs: Iterable[Spec], build: Builder = conv_unit, *, classes: int = 4) -> keras.Model:
    inputs: Tensor = keras.Input((32, 32, 3))
    x: Tensor = inputs
    for spec in specs:
        x = build(spec)(x)
    x = layers.GlobalAveragePooling2D()(x)
    logits: Tensor = layers.Dense(classes, name="logits")(x)
    return keras.Model(inputs, logits, name="typed")


if __name__ == "__main__":
    model: keras.Model = assemble(SPECS)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
