"""Attributes of what is not an object of the file's own classes."""

from __future__ import annotations

from typing import Final

from convlint import kinds
from convlint.readers.source import logic
from convlint.readers.source.building import chain_tensors, known_input_shape
from convlint.readers.source.dispatch import reads, writes
from convlint.readers.source.keras_values import Chain, Hidden, KerasObject, Layer, Network, Tensor
from convlint.readers.source.library import CONSTANTS
from convlint.readers.source.models import set_trainable, sublayers
from convlint.readers.source.network import ends, takes_apart
from convlint.readers.source.plain import plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.sequences import member
from convlint.readers.source.shapes import shape_value
from convlint.readers.source.values import (
    Array,
    Bound,
    Dict,
    External,
    Function,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
)


@reads(External)
def _read_external(run: Run, value: External, name: str) -> Value:
    path = f"{value.path}.{name}"
    known = CONSTANTS.get(path)
    return External(path) if known is None else known


@reads(Opaque)
def _read_opaque(run: Run, value: Opaque, name: str) -> Value:
    found = member(value, name)
    if name == "get" and isinstance(found, Opaque):
        found.origin = name
    return found


@writes(Opaque)
def _write_opaque(run: Run, value: Opaque, name: str, new: Value) -> None:
    if value.members is None:
        value.members = {}
    value.members[name] = new


@reads(List, Dict, Set, str, bytes, tuple)
def _read_container(run: Run, value: Value, name: str) -> Value:
    if name == "value" and isinstance(value, str):
        return value  # a member of an enumeration of strings
    return Bound(name, value)


@reads(Function)
def _read_function(run: Run, value: Function, name: str) -> Value:
    if value.kind == "property" and name in ("setter", "getter", "deleter"):
        return Bound(name, value)
    return value.name if name == "__name__" else Opaque()


@reads(KerasObject)
def _read_object(run: Run, value: KerasObject, name: str) -> Value:
    if name == "__name__":
        return value.class_name
    return value.config.get(name, Opaque())


@reads(int)
def _read_number(run: Run, value: int, name: str) -> Value:
    # Dimensions were objects once, with the number as their value.
    return value if name in ("value", "real") else Opaque()


@reads(Array)
def _read_array(run: Run, value: Array, name: str) -> Value:
    if name == "shape":
        return Opaque() if value.shape is None else value.shape
    return Opaque()


@reads(Tensor)
def _read_tensor(run: Run, tensor: Tensor, name: str) -> Value:
    match name:
        case "shape" | "_keras_shape":
            return shape_value(tensor)
        case "get_shape":
            return Bound(name, tensor)
        case "ndim":
            shape = shape_value(tensor)
            return len(shape) if isinstance(shape, tuple) else Opaque()
        case "name" if tensor.layer.class_name == "InputLayer":
            return tensor.layer.name
        case "name":
            return Opaque()
        case "dtype":
            return Opaque()
        case "_keras_history":
            return (tensor.layer, tensor.node, tensor.output)
    return Bound(name, tensor)


_METHODS: Final = frozenset(
    """
    add pop compile build summary get_layer fit fit_generator evaluate evaluate_generator predict
    predict_generator predict_on_batch train_on_batch test_on_batch save save_weights load_weights
    get_config get_weights set_weights to_json count_params call __call__ add_loss add_metric
    add_weight get_output_at get_input_at get_output_shape_at get_input_shape_at
    compute_output_shape reset_states reset_metrics export
    """.split()
)


@reads(Layer)
def _read_layer(run: Run, layer: Layer, name: str) -> Value:
    match name:
        case "name" | "_name":
            return layer.name
        case "trainable":
            return layer.trainable
        case "layers":
            inside = isinstance(layer.body, Network) and takes_apart(layer.body)
            if layer.hidden is not None or inside:
                return Hidden(layer, None)
            if layer.body is None:
                return Opaque()
            return List(list(map(_held, sublayers(layer))), owner=layer)
        case "layer" | "forward_layer" if layer.wrapped is not None:
            return layer.wrapped
        case "input" | "output" | "inputs" | "outputs":
            return _end(run, layer, name)
        case "input_shape":
            return _shape_of(run, layer, "input")
        case "output_shape":
            return _shape_of(run, layer, "output")
        case "__class__":
            return Opaque()
    if name in _METHODS:
        return Bound(name, layer)
    if name == "optimizer":
        return None if layer.compiled is None else layer.compiled.get("optimizer", "rmsprop")
    if name in layer.config:
        return layer.config[name]
    default = kinds.default(layer.class_name, name)
    return default if is_constant(default) and layer.body is None else Opaque()


def _held(layer: Layer) -> Value:
    """A layer as the script sees it."""
    return layer if layer.instance is None else layer.instance


def _end(run: Run, layer: Layer, name: str) -> Value:
    """A model's inputs or outputs, or those of a layer's first call."""
    body = layer.body
    at_input = name.startswith("input")
    if isinstance(body, Network) and layer.wrapped is None:
        structure = body.inputs if at_input else body.outputs
        if name.endswith("s"):
            return List(list(ends(structure)))
        tensors = ends(structure)
        return tensors[0] if len(tensors) == 1 else structure
    if isinstance(body, Chain) and layer.wrapped is None:
        chained = chain_tensors(body)
        if chained is None:
            return Opaque()
        tensor: Value = chained[0] if at_input else chained[-1]
        return List([tensor]) if name.endswith("s") else tensor
    if not layer.nodes or (name.endswith("s") and layer.hidden is None):
        return Opaque()
    if name.endswith("s"):
        return List([_end(run, layer, name[:-1])])
    if not at_input:
        return Tensor(layer)
    inputs = layer.nodes[0].inputs
    if not inputs:
        return Tensor(layer)
    return inputs[0] if len(inputs) == 1 else List(list(inputs))


def _shape_of(run: Run, layer: Layer, name: str) -> Value:
    end = _end(run, layer, name)
    if isinstance(end, Tensor):
        return shape_value(end)
    if name == "input":
        known = known_input_shape(layer)
        return Opaque() if known is None else known
    return Opaque()


@writes(Layer)
def _write_layer(run: Run, layer: Layer, name: str, value: Value) -> None:
    if name == "trainable":
        set_trainable(layer, logic.decided(run, value))
    elif name in ("name", "_name"):
        if isinstance(value, str):
            layer.name = value
    elif name in layer.config:
        layer.config[name] = plain_value(value)
