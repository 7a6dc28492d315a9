"""Ask for a fact of a layer by its name."""

from __future__ import annotations

from typing import Any

from convlint.facts import Facts
from convlint.readers.live import read_model


def facts_of(model: Any) -> Facts:
    """The facts of a live model."""
    return Facts(read_model(model))


def calls_of(facts: Facts, layer: str, *, fused: bool = False) -> list[int]:
    """Indices of the calls of the layer with this name; of its fused activation if ``fused``."""
    return [
        call.index
        for call in facts.graph.calls
        if call.name == layer and call.fused is fused and "output" not in call.kinds
    ]


def fact(facts: Facts, layer: str, name: str, *, fused: bool = False) -> Any:
    """The fact ``name`` of the only call of the layer."""
    (index,) = calls_of(facts, layer, fused=fused)
    return facts.lookup(index, name)


def layers_with(facts: Facts, name: str, value: object = True) -> set[str]:
    """Names of the layers of which the fact has the value."""
    return {
        call.name
        for call in facts.graph.calls
        if "output" not in call.kinds and facts.lookup(call.index, name) is value
    }
