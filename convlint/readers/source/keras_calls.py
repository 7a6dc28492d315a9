"""Calls of what the file imports: Keras' own functions and classes, and everything else."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final, TypeAlias

from convlint.kleene import UNKNOWN
from convlint.readers.source import applications
from convlint.readers.source.cloning import clone
from convlint.readers.source.dispatch import calls
from convlint.readers.source.handing import hand_over
from convlint.readers.source.inputs import make_input
from convlint.readers.source.keras_values import KerasObject, Layer, Tensor
from convlint.readers.source.layer_calls import call_layer
from convlint.readers.source.layers import make_layer
from convlint.readers.source.library import FUNCTIONS
from convlint.readers.source.models import make_model, make_sequential
from convlint.readers.source.names import Symbol, resolve
from convlint.readers.source.objects import make_object
from convlint.readers.source.operation_names import OPERATION_ARGUMENTS
from convlint.readers.source.operations import call_operation, call_tensorflow
from convlint.readers.source.operators import operation
from convlint.readers.source.plain import plain_config, plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.sequences import answer, elements
from convlint.readers.source.shapes import shape_value
from convlint.readers.source.signatures import MERGE_FUNCTIONS, OBJECTS
from convlint.readers.source.structures import leaves, tensors_in
from convlint.readers.source.tensors import apply_unknown, as_layer
from convlint.readers.source.values import UNPACKED, Dict, External, Native, Opaque, Value

_Handler: TypeAlias = Callable[[Run, Symbol, list[Value], dict[str, Value], ast.AST], Value]


@calls(External)
def call_external(
    run: Run,
    callee: External,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """Call something that the file imports."""
    function = FUNCTIONS.get(callee.path)
    if function is not None:
        return function(run, arguments, keywords, site)
    if callee.path.endswith(".from_config"):
        return _from_config(run, callee, arguments, keywords, site)
    symbol = resolve(callee.path)
    handler = _HANDLERS.get(symbol.kind)
    if handler is not None:
        return handler(run, symbol, arguments, keywords, site)
    if callee.path in _SETTINGS:
        source = run.unbound.setdefault(callee.path, Opaque())
        return answer(source, "get", arguments[:1])
    hand_over(callee.path, [*arguments, *keywords.values()])
    return call_unknown(run, callee.path.rpartition(".")[2], arguments, keywords, site)


_SETTINGS: Final = frozenset({"os.getenv", "os.environ.get"})
"""Functions that give the same answer to the same question."""


def _from_config(
    run: Run,
    callee: External,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """``layers.Dense.from_config(config)``."""
    config = arguments[0] if arguments else keywords.get("config")
    made = External(callee.path.removesuffix(".from_config"))
    if resolve(made.path).kind != "layer" or not isinstance(config, Dict):
        return Opaque()
    given = {str(key): value for key, value in config.entries.items()}
    if config.open:
        given[UNPACKED] = Opaque()
    return call_external(run, made, [], given, site)


def call_unknown(
    run: Run, label: str, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """Call what nobody knows: given tensors, it gives one that depends on them."""
    values = [*arguments, *keywords.values()]
    tensors = [tensor for value in values for tensor in tensors_in(value)]
    if tensors:
        return apply_unknown(run, label, tensors, site)
    lost = (leaf.lost for v in values for leaf in leaves(v) if type(leaf) is Opaque)
    return Opaque(origin=label, lost=next(filter(None, lost), None))


def _layer(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    if symbol.name == "InputLayer":
        return make_input(run, arguments, keywords, site)
    if symbol.name == "Merge":
        return _merge_layer(run, arguments, keywords, site)
    return make_layer(run, symbol.name, arguments, keywords, site)


def _input(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return Tensor(make_input(run, arguments, keywords, site))


def _merge_layer(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """Keras 1's ``Merge([left, right], mode=...)``, whose branches are models."""
    branches = elements(run, arguments[0] if arguments else keywords.get("layers"))
    rest = {name: value for name, value in keywords.items() if name != "layers"}
    layer = make_layer(run, "Merge", [None, *arguments[1:]], rest, site)
    models = [as_layer(branch) for branch in branches or ()]
    layer.branches = tuple([model for model in models if model is not None])
    if not models or len(layer.branches) < len(models):
        layer.given_up = "it is not known what its Merge joins"
    return layer


