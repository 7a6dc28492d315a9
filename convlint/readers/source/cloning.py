"""``clone_model``: the same layers again, with the same names."""

from __future__ import annotations

import ast
from dataclasses import replace

from convlint.readers.source.inputs import is_input
from convlint.readers.source.keras_values import Chain, Layer, Network, Node, Tensor
from convlint.readers.source.network import ends, reached
from convlint.readers.source.run import Run
from convlint.readers.source.structures import map_structure
from convlint.readers.source.values import UNPACKED, Opaque, Value


def clone(run: Run, model: Layer, keywords: dict[str, Value], site: ast.AST) -> Value:
    """A model with copies of the layers of another."""
    if UNPACKED in keywords or keywords.keys() & {
        "clone_function",
        "call_function",
        "input_tensors",
    }:
        return Opaque()
    copies: dict[int, Layer] = {}
    body = model.body
    if isinstance(body, Chain):
        made = _copy(model, site)
        made.body = Chain([_clone_layer(layer, copies, site) for layer in body.layers])
    elif isinstance(body, Network) and all(is_input(t.layer) for t in ends(body.inputs)):
        made = _copy(model, site)
        made.body = _clone_network(body, copies, site)
    else:
        return Opaque()
    run.models.append(made)
    return made


def _copy(layer: Layer, site: ast.AST) -> Layer:
    return replace(layer, site=site, nodes=[], compiled=None, config=dict(layer.config))


def _clone_layer(layer: Layer, copies: dict[int, Layer], site: ast.AST) -> Layer:
    found = copies.get(id(layer))
    if found is None:
        found = copies[id(layer)] = _copy(layer, site)
        if layer.class_name == "InputLayer":
            found.nodes.append(Node(()))
    return found


def _clone_network(body: Network, copies: dict[int, Layer], site: ast.AST) -> Network:
    """Copy the calls between inputs and outputs; nested models are shared, being read only."""
    tensors: dict[tuple[int, int], tuple[Layer, int]] = {}

    def of(tensor: Tensor) -> Tensor:
        layer, number = tensors[id(tensor.layer), tensor.node]
        return Tensor(layer, number, tensor.output)

    for layer, number in reached(body).order:
        made = _clone_layer(layer, copies, site)
        node = layer.nodes[number]
        if layer.class_name != "InputLayer":
            inputs = tuple(of(tensor) for tensor in node.inputs)
            masks = tuple(of(tensor) for tensor in node.masks)
            made.nodes.append(replace(node, inputs=inputs, masks=masks))
        tensors[id(layer), number] = made, len(made.nodes) - 1
    return Network(
        map_structure(lambda leaf: of(leaf), body.inputs),
        map_structure(lambda leaf: of(leaf), body.outputs),
    )
