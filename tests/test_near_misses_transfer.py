"""Near misses of the rules on transfer learning: in models, and in scripts that use backbones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from tests.near_misses import Cases, classes, conv

case = Cases()

SCRIPT: Final = """\
import keras
from keras import layers
from keras.applications import *

{before}
inputs = layers.Input((224, 224, 3))
x = {scale}
x = base({call})
x = layers.GlobalAveragePooling2D()(x)
model = keras.Model(inputs, layers.Dense(5, activation="softmax")(x))
model.compile("adam", "categorical_crossentropy")
{after}
"""


def in_script(
    folder: Path, rule: str, before: str, *, scale: str = "inputs", call: str = "x", after: str = ""
) -> list[tuple[str, str]]:
    """Severity and layer of the findings of a rule in a script."""
    path = folder / "train.py"
    text = SCRIPT.format(before=before, scale=scale, call=call, after=after)
    path.write_text(text, encoding="utf-8")
    return [(str(found.severity), found.layer) for found in check(path, select=[rule])]


RESNET: Final = "base = ResNet50(include_top=False)\n"
FROZEN: Final = "base.trainable = False\n"
THAWED: Final = "base.trainable = True\n"


@pytest.mark.parametrize(
    ("before", "call", "after", "severity"),
    [
        (RESNET + FROZEN, "x", THAWED, "warning"),
        (
            RESNET + "for layer in base.layers[:-20]:\n    layer.trainable = False\n",
            "x",
            "",
            "warning",
        ),
        (RESNET, "x", "", "info"),
        (RESNET + FROZEN, "x, training=False", THAWED, None),
        (RESNET + FROZEN, "x", "", None),
        ("base = ResNet50(include_top=False, weights=None)\n", "x", "", None),
        ("base = VGG16(include_top=False)\n", "x", "", None),
        ("base = ConvNeXtTiny(include_top=False)\n", "x", "", None),
        (
            RESNET + "for layer in base.layers:\n"
            "    if isinstance(layer, layers.BatchNormalization):\n"
            "        layer.trainable = False\n",
            "x",
            "",
            None,
        ),
    ],
    ids=[
        "thawed",
        "frozen in part",
        "never frozen",
        "inference mode",
        "frozen",
        "from scratch",
        "no norm",
        "layer norm",
        "norms frozen",
    ],
)
def test_a_backbone_that_learns_on_keeps_its_statistics_or_is_reported(
    before: str, call: str, after: str, severity: str | None, tmp_path: Path
) -> None:
    found = in_script(tmp_path, "CVL931", before, call=call, after=after)
    assert found == ([(severity, "resnet50")] if severity else [])


@pytest.mark.parametrize(
    ("base", "scale", "found"),
    [
        ("EfficientNetB0(include_top=False)", "layers.Rescaling(1 / 255)(inputs)", True),
        ("EfficientNetV2S(include_top=False)", "inputs / 255.0", True),
        ("ConvNeXtTiny(include_top=False)", "inputs * (1 / 255)", True),
        (
            "MobileNetV3Large(include_top=False)",
            "keras.applications.resnet_v2.preprocess_input(inputs)",
            True,
        ),
        ("EfficientNetB0(include_top=False)", "layers.Rescaling(255)(inputs)", False),
        (
            "EfficientNetB0(include_top=False)",
            "keras.applications.efficientnet.preprocess_input(inputs)",
            False,
        ),
        (
            "EfficientNetV2S(include_top=False, include_preprocessing=False)",
            "inputs / 255.0",
            False,
        ),
        (
            "ResNet50V2(include_top=False)",
            "keras.applications.resnet_v2.preprocess_input(inputs)",
            False,
        ),
        (
            "EfficientNetB0(include_top=False)",
            "layers.Rescaling(255)(layers.Rescaling(1 / 255)(inputs))",
            False,
        ),
        ("EfficientNetB0(include_top=False)", "layers.Normalization()(inputs)", False),
    ],
)
def test_images_are_scaled_once_or_reported(
    base: str, scale: str, found: bool, tmp_path: Path
) -> None:
    assert bool(in_script(tmp_path, "CVL932", f"base = {base}", scale=scale)) is found


def test_augmentation_between_two_scalings_hides_nothing(tmp_path: Path) -> None:
    scale = "layers.RandomFlip()(layers.Resizing(224, 224)(layers.Rescaling(1 / 255)(inputs)))"
    base = "base = EfficientNetB0(include_top=False)"
    assert in_script(tmp_path, "CVL932", base, scale=scale) == [("error", "rescaling_1")]


@case("CVL932", "first")
def scaled_twice(x: Any) -> Any:
    x = L.Rescaling(1 / 127.5, offset=-1, name="first")(x)
    return classes(conv(L.Rescaling([1 / 255] * 3)(x)))


@case("CVL932", "first")
def scaled_and_normalized_by_the_variance_of_bytes(x: Any) -> Any:
    x = L.Rescaling(1 / 255, name="first")(x)
    return classes(conv(L.Normalization(mean=[124.0] * 3, variance=[3400.0] * 3)(x)))


@case("CVL932")
def scaled_and_standardized(x: Any) -> Any:
    x = L.Rescaling(1 / 255)(x)
    return classes(conv(L.Normalization(mean=[0.5] * 3, variance=[0.05] * 3)(x)))


@case("CVL932")
def scaled_behind_a_convolution(x: Any) -> Any:
    return classes(conv(L.Rescaling(0.01)(conv(L.Rescaling(1 / 255)(x)))))


# CVL931, as saved models show it


def body(x: Any, *, first: bool, norm: bool, second: bool) -> keras.Model:
    """Two convolutions with batch normalisation, each layer trainable or not."""
    start = keras.Input((32, 32, 3))
    y = L.BatchNormalization(trainable=norm)(conv(start, trainable=first))
    y = L.BatchNormalization(name="norm", trainable=second)(conv(y, trainable=second))
    return keras.Model(start, y, name="base")


@case("CVL931", "base/norm")
def half_frozen(x: Any) -> Any:
    return classes(body(x, first=False, norm=False, second=True)(x))


@case("CVL931")
def half_frozen_in_inference_mode(x: Any) -> Any:
    return classes(body(x, first=False, norm=False, second=True)(x, training=False))


@case("CVL931")
def nothing_frozen(x: Any) -> Any:
    return classes(body(x, first=True, norm=True, second=True)(x))


@case("CVL931")
def all_frozen(x: Any) -> Any:
    return classes(body(x, first=False, norm=False, second=False)(x))


@case("CVL931")
def only_a_convolution_frozen(x: Any) -> Any:
    return classes(body(x, first=False, norm=True, second=True)(x))


@case("CVL931")
def not_nested(x: Any) -> Any:
    return classes(L.BatchNormalization()(conv(L.BatchNormalization(trainable=False)(x))))


# CVL934


@case("CVL934", "last", shape=(8,))
def output_layer_frozen(x: Any) -> Any:
    x = L.Dropout(0.5)(L.Dense(16, activation="relu")(x))
    return L.Dense(3, activation="softmax", name="last", trainable=False)(x)


@case("CVL934", "last")
def output_layer_frozen_behind_a_convolution(x: Any) -> Any:
    x = L.GlobalAveragePooling2D()(L.BatchNormalization()(conv(x)))
    return L.Dense(3, activation="softmax", name="last", trainable=False)(x)


@case("CVL934", shape=(8,))
def all_layers_frozen(x: Any) -> Any:
    x = L.Dense(16, activation="relu", trainable=False)(x)
    return L.Dense(3, activation="softmax", trainable=False)(x)


@case("CVL934", shape=(8,))
def hidden_layer_frozen(x: Any) -> Any:
    x = L.Dense(16, trainable=False)(L.Dense(8, activation="relu")(x))
    return L.Dense(3, activation="softmax")(x)


@case("CVL934", shape=(8,))
def frozen_critic_behind_a_generator(x: Any) -> Any:
    critic = keras.Sequential([L.Input((16,)), L.Dense(1, activation="sigmoid")], name="critic")
    critic.trainable = False
    return critic(L.Dense(16)(x))


@case("CVL934", shape=(8,))
def frozen_linear_output(x: Any) -> Any:
    return L.Dense(3, trainable=False)(L.Dense(16, activation="relu")(x))


@case.all
def test_only_what_the_rule_is_about_is_reported(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected


def dense(frozen: list[bool]) -> keras.Model:
    return keras.Sequential(
        [L.Input((4,)), *(L.Dense(4, name=f"d{i}") for i in range(len(frozen)))], name="model"
    )


@pytest.mark.parametrize(
    ("frozen", "whole", "compiled", "found"),
    [
        ([True, True], False, True, {"d1"}),
        ([True, False], False, True, set()),
        ([True, True], False, False, set()),
        ([False, False], True, True, set()),
        ([], False, True, set()),
    ],
    ids=["all", "one", "not compiled", "the model itself", "no weights"],
)
def test_a_model_with_nothing_to_train_is_reported(
    frozen: list[bool], whole: bool, compiled: bool, found: set[str]
) -> None:
    model = dense(frozen) if frozen else keras.Sequential([L.Input((4,)), L.Flatten()])
    for layer, value in zip(model.layers, frozen, strict=False):
        layer.trainable = not value
    if whole:
        model.trainable = False
    if compiled:
        model.compile("sgd", "mse")
    assert {finding.layer for finding in check(model, select=["CVL933"])} == found


def test_a_custom_layer_may_have_something_to_train() -> None:
    class Custom(L.Layer):  # type: ignore[misc]
        def call(self, inputs: Any) -> Any:
            return inputs

    model = keras.Sequential([L.Input((4,)), L.Dense(4, trainable=False), Custom()])
    model.compile("sgd", "mse")
    assert not check(model, select=["CVL933"])


def test_a_frozen_backbone_without_a_head_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(
        "import keras\n"
        "base = keras.applications.VGG16()\n"
        "for layer in base.layers:\n    layer.trainable = False\n"
        "model = keras.Sequential([base, keras.layers.Softmax()])\n"
        "model.compile('adam', 'mse')\n",
        encoding="utf-8",
    )
    (finding,) = check(path, select=["CVL933"])
    assert (str(finding.severity), finding.layer) == ("error", "vgg16")


OPENED: Final = """\
import keras
from keras import layers