def _merge(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """``concatenate([a, b], axis=-1)``: a layer that is constructed and called at once."""
    inputs = arguments[0] if arguments else keywords.get("inputs")
    options = {name: value for name, value in keywords.items() if name != "inputs"}
    rest = list(arguments[1:])
    if symbol.name == "merge":
        layer = make_layer(run, "Merge", [None, *rest], options, site)
    else:
        layer = make_layer(run, MERGE_FUNCTIONS[symbol.name], rest, options, site)
    return call_layer(run, layer, [inputs], {}, site)


def _sequential(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return make_sequential(run, arguments, keywords, site)


def _model(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return make_model(run, arguments, keywords, site)


def _application(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    if run.data_format not in (None, "channels_last"):
        return call_unknown(run, symbol.name, arguments, keywords, site)
    return applications.make_backbone(run, symbol.name, arguments, keywords, site)


def _object(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return make_object(symbol.section, symbol.name, arguments, keywords)


def _activation(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    function = "exp" if symbol.name == "exponential" else symbol.name
    if function == "linear":
        return arguments[0] if arguments else Opaque()
    if function == "relu":
        # The only one that has an operation of its own.
        names = ("negative_slope", "max_value", "threshold")
        config = plain_config(dict(zip(names, arguments[1:], strict=False)) | keywords)
        return operation(run, "ReLU", config, arguments[:1], {}, site, prefix="")
    if function == "gelu":
        keywords = {"approximate": False, **keywords} if len(arguments) < 2 else keywords
    if function in OPERATION_ARGUMENTS:
        return call_operation(run, function, arguments, keywords, site)
    return call_unknown(run, function, arguments, keywords, site)


def _operation(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return call_operation(run, symbol.name, arguments, keywords, site)


def _tensorflow(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return call_tensorflow(run, symbol.name, arguments, keywords, site)


def _named_policy(arguments: list[Value], keywords: dict[str, Value]) -> dict[str, Value]:
    return {**dict(zip(("name",), arguments, strict=False)), **keywords}


def _policy(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """``set_global_policy("mixed_float16")``, ``set_image_data_format("channels_first")``."""
    given = [*arguments, *keywords.values()][:1]
    value = plain_value(given[0]) if given else UNKNOWN
    if symbol.name.startswith("set_image"):
        run.data_format = _ORDERINGS.get(value, UNKNOWN) if isinstance(value, str) else UNKNOWN
    else:
        run.policy = value
    return None


_ORDERINGS: Final = {
    "channels_first": "channels_first",
    "channels_last": "channels_last",
    "th": "channels_first",
    "tf": "channels_last",
}
"""Data formats by their names of today and of Keras 1."""


def _shape(run: Run, arguments: list[Value], site: ast.AST) -> Value:
    value = arguments[0] if arguments else None
    return shape_value(value) if isinstance(value, Tensor) else Opaque()


def _identity(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    return arguments[0] if arguments else None


_GETTERS: Final = frozenset({*OBJECTS, "activations"})
_HARMLESS_DECORATORS: Final = frozenset({"register_keras_serializable", "function"})


def _keras(
    run: Run, symbol: Symbol, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    match symbol.name:
        case "preprocess_input":
            return applications.preprocess(run, symbol.section, arguments, site)
        case "clear_session" | "reset_default_graph":
            run.counters.clear()
            return None
        case "int_shape" | "shape" if symbol.section in ("backend", "ops"):
            return _shape(run, arguments, site)
        case "Policy" | "DTypePolicy" | "FloatDTypePolicy":
            return KerasObject("dtype_policies", "DTypePolicy", _named_policy(arguments, keywords))
        case "image_data_format":
            return Opaque() if run.data_format is UNKNOWN else run.data_format or "channels_last"
        case "image_dim_ordering":
            if run.data_format is UNKNOWN:
                return Opaque()
            return "th" if run.data_format == "channels_first" else "tf"
        case "backend" if symbol.section == "backend":
            return "tensorflow"
        case "is_keras_tensor" if arguments and isinstance(arguments[0], Tensor):
            return True
        case "ndim" if arguments and isinstance(arguments[0], Tensor):
            shape = shape_value(arguments[0])
            return len(shape) if isinstance(shape, tuple) else Opaque()
        case "get" if symbol.section in _GETTERS:
            return arguments[0] if arguments else Opaque()
        case "clone_model" if arguments and isinstance(arguments[0], Layer):
            return clone(run, arguments[0], keywords, site)
        case name if name in _HARMLESS_DECORATORS:
            if len(arguments) == 1 and not isinstance(arguments[0], str):
                return arguments[0]
            return Native(name, _identity)
    return call_unknown(run, symbol.name, arguments, keywords, site)


_HANDLERS: Final[dict[str, _Handler]] = {
    "layer": _layer,
    "input": _input,
    "merge": _merge,
    "sequential": _sequential,
    "model": _model,
    "application": _application,
    "object": _object,
    "activation": _activation,
    "operation": _operation,
    "tensorflow": _tensorflow,
    "policy": _policy,
    "keras": _keras,
}


@calls(Opaque)
def _call_opaque(
    run: Run, callee: Opaque, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    if callee.origin == "get" and not keywords:
        return answer(callee, "get", arguments)
    hand_over(callee.origin, [*arguments, *keywords.values()])
    return call_unknown(run, callee.origin, arguments, keywords, site)


@calls(Layer)
def _call_layer(
    run: Run, callee: Layer, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return call_layer(run, callee, arguments, keywords, site)


@calls(Native)
def _call_native(
    run: Run, callee: Native, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return callee.function(run, arguments, keywords, site)
