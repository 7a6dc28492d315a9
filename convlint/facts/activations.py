"""What an activation computes."""

from __future__ import annotations

import re
from typing import Final

from convlint import kinds as kinds_table
from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
from convlint.facts.shapes import shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown

PRODUCTS: Final = frozenset({"multiply", "dot", "matmul"})
PASSED_ON: Final = frozenset({"flatten", "reshape", "permute", "repeat", "dropout", "norm"})
"""Kinds of what an attention weight may pass through on its way to the product."""


@call_fact
def function(facts: Facts, call: Call) -> str | Unknown:
    """Name of the function that an activation applies, e.g. ``relu``.

    UNKNOWN for a custom function, and for a call that is no activation.
    """
    if "act" not in call.kinds:
        return UNKNOWN
    if call.class_name.startswith("ops."):
        words = re.findall(r"[A-Z][a-z0-9]*", call.class_name)
        return kinds_table.activation_function("_".join(words).lower())
    return kinds_table.activation_function({"class_name": call.class_name, "config": call.config})


@call_fact
def nonlinear(facts: Facts, call: Call) -> Truth:
    """Is an activation other than the identity; UNKNOWN for a custom function."""
    if "act" not in call.kinds:
        return UNKNOWN if "unknown" in call.kinds else False
    name = function(facts, call)
    return UNKNOWN if name is UNKNOWN else name != "linear"


@call_fact
def softmax_size(facts: Facts, call: Call) -> int | Unknown:
    """Number of values that a softmax normalises over: the product of its axes' sizes."""
    dimensions = shape(facts, call)
    axes = facts.lookup(call.index, "axis")
    axes = -1 if axes is UNKNOWN else axes
    if dimensions is UNKNOWN:
        return UNKNOWN
    size = 1
    for axis in axes if isinstance(axes, tuple) else (axes,):
        if not isinstance(axis, int) or not -len(dimensions) <= axis < len(dimensions):
            return UNKNOWN
        extent = dimensions[axis]
        if extent is UNKNOWN:
            return UNKNOWN
        size *= extent
    return size


@call_fact
def gates(facts: Facts, call: Call) -> bool:
    """Is a factor of a product: an attention weight, a gate."""
    return _multiplied(facts)[call.index]


@sweep
def _multiplied(facts: Facts) -> tuple[bool, ...]:
    values = [False] * len(facts)
    for index in reversed(range(len(facts))):
        values[index] = any(
            facts.kinds[consumer] & PRODUCTS
            or (values[consumer] and facts.kinds[consumer] & PASSED_ON)
            for consumer in facts.consumers[index]
        )
    return tuple(values)
