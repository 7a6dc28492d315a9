"""Signs of what a model is for: a critic, the restoration of images."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts, call_fact, sweep
from convlint.graph import Call, Loss

KEEPING: Final = frozenset({"scale", "resize", "upsample", "pad", "crop", "cast"})
"""Kinds of what leaves an image the image that it was."""


@call_fact
def adds_input(facts: Facts, call: Call) -> bool:
    """Is a sum or difference with an input of the model, which is rescaled or resized at most.

    So a network is built that predicts what its input lacks, as in image restoration.
    """
    kinds = facts.kinds[call.index]
    return bool(kinds & {"add", "subtract"}) and any(
        _is_input(facts)[index] for index in facts.producers[call.index]
    )


@sweep
def _is_input(facts: Facts) -> tuple[bool, ...]:
    values: list[bool] = []
    for index, producers in enumerate(facts.producers):
        kinds = facts.kinds[index]
        kept = bool(kinds & KEEPING) and len(producers) == 1 and values[producers[0]]
        values.append("input" in kinds or kept)
    return tuple(values)


@call_fact
def named_loss(facts: Facts, call: Call) -> bool:
    """Of an output, whether compile was told a loss that Keras has a name for."""
    training = facts.graph.training
    position = call.index - facts.graph.outputs[0].index if facts.graph.outputs else -1
    if training is None or not 0 <= position < len(training.losses):
        return False
    loss = training.losses[position]
    return isinstance(loss, Loss) and not loss.custom
