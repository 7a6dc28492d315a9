"""Whether an output is a picture: what artifacts would be seen in."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.outputs import CLASSIFICATION_LOSSES, final_activation, loss
from convlint.facts.registry import call_fact
from convlint.facts.roles import collapsed
from convlint.facts.shapes import channels
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth

REGRESSION_LOSSES: Final = frozenset(
    {
        *("mean_squared_error", "mean_absolute_error", "huber", "log_cosh"),
        *("mean_absolute_percentage_error", "mean_squared_logarithmic_error"),
    }
)
COLOURS: Final = 3


@call_fact
def gives_picture(facts: Facts, call: Call) -> Truth:
    """Of an output, whether its values are those of pixels, and not class scores or a mask.

    A map of numbers between -1 and 1, one that a regression loss compares, or one of three numbers
    between 0 and 1. Probabilities of classes are no picture. A single sigmoid may be a mask or a
    grey value, a linear output anything: both stay UNKNOWN.
    """
    if "output" not in call.kinds:
        return False
    flat = collapsed(facts, facts.graph.calls[call.inputs[0].call])
    if flat is not False:
        return UNKNOWN if flat is UNKNOWN else False
    activation, name = final_activation(facts, call), loss(facts, call)
    if activation == "softmax" or name in CLASSIFICATION_LOSSES - {"binary_crossentropy"}:
        return False
    if activation == "tanh" or name in REGRESSION_LOSSES:
        return True
    if activation == "sigmoid" and channels(facts, call) == COLOURS:
        return True
    return UNKNOWN
