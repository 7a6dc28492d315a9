"""Masks of padded time steps: who makes one, who needs it, and where it gets lost."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.graph import Call
from convlint.kinds import masking
from convlint.kleene import UNKNOWN, Truth, conjunction, disjunction

_STEPWISE: Final = frozenset({"act", "scale", "cast", "math"})
"""Kinds of the operations that work on each step by itself."""


@model_fact
def masks(facts: Facts) -> bool:
    """Some layer may make a mask; for patterns that would look at every call otherwise."""
    return any(
        call.class_name in masking.MAKES
        or "unknown" in call.kinds
        or (call.class_name == "Embedding" and facts.lookup(call.index, "mask_zero") is not False)
        for call in facts.graph.calls
    )


@call_fact
def carries_mask(facts: Facts, call: Call) -> Truth:
    """The first output has a mask of time steps, as Keras propagates it."""
    return _masks(facts)[call.index]


@call_fact
def uses_mask(facts: Facts, call: Call) -> bool:
    """Is a layer whose result depends on the mask: recurrence, attention, mean over time."""
    return (
        call.class_name in masking.RECURRENT
        or call.class_name in masking.AVERAGES
        or "attention" in call.kinds
    )


@call_fact
def misses_mask(facts: Facts, call: Call) -> Truth:
    """Would use a mask, but its input has none, and no mask or attention mask is passed to it."""
    if not uses_mask(facts, call) or call.masked or call.wrapper == "TimeDistributed":
        return False
    if len(set(call.inputs)) > 1:
        return False  # further inputs may be states, or a mask of the user's own
    if call.arguments.keys() & {"attention_mask", "mask"}:
        return False
    return _input_mask(facts, call) is False


@call_fact
def loses_mask(facts: Facts, call: Call) -> Truth:
    """Is given a sequence with a mask and gives a sequence without one.

    A layer that ends the sequence (``Flatten``) does not count, nor one that was passed no mask
    because it is known to need none.
    """
    if not _drops_but_keeps_steps(facts, call):
        return False
    return _input_mask(facts, call)


@call_fact
def keeps_steps(facts: Facts, call: Call) -> bool:
    """Its output has a value for each time step of its first input, or for each window of them."""
    if call.wrapper == "TimeDistributed":
        return True
    name = call.class_name
    if name in masking.RECURRENT:
        return facts.lookup(call.index, "return_sequences") is True
    return name in masking.HANDS_ON or name in masking.JOINS or _drops_but_keeps_steps(facts, call)


def _drops_but_keeps_steps(facts: Facts, call: Call) -> bool:
    if call.wrapper is not None:
        return False
    if call.class_name.startswith("ops."):
        kinds = facts.kinds[call.index]
        return bool(kinds & _STEPWISE) or bool(kinds & {"add", "subtract", "multiply", "concat"})
    return call.class_name in masking.KEEPS_STEPS


def _input_mask(facts: Facts, call: Call) -> Truth:
    """Whether the first input has a mask."""
    if not call.inputs:
        return False
    producer, output = call.inputs[0]
    return _masks(facts)[producer] if output == 0 else False


@sweep
def _masks(facts: Facts) -> tuple[Truth, ...]:
    values: list[Truth] = []
    for call in facts.graph.calls:
        before = [values[producer] if output == 0 else False for producer, output in call.inputs]
        values.append(_mask(facts, call, before))
    return tuple(values)


def _mask(facts: Facts, call: Call, before: list[Truth]) -> Truth:
    name = call.class_name
    if call.index in facts.transparent or "output" in call.kinds:
        return before[0]
    if name in masking.MAKES:
        return True
    if name == "Embedding":
        made = facts.lookup(call.index, "mask_zero")
        return made if isinstance(made, bool) else UNKNOWN
    if disjunction(before) is False:
        # Nothing that Keras has makes a mask of nothing.
        return UNKNOWN if "unknown" in call.kinds else False
    if call.wrapper == "TimeDistributed":
        return before[0] if name in ("Dense", *masking.HANDS_ON) else UNKNOWN
    if call.wrapper not in (None, "Bidirectional"):
        return UNKNOWN
    if name in masking.HANDS_ON or call.fused:
        return before[0]
    if name in masking.JOINS:
        return _joined(name, before)
    if name in masking.RECURRENT:
        sequences = facts.lookup(call.index, "return_sequences")
        return conjunction((before[0], sequences if isinstance(sequences, bool) else UNKNOWN))
    if name in masking.LOSES or name in masking.AVERAGES:
        return False
    return False if name.startswith("ops.") and "unknown" not in call.kinds else UNKNOWN


def _joined(name: str, before: list[Truth]) -> Truth:
    """The mask of a merge of which one input at least has a mask, or may have.

    ``Concatenate`` takes an input without a mask for unmasked. The others lose the mask in Keras
    3.15.1 and kept it in tf.keras 2.
    """
    if name == "Concatenate":
        return disjunction(before)
    every = conjunction(before)
    return UNKNOWN if every is False else every
