"""What a graph says of a model, however its script is written."""

from __future__ import annotations

from typing import Any

from convlint.facts import Facts
from convlint.graph import OUTPUT, Call, Graph
from convlint.kleene import UNKNOWN
from tests.comparing import ROWS, agreement, in_full


def essence(graph: Graph) -> list[dict[str, Any]]:
    """What a graph says about its calls, however its layers were written.

    Left out are input layers, names of operations, and settings that are Keras' defaults or that
    Keras no longer has.
    """
    facts = Facts(graph)
    return [
        {
            "layer": "" if call.class_name == OUTPUT else _written_name(call),
            "class_name": call.class_name,
            "kinds": sorted(call.kinds),
            "config": _stated(call),
            "inputs": [_written_name(graph.calls[tensor.call]) for tensor in call.inputs],
            "arguments": dict(call.arguments),
            "trainable": call.trainable,
            "fused": call.fused,
            "wrapper": call.wrapper,
            "shape": facts.lookup(call.index, "shape"),
        }
        for call in graph.calls
        if call.class_name != "InputLayer"
    ]


def _written_name(call: Call) -> str:
    by_keras = call.class_name == "InputLayer" or call.class_name.startswith("ops.")
    return call.class_name if by_keras else call.layer


def _stated(call: Call) -> dict[str, Any]:
    row = ROWS.get(call.class_name)
    stated = {}
    for name, value in call.config.items():
        default = UNKNOWN if row is None else row.arguments.get(name, value)
        if default is UNKNOWN or not agreement(in_full(name, value), in_full(name, default))[0]:
            stated[name] = in_full(name, value)
    return stated
