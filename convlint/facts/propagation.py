"""How much of the signal a network of rectifiers passes on before it has learned anything."""

from __future__ import annotations

from typing import Final

from convlint.facts.activations import function
from convlint.facts.core import Facts, call_fact, sweep
from convlint.facts.initializers import initial_gain
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown

RECTIFIERS: Final = frozenset({"relu", "relu6"})
PASSING: Final = frozenset({"pool", "global_pool", "flatten", "reshape", "permute", "pad", "crop"})


@call_fact
def signal_left(facts: Facts, call: Call) -> float | Unknown:
    """Mean square of the values, as a fraction of that at the last normalisation or input.

    By the recursion of He et al. (arXiv:1502.01852, equation 8): a layer multiplies it by
    :func:`initial_gain`, a rectifier halves it. Pooling is taken to keep it, biases to be 0, and
    dropout keeps what is here a mean. UNKNOWN after anything else, until the next normalisation.
    """
    return _signal(facts)[call.index]


@sweep
def _signal(facts: Facts) -> tuple[float | Unknown, ...]:
    values: list[float | Unknown] = []
    for call in facts.graph.calls:
        kinds, producers = facts.kinds[call.index], facts.producers[call.index]
        before = values[producers[0]] if len(producers) == 1 else UNKNOWN
        if "input" in kinds or "norm" in kinds:
            values.append(1.0)
        elif before is UNKNOWN:
            values.append(UNKNOWN)
        elif "weight" in kinds:
            gain = initial_gain(facts, call)
            values.append(UNKNOWN if gain is UNKNOWN else before * gain)
        elif "act" in kinds:
            values.append(before / 2 if function(facts, call) in RECTIFIERS else UNKNOWN)
        else:
            passed = kinds & PASSING or "dropout" in kinds or "identity" in kinds
            values.append(before if passed else UNKNOWN)
    return tuple(values)
