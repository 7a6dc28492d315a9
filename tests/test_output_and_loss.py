"""Every standard combination of output, loss and metrics, with the rules that must report it.

The tables are meant to be read. A row is a loss and a number of units, or a task; a column is a
last activation, or a metric; an entry names the rules that report the combination, if any.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from convlint.graph import OUTPUT
from convlint.readers.live import read_model

CODES = [f"CVL{number}" for number in range(601, 618)]
LOGITS = "with logits"

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "softmax")
LOSSES: dict[tuple[str, int], tuple[str, str, str, str, str]] = {
    # regression
    ("mean_squared_error", 1): ("", "607", "607", "607", "601"),
    ("mean_squared_error", 3): ("", "607", "607", "607", "607"),
    ("mean_absolute_error", 1): ("", "607", "607", "607", "601"),
    ("mean_absolute_error", 3): ("", "607", "607", "607", "607"),
    ("mean_absolute_percentage_error", 1): ("", "607", "607", "607", "601"),
    ("huber", 1): ("", "607", "607", "607", "601"),
    ("log_cosh", 3): ("", "607", "607", "607", "607"),
    # regression of positive numbers
    ("poisson", 1): ("613", "", "", "613", "601"),
    ("poisson", 3): ("613", "", "", "613", ""),
    ("mean_squared_logarithmic_error", 1): ("613", "", "", "613", "601"),
    # regression of directions
    ("cosine_similarity", 1): ("604", "604", "604", "604", "601 604"),
    ("cosine_similarity", 3): ("", "", "", "", ""),
    # binary and multi-label
    ("binary_crossentropy", 1): ("603", "603", "", "603", "601"),
    ("binary_crossentropy", 2): ("603", "603", "", "603", ""),
    ("binary_crossentropy", 3): ("603", "603", "", "603", "606"),
    ("binary_crossentropy with logits", 1): ("", "612", "602", "612", "601 602"),
    ("binary_crossentropy with logits", 3): ("", "612", "602", "612", "602"),
    ("binary_focal_crossentropy", 1): ("603", "603", "", "603", "601"),
    ("binary_focal_crossentropy", 3): ("603", "603", "", "603", "606"),
    ("binary_focal_crossentropy with logits", 1): ("", "612", "602", "612", "601 602"),
    ("hinge", 1): ("", "614", "614", "", "601 614"),
    ("hinge", 3): ("", "614", "614", "", "614"),
    ("squared_hinge", 1): ("", "614", "614", "", "601 614"),
    # one-hot
    ("categorical_crossentropy", 1): ("603 604", "603 604", "604", "603 604", "601 604"),
    ("categorical_crossentropy", 2): ("603", "603", "605", "603", ""),
    ("categorical_crossentropy", 3): ("603", "603", "605", "603", ""),
    ("categorical_crossentropy with logits", 1): (
        *("604", "604 612", "602 604", "604 612", "601 602 604"),
    ),
    ("categorical_crossentropy with logits", 3): ("", "612", "602", "612", "602"),
    ("categorical_focal_crossentropy", 1): ("603 604", "603 604", "604", "603 604", "601 604"),
    ("categorical_focal_crossentropy", 3): ("603", "603", "605", "603", ""),
    ("categorical_focal_crossentropy with logits", 3): ("", "612", "602", "612", "602"),
    ("categorical_hinge", 1): ("", "614", "614", "", "601 614"),
    ("categorical_hinge", 3): ("", "", "614", "", "614"),
    ("kl_divergence", 1): ("604 613", "604 613", "604", "604 613", "601 604"),
    ("kl_divergence", 3): ("613", "613", "605", "613", ""),
    # whichever fits the shapes
    ("crossentropy", 1): ("603", "603", "", "603", "601"),
    ("crossentropy", 3): ("603", "603", "605", "603", ""),
    # sparse
    ("sparse_categorical_crossentropy", 1): ("603 604", "603 604", "604", "603 604", "601 604"),
    ("sparse_categorical_crossentropy", 3): ("603", "603", "605", "603", ""),
    ("sparse_categorical_crossentropy with logits", 1): (
        *("604", "604 612", "602 604", "604 612", "601 602 604"),
    ),
    ("sparse_categorical_crossentropy with logits", 3): ("", "612", "602", "612", "602"),
}

METRICS: dict[str, Any] = {
    "accuracy": lambda: "accuracy",
    "binary": lambda: "binary_accuracy",
    "categorical": lambda: keras.metrics.CategoricalAccuracy(),
    "sparse": lambda: keras.metrics.SparseCategoricalAccuracy(),
    "top 5": lambda: keras.metrics.TopKCategoricalAccuracy(),
    "sparse top 2": lambda: keras.metrics.SparseTopKCategoricalAccuracy(k=2),
    "AUC": lambda: keras.metrics.AUC(),
    "Precision": lambda: keras.metrics.Precision(),
    "Accuracy()": lambda: keras.metrics.Accuracy(),
    "MeanIoU": lambda: keras.metrics.MeanIoU(num_classes=3),
    "mae": lambda: "mae",
}
TASKS: dict[str, tuple[int, str, str, tuple[str, ...]]] = {
    # units, activation, loss, and what is reported of each metric
    "regression": (
        *(1, "linear", "mean_squared_error"),
        ("608", "", "610", "610", "610", "610", "", "", "616", "616", ""),
    ),
    "regression of several": (
        *(3, "linear", "mean_squared_error"),
        ("608", "", "", "", "617", "", "", "", "616", "616", ""),
    ),
    "binary": (
        *(1, "sigmoid", "binary_crossentropy"),
        ("", "", "610", "610", "610", "610", "", "", "616", "616", ""),
    ),
    "binary, logits": (
        *(1, "linear", "binary_crossentropy with logits"),
        ("611", "611", "610", "610", "610", "610", "611", "611", "616", "616", ""),
    ),
    "binary, margin": (
        *(1, "tanh", "hinge"),
        ("611", "611", "610", "610", "610", "610", "611", "611", "616", "616", ""),
    ),
    "multi-label": (
        *(3, "sigmoid", "binary_crossentropy"),
        ("615", "", "", "610", "617", "610", "", "", "616", "616", ""),
    ),
    "multi-label, logits": (
        *(3, "linear", "binary_crossentropy with logits"),
        ("615", "611", "", "610", "617", "610", "611", "611", "616", "616", ""),
    ),
    "one-hot": (
        *(3, "softmax", "categorical_crossentropy"),
        ("", "610", "", "610", "617", "610", "", "", "616", "616", ""),
    ),
    "one-hot, logits": (
        *(3, "linear", "categorical_crossentropy with logits"),
        ("", "610 611", "", "610", "617", "610", "611", "611", "616", "616", ""),
    ),
    "sparse": (
        *(3, "softmax", "sparse_categorical_crossentropy"),
        ("", "610", "610", "", "610 617", "", "610", "610", "616", "616", ""),
    ),
    "sparse, logits": (
        *(3, "linear", "sparse_categorical_crossentropy with logits"),
        ("", "610 611", "610", "", "610 617", "", "610 611", "610 611", "616", "616", ""),
    ),
}


def loss_combinations() -> Iterator[Any]:
    for (loss, units), row in LOSSES.items():
        for activation, expected in zip(ACTIVATIONS, row, strict=True):
            name = f"{loss}, {units} x {activation}"
            yield pytest.param(units, activation, loss, [], expected, id=name)


def metric_combinations() -> Iterator[Any]:
    for task, (units, activation, loss, row) in TASKS.items():
        for metric, expected in zip(METRICS, row, strict=True):
            yield pytest.param(units, activation, loss, [metric], expected, id=f"{task}, {metric}")


def compiled(units: int, activation: str, loss: str, metrics: list[str]) -> Any:
    """A small model, compiled; by name where the loss needs no argument."""
    name = loss.removesuffix(f" {LOGITS}")
    inputs = keras.Input((8,))
    x = L.Dense(16, activation="relu")(inputs)
    model = keras.Model(inputs, L.Dense(units, activation=activation, name="last")(x))
    chosen: Any = name
    if name != loss:
        class_name = name.title().replace("_", "")
        chosen = getattr(keras.losses, class_name)(from_logits=True)
    model.compile("adam", chosen, metrics=[METRICS[metric]() for metric in metrics])
    return model


@pytest.mark.parametrize(
    ("units", "activation", "loss", "metrics", "expected"),
    [*loss_combinations(), *metric_combinations()],
)
def test_a_combination_is_reported_as_the_table_says(
    units: int, activation: str, loss: str, metrics: list[str], expected: str
) -> None:
    model = compiled(units, activation, loss, metrics)
    found = check(model, select=CODES)
    assert {finding.code.removeprefix("CVL") for finding in found} == set(expected.split())
    assert {finding.layer for finding in found} <= {"last"}


def test_the_table_has_every_loss_that_keras_names() -> None:
    listed = {loss.removesuffix(f" {LOGITS}") for loss, _ in LOSSES}
    others = {
        # made for outputs of a form of their own
        *("circle", "ctc", "dice", "tversky", "categorical_generalized_cross_entropy"),
    }
    names = {
        name
        for name in dir(keras.losses)
        if name.islower() and callable(getattr(keras.losses, name))
    }
    assert names - {"get", "serialize", "deserialize"} == listed - {"crossentropy"} | others


def test_nothing_is_reported_of_an_output_without_its_own_compilation() -> None:
    for activation in ACTIVATIONS[:-1]:
        model = keras.Sequential([L.Input((8,)), L.Dense(1, activation=activation)])
        assert not check(model, select=CODES)
        assert any(call.class_name == OUTPUT for call in read_model(model).calls)
