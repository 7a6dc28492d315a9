"""A graph as plain data, to compare graphs of the same model that were read in different ways."""

from __future__ import annotations

from typing import Any

from convlint.graph import Graph


def dump(graph: Graph) -> list[dict[str, Any]]:
    """Everything that a graph says about its calls, except source locations and stated shapes."""
    return [
        {
            "layer": call.layer,
            "class_name": call.class_name,
            "kinds": sorted(call.kinds),
            "config": dict(call.config),
            "inputs": [tuple(tensor) for tensor in call.inputs],
            "arguments": dict(call.arguments),
            "trainable": call.trainable,
            "model": call.model,
            "fused": call.fused,
            "wrapper": call.wrapper,
            "wrapper_config": dict(call.wrapper_config),
        }
        for call in graph.calls
    ]


def outline(graph: Graph) -> list[tuple[str, str, tuple[str, ...]]]:
    """For each call its layer, class, and the layers that it consumes."""
    return [
        (
            call.layer,
            call.class_name,
            tuple(graph.calls[tensor.call].layer for tensor in call.inputs),
        )
        for call in graph.calls
    ]
