"""Layers and models of the file's own: what their ``call`` does."""

from __future__ import annotations

from convlint.kleene import UNKNOWN
from convlint.readers.source.calls import call_function
from convlint.readers.source.inputs import symbolic_input
from convlint.readers.source.keras_values import Layer, Network, Tensor, Traced
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import Raised, Run
from convlint.readers.source.shapes import tensor_shape
from convlint.readers.source.structures import leaves, map_structure, tensors_in
from convlint.readers.source.values import Array, Dict, Function, Instance, List, Opaque, Value


def trace(run: Run, layer: Layer, arguments: list[Value], keywords: dict[str, Value]) -> None:
    """Follow the ``call`` of a subclassed model on symbolic inputs of its own.

    ``arguments`` are those of the first call of the model, if there was one.
    """
    body, instance = layer.body, layer.instance
    if not isinstance(body, Traced) or instance is None or body.network is not None:
        return
    function = method_of(instance.cls, "call")
    if not isinstance(function, Function):
        body.failure = "it has no call that says how its layers are connected"
        return
    body.failure = "its call cannot be followed"
    outer, run.tracing = run.tracing, body.made
    try:
        if not arguments:
            arguments = _unknown_arguments(run, function, body)
        inputs = [_symbols(run, value) for value in arguments]
        named = {name: _symbols(run, v) for name, v in keywords.items() if tensors_in(v)}
        if not body.built:
            _build(run, instance, inputs)
        outputs = _follow(run, instance, function, inputs, named)
    except Raised:
        return
    finally:
        run.tracing = outer
    if any(True for _ in filter(lambda leaf: isinstance(leaf, Tensor), leaves(outputs))):
        starts = List([*inputs, *named.values()])
        body.network = Network(inputs[0] if len(inputs) == 1 and not named else starts, outputs)
        body.failure = None


def _unknown_arguments(run: Run, function: Function, body: Traced) -> list[Value]:
    """One unknown input for each argument that ``call`` needs."""
    spec = function.node.args
    names = [parameter.arg for parameter in (*spec.posonlyargs, *spec.args)][1:]
    needed = [name for name in names[: len(names) - len(spec.defaults)] if name != "training"]
    if isinstance(body.shape, Dict | List):
        return [map_structure(lambda leaf: Array(leaf), body.shape)]
    if body.shape is not None:
        return [Array(body.shape if isinstance(body.shape, tuple) else None)]
    unknown = [symbolic_input(run, Opaque()) for _ in needed[:1] or names[:1]]
    for tensor in unknown:
        tensor.layer.outputs = 0  # it may as well be a list of tensors
    return [*unknown, *(Opaque() for _ in needed[1:])]


def _symbols(run: Run, value: Value) -> Value:
    """The same structure with a new symbolic input for each tensor or array in it."""
    return map_structure(lambda leaf: _symbol(run, leaf), value)


def _symbol(run: Run, leaf: Value) -> Value:
    if isinstance(leaf, Tensor):
        if leaf.layer.class_name == "InputLayer" and not leaf.layer.name:
            return leaf
        shape = tensor_shape(leaf)
        if shape is UNKNOWN:
            return symbolic_input(run, Opaque())
        sizes = [Opaque() if size is UNKNOWN else size for size in shape]
        return symbolic_input(run, (None, *sizes[1:]))
    if isinstance(leaf, Array):
        known = leaf.shape is not None
        return symbolic_input(run, (None, *leaf.shape[1:]) if known and leaf.shape else Opaque())
    if isinstance(leaf, Opaque):
        return symbolic_input(run, Opaque())
    return leaf


def _follow(
    run: Run,
    instance: Instance,
    function: Function,
    inputs: list[Value],
    named: dict[str, Value],
) -> Value:
    spec = function.node.args
    accepted = {parameter.arg for parameter in (*spec.args, *spec.kwonlyargs)}
    given = {name: value for name, value in named.items() if name in accepted}
    if "training" in accepted and "training" not in given:
        # Whether the model trains is not its own affair.
        positions = [parameter.arg for parameter in spec.args]
        if positions.index("training") > len(inputs) if "training" in positions else True:
            given["training"] = None
    return call_function(run, function, [instance, *inputs], given, function.node)


def probe(run: Run, layer: Layer, arguments: list[Value], keywords: dict[str, Value]) -> None:
    """Follow the first call of a custom layer, to see what it makes and how many tensors it gives.

    What it does in between is its own affair: in the graph it is one call.
    """
    instance = layer.instance
    if instance is None:
        return
    outer, run.tracing = run.tracing, []
    run.probing += 1
    try:
        _build(run, instance, arguments)
        function = method_of(instance.cls, "call")
        if isinstance(function, Function) and arguments:
            given = {name: value for name, value in keywords.items() if tensors_in(value)}
            _note_outputs(layer, _follow(run, instance, function, arguments, given))
    except Raised:
        return
    finally:
        run.tracing = outer
        run.probing -= 1


def build(run: Run, layer: Layer, shape: Value) -> None:
    """``layer.build(shape)``, which calls nothing that the file does not say."""
    body, instance = layer.body, layer.instance
    if isinstance(body, Traced) and instance is not None and not layer.called:
        body.shape, body.built = shape, True
        method = method_of(instance.cls, "build")
        if isinstance(method, Function):
            call_function(run, method, [instance, shape], {}, method.node)


def _build(run: Run, instance: Instance, arguments: list[Value]) -> None:
    """What Keras does before the first call: ``build(input_shape)``."""
    build = method_of(instance.cls, "build")
    if isinstance(build, Function):
        shapes = [_shape(value) for value in arguments[:1]] or [Opaque()]
        call_function(run, build, [instance, *shapes], {}, build.node)


def _shape(value: Value) -> Value:
    """The shapes of the tensors in a structure, as ``build`` gets them."""

    def of(leaf: Value) -> Value:
        if not isinstance(leaf, Tensor):
            return Opaque()
        shape = tensor_shape(leaf)
        if shape is UNKNOWN:
            return Opaque()
        sizes = [Opaque() if size is UNKNOWN else size for size in shape]
        return (None, *sizes[1:])

    return map_structure(of, value)


def _note_outputs(layer: Layer, outputs: Value) -> None:
    if isinstance(outputs, Tensor):
        layer.outputs = 1
    elif isinstance(outputs, List | tuple | Dict) and tensors_in(outputs):
        found = list(leaves(outputs))
        layer.outputs = len(found)
        layer.structure = outputs
