"""What the graph itself says of a call."""

from __future__ import annotations

from convlint.facts.core import Facts, call_fact
from convlint.graph import Call
from convlint.kleene import Unknown


@call_fact
def index(facts: Facts, call: Call) -> int:
    """Position of the call in the model's topological order."""
    return call.index


@call_fact
def trainable(facts: Facts, call: Call) -> bool:
    """Neither the layer nor a model around it is frozen."""
    return call.trainable


@call_fact
def training(facts: Facts, call: Call) -> bool | Unknown | None:
    """The ``training`` argument that the layer is called with; ``None`` if it is not given."""
    value: bool | Unknown | None = call.arguments.get("training")
    return value
