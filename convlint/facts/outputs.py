"""What is known of the model's outputs: loss, metrics, final activation, and their task."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from convlint.facts.activations import function
from convlint.facts.core import Facts
from convlint.facts.receptive_field import stride_min
from convlint.facts.registry import call_fact, model_fact
from convlint.facts.roles import collapsed
from convlint.facts.shapes import channels, rank, shape, spatial_size
from convlint.graph import Call, Loss, Metric
from convlint.kleene import UNKNOWN, Truth, Unknown, conjunction

CLASSIFICATION_LOSSES: Final = frozenset(
    {
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "crossentropy",
        "sparse_categorical_crossentropy",
        "hinge",
        "squared_hinge",
        "categorical_hinge",
    }
)
"""The losses of Keras for class labels."""

ENLARGING: Final = ("transposed_conv", "upsample", "resize", "depth_to_space")
SHAPE_ONLY: Final = frozenset({"flatten", "reshape", "permute", "dropout"})


def _training_entry(facts: Facts, call: Call, entries: str) -> Any:
    training = facts.graph.training
    if "output" not in call.kinds or training is None:
        return UNKNOWN
    values = getattr(training, entries)
    position = call.index - facts.graph.outputs[0].index
    return values[position] if position < len(values) else UNKNOWN


def loss_of(facts: Facts, call: Call) -> Loss | Unknown | None:
    """The loss of an output, ``None`` if it has none; UNKNOWN for a custom one."""
    loss: Loss | Unknown | None = _training_entry(facts, call, "losses")
    return UNKNOWN if isinstance(loss, Loss) and loss.custom else loss


@call_fact
def loss(facts: Facts, call: Call) -> str | Unknown | None:
    """Of an output, the snake_case name of its loss; ``None`` if it has none.

    UNKNOWN for a custom loss and where no compile configuration is stated.
    """
    value = loss_of(facts, call)
    return value.name if isinstance(value, Loss) else value


@call_fact
def from_logits(facts: Facts, call: Call) -> bool | Unknown | None:
    """Of an output, what its loss was told; ``None`` if the loss has no such argument."""
    value = loss_of(facts, call)
    return value.from_logits if isinstance(value, Loss) else value


@call_fact
def metrics(facts: Facts, call: Call) -> tuple[str, ...] | Unknown:
    """Of an output, the names of its metrics."""
    found = metrics_of(facts, call)
    return UNKNOWN if found is UNKNOWN else tuple(metric.name for metric in found)


def metrics_of(facts: Facts, call: Call) -> tuple[Metric, ...] | Unknown:
    """The metrics of an output."""
    found: tuple[Metric, ...] | Unknown = _training_entry(facts, call, "metrics")
    return found


@call_fact
def final_activation(facts: Facts, call: Call) -> str | Unknown:
    """Of an output, the function applied last; ``linear`` if a weight layer's result is handed on.

    UNKNOWN after anything else, such as a merge or a custom layer.
    """
    if "output" not in call.kinds:
        return UNKNOWN
    index = facts.producers[call.index][0]
    while facts.kinds[index] & SHAPE_ONLY and facts.producers[index]:
        index = facts.producers[index][0]
    if "act" in facts.kinds[index]:
        return function(facts, facts.graph.calls[index])
    return "linear" if "weight" in facts.kinds[index] else UNKNOWN


@call_fact
def classifies(facts: Facts, call: Call) -> Truth:
    """Of an output, whether it gives class scores for a whole sample.

    Its loss decides; without one a softmax does, or a sigmoid of one unit. Several sigmoids may be
    labels or coordinates, and a linear output anything: both stay UNKNOWN. An output with spatial
    extent (segmentation, an image) does not classify the sample, nor does one that has as many
    values as an input (the output of an autoencoder).
    """
    name = loss(facts, call)
    activation = final_activation(facts, call)
    last = facts.graph.calls[call.inputs[0].call]
    flat = collapsed(facts, last)
    if flat is not True:
        return flat
    if reconstructs(facts, call) is True:
        return False
    if isinstance(name, str):
        return name in CLASSIFICATION_LOSSES
    if activation == "softmax" or (activation == "sigmoid" and channels(facts, last) == 1):
        return True
    return UNKNOWN if activation in (UNKNOWN, "linear", "sigmoid") else False


@call_fact
def reconstructs(facts: Facts, call: Call) -> Truth:
    """Of an output, whether it has as many values as an input, and more than one."""
    size = _values(facts, call)
    if "output" not in call.kinds or size is UNKNOWN:
        return UNKNOWN
    sizes = [_values(facts, each) for each in _inputs(facts)]
    if size > 1 and size in sizes:
        return True
    return UNKNOWN if size > 1 and UNKNOWN in sizes else False


@call_fact
def reduced_map(facts: Facts, call: Call) -> Truth:
    """Of an output, whether it is a map with fewer positions than every input of its rank.

    False if anything in the model makes maps larger: then a smaller one is meant. Where
    sizes are not known, a stride on the way from the input says so too.
    """
    dimensions, own = rank(facts, call), spatial_size(facts, call)
    if "output" not in call.kinds or any(facts.calls_by_kind.get(kind) for kind in ENLARGING):
        return False
    if dimensions is UNKNOWN or dimensions <= 2 or own == 1:
        return UNKNOWN if dimensions is UNKNOWN else False
    strides = stride_min(facts, call)
    if strides is not UNKNOWN and any(stride > 1 for stride in strides):
        return True
    maps = [spatial_size(facts, each) for each in _inputs(facts) if rank(facts, each) == dimensions]
    if own is UNKNOWN or not maps:
        return UNKNOWN
    return conjunction(UNKNOWN if size is UNKNOWN else own < size for size in maps)


def _inputs(facts: Facts) -> Iterator[Call]:
    return (facts.graph.calls[index] for index in facts.calls_by_kind.get("input", ()))


def _values(facts: Facts, call: Call) -> int | Unknown:
    """Number of values that the call gives for a sample."""
    dimensions = shape(facts, call)
    if dimensions is UNKNOWN or UNKNOWN in dimensions[1:]:
        return UNKNOWN
    return math.prod(size for size in dimensions[1:] if isinstance(size, int))


@model_fact
def only_classifies(facts: Facts) -> Truth:
    """Every output gives class scores for a whole sample."""
    return conjunction(classifies(facts, call) for call in facts.graph.outputs)


@model_fact
def weight_decay(facts: Facts) -> bool:
    """The compile configuration states an optimizer with decoupled weight decay."""
    training = facts.graph.training
    if training is None:
        return False
    return training.optimizer in ("adamw", "sgdw") or bool(
        training.optimizer_config.get("weight_decay")
    )
