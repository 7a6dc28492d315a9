"""Initializers, losses, optimizers and the like, and what ``compile`` is told."""

from __future__ import annotations

from typing import Any

from convlint.kleene import UNKNOWN
from convlint.readers.source.keras_values import KerasObject
from convlint.readers.source.names import resolve
from convlint.readers.source.plain import plain_value
from convlint.readers.source.signatures import OBJECT_ARGUMENTS
from convlint.readers.source.values import UNPACKED, Dict, External, List, Opaque, Value

_COMPILE = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
_UNSTATED = {"class_name": "unknown", "module": "__main__", "config": {}}
"""What a loss, metric or optimizer is that is not known."""


def make_object(
    section: str, class_name: str, arguments: list[Value], keywords: dict[str, Value]
) -> KerasObject:
    """What a constructor of Keras gives that is no layer."""
    names = OBJECT_ARGUMENTS.get((section, class_name), ())
    config = dict(zip(names, arguments, strict=False))
    if UNPACKED in keywords or len(arguments) > len(names):
        config |= {name: Opaque() for name in names if name not in config}
    config |= {name: value for name, value in keywords.items() if name != UNPACKED}
    if section == "optimizers" and "lr" in config:
        config["learning_rate"] = config.pop("lr")
    return KerasObject(section, class_name, config)


def compile_arguments(arguments: list[Value], keywords: dict[str, Value]) -> dict[str, Value]:
    """The arguments of ``compile`` by name."""
    given = dict(zip(_COMPILE, arguments, strict=False))
    if isinstance(given.get("loss_weights"), List):
        # Keras 1 and 2 take the metrics first.
        items = given["loss_weights"].items
        if items and all(isinstance(item, str | KerasObject | External) for item in items):
            given["metrics"] = given.pop("loss_weights")
    if UNPACKED in keywords:
        given.setdefault("loss", Opaque())
        given.setdefault("optimizer", Opaque())
    given.update({name: value for name, value in keywords.items() if name != UNPACKED})
    return given


def compile_document(given: dict[str, Value]) -> dict[str, Any]:
    """What Keras would save of the arguments of ``compile``."""
    return {
        "loss": _setting(given.get("loss")),
        "metrics": _setting(given.get("metrics")),
        "weighted_metrics": _setting(given.get("weighted_metrics")),
        "optimizer": _setting(given.get("optimizer", "rmsprop")),
    }


def _setting(value: Value) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, List | tuple):
        if isinstance(value, List) and value.open:
            return _UNSTATED
        items = value.items if isinstance(value, List) else value
        return [_setting(item) for item in items]
    if isinstance(value, Dict):
        if value.open:
            return _UNSTATED
        return {str(key): _setting(item) for key, item in value.entries.items()}
    if isinstance(value, External):
        return _symbol(value.path)
    written = plain_value(value)
    if written is UNKNOWN or not isinstance(written, dict):
        return _UNSTATED
    return written


def _symbol(path: str) -> Any:
    symbol = resolve(path)
    if symbol.kind == "function":
        return symbol.name
    if symbol.kind == "object":
        return {"class_name": symbol.name, "config": {}}
    return _UNSTATED
