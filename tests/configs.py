"""Saved configurations by hand, in the forms of eras of Keras that no longer run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convlint.graph import Graph
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec


def layer(class_name: str, name: str, *calls: Any, **config: Any) -> dict[str, Any]:
    """A layer of a functional model, as saved until Keras 3.

    Each call is a list of inputs; an input is a layer's name or ``[name, node, tensor, kwargs]``.
    """
    nodes = [[_reference(item) for item in call] for call in calls]
    return {
        "class_name": class_name,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": nodes,
    }


def _reference(item: Any) -> Any:
    return [item, 0, 0, {}] if isinstance(item, str) else item


def inputs(name: str, *shape: int | None) -> dict[str, Any]:
    """An input layer for a tensor of the given shape, without its batch axis."""
    return layer("InputLayer", name, batch_input_shape=[None, *shape], dtype="float32")


def functional(layers: list[Any], outputs: Any, **config: Any) -> dict[str, Any]:
    """A functional model; an output is a layer's name or ``[name, node, tensor]``."""
    heads = [item["name"] for item in layers if item["class_name"] == "InputLayer"]
    return {
        "class_name": "Model",
        "config": {
            "name": "model",
            "layers": layers,
            "input_layers": [[name, 0, 0] for name in heads],
            "output_layers": [[item, 0, 0] if isinstance(item, str) else item for item in outputs],
            **config,
        },
    }


def sequential(*layers: Any, name: str = "sequential") -> dict[str, Any]:
    """A ``Sequential`` of (class, configuration) pairs or whole layers."""
    entries = [
        {"class_name": item[0], "config": item[1]} if isinstance(item, tuple) else item
        for item in layers
    ]
    return {"class_name": "Sequential", "config": {"name": name, "layers": entries}}


def structured(
    class_name: str, name: str, *calls: Mapping[str, Any], **config: Any
) -> dict[str, Any]:
    """A layer as Keras 3 saves it, each call with ``args`` and ``kwargs``."""
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": [{"args": [], "kwargs": {}, **call} for call in calls],
    }


def tensor(name: str, node: int = 0, output: int = 0, shape: Any = None) -> dict[str, Any]:
    """A tensor among the arguments of a call in Keras 3."""
    config = {"shape": shape, "dtype": "float32", "keras_history": [name, node, output]}
    return {"class_name": "__keras_tensor__", "config": config}


def graph_of(document: Mapping[str, Any], **keywords: Any) -> Graph:
    return assemble(model_spec(document, **keywords))


def edges(graph: Graph) -> list[tuple[str, str]]:
    """The edges of a graph as (layer, layer), those into its outputs left out."""
    return [
        (graph.calls[tensor.call].layer, call.layer)
        for call in graph.calls
        if call.class_name != "Output"
        for tensor in call.inputs
    ]
