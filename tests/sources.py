"""Source code in tests: read, and as the graph that it gives."""

from __future__ import annotations

from convlint.graph import OUTPUT, Graph
from convlint.readers.source import SourceModels, read_source

PREAMBLE = "import keras\nfrom keras import layers\n"


def read(code: str) -> SourceModels:
    """What code builds that has Keras and its layers imported."""
    return read_source(PREAMBLE + code, "script.py")


def only(code: str) -> Graph:
    """The only variant of the only model that code builds."""
    ((graph,),) = read(code).models
    return graph


def chain(graph: Graph) -> list[str]:
    """The class names of the graph's calls, without inputs, outputs and fused activations."""
    return [
        call.class_name
        for call in graph.calls
        if call.class_name not in (OUTPUT, "InputLayer") and not call.fused
    ]


def reasons(found: SourceModels) -> list[str]:
    """Why something was given up."""
    return [note.reason for note in found.notes]
