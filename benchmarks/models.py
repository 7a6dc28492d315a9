"""Make what is measured: python -m benchmarks.models NAME FILE

Run in a process of its own, so that the measuring process never holds Keras.
"""

from __future__ import annotations

import calendar
import json
import sys
from pathlib import Path
from typing import Any


def application(name: str, path: Path) -> None:
    """Save a model of ``keras.applications`` with random weights, in the format of the suffix.

    ``.json`` is its architecture alone.
    """
    import keras

    model = getattr(keras.applications, name)(weights=None)
    if path.suffix == ".json":
        path.write_text(model.to_json(), encoding="utf-8")
    else:
        model.save(path)


def chain(blocks: int, path: Path) -> None:
    """Write a chain of blocks of four layers, as in MobileNet, as Keras' architecture JSON.

    Keras itself makes a model of two blocks; the JSON of the second is repeated, since
    building 100,000 layers with Keras takes longer than all the measurements.
    """
    import keras
    from keras import layers

    x = image = layers.Input((32, 32, 8), name="image")
    for block in ("block0", "block1"):
        x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{block}_depthwise")(x)
        x = layers.Conv2D(8, 1, use_bias=False, name=f"{block}_pointwise")(x)
        x = layers.BatchNormalization(name=f"{block}_bn")(x)
        x = layers.ReLU(name=f"{block}_relu")(x)
    document: dict[str, Any] = json.loads(keras.Model(image, x, name="chain").to_json())
    config = document["config"]
    block_layers = json.dumps(config["layers"][-4:])
    del config["layers"][-4:]
    for number in range(1, blocks):
        renamed = block_layers.replace("block1", f"b{number}")
        renamed = renamed.replace("block0", f"b{number - 1}" if number > 1 else "block0")
        config["layers"].extend(json.loads(renamed))
    config["output_layers"] = [config["layers"][-1]["config"]["name"], 0, 0]
    path.write_text(json.dumps(document), encoding="utf-8")


def source(path: Path, *, empty: bool) -> None:
    """Write a file of about 1,000 lines: scripts that build ten models, and other code.

    The scripts are the first of those that the tests read, without conditions that only running
    them decides (each takes another pass); the other code is the module ``calendar`` of Python.
    If ``empty``, only the first line is written: a model with a finding, so that whatever a run
    loads is loaded for one line too.
    """
    text = (
        "import keras; keras.Sequential([keras.Input((4,)), "
        "keras.layers.Dense(1, activation='softmax')])\n"
    )
    for script in sorted((Path(__file__).parent.parent / "tests/scripts").glob("*.py")):
        code = script.read_text(encoding="utf-8")
        if text.count("\n") < 200 and "__future__" not in code and "# undecided" not in code:
            text += code
    text += Path(calendar.__file__).read_text(encoding="utf-8")
    if empty:
        text = text.splitlines(keepends=True)[0]
    path.write_text(text, encoding="utf-8")


def main(name: str, path: Path) -> None:
    """Make a model by name.

    ``chain-N`` has N layers, ``source`` is source code and ``source-empty`` next to none, others
    are of ``keras.applications``.
    """
    # Keras takes the format from the suffix, so the unfinished file must have the same.
    unfinished = path.with_stem(path.stem + "-unfinished")
    if name.startswith("chain-"):
        chain(int(name.removeprefix("chain-")) // 4, unfinished)
    elif name.startswith("source"):
        source(unfinished, empty=name == "source-empty")
    else:
        application(name, unfinished)
    unfinished.rename(path)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
