"""A saved model configuration, of any era of Keras, as a :class:`ModelSpec`.

Nested models are read breadth first and finished from the innermost outwards, so that no depth
of nesting meets Python's recursion limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from convlint import kinds
from convlint.errors import InputError
from convlint.readers.functional import close_functional, outputs, read_calls
from convlint.readers.layers import MODELS, Nested, is_model, read_layer
from convlint.readers.saved import SavedLayer, SavedModel
from convlint.readers.sequential import close_sequential
from convlint.readers.spec import ModelSpec
from convlint.readers.training import training as read_training
from convlint.readers.values import snake_case

MAX_LAYERS: Final = 250_000
"""Layers of a document, nested models included; each takes some thousand bytes of memory."""


def model_spec(
    document: Mapping[str, Any], *, training: Mapping[str, Any] | None = None
) -> ModelSpec:
    """Read the configuration of a ``Sequential`` or functional model.

    Args:
        document: ``class_name`` and ``config``, as ``model.to_json()`` gives them.
        training: the ``training_config`` beside it, unless the document has a
            ``compile_config`` of its own.

    Raises:
        InputError: the document is no such model, or contradicts itself. The message names the
            layer, not the file.
    """
    root = _saved_model(_root(document), "")
    models = [root]
    count = 0
    for model in models:  # grows as nested models are found
        count += len(model.config["layers"])
        if count > MAX_LAYERS:
            raise InputError(f"it has more than {MAX_LAYERS:,} layers")
        _read_layers(model, models)
    specs: dict[int, ModelSpec] = {}
    for place in range(len(models) - 1, -1, -1):
        model = models[place]
        specs[place] = (
            close_sequential(model, specs)
            if model.sequential
            else close_functional(model, models, specs)
        )
    names = (root.layers[-1].name,) if root.sequential else tuple(outputs(root))
    compiled = document.get("compile_config") or training
    keras_3 = any(layer.structured for layer in root.layers)
    specs[0].training = read_training(compiled, names, keras_3=keras_3)
    return specs[0]


def _root(document: Mapping[str, Any]) -> Nested:
    class_name, config = document.get("class_name"), document.get("config")
    if not isinstance(class_name, str):
        raise InputError("it is not a Keras model: its configuration has no class_name")
    if is_model(class_name, config):
        return Nested(class_name, config)
    if class_name in MODELS:
        raise InputError(f"the configuration of its {class_name} has no list of layers")
    if isinstance(config, Mapping) and isinstance(config.get("layers"), list):
        raise InputError(
            f"its class {class_name} is not Keras' own, and may connect its layers as it likes; "
            "check the model m in Python with convlint.check(m)"
        )
    if kinds.is_known(class_name):
        raise InputError(f"it is not a Keras model but a single layer, {class_name}")
    raise InputError(
        f"it stores the class {class_name} by its constructor arguments, not by its layers; "
        "save keras.Model(m.inputs, m.outputs) instead of the model m, "
        "or check it in Python with convlint.check(m)"
    )


def _saved_model(nested: Nested, name: str) -> SavedModel:
    config = nested.config
    if not isinstance(config, Mapping):
        config = {"layers": config}  # a Sequential until Keras 2.2
    stated = config.get("name")
    return SavedModel(
        name=stated
        if isinstance(stated, str) and stated
        else name or snake_case(nested.class_name),
        sequential=nested.class_name == "Sequential" or "output_layers" not in config,
        trainable=config.get("trainable") is not False,
        config=config,
    )


def _read_layers(model: SavedModel, models: list[SavedModel]) -> None:
    entries = model.config["layers"]
    if not entries:
        raise InputError(f"the model {model.name} has no layers")
    for number, entry in enumerate(entries, 1):
        layer = _read_layer(entry, f"entry {number} of the layers of {model.name}", models)
        layer.name = layer.name or f"{snake_case(layer.class_name)}_{number}"
        model.layers.append(layer)
    if model.sequential:
        _read_branches(model, entries[0], models)
    else:
        read_calls(model, [entry.get("inbound_nodes") for entry in entries])


def _read_layer(entry: object, where: str, models: list[SavedModel]) -> SavedLayer:
    layer, nested = read_layer(entry, where)
    if nested is not None:
        layer.model = len(models)
        models.append(_saved_model(nested, layer.name))
    return layer


def _read_branches(model: SavedModel, first: Mapping[str, Any], models: list[SavedModel]) -> None:
    """Read the models that Keras 1's ``Merge`` holds at the start of a ``Sequential``."""
    config = first.get("config")
    branches = config.get("layers") if isinstance(config, Mapping) else None
    if first.get("class_name") != "Merge" or not isinstance(branches, list):
        return
    found = []
    for number, branch in enumerate(branches, 1):
        class_name = branch.get("class_name") if isinstance(branch, Mapping) else None
        if not isinstance(class_name, str) or not is_model(class_name, branch.get("config")):
            # A single layer may stand for a branch.
            branch = {"class_name": "Sequential", "config": [branch]}
        layer = _read_layer(branch, f"branch {number} of {model.layers[0].name}", models)
        layer.name = layer.name or f"branch_{number}"
        found.append(layer)
    model.layers[:0] = found
    model.branches = len(found)
