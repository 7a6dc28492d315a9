"""What Keras makes when a model is built, or a layer is called for the first time."""

from __future__ import annotations

from convlint.kleene import UNKNOWN
from convlint.readers.source.inputs import input_layer, is_input
from convlint.readers.source.keras_values import Chain, Layer, Network, Node, Tensor, Traced
from convlint.readers.source.layers import count_first_call
from convlint.readers.source.network import ends
from convlint.readers.source.run import Run
from convlint.readers.source.shapes import tensor_shape
from convlint.readers.source.structures import tensors_in
from convlint.readers.source.subclassed import probe, trace
from convlint.readers.source.values import Array, Opaque, Value


def rebuild(run: Run, chain: Chain) -> None:
    """Build a Sequential anew, if it knows its input shape and has a layer besides."""
    layers = chain.layers
    if len(layers) < 2:
        return
    if not is_input(layers[0]):
        shape = known_input_shape(layers[0])
        if shape is None:
            return
        layers.insert(0, input_layer(run, shape, layers[0].site))
    run.spend(1)
    _build(run, chain)


def known_input_shape(layer: Layer) -> Value:
    """The input shape of a model that has one; None for a layer, and a model not built yet."""
    if layer.wrapped is not None:
        return None
    if isinstance(layer.body, Chain):
        first = layer.body.layers[0] if layer.body.layers else None
        return first.input_shape if first is not None and is_input(first) else None
    if isinstance(layer.body, Network):
        tensors = ends(layer.body.inputs)
        return tensors[0].layer.input_shape if len(tensors) == 1 else None
    return None


def _build(run: Run, chain: Chain) -> None:
    """Every layer is called, and the functional model that Keras makes takes a name."""
    chain.tensors = None
    new = [layer for layer in chain.layers[chain.called :] if not layer.called]
    chain.called = len(chain.layers)
    if any(layer.body is not None or layer.instance is not None for layer in new):
        tensors = chain_tensors(chain) or []
        for layer, tensor in zip(chain.layers[1:], tensors, strict=False):
            first_call(run, layer, [tensor], {})
        chain.tensors = None  # a layer may have turned out to give something else
    for layer in new:
        first_call(run, layer, [], {})
    run.unique("functional")


def first_call(run: Run, layer: Layer, arguments: list[Value], keywords: dict[str, Value]) -> None:
    """What happens when a layer is first called: it makes what it needs for itself."""
    if layer.called:
        return
    layer.called = True
    if isinstance(layer.body, Chain):
        unknown = layer.wrapped is not None
        build_chain(run, layer.body, Opaque() if unknown else shape_given(arguments))
    elif isinstance(layer.body, Traced):
        if layer.wrapped is None:
            trace(run, layer, arguments, keywords)
    elif layer.instance is not None:
        probe(run, layer, arguments, keywords)
    else:
        count_first_call(run, layer)


def shape_given(arguments: list[Value]) -> Value:
    """The shape of the first tensor or array among the arguments of a call."""
    for argument in arguments:
        if isinstance(argument, Array) and argument.shape is not None:
            return argument.shape
        for tensor in tensors_in(argument):
            shape = tensor_shape(tensor)
            if shape is UNKNOWN:
                return Opaque()
            return tuple([None if size is UNKNOWN else size for size in shape])
    return Opaque()


def build_chain(run: Run, chain: Chain, shape: Value) -> None:
    """Build a Sequential for an input shape, unless it has one."""
    layers = chain.layers
    if layers and not is_input(layers[0]):
        layers.insert(0, input_layer(run, Opaque() if shape is None else shape, layers[0].site))
        _build(run, chain)


def chain_tensors(chain: Chain) -> list[Tensor] | None:
    """The input of a built Sequential and the output of each of its layers."""
    if not chain.layers or not is_input(chain.layers[0]):
        return None
    if chain.tensors is None:
        tensor = Tensor(chain.layers[0])
        chain.tensors = [tensor]
        for layer in chain.layers[1:]:
            layer.nodes.append(Node((tensor,)))
            tensor = Tensor(layer, len(layer.nodes) - 1)
            chain.tensors.append(tensor)
    return chain.tensors
