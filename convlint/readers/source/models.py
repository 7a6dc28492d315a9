"""Models as Keras builds them: ``Sequential``, functional models, and calls of layers."""

from __future__ import annotations

import ast

from convlint.readers.source import logic
from convlint.readers.source.building import rebuild
from convlint.readers.source.inputs import input_layer, is_input
from convlint.readers.source.keras_values import Chain, Layer, Network, Tensor, Traced
from convlint.readers.source.network import reached
from convlint.readers.source.run import Run
from convlint.readers.source.sequences import elements
from convlint.readers.source.structures import leaves, map_structure
from convlint.readers.source.tensors import as_layer, as_tensor
from convlint.readers.source.values import Dict, List, Opaque, Value


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
    if model.handed:
        model.given_up = "a function that is not known may have added layers to it"
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
    return known if isinstance(known, Layer) else Layer("unknown", {}, "", site, outputs=0)


def pop(run: Run, chain: Chain) -> Value:
    """``model.pop()``."""
    chain.tensors = None
    if not chain.layers:
        return None
    layer = chain.layers.pop()
    chain.called = min(chain.called, len(chain.layers))
    rebuild(run, chain)
    return layer


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


def fill_model(run: Run, model: Layer, arguments: list[Value], keywords: dict[str, Value]) -> None:
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
    if isinstance(body, Traced):
        return held_layers(layer)
    if isinstance(body, Chain):
        return body.layers[1:] if body.layers and is_input(body.layers[0]) else list(body.layers)
    if isinstance(body, Network):
        found = reached(body).layers
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
        if current.hidden is not None and not value:
            current.config["ever_frozen"] = True
        if current.wrapped is not None:
            pending.append(current.wrapped)
        else:
            pending.extend(held_layers(current))
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
