"""Signs of what a model is for: a critic, the restoration of images."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.roles import collapsed
from convlint.facts.shapes import channels
from convlint.facts.structure import activation_functions
from convlint.graph import Call, Loss
from convlint.kleene import UNKNOWN, Truth

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


@model_fact
def may_be_discriminator(facts: Facts) -> Truth:
    """Ends in one number a sample, which no named loss trains, with LeakyReLU and no pooling.

    So DCGAN (Radford et al., 2016) builds its discriminator. A binary classifier that is compiled
    elsewhere may look the same.
    """
    outputs = facts.graph.outputs
    if len(outputs) != 1 or named_loss(facts, outputs[0]) or facts.calls_by_kind.get("pool"):
        return False
    if "leaky_relu" not in activation_functions(facts):
        return False
    flat, width = collapsed(facts, outputs[0]), channels(facts, outputs[0])
    if flat is UNKNOWN or width is UNKNOWN:
        return UNKNOWN
    return flat and width == 1
