"""What the graph itself says of a call."""

from __future__ import annotations

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
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


@call_fact
def on_every_path(facts: Facts, call: Call) -> bool:
    """Lies on every path from an input of the model to an output: nothing goes around it."""
    return _on_every_path(facts)[call.index]


@sweep
def _on_every_path(facts: Facts) -> tuple[bool, ...]:
    """In topological order a path goes around a call if and only if one of its edges does.

    An input after the call and an output before it are the ends of such paths.
    """
    calls = facts.graph.calls
    reach = -1  # the furthest end of an edge from a call before this one
    starts = [not call.inputs for call in calls]
    later_inputs = sum(starts)
    ended = False
    found: list[bool] = []
    for call in calls:
        later_inputs -= starts[call.index]
        consumers = facts.graph.consumers[call.index]
        found.append(reach <= call.index and not later_inputs and not ended)
        reach = max(reach, *consumers, call.index)
        ended = ended or not consumers
    return tuple(found)
