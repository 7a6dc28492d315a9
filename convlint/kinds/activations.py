"""The name of the function that an ``activation=`` argument stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from convlint.kleene import UNKNOWN, Unknown

_NAMES: Final = """
celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear
log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus
softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold
"""
FUNCTIONS: Final = frozenset(_NAMES.split())
"""The names that ``keras.activations`` has today."""

_OTHER_NAMES: Final = {
    "swish": "silu",
    "hard_swish": "hard_silu",
    "softmax_v2": "softmax",
    "log_softmax_v2": "log_softmax",
    "identity": "linear",
}
_LAYERS: Final = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "Softmax": "softmax",
    "Identity": "linear",
}
"""Activation layers that may stand where a function is expected, and compute one of them."""


def activation_function(value: object) -> str | Unknown:
    """Canonical name of an activation given as Keras saves it.

    ``None`` is ``linear``; a string is a function's name; a mapping is a function
    (``{"class_name": "function", "config": "relu"}``), an activation layer, or an ``Activation``
    layer. A function that Keras does not have is UNKNOWN.
    """
    while isinstance(value, Mapping):
        class_name, config = value.get("class_name"), value.get("config")
        if class_name == "function":
            value = UNKNOWN if config is None else config
        elif class_name == "Activation" and isinstance(config, Mapping):
            value = config.get("activation", UNKNOWN)
        elif isinstance(class_name, str):
            return _layer_function(class_name, config if isinstance(config, Mapping) else {})
        else:
            return UNKNOWN
    if value is None:
        return "linear"
    if not isinstance(value, str):
        return UNKNOWN
    name = _OTHER_NAMES.get(value, value)
    return name if name in FUNCTIONS else UNKNOWN


def _layer_function(class_name: str, config: Mapping[str, Any]) -> str | Unknown:
    if class_name == "ReLU":
        slope = config.get("negative_slope")
        if isinstance(slope, int | float) and slope:
            return "leaky_relu"
        if config.get("max_value") == 6:
            return "relu6"
    return _LAYERS.get(class_name, UNKNOWN)
