"""What is measured, against what, and the targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.growth import Growth
from benchmarks.manyfiles import ManyFiles
from benchmarks.measurements import (
    CONVLINT,
    PYTHON,
    Excess,
    Locate,
    Matching,
    Measurement,
    Model,
    PeakMemory,
    Ratio,
    Result,
)

RESNET_KERAS: Final = Model("resnet50.keras", "ResNet50")
RESNET_H5: Final = Model("resnet50.h5", "ResNet50")
VGG_KERAS: Final = Model("vgg16.keras", "VGG16")
VGG_H5: Final = Model("vgg16.h5", "VGG16")
EFFICIENTNET: Final = Model("efficientnetv2l.json", "EfficientNetV2L")
SOURCE: Final = Model("source.py", "source")
NO_SOURCE: Final = Model("source-empty.py", "source-empty")
STORE: Final = Model("store-10000", "store-10000")

COMPILE: Final = "import ast, sys; compile(ast.parse(open(sys.argv[1]).read()), '', 'exec')"
LOAD: Final = "import sys, keras; keras.models.load_model(sys.argv[1])"

MEASUREMENTS: Final[dict[str, Measurement]] = {
    "keras": Ratio(
        "loading ResNet50 with Keras / convlint resnet50.keras",
        (PYTHON, "-c", LOAD, RESNET_KERAS),
        (CONVLINT, RESNET_KERAS),
        least=50,
    ),
    "keras-file": Ratio(
        "convlint resnet50.keras / python -c 'import click, rich.console'",
        (CONVLINT, RESNET_KERAS),
        (PYTHON, "-c", "import click, rich.console"),
        most=1.6,
    ),
    "concise": Ratio(
        "convlint --output-format concise resnet50.keras / python -c 'import click, json, zipfile'",
        (CONVLINT, "--output-format", "concise", RESNET_KERAS),
        (PYTHON, "-c", "import click, json, zipfile"),
        most=1.6,
    ),
    "h5-file": Ratio(
        "convlint resnet50.h5 / convlint resnet50.keras",
        (CONVLINT, RESNET_H5),
        (CONVLINT, RESNET_KERAS),
        most=1.3,
    ),
    "source": Excess(
        "convlint on 1,000 lines of source / ast.parse and compile, each on top of its start-up",
        ((CONVLINT, SOURCE), (CONVLINT, NO_SOURCE)),
        ((PYTHON, "-c", COMPILE, SOURCE), (PYTHON, "-c", COMPILE, NO_SOURCE)),
        most=3,
    ),
    "rules": Matching(
        "{rules} default rules on EfficientNetV2L ({calls:,} calls) / json.loads of its JSON",
        EFFICIENTNET,
        most=5,
    ),
    "memory-keras": PeakMemory("peak memory of convlint vgg16.keras", (CONVLINT, VGG_KERAS), 60),
    "memory-h5": PeakMemory("peak memory of convlint vgg16.h5", (CONVLINT, VGG_H5), 60),
    "growth-chain": Growth("chain", most=1.1),
    "growth-residual": Growth("residual", most=1.1),
    "growth-dense": Growth("dense", most=1.1),
    "many-files": ManyFiles(STORE, 10_000),
}


def measure(names: Sequence[str], locate: Locate, runs: int) -> Iterator[Result]:
    """Measure one after the other, in the order of the table."""
    for name, measurement in MEASUREMENTS.items():
        if name in names:
            yield measurement.measure(locate, runs)
