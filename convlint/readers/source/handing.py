"""What may become of an object that is handed to a function that nobody knows."""

from __future__ import annotations

import re
from typing import Final

from convlint.readers.source.keras_values import Chain, Layer
from convlint.readers.source.sequences import lose
from convlint.readers.source.values import Dict, Instance, List, Set, Value

_READING: Final = frozenset(
    """
    PIL argparse builtins cv2 datetime glob h5py io joblib json logging math matplotlib mlflow numpy
    os pandas pathlib pickle pprint re scipy seaborn shutil sklearn subprocess sys tensorboard time
    tqdm typing wandb warnings yaml
    """.split()
)
"""Packages whose functions leave their arguments as they are."""

_BUILDING: Final = re.compile(
    r"add|append|attach|block|build|construct|create|extend|head|insert|layer|make|stack|top",
    re.IGNORECASE,
)
"""What is in the names of functions that add layers to the model they are given."""


def hand_over(path: str, values: list[Value]) -> None:
    """Note that a function that nobody knows was given some values.

    It may have changed a list. It may have added to a ``Sequential`` that is not compiled yet, if
    its name says so, or if the file itself goes on adding afterwards.
    """
    root, _, _ = path.partition(".")
    if root in _READING or (root in ("keras", "tensorflow", "tf_keras")):
        return
    builds = _BUILDING.search(path.rpartition(".")[2]) is not None
    for value in values:
        if isinstance(value, List | Dict | Set):
            lose(value)
        layer = value.layer if isinstance(value, Instance) else value
        if isinstance(layer, Layer) and isinstance(layer.body, Chain) and layer.compiled is None:
            layer.handed = True
            if builds:
                layer.given_up = f"{path.rpartition('.')[2]} may have added layers to it"
