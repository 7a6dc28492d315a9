"""One saved layer of any era: its class and configuration under today's names."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from convlint import kinds
from convlint.errors import InputError
from convlint.graph import Location, Shape
from convlint.kinds.layers import LAYERS
from convlint.readers import legacy
from convlint.readers.operations import PREFIX
from convlint.readers.saved import SavedLayer
from convlint.readers.values import shape

MODELS: Final = frozenset({"Sequential", "Functional", "Model", "Network", "Container"})
"""The names that model classes of Keras have had."""

_WRAPPERS: Final = frozenset(
    {
        "TimeDistributed",
        "Bidirectional",
        "SpectralNormalization",
        "WeightNormalization",
        "PruneLowMagnitude",
        "ClusterWeights",
        "QuantizeWrapper",
        "QuantizeWrapperV2",
    }
)
"""Wrappers whose output is the wrapped layer's, for one step in time or for all.

Those of other packages are TensorFlow Addons' and the TensorFlow Model Optimization Toolkit's.
"""

_DENSE_IN_TIME: Final = "TimeDistributedDense"
_SERIES: Final = frozenset({"LSTM", "GRU", "SimpleRNN", "Conv1D", _DENSE_IN_TIME})
_KERAS: Final = frozenset({"keras", "tf_keras", "tensorflow", "builtins"})


class Nested(NamedTuple):
    """A model that a layer is or wraps: its class and its configuration."""

    class_name: str
    config: Any


def is_model(class_name: str, config: object) -> bool:
    """Whether a saved object is a model that states its layers."""
    if isinstance(config, list | tuple):
        return class_name == "Sequential"
    if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list | tuple):
        return False
    return class_name in MODELS or ("input_layers" in config and "output_layers" in config)


def read_layer(entry: object, where: str) -> tuple[SavedLayer, Nested | None]:
    """Read an entry of a model's ``layers``, without its calls.

    Args:
        entry: the entry.
        where: what to call it in an error, as long as its name is not known.

    Raises:
        InputError: the entry is no layer.
    """
    if not isinstance(entry, Mapping):
        raise InputError(f"{where} is no layer")
    class_name, config = entry.get("class_name"), entry.get("config")
    if not isinstance(class_name, str):
        raise InputError(f"{where} has no class_name")
    outside = config if isinstance(config, Mapping) else {}
    location = entry.get("location")
    layer = SavedLayer(
        name=_text(entry.get("name")) or _text(outside.get("name")),
        class_name=_class_name(entry, class_name, outside),
        trainable=outside.get("trainable") is not False,
    )
    layer.built_with = _built_with(entry)
    layer.location = location if isinstance(location, Location) else None
    layer.registered = _is_registered(entry, class_name)
    wrapped = outside.get("layer")
    if isinstance(wrapped, Mapping) and _is_wrapper(layer.class_name, wrapped):
        return _wrapped_layer(layer, outside, wrapped)
    if is_model(layer.class_name, config):
        layer.input_shape = shape(outside.get("batch_input_shape"))
        return layer, Nested(layer.class_name, config)
    layer.input_shape = _first_layer_input(layer.class_name, outside)
    if layer.class_name == _DENSE_IN_TIME:
        layer.class_name, layer.wrapper = "Dense", "TimeDistributed"
    layer.class_name, layer.config = legacy.layer(layer.class_name, outside)
    return layer, None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_wrapper(class_name: str, wrapped: Mapping[str, Any]) -> bool:
    inner = wrapped.get("class_name")
    return class_name.rpartition(">")[2] in _WRAPPERS and isinstance(inner, str)


def _wrapped_layer(
    layer: SavedLayer, outside: Mapping[str, Any], wrapped: Mapping[str, Any]
) -> tuple[SavedLayer, Nested | None]:
    layer.wrapper = layer.class_name.rpartition(">")[2]
    options = {key: value for key, value in outside.items() if key != "layer"}
    layer.wrapper_config = legacy.layer(layer.class_name, options)[1]
    inside = wrapped.get("config")
    config = inside if isinstance(inside, Mapping) else {}
    layer.class_name = _class_name(wrapped, wrapped["class_name"], config)
    layer.registered = _is_registered(wrapped, wrapped["class_name"])
    layer.trainable = layer.trainable and config.get("trainable") is not False
    layer.input_shape = shape(outside.get("batch_input_shape"))
    if is_model(layer.class_name, inside):
        return layer, Nested(layer.class_name, inside)
    if layer.input_shape is None and layer.wrapper == "Bidirectional":
        layer.input_shape = _first_layer_input(layer.class_name, config)
    layer.class_name, layer.config = legacy.layer(layer.class_name, config)
    return layer, None


def _class_name(entry: Mapping[str, Any], class_name: str, config: Mapping[str, Any]) -> str:
    """The class, with what tells it from another class of the same name.

    An operation of Keras 3 gets a prefix, a custom class with the name of a Keras layer its
    package.
    """
    if "module" not in entry:
        return PREFIX + class_name if _is_operation(entry, class_name, config) else class_name
    module = entry["module"]
    parts = module.split(".") if isinstance(module, str) else [""]
    if parts[0] in _KERAS:
        return PREFIX + class_name if "ops" in parts[1:3] else class_name
    if class_name not in LAYERS:
        return class_name
    registered = _text(entry.get("registered_name"))
    return registered if ">" in registered else f"Custom>{class_name}"


def _is_registered(entry: Mapping[str, Any], class_name: str) -> bool | None:
    """Whether a custom class is registered with Keras; None for Keras' own, and if nothing tells.

    A registered name begins with a package: ``package>Class``.
    """
    if "module" not in entry:
        return ">" in class_name or None
    module, registered = entry["module"], entry.get("registered_name")
    if not isinstance(registered, str) or str(module).partition(".")[0] in _KERAS:
        return None
    return ">" in registered


def _is_operation(entry: Mapping[str, Any], class_name: str, config: Mapping[str, Any]) -> bool:
    """Whether an entry of an HDF5 file is an operation.

    Keras 3 leaves out the module there. An operation has none of a layer's own entries.
    """
    if not kinds.is_known(PREFIX + class_name) or "trainable" in config or "dtype" in config:
        return False
    calls = entry.get("inbound_nodes")
    first = calls[0] if isinstance(calls, list) and calls else None
    return isinstance(first, Mapping) and "args" in first


def _built_with(entry: Mapping[str, Any]) -> Shape | None:
    build = entry.get("build_config")
    return shape(build.get("input_shape")) if isinstance(build, Mapping) else None


def _first_layer_input(class_name: str, config: Mapping[str, Any]) -> Shape | None:
    """The input shape, batch axis first, that the first layer of a ``Sequential`` states.

    Besides ``batch_input_shape``, older eras have ``input_dim`` and ``input_length``.
    """
    stated = shape(config.get("batch_input_shape"))
    if stated is not None:
        return stated
    partial = shape(config.get("input_shape"))
    if partial is not None:
        return (None, *partial)
    length, size = config.get("input_length"), config.get("input_dim")
    length = length if type(length) is int else None
    if class_name == "Embedding":
        return (None, length) if "input_length" in config else None
    if type(size) is not int:
        return None
    return (None, length, size) if class_name in _SERIES else (None, size)
