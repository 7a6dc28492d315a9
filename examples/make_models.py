"""Make the example models: python examples/make_models.py [DIRECTORY]

The files hold architectures and compile settings, no weights: convlint reads nothing else, and
they stay small. Needs Keras 3 (pip install 'convlint[tensorflow]'). Every layer has a name of its
own choosing, so that the files do not depend on what else the process has built.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import h5py
import keras
from keras import layers

MakeLayer: TypeAlias = Callable[[str], keras.Layer]
"""Makes the layer that an experiment inserts, from the end of its name."""

PLACEMENTS: Final = ("before-activation", "after-activation", "after-pooling")


def dropout(rate: float, place: str) -> keras.Layer:
    """A dropout layer named after its place."""
    return layers.Dropout(rate, name=f"dropout_{place}")


def batch_norm(place: str) -> keras.Layer:
    """A batch normalization layer named after its place."""
    return layers.BatchNormalization(name=f"bn_{place}")


NETWORKS: Final[Mapping[str, MakeLayer | None]] = {
    "control": None,
    "batch-norm": batch_norm,
    "dropout-0.5": partial(dropout, 0.5),
    "dropout-0.3": partial(dropout, 0.3),
    "dropout-0.1": partial(dropout, 0.1),
}


def article_layers(extra: MakeLayer | None, placement: str) -> Iterator[keras.Layer]:
    """The layers of one of the networks of Jansma (2018), with ``extra`` at ``placement``.

    Four blocks of two convolutions and a max pool, a fifth that ends in the flattening, and a
    softmax classifier for the 100 classes of CIFAR-100.
    """

    def inserted(where: str, place: str) -> list[keras.Layer]:
        return [extra(place)] if extra is not None and where == placement else []

    yield layers.Input((32, 32, 3), name="image")
    for block in range(1, 6):
        for number in (1, 2):
            place = f"{block}_{number}"
            filters = 60 if block < 5 else 100
            yield layers.Conv2D(filters, 3, padding="same", name=f"conv_{place}")
            yield from inserted("before-activation", place)
            yield layers.Activation("relu", name=f"relu_{place}")
            yield from inserted("after-activation", place)
        if block < 5:
            yield layers.MaxPooling2D(name=f"pool_{block}")
        yield from inserted("after-pooling", str(block))
    yield layers.Flatten(name="flatten")
    yield layers.Dense(100, activation="softmax", name="classes")


def article(network: str, placement: str) -> keras.Model:
    """One of the article's fifteen experiments; the control is the same in each placement."""
    name = f"{network}_{placement}".replace("-", "_").replace(".", "_")
    model = keras.Sequential(list(article_layers(NETWORKS[network], placement)), name=name)
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model


def transfer_learning() -> keras.Model:
    """Cats against dogs on a frozen MobileNetV2, with the mistake of a softmax over one unit."""
    backbone = keras.applications.MobileNetV2(
        input_shape=(160, 160, 3), include_top=False, weights=None, name="mobilenetv2"
    )
    backbone.trainable = False
    image = layers.Input((160, 160, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(image)
    x = backbone(x, training=False)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    dog = layers.Dense(1, activation="softmax", name="dog")(x)
    model = keras.Model(image, dog, name="cats_and_dogs")
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def unet() -> keras.Model:
    """A U-Net for binary segmentation in which convlint finds nothing to report."""

    def block(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
        for number in (1, 2):
            place = f"{name}_{number}"
            conv = layers.Conv2D(filters, 3, padding="same", use_bias=False, name=f"conv_{place}")
            x = layers.BatchNormalization(name=f"bn_{place}")(conv(x))
            x = layers.ReLU(name=f"relu_{place}")(x)
        return x

    image = x = layers.Input((128, 128, 3), name="image")
    skips = []
    for level, filters in enumerate((16, 32, 64), 1):
        skips.append(block(x, filters, f"down_{level}"))
        x = layers.MaxPooling2D(name=f"pool_{level}")(skips[-1])
    x = block(x, 128, "bottom")
    x = layers.SpatialDropout2D(0.2, name="dropout")(x)
    for level, filters in ((3, 64), (2, 32), (1, 16)):
        x = layers.UpSampling2D(interpolation="bilinear", name=f"upsample_{level}")(x)
        x = layers.Concatenate(name=f"join_{level}")([skips[level - 1], x])
        x = block(x, filters, f"up_{level}")
    mask = layers.Conv2D(1, 1, name="mask")(x)
    model = keras.Model(image, mask, name="unet")
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    return model


MODELS: Final[Mapping[str, Callable[[], keras.Model]]] = {
    f"article/{placement}/{network}.json": partial(article, network, placement)
    for placement in PLACEMENTS
    for network in NETWORKS
} | {"transfer-learning.keras": transfer_learning, "unet.h5": unet}
"""Path below this directory -> function that builds the model."""


def write_json(model: keras.Model, path: Path) -> None:
    """Save the architecture as JSON."""
    path.write_text(model.to_json() + "\n", encoding="utf-8")


def write_keras(model: keras.Model, path: Path) -> None:
    """Save as a ``.keras`` archive without weights and without the time of day."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            ("metadata.json", json.dumps({"keras_version": keras.__version__})),
            ("config.json", model.to_json()),
        ):
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)


def write_h5(model: keras.Model, path: Path) -> None:
    """Save as Keras' own HDF5 file, less the weights."""
    with tempfile.TemporaryDirectory() as directory:
        complete = Path(directory, "complete.h5")
        model.save(complete)
        with h5py.File(complete) as source, h5py.File(path, "w") as target:
            for name, value in source.attrs.items():
                target.attrs[name] = value


WRITERS: Final = {".json": write_json, ".keras": write_keras, ".h5": write_h5}


def main(directory: Path) -> None:
    """Write every example model below ``directory``."""
    for name, build in MODELS.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        WRITERS[path.suffix](build(), path)
        keras.backend.clear_session()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
