"""Facts about the calls of a graph and about the model; importing this registers them all."""

from __future__ import annotations

from convlint.facts import (
    activations,
    calls,
    dropout,
    gradients,
    initializers,
    metrics,
    nonlinearity,
    norms,
    outputs,
    parameters,
    propagation,
    receptive_field,
    residual,
    roles,
    seeds,
    shapes,
    shortcuts,
    structure,
    topology,
)
from convlint.facts.core import Facts

__all__ = [
    "Facts",
    "activations",
    "calls",
    "dropout",
    "gradients",
    "initializers",
    "metrics",
    "nonlinearity",
    "norms",
    "outputs",
    "parameters",
    "propagation",
    "receptive_field",
    "residual",
    "roles",
    "seeds",
    "shapes",
    "shortcuts",
    "structure",
    "topology",
]
