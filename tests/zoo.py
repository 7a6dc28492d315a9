"""Models of keras.applications, each built once in a test process."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import keras

ZOO: Final = (
    "VGG16",
    "ResNet50",
    "ResNet50V2",
    "DenseNet121",
    "InceptionV3",
    "InceptionResNetV2",
    "Xception",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "ConvNeXtTiny",
    "NASNetMobile",
)


@cache
def zoo(name: str) -> Any:
    """The architecture without trained weights; shared, so not to be changed."""
    return getattr(keras.applications, name)(weights=None)


def layer_at(model: Any, path: str) -> Any:
    """The layer or operation at the path ``outer/inner/layer``."""
    found = model
    for name in path.split("/"):
        parts = found.layers if isinstance(found, keras.Sequential) else found.operations
        found = next(part for part in parts if part.name == name)
    return found
