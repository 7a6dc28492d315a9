"""Which layers a loss can train: those from which a path leads to an output that has one."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, conjunction, disjunction, negation

HAVE_WEIGHTS: Final = frozenset({"weight", "embedding", "rnn", "attention", "norm"})


@model_fact
def some_loss(facts: Facts) -> Truth:
    """Some output has a loss; UNKNOWN if no compile configuration is stated."""
    training = facts.graph.training
    return UNKNOWN if training is None else any(loss is not None for loss in training.losses)


@call_fact
def never_trained(facts: Facts, call: Call) -> Truth:
    """Has weights to train, and no call of the layer leads to an output with a loss.

    A layer of an unknown class on the way may add a loss of its own; then it is UNKNOWN.
    """
    if not facts.kinds[call.index] & HAVE_WEIGHTS or call.fused:
        return False
    return conjunction((call.trainable, _unreached(facts).get(call.layer, UNKNOWN)))


@sweep
def _unreached(facts: Facts) -> dict[str, Truth]:
    """For each layer whether no call of it leads to a loss."""
    training = facts.graph.training
    if training is None:
        return {}
    outputs = [call.index for call in facts.graph.outputs]
    losses = dict(zip(outputs, training.losses, strict=False))
    reaches: list[Truth] = [False] * len(facts)
    found: dict[str, Truth] = {}
    for call in reversed(facts.graph.calls):
        own: Truth = losses.get(call.index) is not None
        if _may_add_loss(facts, call):
            own = UNKNOWN
        after = (reaches[index] for index in facts.graph.consumers[call.index])
        reaches[call.index] = disjunction((own, *after))
        before = found.get(call.layer, True)
        found[call.layer] = conjunction((before, negation(reaches[call.index])))
    return found


def _may_add_loss(facts: Facts, call: Call) -> bool:
    kinds = facts.kinds[call.index]
    return (
        "unknown" in kinds
        or call.class_name == "ActivityRegularization"
        or call.config.get("activity_regularizer") is not None
    )
