"""Applications of Keras in source code: their shape, and the automatic names that they use up."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from convlint.readers.source import read_source
from tests.running import Header, run
from tests.test_source_differential import differences

SCRIPT: Final = """\
from keras import Input, Model, applications, layers

image = Input((96, 96, 3))
base = applications.{}
x = base(image)
y = layers.Conv2D(3, 1)(image)
y = layers.BatchNormalization()(y)
y = layers.LayerNormalization()(y)
y = layers.Activation("relu")(y)
y = layers.ReLU()(y)
y = layers.ZeroPadding2D()(y)
y = layers.Cropping2D()(y)
y = layers.MaxPooling2D(2)(y)
y = layers.AveragePooling2D(2)(y)
y = layers.Rescaling(2.0)(y)
y = layers.Normalization(mean=0.0, variance=1.0)(y)
y = layers.Dropout(0.1)(y)
y = layers.DepthwiseConv2D(3)(y)
y = layers.SeparableConv2D(3, 3)(y)
y = layers.multiply([layers.add([y, y]), y])
y = layers.concatenate([y, y])
y = layers.GlobalAveragePooling2D()(y)
y = layers.Flatten()(layers.Reshape((2, 3))(y))
model = Model(image, [x, layers.Dense(2)(y)])
"""


@pytest.mark.parametrize(
    "application",
    [
        "ConvNeXtTiny(False, weights=None, input_shape=(96, 96, 3))",
        "DenseNet121(weights=None, include_top=False, input_shape=(96, 96, 3), pooling='avg')",
        "EfficientNetB0(weights=None, input_shape=(96, 96, 3), classes=7)",
        "EfficientNetV2B0(include_top=False, weights=None, input_shape=(None, None, 3))",
        "InceptionV3(weights=None, include_top=False, input_shape=(96, 96, 3), pooling='max')",
        "MobileNet(alpha=0.5, weights=None, include_top=False, input_shape=(96, 96, 3))",
        "MobileNetV2(alpha=1.4, weights=None, include_top=False, input_shape=(96, 96, 3))",
        "MobileNetV3Small(weights=None, input_shape=(96, 96, 3), include_top=False)",
        "NASNetMobile(weights=None, input_shape=(96, 96, 3), include_top=False)",
        "ResNet50V2(weights=None, include_top=False, input_shape=(96, 96, 3), name='base')",
        "VGG16(weights=None, include_top=False, input_shape=(96, 96, 3))",
        "Xception(weights=None, include_top=False, input_shape=(96, 96, 3))",
    ],
    ids=lambda text: text.partition("(")[0],
)
def test_an_application_read_is_the_application_made(application: str, tmp_path: Path) -> None:
    path = tmp_path / "backbone.py"
    path.write_text(SCRIPT.format(application), encoding="utf-8")
    read = read_source(path.read_text(encoding="utf-8"), path.name)
    assert list(differences(read, run(path), Header())) == []
