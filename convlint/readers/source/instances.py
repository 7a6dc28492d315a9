"""Questions about classes: ``isinstance``, ``hasattr``, ``type``."""

from __future__ import annotations

import ast
from typing import Any, Final

from convlint import kinds
from convlint.kinds.layers import LAYERS, OLDER
from convlint.readers.source import logic
from convlint.readers.source.dispatch import attribute, set_attribute
from convlint.readers.source.keras_values import Layer, Tensor
from convlint.readers.source.names import resolve
from convlint.readers.source.numeric import NativeFunction, first
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import Run
from convlint.readers.source.scope import MISSING
from convlint.readers.source.sequences import elements
from convlint.readers.source.values import (
    Array,
    Bound,
    Choice,
    Class,
    Dict,
    External,
    Function,
    Instance,
    List,
    Opaque,
    Partial,
    Set,
    Value,
    is_constant,
)

_CONTAINERS: Final[dict[str, Any]] = {
    "builtins.list": List,
    "builtins.dict": Dict,
    "builtins.set": Set,
    "builtins.tuple": tuple,
    "builtins.str": str,
    "builtins.int": int,
    "builtins.float": float,
    "builtins.bool": bool,
    "builtins.bytes": bytes,
    "numpy.ndarray": Array,
    "types.FunctionType": Function,
    "types.LambdaType": Function,
    "collections.abc.Mapping": Dict,
    "collections.abc.Sequence": (List, tuple, str),
}
_RECURRENT: Final = frozenset({"RNN", "LSTM", "GRU", "SimpleRNN", "ConvLSTM2D"})


def _isinstance(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    if len(arguments) != 2:
        return Opaque()
    value = logic.settle(run, arguments[0])
    wanted = elements(run, arguments[1]) if isinstance(arguments[1], tuple) else [arguments[1]]
    results = [is_of(value, kind) for kind in wanted or ()]
    if any(result is True for result in results):
        return True
    if results and all(result is False for result in results):
        return False
    unknown = [result for result in results if result is not False]
    return unknown[0] if len(unknown) == 1 else Opaque()


def is_of(value: Value, kind: Value) -> Value:
    """Whether a value is of a class: True, False, or unknown."""
    if isinstance(value, Opaque | Choice) or isinstance(kind, Opaque):
        if isinstance(value, Opaque) and isinstance(kind, External | Class):
            return Opaque(("isinstance", value.key, kind))
        return Opaque()
    if isinstance(kind, Class):
        return isinstance(value, Instance) and kind in value.cls.lineage
    if not isinstance(kind, External):
        return Opaque()
    expected = _CONTAINERS.get(kind.path)
    if expected is not None:
        native = value.native if isinstance(value, Instance) else value
        return isinstance(native, expected)
    name = kind.path.rpartition(".")[2]
    layer = value.layer if isinstance(value, Instance) else value
    if isinstance(layer, Layer):
        return _is_layer_of(layer, name)
    if isinstance(value, Tensor):
        return True if name in ("KerasTensor", "Tensor") else _not_a_tensor(kind)
    if is_constant(value) or isinstance(value, List | Dict | Set | Function):
        known = resolve(kind.path).kind != "foreign"
        return False if known or name in ("ndarray", "Path", "Number") else Opaque()
    return Opaque()


def _not_a_tensor(kind: External) -> Value:
    return False if resolve(kind.path).kind in ("layer", "model", "sequential") else Opaque()


def _is_layer_of(layer: Layer, name: str) -> Value:
    if name in ("Layer", "Module", "Operation"):
        return True
    if name in ("Model", "Functional", "Sequential"):
        if layer.wrapper is not None or layer.body is None:
            return False
        return name == "Model" or layer.class_name == name
    own = layer.wrapper or layer.class_name
    wanted = kinds.canonical(name)
    if wanted == own or (wanted == "RNN" and own in _RECURRENT):
        return True
    if wanted == "Wrapper":
        return layer.wrapper == "TimeDistributed" or Opaque()
    return False if wanted in LAYERS else Opaque()


def _hasattr(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if len(arguments) != 2 or not isinstance(arguments[1], str):
        return Opaque()
    return has_attribute(arguments[0], arguments[1])


def has_attribute(value: Value, name: str) -> Value:
    """Whether a value has an attribute: True, False, or unknown."""
    layer: Value = value
    if isinstance(value, Instance):
        if name in value.attributes or method_of(value.cls, name) is not MISSING:
            return True
        layer = value.layer
        if layer is None:
            plain = all(isinstance(base, Class) for base in value.cls.lineage)
            return False if plain else Opaque()
    if isinstance(layer, Layer):
        row = LAYERS.get(layer.class_name) or OLDER.get(layer.class_name)
        if name in ("name", "trainable", "weights", "dtype"):
            return True
        if row is None or layer.wrapper is not None:
            return Opaque()
        if name in row.arguments or name in layer.config:
            return True
        return False if name in kinds.ARGUMENTS else Opaque()
    return Opaque()


def _getattr(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if len(arguments) < 2 or not isinstance(arguments[1], str):
        return Opaque()
    if len(arguments) > 2 and has_attribute(arguments[0], arguments[1]) is False:
        return arguments[2]
    return attribute(run, arguments[0], arguments[1])


def _setattr(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    if len(arguments) == 3 and isinstance(arguments[1], str):
        set_attribute(run, arguments[0], arguments[1], arguments[2])
    return None


def _callable(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    if isinstance(value, Function | Class | Layer | Bound | Partial):
        return True
    return False if is_constant(value) or isinstance(value, List | Dict | Set) else Opaque()


def _type(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    value = logic.settle(run, first(arguments))
    if len(arguments) == 3 and isinstance(value, str) and isinstance(arguments[2], Dict):
        return _made_class(value, arguments[1], arguments[2])
    if isinstance(value, Instance):
        return value.cls
    if isinstance(value, Layer) and value.instance is None:
        return External(f"keras.layers.{value.wrapper or value.class_name}")
    for path, kind in _CONTAINERS.items():
        if isinstance(kind, type) and type(value) is kind:
            return External(path)
    return Opaque()


def _made_class(name: str, bases: Value, namespace: Dict) -> Value:
    """``type(name, bases, namespace)``."""
    if not isinstance(bases, tuple) or namespace.open:
        return Opaque()
    cls = Class(name, None, bases, {str(key): item for key, item in namespace.entries.items()})
    cls.lineage = lineage(cls)
    return cls


def lineage(cls: Class) -> tuple[Value, ...]:
    """The order in which names are looked up: depth first, shared bases last."""
    found: list[Value] = [cls]
    for base in cls.bases:
        for ancestor in base.lineage if isinstance(base, Class) else (base,):
            if ancestor in found:
                found.remove(ancestor)
            found.append(ancestor)
    return tuple(found)


QUESTIONS: Final[dict[str, NativeFunction]] = {
    "builtins.isinstance": _isinstance,
    "builtins.hasattr": _hasattr,
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.callable": _callable,
    "builtins.type": _type,
}
"""Path -> what calling it gives."""


def is_registered(cls: Class) -> bool | None:
    """Whether a class of the file is registered with Keras; None if a decorator may do it."""
    if cls.node is None:
        return None
    decorators = [ast.unparse(decorator) for decorator in cls.node.decorator_list]
    if any("register_keras_serializable" in text for text in decorators):
        return True
    return None if decorators else False
