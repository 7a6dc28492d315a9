"""Facts about outputs, what their metrics compare, and which layers their losses train."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812
from keras import losses, metrics

from convlint.facts import Facts
from convlint.kleene import UNKNOWN
from tests.facts import facts_of, layers_with


def compiled(units: int, loss: Any, *chosen: Any, shape: tuple[int | None, ...] = (8,)) -> Facts:
    model = keras.Sequential([L.Input(shape), L.Dense(units, name="last")])
    model.compile("adam", loss, metrics=list(chosen))
    return facts_of(model)


def of_output(facts: Facts, name: str, number: int = 0) -> Any:
    return facts.lookup(facts.graph.outputs[number].index, name)


@pytest.mark.parametrize(
    ("shape", "loss", "expected"),
    [
        ((8,), "mse", 3),
        ((5, 8), "mse", 3),
        ((5, 8), losses.CategoricalCrossentropy(axis=1), 5),
        ((None, 8), losses.CategoricalCrossentropy(axis=1), UNKNOWN),
        ((8,), losses.CategoricalCrossentropy(axis=4), UNKNOWN),
    ],
)
def test_units_are_counted_on_the_axis_of_the_loss(shape: Any, loss: Any, expected: Any) -> None:
    assert of_output(compiled(3, loss, shape=shape), "output_units") == expected


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("one_hot_metrics", ("categorical_accuracy",)),
        ("sparse_metrics", ("sparse_categorical_accuracy",)),
        ("elementwise_metrics", ("precision", "auc")),
        ("ranking_metrics", ("categorical_accuracy", "sparse_categorical_accuracy")),
        ("probability_metrics", ("precision", "auc")),
        ("class_metrics", ("accuracy",)),
        ("automatic_accuracy", False),
        ("largest_k", UNKNOWN),
    ],
)
def test_metrics_are_sorted_by_what_they_compare(fact: str, expected: Any) -> None:
    facts = compiled(
        3,
        "mse",
        metrics.CategoricalAccuracy(),
        metrics.SparseCategoricalAccuracy(),
        metrics.Precision(),
        metrics.AUC(),
        metrics.Accuracy(),
        "mae",
        lambda labels, scores: keras.ops.mean(scores),
    )
    assert of_output(facts, fact) == expected


@pytest.mark.parametrize(("units", "expected"), [(1, ("accuracy",)), (2, ())])
def test_accuracy_is_of_probabilities_for_a_single_unit(units: int, expected: Any) -> None:
    facts = compiled(units, "mse", "accuracy")
    assert of_output(facts, "automatic_accuracy") is True
    assert of_output(facts, "probability_metrics") == expected


def test_the_largest_k_of_several_counts() -> None:
    chosen = metrics.TopKCategoricalAccuracy(k=2), metrics.TopKCategoricalAccuracy(name="five")
    assert of_output(compiled(3, "mse", *chosen), "largest_k") == 5


@pytest.mark.parametrize(
    "name",
    [
        *("one_hot_metrics", "sparse_metrics", "elementwise_metrics", "ranking_metrics"),
        *("probability_metrics", "class_metrics", "automatic_accuracy", "largest_k"),
    ],
)
def test_without_a_compilation_nothing_is_known_of_metrics(name: str) -> None:
    facts = facts_of(keras.Sequential([L.Input((8,)), L.Dense(3)]))
    assert of_output(facts, name) is UNKNOWN
    assert facts.model("some_loss") is UNKNOWN


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([L.Input((8,)), L.Dense(8)], True),
        ([L.Input((8,)), L.Dense(7)], False),
        ([L.Input((4, 2)), L.Flatten()], True),
        ([L.Input((1,)), L.Dense(1)], False),
        ([L.Input((None, 2)), L.Dense(2)], UNKNOWN),
    ],
)
def test_an_output_of_as_many_values_as_the_input_reconstructs_it(
    layers: Any, expected: Any
) -> None:
    assert of_output(facts_of(keras.Sequential(layers)), "reconstructs") is expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([L.Input((8, 8, 3)), L.Conv2D(4, 3)], True),
        ([L.Input((8, 8, 3)), L.Conv2D(4, 3, padding="same")], False),
        ([L.Input((None, None, 3)), L.Conv2D(4, 3, strides=2, padding="same")], True),
        ([L.Input((None, None, 3)), L.Conv2D(4, 3, padding="same")], UNKNOWN),
        ([L.Input((8, 8, 3)), L.Conv2D(4, 3, strides=4), L.UpSampling2D()], False),
        ([L.Input((8, 8, 3)), L.Conv2D(4, 8)], False),
        ([L.Input((8, 8, 3)), L.GlobalAveragePooling2D()], False),
        ([L.Input((8,)), L.Dense(4)], False),
    ],
)
def test_a_map_with_fewer_positions_is_reduced(layers: Any, expected: Any) -> None:
    assert of_output(facts_of(keras.Sequential(layers)), "reduced_map") is expected


def test_a_layer_that_leads_to_no_loss_is_never_trained() -> None:
    inputs = keras.Input((8,))
    shared = L.Dense(4, name="shared")(inputs)
    lost = L.Dense(4, name="lost")(shared)
    outputs = [L.Dense(1, name="first")(shared), L.ReLU(name="second")(lost)]
    model = keras.Model(inputs, outputs)
    model.compile("adam", ["mse", None])
    facts = facts_of(model)
    assert facts.model("some_loss") is True
    assert layers_with(facts, "never_trained") == {"lost"}
    model.compile("adam", ["mse", "mse"])
    assert layers_with(facts_of(model), "never_trained") == set()


def test_whether_a_custom_layer_adds_a_loss_is_not_known() -> None:
    class Custom(L.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x

    inputs = keras.Input((8,))
    second = Custom(name="second")(L.Dense(4, name="before")(inputs))
    model = keras.Model(inputs, [L.Dense(1)(inputs), second])
    model.compile("adam", ["mse", None])
    assert "before" in layers_with(facts_of(model), "never_trained", UNKNOWN)
