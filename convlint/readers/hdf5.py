"""The configuration in an HDF5 model file: two attributes, no data set."""

from __future__ import annotations

from typing import Any, BinaryIO, Final

from convlint.errors import InputError, too_large
from convlint.readers import hdf5_attributes
from convlint.readers.hdf5_guard import Guarded

_ATTRIBUTES: Final = frozenset({"model_config", "training_config"})
_DAMAGED: Final = "this HDF5 file is damaged or incomplete; save or download it again"
_WEIGHTS: Final = ("layer_names", "layer_names0", "layers", "vars")
"""What a file of weights has at its root: until Keras 3 (long lists in parts), and since."""


def read(file: BinaryIO) -> tuple[str | bytes, str | bytes | None]:
    """The texts of ``model_config`` and, if there is one, ``training_config``.

    Raises:
        InputError: the file is damaged, or no whole Keras model.
    """
    try:
        found = hdf5_attributes.read(file, _ATTRIBUTES)
    except hdf5_attributes.UnusualError:
        found = {}
    except hdf5_attributes.DamagedError as error:
        raise InputError(_DAMAGED) from error
    if "model_config" in found:
        return found["model_config"], found.get("training_config")
    return _read_with_library(file)


def _read_with_library(file: BinaryIO) -> tuple[str | bytes, str | bytes | None]:
    import h5py

    try:
        with h5py.File(Guarded(file), "r") as root:
            config = _attribute(root, "model_config")
            if config is None:
                raise InputError(_explanation(root))
            return config, _attribute(root, "training_config")
    except InputError:
        raise
    except Exception as error:  # whatever h5py makes of damaged bytes
        raise InputError(_DAMAGED) from error


def _attribute(root: Any, name: str) -> str | bytes | None:
    if name not in root.attrs:
        return None
    from h5py import h5t

    stored = root.attrs.get_id(name)
    if stored.shape not in ((), (1,)) or not isinstance(stored.get_type(), h5t.TypeStringID):
        # Many strings may be one string of the file, many times; other types can crash HDF5.
        return None
    if stored.get_storage_size() > hdf5_attributes.MAX_TEXT:
        raise too_large(f"its {name}", hdf5_attributes.MAX_TEXT)
    value = root.attrs[name]
    if hasattr(value, "item") and getattr(value, "size", 0) == 1:
        value = value.item()  # some writers store an array of one string
    return value if isinstance(value, str | bytes) else None


def _explanation(root: Any) -> str:
    if any(name in root.attrs or name in root for name in _WEIGHTS):
        return (
            "this HDF5 file holds weights only, not the architecture; "
            "save the whole model (model.save) or its model.to_json()"
        )
    return "this HDF5 file was not saved by Keras: it has no model_config"
