"""Models as Keras builds them: ``Sequential``, functional models, and calls of layers."""

from __future__ import annotations

import ast
from typing import Any

from convlint.kleene import UNKNOWN
from convlint.readers.source import logic
from convlint.readers.source.layers import (
    count_first_call,
    plain_shape,
    shape_of,
    with_batch,
)
from convlint.readers.source.network import ends, reach
from convlint.readers.source.plain import plain_value
from convlint.readers.source.run import Run
from convlint.readers.source.sequences import elements
from convlint.readers.source.shapes import tensor_shape
from convlint.readers.source.structures import leaves, map_structure
from convlint.readers.source.tensors import as_layer, as_tensor, record
from convlint.readers.source.values import (
    UNPACKED,
    Chain,
    Dict,
    Layer,
    List,
    Network,
    Node,
    Opaque,
    Tensor,
    Traced,
    Value,
)

_INPUT_ARGUMENTS = ("shape", "batch_size", "dtype", "sparse", "ragged", "batch_shape", "name")


def make_input(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Layer:
    """The input layer that ``Input(...)`` or ``InputLayer(...)`` gives."""
    given = {**dict(zip(_INPUT_ARGUMENTS, arguments, strict=False)), **keywords}
    given.pop(UNPACKED, None)
    batched = given.pop("batch_shape", None)
    batched = given.pop("batch_input_shape", None) if batched is None else batched
    shape = given.pop("shape", None)
    shape = given.pop("input_shape", None) if shape is None else shape
    size = given.pop("batch_size", None)
    name = given.pop("name", None)
    stated = shape_of(batched)
    if stated is None:
        stated = with_batch(shape_of(shape), size)
    return input_layer(
        run,
        Opaque() if stated is None else stated,
        site,
        name if isinstance(name, str) else None,
        {key: plain_value(value) for key, value in given.items() if key in ("dtype", "sparse")},
    )


def input_layer(
    run: Run,
    shape: Value,
    site: ast.AST | None,
    name: str | None = None,
    config: dict[str, Any] | None = None,
) -> Layer:
    """An input layer for tensors of a shape, its batch axis included."""
    return Layer(
        "InputLayer",
        {"batch_shape": plain_shape(shape), **(config or {})},
        name or run.name("InputLayer"),
        site,
        nodes=[Node(())],
        input_shape=shape,
    )


def make_sequential(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Layer:
    """A ``Sequential`` with the layers it is given."""
    given = {**dict(zip(("layers", "trainable", "name"), arguments, strict=False)), **keywords}
    if isinstance(given.get("trainable"), str):
        given["name"] = given.pop("trainable")
    chain = Chain([])
    model = Layer("Sequential", {}, "", site, body=chain)
    name = given.get("name")
    model.name = name if isinstance(name, str) else run.name("Sequential")
    run.models.append(model)
    fill_sequential(run, model, chain, given.get("layers"))
    return model


def fill_sequential(run: Run, model: Layer, chain: Chain, layers: Value) -> None:
    """Put the layers in that the constructor is given."""
    if layers is None:
        return
    values = elements(run, layers)
    if values is None:
        model.given_up = "it is not known which layers its Sequential is given"
        return
    for value in values:
        _append(run, model, chain, value)
    rebuild(run, chain)


def add(run: Run, model: Layer, chain: Chain, value: Value) -> None:
    """``model.add(layer)``."""
    _append(run, model, chain, value)
    rebuild(run, chain)


def _append(run: Run, model: Layer, chain: Chain, value: Value) -> None:
    value = logic.settle(run, value)
    if isinstance(value, Tensor) and value.layer.class_name == "InputLayer":
        value = value.layer
    layer = as_layer(value)
    if layer is None:
        layer = unknown_layer(value, model.site)
        if isinstance(value, Opaque) and value.lost:
            model.given_up = value.lost
    if not chain.layers and layer.input_shape is not None and not is_input(layer):
        chain.layers.append(input_layer(run, layer.input_shape, layer.site))
    chain.layers.append(layer)
    chain.tensors = None


def unknown_layer(value: Value, site: ast.AST | None) -> Layer:
    """The layer that an unknown value is, the same one each time."""
    if not isinstance(value, Opaque):
        return Layer("unknown", {}, "", site, outputs=0)
    if value.members is None:
        value.members = {}
    known = value.members.get(("layer",))
    if known is None:
        known = value.members["layer",] = Layer(value.origin, {}, "", site, outputs=0)
    assert isinstance(known, Layer)
    return known


def pop(run: Run, chain: Chain) -> Value:
    """``model.pop()``."""
    chain.tensors = None
    if not chain.layers:
        return None
    layer = chain.layers.pop()
    rebuild(run, chain)
    return layer


def rebuild(run: Run, chain: Chain) -> None:
    """Build a Sequential anew, if it knows its input shape and has a layer besides."""
    layers = chain.layers
    if len(layers) < 2:
        return
    if layers[0].class_name == "InputLayer":
        _built(run, layers)
        return
    shape = known_input_shape(layers[0])
    if shape is not None:
        layers.insert(0, input_layer(run, shape, layers[0].site))
        _built(run, layers)


def known_input_shape(layer: Layer) -> Value:
    """The input shape of a model that has one; None for a layer, and a model not built yet."""
    if layer.wrapped is not None:
        return None
    if isinstance(layer.body, Chain):
        first = layer.body.layers[0] if layer.body.layers else None
        return first.input_shape if first is not None and is_input(first) else None
    if isinstance(layer.body, Network):
        tensors = list(leaves(layer.body.inputs))
        return tensors[0].layer.input_shape if len(tensors) == 1 and tensors else None
    return None


def is_input(layer: Layer) -> bool:
    """Whether a layer is an input layer."""
    return layer.class_name == "InputLayer"


def _built(run: Run, layers: list[Layer]) -> None:
    """Every layer is called, and the functional model that Keras makes takes a name."""
    for layer in layers[1:]:
        first_call(run, layer, Opaque())
    run.unique("functional")


def first_call(run: Run, layer: Layer, shape: Value) -> None:
    """What happens when a layer is first called: it makes what it needs for itself."""
    if layer.called:
        return
    layer.called = True
    if isinstance(layer.body, Chain):
        build_chain(run, layer.body, Opaque() if layer.wrapped is not None else shape)
    else:
        count_first_call(run, layer)


def build_chain(run: Run, chain: Chain, shape: Value) -> None:
    """Build a Sequential for an input shape, unless it has one."""
    layers = chain.layers
    if layers and not is_input(layers[0]):
        layers.insert(0, input_layer(run, Opaque() if shape is None else shape, layers[0].site))
        chain.tensors = None
        _built(run, layers)


def make_model(
    run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Layer:
    """``Model(inputs, outputs)`` in any of its argument forms."""
    model = Layer("Functional", {}, "", site)
    name = keywords.get("name", arguments[2] if len(arguments) > 2 else None)
    model.name = name if isinstance(name, str) else run.name("Functional")
    fill_model(run, model, arguments, keywords)
    run.models.append(model)
    return model


def fill_model(
    run: Run, model: Layer, arguments: list[Value], keywords: dict[str, Value]
) -> None:
    """Make a model the functional one between inputs and outputs."""
    given = dict(zip(("inputs", "outputs"), arguments, strict=False))
    for name, value in keywords.items():
        given[{"input": "inputs", "output": "outputs"}.get(name, name)] = value
    structures = []
    for name in ("inputs", "outputs"):
        value = given.get(name, Opaque())
        if isinstance(value, List | Dict) and value.open:
            model.given_up = f"its {name} are not known"
        structures.append(map_structure(lambda leaf: _end(run, leaf), value))
    model.body = Network(*structures)
    if "trainable" in given:
        set_trainable(model, logic.decided(run, given["trainable"]))


def _end(run: Run, leaf: Value) -> Value:
    leaf = logic.settle(run, leaf)
    tensor = as_tensor(leaf)
    return as_tensor(Opaque()) if tensor is None else tensor


def sublayers(layer: Layer) -> list[Layer]:
    """The layers directly in a model, as Keras lists them; operations are none."""
    body = layer.body
    if isinstance(body, Chain):
        return body.layers[1:] if body.layers and is_input(body.layers[0]) else list(body.layers)
    if isinstance(body, Network):
        found = reach(ends(body.inputs), ends(body.outputs)).layers
        return [inner for inner in found if not inner.class_name.startswith("ops.")]
    return []


def set_trainable(layer: Layer, value: bool) -> None:
    """Freeze or unfreeze a layer, and all that is in it."""
    pending = [layer]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        current.trainable = value
        if current.wrapped is not None:
            pending.append(current.wrapped)
        elif current.instance is not None:
            pending.extend(held_layers(current))
        else:
            pending.extend(sublayers(current))


def held_layers(layer: Layer) -> list[Layer]:
    """The layers that the attributes of an object of the file's own class hold."""
    if layer.instance is None:
        return []
    found: dict[int, Layer] = {}
    for value in layer.instance.attributes.values():
        for leaf in leaves(value):
            inner = as_layer(leaf)
            if inner is not None:
                found.setdefault(id(inner), inner)
    return list(found.values())


def call_layer(
    run: Run,
    layer: Layer,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    """A call of a layer or model: on symbolic tensors, a node of the graph."""
    if run.eager:
        first_call(run, layer, Opaque())
        return Opaque()
    arguments = [logic.settle(run, value) for value in arguments]
    number = record(run, layer, arguments, keywords)
    if number is None:
        first_call(run, layer, Opaque())
        return Opaque()
    if not layer.called:
        shape = None
        if isinstance(layer.body, Chain):
            shape = tensor_shape(layer.nodes[number].inputs[0])
        first_call(run, layer, Opaque() if shape is UNKNOWN or shape is None else shape)
    return result(run, layer, number, keywords)


def result(run: Run, layer: Layer, number: int, keywords: dict[str, Value]) -> Value:
    """What a call gives: a tensor, several, or a structure of them."""
    body = layer.body
    if isinstance(body, Traced) and body.network is not None:
        body = body.network
    if isinstance(body, Network):
        return _like(body.outputs, layer, number)
    if keywords.get("return_attention_scores") is True:
        return (Tensor(layer, number, 0), Tensor(layer, number, 1))
    if isinstance(body, Chain) and body.layers:
        layer.outputs = body.layers[-1].outputs
    if layer.outputs > 1:
        return tuple([Tensor(layer, number, output) for output in range(layer.outputs)])
    return Tensor(layer, number)


def _like(structure: Value, layer: Layer, number: int) -> Value:
    count = iter(range(1_000_000))
    made = map_structure(lambda leaf: Tensor(layer, number, next(count)), structure)
    if isinstance(made, List | tuple):
        items = made.items if isinstance(made, List) else list(made)
        # Keras gives the only output of a model on its own.
        return items[0] if len(items) == 1 and isinstance(items[0], Tensor) else made
    return made


def chain_tensors(run: Run, model: Layer) -> list[Tensor] | None:
    """The input of a built Sequential and the output of each of its layers."""
    chain = model.body
    if not isinstance(chain, Chain) or not chain.layers or not is_input(chain.layers[0]):
        return None
    if chain.tensors is None:
        tensor = Tensor(chain.layers[0])
        chain.tensors = [tensor]
        for layer in chain.layers[1:]:
            layer.nodes.append(Node((tensor,)))
            tensor = Tensor(layer, len(layer.nodes) - 1)
            chain.tensors.append(tensor)
    return chain.tensors