base = keras.applications.ResNet50(include_top=False, pooling="avg")
x = layers.Dense(64, activation="relu")(base.output)
model = keras.Model(base.input, layers.Dense(3, activation="softmax")(x))
"""


@pytest.mark.parametrize(
    "freeze",
    [
        "base.trainable = False",
        "for layer in base.layers:\n    layer.trainable = False\n"
        "for layer in model.layers[:150]:\n    layer.trainable = False\n"
        "for layer in model.layers[150:]:\n    layer.trainable = True",
        "for layer in model.layers[:150]:\n    layer.trainable = False",
        "for layer in model.layers[:-2]:\n    layer.trainable = False",
        "for i in range(150):\n    model.layers[i].trainable = False",
        "for layer in model.layers:\n"
        "    layer.trainable = not isinstance(layer, layers.BatchNormalization)",
        "for layer in model.layers:\n"
        "    if isinstance(layer, layers.BatchNormalization):\n        layer.trainable = False\n"
        "    else:\n        layer.trainable = True",
        "base.trainable = False\n"
        "for layer in model.layers[-20:]:\n"
        "    if not isinstance(layer, layers.BatchNormalization):\n        layer.trainable = True",
    ],
)
def test_layers_of_an_opened_backbone_are_not_counted(freeze: str, tmp_path: Path) -> None:
    # Keras lists the backbone's layers among the model's; source code does not show how many.
    path = tmp_path / "train.py"
    path.write_text(f"{OPENED}{freeze}\nmodel.compile('adam', 'mse')\n", encoding="utf-8")
    assert not check(path, select=["CVL931", "CVL933", "CVL934"])


def test_the_last_layer_of_an_opened_backbone_is_known(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(f"{OPENED}model.layers[-1].trainable = False\n", encoding="utf-8")
    assert [found.layer for found in check(path, select=["CVL934"])] == ["dense_1"]
