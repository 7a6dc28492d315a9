"""From the dotted path of an import to the thing of Keras that it names, however it is spelled."""

import re
from functools import cache
from typing import Final, NamedTuple

from convlint.kinds.activations import FUNCTIONS
from convlint.kinds.layers import ALIASES, LAYERS, OLDER
from convlint.readers.source.operation_names import OPERATION_ARGUMENTS
from convlint.readers.source.signatures import MERGE_FUNCTIONS, OBJECTS
from convlint.readers.tensorflow import function as tensorflow_function


class Symbol(NamedTuple):
    """What a path stands for.

    Attributes:
        kind: ``layer``, ``input``, ``merge`` (``concatenate``), ``sequential``, ``model``,
            ``application``, ``activation``, ``object`` (an initializer, loss, optimizer …),
            ``function`` (a loss or metric), ``policy`` (what sets the dtype policy or the data
            format of layers that are made from then on),
            ``operation``, ``tensorflow`` (an operation of
            TensorFlow), ``keras`` (anything else of Keras), or ``foreign``.
        name: its name, for an operation the function's.
        section: the part of Keras where it lives: ``layers``, ``losses``, ``backend`` …
    """

    kind: str
    name: str
    section: str = ""


FOREIGN: Final = Symbol("foreign", "")

_KERAS: Final = re.compile(
    r"(?:(?:tensorflow|tensorflow_core|tf)(?:\.compat\.v[12]|\.contrib|\.python|\.api|\._api|\._v2|\.v2)*\.)?"
    r"(?:keras|tf_keras|keras_core)(?:\.api|\._v2|\.src|\.keras|\.legacy)*(?:\.|$)"
)
_TENSORFLOW: Final = re.compile(r"(?:tensorflow|tf)(?:\.compat\.v[12])?(?:\.|$)")
_NOT_LAYERS: Final = frozenset(
    {
        "activations",
        "applications",
        "backend",
        "callbacks",
        "constraints",
        "datasets",
        "initializers",
        "losses",
        "metrics",
        "objectives",
        "ops",
        "optimizers",
        "preprocessing",
        "random",
        "regularizers",
        "utils",
    }
)
"""Sections of Keras whose names are not those of layers, whatever they look like."""

APPLICATIONS: Final = re.compile(
    r"(?:ConvNeXt|DenseNet|EfficientNet|InceptionResNet|Inception|MobileNet|NASNet|ResNeXt|ResNet"
    r"|RegNet|VGG|Xception)[A-Z0-9]?\w*$"
)
_SECTIONS: Final = {
    "objectives": "losses",
    "engine": "models",
    "training": "models",
    "topology": "models",
}
_POLICY_SETTERS: Final = frozenset({"set_global_policy", "set_policy", "set_dtype_policy"})
_FORMAT_SETTERS: Final = frozenset({"set_image_data_format", "set_image_dim_ordering"})
_LAYERS: Final = frozenset({*LAYERS, *OLDER, *ALIASES})


@cache
def resolve(path: str) -> Symbol:
    """What a dotted path of an import stands for."""
    match = _KERAS.match(path)
    if match is not None:
        return _keras(path[match.end() :])
    match = _TENSORFLOW.match(path)
    if match is not None:
        return _tensorflow(path[match.end() :])
    root, _, rest = path.partition(".")
    if root == "keras_applications" and APPLICATIONS.match(rest.rpartition(".")[2]):
        return Symbol("application", rest.rpartition(".")[2], "applications")
    return FOREIGN


def _keras(path: str) -> Symbol:
    section, _, rest = path.partition(".")
    name = path.rpartition(".")[2]
    if not rest:
        section = ""
    section = _SECTIONS.get(section, section)
    if section == "optimizers" and ".schedules." in path:
        section = "schedules"
    if section in OBJECTS and name in OBJECTS[section]:
        return Symbol("object", OBJECTS[section][name], section)
    if name in _FORMAT_SETTERS and section in ("backend", "config"):
        return Symbol("policy", name, section)
    match section:
        case "losses" | "metrics":
            is_function = name.islower() and name not in ("get", "serialize", "deserialize")
            return Symbol("function" if is_function else "keras", name, section)
        case "activations":
            return Symbol("activation" if name in FUNCTIONS | {"swish"} else "keras", name, section)
        case "applications":
            known = APPLICATIONS.match(name) is not None
            return Symbol("application" if known else "keras", name, path.split(".")[-2])
        case "ops" | "backend":
            known = name in OPERATION_ARGUMENTS
            return Symbol("operation" if known else "keras", name, section)
    if name in _POLICY_SETTERS and section in ("mixed_precision", "config"):
        return Symbol("policy", name, section)
    if section not in _NOT_LAYERS:
        found = _model_or_layer(name)
        if found is not None:
            return found
    return Symbol("keras", name, section)


def _model_or_layer(name: str) -> Symbol | None:
    match name:
        case "Sequential":
            return Symbol("sequential", name, "models")
        case "Model" | "Functional" | "Container" | "Graph":
            return Symbol("model", name, "models")
        case "Input":
            return Symbol("input", name, "layers")
    if name in MERGE_FUNCTIONS:
        return Symbol("merge", name, "layers")
    return Symbol("layer", name, "layers") if name in _LAYERS else None


def _tensorflow(path: str) -> Symbol:
    name = path.rpartition(".")[2]
    if path.startswith(("layers.", "contrib.")):
        return Symbol("keras", name, "tensorflow")
    if tensorflow_function(path) is not None:
        return Symbol("tensorflow", path, "tensorflow")
    return Symbol("keras", name, "tensorflow")


_IMPLICIT_MODULES: Final = {
    "keras": "keras",
    "tf": "tensorflow",
    "tensorflow": "tensorflow",
    "layers": "keras.layers",
    "models": "keras.models",
    "optimizers": "keras.optimizers",
    "losses": "keras.losses",
    "regularizers": "keras.regularizers",
    "initializers": "keras.initializers",
    "activations": "keras.activations",
    "applications": "keras.applications",
    "K": "keras.backend",
    "np": "numpy",
    "numpy": "numpy",
    "math": "math",
    "os": "os",
}


@cache
def implicit(name: str) -> str | None:
    """The path that a name has in a script without imports, as pasted from a forum."""
    if name in _IMPLICIT_MODULES:
        return _IMPLICIT_MODULES[name]
    found = _model_or_layer(name)
    if found is not None:
        return f"keras.{found.section}.{name}"
    for section, names in OBJECTS.items():
        if section not in ("metrics", "schedules", "losses") and name in names:
            return f"keras.{section}.{name}"
    return f"keras.applications.{name}" if APPLICATIONS.match(name) else None


def exported(path: str, name: str) -> str | None:
    """The path of a name that ``from path import *`` gives; None if that is not known."""
    symbol = resolve(f"{path}.{name}")
    if symbol.kind not in ("foreign", "keras"):
        return f"{path}.{name}"
    return None
