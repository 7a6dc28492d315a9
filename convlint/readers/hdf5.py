"""The configuration in an HDF5 model file: two attributes, no data set."""

from __future__ import annotations

from typing import Any, BinaryIO, Final

from convlint.errors import InputError

_WEIGHTS: Final = ("layer_names", "layer_names0", "model_weights", "weight_names")


def read(file: str | BinaryIO) -> tuple[str | bytes, str | bytes | None]:
    """The texts of ``model_config`` and, if there is one, ``training_config``.

    ``file`` is a path or an open binary file.

    Raises:
        InputError: the file is damaged, or no whole Keras model.
    """
    import h5py

    try:
        with h5py.File(file, "r") as root:
            config = _attribute(root, "model_config")
            if config is None:
                raise InputError(_explanation(root))
            return config, _attribute(root, "training_config")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            "this HDF5 file is damaged or incomplete; save or download it again"
        ) from error


def _attribute(root: Any, name: str) -> str | bytes | None:
    if name not in root.attrs:
        return None
    value = root.attrs[name]
    if hasattr(value, "item") and getattr(value, "size", 0) == 1:
        value = value.item()  # some writers store an array of one string
    return value if isinstance(value, str | bytes) else None


def _explanation(root: Any) -> str:
    keras_3_weights = "_layer_checkpoint_dependencies" in root or "layers" in root
    if keras_3_weights or any(name in root.attrs or name in root for name in _WEIGHTS):
        return (
            "this HDF5 file holds weights only, not the architecture; "
            "save the whole model (model.save) or its model.to_json()"
        )
    return "this HDF5 file was not saved by Keras: it has no model_config"
