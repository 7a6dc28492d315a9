"""What loss and metrics of an output compare, and how far that fits the output and each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from convlint.facts.core import Facts
from convlint.facts.outputs import loss_of, metrics_of
from convlint.facts.registry import call_fact
from convlint.facts.shapes import shape
from convlint.graph import Call, Loss, Metric
from convlint.kleene import UNKNOWN, Truth, Unknown

ONE_HOT: Final = frozenset(
    {
        "categorical_accuracy",
        "top_k_categorical_accuracy",
        "categorical_crossentropy",
        "categorical_hinge",
        "one_hot_io_u",
        "one_hot_mean_io_u",
    }
)
"""Metrics that compare with labels of one number for each class, by the largest."""

SPARSE: Final = frozenset(
    {
        "sparse_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
        "sparse_categorical_crossentropy",
    }
)
"""Metrics that compare with labels of one integer for all classes."""

ELEMENTWISE: Final = frozenset(
    {
        "auc",
        "binary_accuracy",
        "binary_crossentropy",
        "f1_score",
        "false_negatives",
        "false_positives",
        "fbeta_score",
        "precision",
        "precision_at_recall",
        "recall",
        "recall_at_precision",
        "sensitivity_at_specificity",
        "specificity_at_sensitivity",
        "true_negatives",
        "true_positives",
    }
)
"""Metrics that compare each unit with a label of its own."""

BY_RANKING: Final = (ONE_HOT | SPARSE) - {"categorical_hinge"}
"""Metrics that say the same whatever a single unit gives."""


@call_fact
def output_units(facts: Facts, call: Call) -> int | Unknown:
    """Of an output, the size of the axis with its classes: the last or that of the loss."""
    value = loss_of(facts, call)
    axis = value.axis if isinstance(value, Loss) else -1
    dimensions = shape(facts, call)
    if "output" not in call.kinds or dimensions is UNKNOWN or axis is None:
        return UNKNOWN
    if len(dimensions) < 2 or not -len(dimensions) <= axis < len(dimensions):
        return UNKNOWN
    return dimensions[axis]


def _named(facts: Facts, call: Call, fits: Callable[[Metric], bool]) -> tuple[str, ...] | Unknown:
    """The names of those of the output's metrics for which something holds."""
    found = metrics_of(facts, call)
    if found is UNKNOWN:
        return UNKNOWN
    return tuple(metric.name for metric in found if not metric.custom and fits(metric))


@call_fact
def one_hot_metrics(facts: Facts, call: Call) -> tuple[str, ...] | Unknown:
    """Of an output, its metrics that take labels of one number for each class."""
    return _named(facts, call, lambda metric: metric.name in ONE_HOT)


@call_fact
def sparse_metrics(facts: Facts, call: Call) -> tuple[str, ...] | Unknown:
    """Of an output, its metrics that take labels of one integer."""
    return _named(facts, call, lambda metric: metric.name in SPARSE)


@call_fact
def elementwise_metrics(facts: Facts, call: Call) -> tuple[str, ...] | Unknown:
    """Of an output, its metrics that compare each unit with a label of its own."""
    return _named(facts, call, lambda metric: metric.name in ELEMENTWISE)


@call_fact
def ranking_metrics(facts: Facts, call: Call) -> tuple[str, ...] | Unknown:
    """Of an output, its metrics that only compare its units with each other."""
    return _named(facts, call, lambda metric: metric.name in BY_RANKING)


@call_fact
def probability_metrics(facts: Facts, call: Call) -> tuple[str, ...] | Unknown:
    """Of an output, its metrics that take what it gives for probabilities.

    These are cross-entropies and the area under a curve unless they know that it gives logits,
    those with a threshold between 0 and 1, and the accuracy of a single unit, whose threshold
    is 0.5.
    """
    return _named(facts, call, lambda metric: _expects_probabilities(facts, call, metric))


def _expects_probabilities(facts: Facts, call: Call, metric: Metric) -> bool:
    if metric.automatic:
        return output_units(facts, call) == 1
    return metric.from_logits is False or (
        metric.threshold is not None and 0 < metric.threshold < 1
    )


@call_fact
def automatic_accuracy(facts: Facts, call: Call) -> Truth:
    """Of an output, whether ``"accuracy"`` is among its metrics, of which Keras picks the kind.

    It is binary accuracy for a single unit, sparse categorical accuracy if the labels have one
    axis or number less than the output, and categorical accuracy otherwise.
    """
    found = metrics_of(facts, call)
    return UNKNOWN if found is UNKNOWN else any(metric.automatic for metric in found)


@call_fact
def class_metrics(facts: Facts, call: Call) -> tuple[str, ...] | Unknown:
    """Of an output, its metrics that take what it gives for numbers of classes."""
    return _named(facts, call, lambda metric: metric.of_classes)


@call_fact
def largest_k(facts: Facts, call: Call) -> int | Unknown:
    """Of an output, the largest number of classes that one of its top-k metrics looks at."""
    found = metrics_of(facts, call)
    if found is UNKNOWN:
        return UNKNOWN
    return max((metric.k for metric in found if metric.k is not None), default=UNKNOWN)
