"""Where a stack of layers is linear, and where it saturates."""

from __future__ import annotations

from typing import Final

from convlint.facts.activations import function, gates
from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth

SIGMOIDS: Final = frozenset({"sigmoid", "hard_sigmoid"})
CARRYING: Final = frozenset(
    {"dropout", "noise", "pool", "global_pool", "pad", "crop", "flatten", "reshape", "permute"}
)
"""Kinds that a saturated value passes through as it is, or nearly so."""


@call_fact
def full_kernel(facts: Facts, call: Call) -> Truth:
    """Is a dense layer or a convolution that connects each of its inputs with each output.

    A depthwise or grouped kernel does not, and a strip (1x7) is one half of a kernel that was
    factorized on purpose.
    """
    kinds = facts.kinds[call.index]
    if call.class_name == "Dense":
        return True
    if not kinds & {"conv", "dense"} or "unknown" in kinds:
        return UNKNOWN if "unknown" in kinds else False
    if "depthwise" in call.kinds:
        return False
    groups = facts.lookup(call.index, "groups")
    if isinstance(groups, int) and groups != 1:
        return False
    size = facts.lookup(call.index, "kernel_size")
    if isinstance(size, int):
        return True
    if not (isinstance(size, tuple) and size and all(isinstance(side, int) for side in size)):
        return UNKNOWN
    return not 1 == min(size) < max(size)


@call_fact
def sigmoids_in_a_row(facts: Facts, call: Call) -> int:
    """Of the activation of a dense layer or convolution, how many such end in a sigmoid.

    Counted backwards from this one, as long as nothing but pooling, dropout and the like stands
    between; 0 if this one is no sigmoid.
    """
    return _rows(facts)[call.index][0]


@sweep
def _rows(facts: Facts) -> tuple[tuple[int, bool], ...]:
    """For each call the length of the row it hands on, and if a weight was applied to that."""
    rows: list[tuple[int, bool]] = []
    for call in facts.graph.calls:
        kinds, producers = facts.kinds[call.index], facts.producers[call.index]
        length, weighted = rows[producers[0]] if len(producers) == 1 else (0, False)
        if kinds & {"dense", "conv"}:
            rows.append((length, True))
        elif weighted and "act" in kinds and not gates(facts, call):
            rows.append((length + 1 if function(facts, call) in SIGMOIDS else 0, False))
        else:
            rows.append((length, weighted) if kinds & CARRYING else (0, False))
    return tuple(rows)
