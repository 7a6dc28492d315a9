"""How much of the signal a network of rectifiers passes on before it has learned anything."""

from __future__ import annotations

from typing import Final

from convlint.facts.activations import function
from convlint.facts.core import Facts
from convlint.facts.initializers import initial_gain
from convlint.facts.registry import call_fact, sweep
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown

RECTIFIERS: Final = frozenset({"relu", "relu6"})
PASSING: Final = frozenset(
    {
        *("identity", "dropout", "preprocess", "augment", "pool", "global_pool"),
        *("flatten", "reshape", "permute", "pad", "crop"),
    }
)


@call_fact
def signal_left(facts: Facts, call: Call) -> float | Unknown | None:
    """Mean square of the values, as a fraction of the last normalisation's or first layer's.

    By the recursion of He et al. (arXiv:1502.01852, section 2.2): a layer multiplies it by
    :func:`initial_gain`, a rectifier halves it. Pooling is taken to keep it, biases to be 0, and
    dropout is off. ``None`` before the first layer, whose input has a scale of its own. UNKNOWN
    after anything else, until the next normalisation.
    """
    return _signal(facts)[call.index]


@sweep
def _signal(facts: Facts) -> tuple[float | Unknown | None, ...]:
    values: list[float | Unknown | None] = []
    for call in facts.graph.calls:
        kinds, producers = facts.kinds[call.index], facts.producers[call.index]
        before = values[producers[0]] if len(producers) == 1 else UNKNOWN
        if "input" in kinds:
            values.append(None)
        elif "norm" in kinds or ("weight" in kinds and before is None):
            values.append(1.0)
        elif "weight" in kinds:
            values.append(_times(before, initial_gain(facts, call)))
        elif "act" in kinds:
            values.append(_times(before, 0.5 if function(facts, call) in RECTIFIERS else UNKNOWN))
        else:
            values.append(before if kinds & PASSING else UNKNOWN)
    return tuple(values)


def _times(before: float | Unknown | None, factor: float | Unknown) -> float | Unknown:
    if before is None or before is UNKNOWN or factor is UNKNOWN:
        return UNKNOWN
    return before * factor
