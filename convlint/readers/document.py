"""JSON that describes a model: an architecture, a TF.js model, and what people wrap them in."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from convlint.errors import InputError

MAX_VALUES: Final = 2**24
"""Values of a document, each of which takes up to a hundred bytes of memory."""

_MAX_WRAPPINGS: Final = 4
"""How often a document may be a JSON string that holds JSON."""


class Document(NamedTuple):
    """A model's configuration and the training configuration beside it."""

    model: Mapping[str, Any]
    training: Mapping[str, Any] | None = None


def parse(text: str | bytes, training: str | bytes | None = None, *, what: str = "it") -> Document:
    """Find the model in a JSON document.

    Args:
        text: the document.
        training: a training configuration that was stored beside it.
        what: what to call the document in an error.

    Raises:
        InputError: it is no JSON, or there is no model in it.
    """
    found = _locate(_load(text, what))
    if training is None:
        return found
    try:
        beside = _load(training, what)
    except InputError:
        return found
    return Document(found.model, _mapping(beside) or found.training)


def _load(text: str | bytes, what: str) -> Any:
    value: Any = text
    for _ in range(_MAX_WRAPPINGS):
        value = _decode(value, what)
        if not isinstance(value, str):
            break
    return value


def _decode(text: str | bytes, what: str) -> Any:
    if len(text) > MAX_VALUES and _values(text) > MAX_VALUES:
        raise InputError(f"{what} has more than {MAX_VALUES // 2**20} million values")
    try:
        return json.loads(text.lstrip("\ufeff") if isinstance(text, str) else text)
    except RecursionError:
        raise InputError(
            f"{what} is nested deeper than Python's JSON parser can follow "
            f"(about {sys.getrecursionlimit()} levels)"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{what} is neither a Keras archive, nor HDF5, nor JSON text") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{what} is not valid JSON ({place}: {error.msg})") from None
    except ValueError as error:  # a number that is too long to be one
        raise InputError(f"{what} is not valid JSON ({error})") from None


def _values(text: str | bytes) -> int:
    """At most how many values a JSON text has: each but the first follows one of these."""
    if isinstance(text, bytes):
        return sum(map(text.count, (b",", b"[", b"{")))
    return sum(map(text.count, (",", "[", "{")))


def _locate(value: Any) -> Document:
    if isinstance(value, list) and value and all(_is_object(item) for item in value):
        # What get_config() of a Sequential gave until Keras 2.2.
        return Document({"class_name": "Sequential", "config": value})
    if not isinstance(value, Mapping):
        raise InputError("it is JSON, but not a Keras model")
    if "modelTopology" in value:
        return _tensorflow_js(value)
    if _is_object(value):
        return Document(value, _mapping(value.get("training_config")))
    if isinstance(value.get("layers"), list):
        # What get_config() gives.
        functional = "output_layers" in value
        return Document(
            {"class_name": "Functional" if functional else "Sequential", "config": value}
        )
    for candidate in _candidates(value):
        return Document(candidate, _mapping(value.get("training_config")))
    raise InputError("it is JSON, but not a Keras model")


def _tensorflow_js(value: Mapping[str, Any]) -> Document:
    topology = value["modelTopology"]
    if isinstance(topology, str):
        topology = _load(topology, "its modelTopology")
    if not isinstance(topology, Mapping):
        raise InputError("its modelTopology is not a Keras model")
    if "node" in topology or value.get("format") == "graph-model":
        raise InputError(
            "this TF.js model is a graph of TensorFlow operations without layers; "
            "convert the Keras model with --output_format=tfjs_layers_model"
        )
    model = topology.get("model_config", topology)
    if isinstance(model, str):
        model = _load(model, "its model_config")
    if not _is_object(model):
        raise InputError("its modelTopology is not a Keras model")
    training = topology.get("training_config")
    return Document(model, _mapping(training) or _mapping(value.get("trainingConfig")))


def _candidates(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Values of the document that are models, or JSON strings of models."""
    for item in value.values():
        if isinstance(item, str) and '"class_name"' in item:
            try:
                item = _load(item, "it")
            except InputError:
                continue
        if _is_object(item) and item["config"]:
            yield item


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping) and "class_name" in value and "config" in value


def _mapping(value: Any) -> Mapping[str, Any] | None:
    return value if isinstance(value, Mapping) else None
