"""Near misses of the rules on outputs, losses and metrics.

Each exemption that a page claims stands beside the smallest change that brings the finding back.
What the last layer, the loss and the metrics are by themselves is in test_output_and_loss.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812
from keras import losses, metrics, ops

from convlint import check
from convlint.finding import Finding

Build = Callable[[], Any]
CASES: list[Any] = []


def case(code: str, *expected: str) -> Callable[[Build], Build]:
    """Register a function that gives a model, and the layers that the rule reports in it."""

    def register(build: Build) -> Build:
        name = build.__name__.replace("_", " ")
        CASES.append(pytest.param(build, code, set(expected), id=f"{code} {name}"))
        return build

    return register


def dense(x: Any, units: int, activation: str | None = None, name: str | None = "last") -> Any:
    return L.Dense(units, activation=activation, name=name)(x)


def model(
    output: Callable[[Any], Any], loss: Any, *chosen: Any, shape: tuple[int | None, ...] = (8,)
) -> Any:
    inputs = keras.Input(shape)
    built = keras.Model(inputs, output(inputs))
    built.compile("adam", loss, metrics=list(chosen))
    return built


# CVL604


@case("CVL604", "last")
def one_unit() -> Any:
    return model(lambda x: dense(x, 1, "sigmoid"), "categorical_crossentropy")


@case("CVL604", "last")
def one_class_for_each_pixel() -> Any:
    output = L.Conv2D(1, 1, activation="sigmoid", name="last")
    return model(output, "categorical_crossentropy", shape=(8, 8, 3))


@case("CVL604")
def one_unit_and_a_categorical_hinge() -> Any:
    return model(lambda x: dense(x, 1, "tanh"), "categorical_hinge")


@case("CVL604")
def classes_on_the_axis_that_the_loss_names() -> Any:
    loss = losses.CategoricalCrossentropy(axis=1)
    return model(lambda x: L.Reshape((3, 1))(dense(x, 3, "softmax")), loss)


@case("CVL604", "reshape")
def classes_on_another_axis_than_the_loss_takes() -> Any:
    return model(
        lambda x: L.Reshape((3, 1), name="reshape")(dense(x, 3, "softmax")),
        losses.CategoricalCrossentropy(),
    )


@case("CVL604")
def custom_loss() -> Any:
    return model(lambda x: dense(x, 1), lambda labels, scores: ops.mean(scores))


@case("CVL604")
def units_that_are_not_known() -> Any:
    return model(lambda x: L.Softmax()(x), "categorical_crossentropy", shape=(None,))


# CVL605 and CVL606


@case("CVL605", "last")
def sigmoids_for_each_pixel() -> Any:
    output = L.Conv2D(3, 1, activation="sigmoid", name="last")
    return model(output, "sparse_categorical_crossentropy", shape=(8, 8, 3))


@case("CVL605")
def sigmoids_with_logits_are_for_another_rule() -> Any:
    loss = losses.CategoricalCrossentropy(from_logits=True)
    return model(lambda x: dense(x, 3, "sigmoid"), loss)


@case("CVL606", "last")
def softmax_behind_a_reshape() -> Any:
    return model(lambda x: L.Reshape((5,))(dense(x, 5, "softmax")), "binary_crossentropy")


@case("CVL606")
def softmax_of_two() -> Any:
    return model(lambda x: dense(x, 2, "softmax"), "binary_crossentropy")


@case("CVL606")
def mean_of_two_softmaxes() -> Any:
    def output(x: Any) -> Any:
        return L.Average()([dense(x, 3, "softmax", "a"), dense(x, 3, "softmax", "b")])

    return model(output, "binary_crossentropy")


# CVL607


@case("CVL607", "last")
def relu_output() -> Any:
    return model(lambda x: dense(x, 1, "relu"), "mse")


@case("CVL607", "last")
def relu_output_for_each_step() -> Any:
    return model(lambda x: dense(x, 1, "relu"), "mse", shape=(5, 8))


@case("CVL607")
def image() -> Any:
    output = L.Conv2D(1, 3, padding="same", activation="relu", name="last")
    return model(output, "mse", shape=(8, 8, 3))


@case("CVL607")
def autoencoder() -> Any:
    return model(lambda x: dense(dense(x, 2, "relu", "code"), 8, "sigmoid"), "mse")


@case("CVL607", "last")
def no_autoencoder() -> Any:
    return model(lambda x: dense(dense(x, 2, "relu", "code"), 7, "sigmoid"), "mse")


@case("CVL607")
def sigmoid_of_a_classifier() -> Any:
    return model(lambda x: dense(x, 1, "sigmoid"), "mse", "accuracy")


@case("CVL607", "last")
def sigmoid_of_a_regression() -> Any:
    return model(lambda x: dense(x, 1, "sigmoid"), "mse", "mae")


@case("CVL607")
def positive_output() -> Any:
    return model(lambda x: dense(x, 1, "softplus"), "mse")


@case("CVL607")
def counts() -> Any:
    return model(lambda x: dense(x, 1, "relu"), "poisson")


@case("CVL607")
def scaled_action() -> Any:
    return model(lambda x: 3 * dense(x, 1, "tanh"), "mse")


# CVL608


@case("CVL608", "last")
def accuracy_of_a_regression() -> Any:
    return model(lambda x: dense(x, 1), "mse", "accuracy")


@case("CVL608", "last")
def weighted_accuracy_of_a_regression() -> Any:
    built = model(lambda x: dense(x, 1), "mse")
    built.compile("adam", "mse", weighted_metrics=["acc"])
    return built


@case("CVL608")
def accuracy_by_its_name() -> Any:
    return model(lambda x: dense(x, 1), "mse", "binary_accuracy")


@case("CVL608")
def accuracy_of_a_brier_score() -> Any:
    return model(lambda x: dense(x, 1, "sigmoid"), "mse", "accuracy")


@case("CVL608")
def function_of_that_name() -> Any:
    def accuracy(labels: Any, numbers: Any) -> Any:
        return ops.mean(ops.abs(labels - numbers) < 1)

    return model(lambda x: dense(x, 1), "mse", accuracy)


# CVL609


def two_heads(loss: Any, head: Callable[[Any], Any] | None = None, **kwargs: Any) -> Any:
    inputs = keras.Input((8,))
    x = dense(inputs, 4, "relu", "shared")
    second = L.Dense(1, name="second", **kwargs)(x) if head is None else head(x)
    built = keras.Model(inputs, [dense(x, 1, None, "first"), second])
    built.compile("adam", loss)
    return built


@case("CVL609", "second")
def forgotten_output() -> Any:
    return two_heads(["mse", None])


@case("CVL609")
def both_outputs() -> Any:
    return two_heads(["mse", "mae"])


@case("CVL609")
def one_loss_for_all_outputs() -> Any:
    return two_heads("mse")


@case("CVL609")
def no_loss_at_all() -> Any:
    return two_heads(None)


@case("CVL609")
def features_that_another_output_trains() -> Any:
    return two_heads(["mse", None], head=L.ReLU(name="second"))


@case("CVL609")
def frozen_layer() -> Any:
    return two_heads(["mse", None], trainable=False)


@case("CVL609")
def layer_with_a_penalty_on_its_output() -> Any:
    return two_heads(["mse", None], activity_regularizer="l2")


@case("CVL609")
def layer_before_a_penalty() -> Any:
    def head(x: Any) -> Any:
        return L.ActivityRegularization(l2=0.1)(dense(x, 1, None, "second"))

    return two_heads(["mse", None], head=head)


@case("CVL609")
def layer_before_one_that_may_add_a_loss() -> Any:
    class Penalty(L.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            self.add_loss(ops.mean(x))
            return x

    return two_heads(["mse", None], head=lambda x: Penalty()(dense(x, 1, None, "second")))


@case("CVL609")
def layer_that_is_also_called_elsewhere() -> Any:
    inputs = [keras.Input((8,)), keras.Input((8,))]
    shared = L.Dense(1, name="shared")
    built = keras.Model(inputs, [shared(each) for each in inputs])
    built.compile("adam", ["mse", None])
    return built


# CVL610


@case("CVL610")
def precision_of_one_hot_labels() -> Any:
    chosen = metrics.Precision(), metrics.AUC()
    return model(lambda x: dense(x, 3, "softmax"), "categorical_crossentropy", *chosen)


@case("CVL610", "last")
def precision_of_class_numbers() -> Any:
    chosen = metrics.Precision()
    return model(lambda x: dense(x, 3, "softmax"), "sparse_categorical_crossentropy", chosen)


@case("CVL610", "last")
def categorical_accuracy_of_one_unit() -> Any:
    return model(lambda x: dense(x, 1, "sigmoid"), "binary_crossentropy", "categorical_accuracy")


@case("CVL610")
def binary_accuracy_of_two_classes() -> Any:
    return model(lambda x: dense(x, 2, "softmax"), "categorical_crossentropy", "binary_accuracy")


# CVL611

BINARY = losses.BinaryCrossentropy(from_logits=True)


@case("CVL611", "last")
def recall_of_logits() -> Any:
    return model(lambda x: dense(x, 1), BINARY, metrics.Recall())


@case("CVL611")
def recall_with_its_threshold_at_zero() -> Any:
    return model(lambda x: dense(x, 1), BINARY, metrics.Recall(thresholds=0))


@case("CVL611")
def recall_at_several_thresholds() -> Any:
    return model(lambda x: dense(x, 1), BINARY, metrics.Recall(thresholds=[0.2, 0.4]))


@case("CVL611")
def recall_of_the_two_best() -> Any:
    return model(lambda x: dense(x, 3), BINARY, metrics.Recall(top_k=2))


@case("CVL611")
def accuracy_with_its_threshold_at_zero() -> Any:
    return model(lambda x: dense(x, 1), BINARY, metrics.BinaryAccuracy(threshold=0.0))


@case("CVL611")
def area_that_knows_of_logits() -> Any:
    return model(lambda x: dense(x, 1), BINARY, metrics.AUC(from_logits=True))


@case("CVL611", "last")
def area_that_does_not_know_of_logits() -> Any:
    return model(lambda x: dense(x, 1), BINARY, metrics.AUC())


@case("CVL611")
def accuracy_of_the_largest_logit() -> Any:
    loss = losses.SparseCategoricalCrossentropy(from_logits=True)
    return model(lambda x: dense(x, 3), loss, "accuracy")


# CVL612


@case("CVL612", "last")
def logits_through_tanh() -> Any:
    return model(lambda x: dense(x, 1, "tanh"), BINARY)


@case("CVL612")
def clipped_logits() -> Any:
    return model(lambda x: L.Rescaling(10.0)(dense(x, 1, "tanh")), BINARY)


@case("CVL612")
def logits_through_leaky_relu() -> Any:
    return model(lambda x: dense(x, 1, "leaky_relu"), BINARY)


# CVL613


@case("CVL613", "last")
def counts_that_may_be_negative() -> Any:
    return model(lambda x: dense(x, 1), "poisson")


@case("CVL613")
def counts_through_relu() -> Any:
    return model(lambda x: dense(x, 1, "relu"), losses.Poisson())


@case("CVL613")
def counts_through_an_operation() -> Any:
    return model(lambda x: ops.exp(dense(x, 1)), "poisson")


# CVL616 and CVL617


@case("CVL616", "last")
def overlap_of_scores() -> Any:
    chosen = metrics.MeanIoU(num_classes=3)
    return model(lambda x: dense(x, 3, "softmax"), "sparse_categorical_crossentropy", chosen)


@case("CVL616")
def overlap_of_the_best_classes() -> Any:
    chosen = metrics.MeanIoU(num_classes=3, sparse_y_pred=False)
    return model(lambda x: dense(x, 3, "softmax"), "sparse_categorical_crossentropy", chosen)


@case("CVL616")
def overlap_at_a_threshold() -> Any:
    return model(lambda x: dense(x, 1, "sigmoid"), "binary_crossentropy", metrics.BinaryIoU())


@case("CVL616")
def subclass_that_takes_the_largest_first() -> Any:
    class Overlap(metrics.MeanIoU):  # type: ignore[misc]
        def update_state(self, labels: Any, scores: Any, sample_weight: Any = None) -> Any:
            return super().update_state(labels, ops.argmax(scores, axis=-1), sample_weight)

    chosen = Overlap(num_classes=3)
    return model(lambda x: dense(x, 3, "softmax"), "sparse_categorical_crossentropy", chosen)


@case("CVL616")
def output_of_class_numbers() -> Any:
    def output(x: Any) -> Any:
        return ops.argmax(dense(x, 3, "softmax"), axis=-1)

    return model(output, lambda labels, scores: ops.mean(scores), metrics.Accuracy())


@case("CVL616")
def output_that_is_only_measured() -> Any:
    inputs = keras.Input((8,))
    first, second = dense(inputs, 1, None, "first"), dense(inputs, 1, "sigmoid", "second")
    built = keras.Model(inputs, [first, second])
    built.compile("adam", ["mse", None], metrics=[[], [metrics.Accuracy()]])
    return built


@case("CVL617", "last")
def best_five_of_five() -> Any:
    chosen = metrics.TopKCategoricalAccuracy()
    return model(lambda x: dense(x, 5, "softmax"), "categorical_crossentropy", chosen)


@case("CVL617")
def best_five_of_six() -> Any:
    chosen = metrics.TopKCategoricalAccuracy()
    return model(lambda x: dense(x, 6, "softmax"), "categorical_crossentropy", chosen)


# CVL603


@case("CVL603", "last")
def mean_of_a_map_of_logits() -> Any:
    def output(x: Any) -> Any:
        return L.GlobalAveragePooling2D()(L.Conv2D(3, 1, name="last")(x))

    return model(output, "categorical_crossentropy", shape=(8, 8, 3))


@case("CVL603")
def mean_of_a_map_of_probabilities() -> Any:
    def output(x: Any) -> Any:
        return L.GlobalAveragePooling2D()(L.Conv2D(3, 1, activation="softmax")(x))

    return model(output, "categorical_crossentropy", shape=(8, 8, 3))


@case("CVL603")
def exponentials_that_the_loss_normalizes() -> Any:
    return model(lambda x: dense(x, 3, "exponential"), "categorical_crossentropy")


@case("CVL603", "last")
def exponentials_that_the_loss_clips() -> Any:
    return model(lambda x: dense(x, 1, "exponential"), "binary_crossentropy")


@pytest.mark.parametrize(("build", "code", "expected"), CASES)
def test_only_what_the_rule_is_about_is_reported(
    build: Build, code: str, expected: set[str]
) -> None:
    assert {finding.layer for finding in check(build(), select=[code])} == expected


def only(code: str, built: Any) -> Finding:
    (finding,) = check(built, select=[code])
    return finding


@pytest.mark.parametrize(
    ("code", "activation", "loss", "severity"),
    [
        ("CVL607", "relu", "mse", "warning"),
        ("CVL607", "tanh", "mse", "info"),
        ("CVL607", "softmax", "mse", "info"),
        ("CVL612", "relu", losses.BinaryCrossentropy(from_logits=True), "error"),
        ("CVL612", "relu", losses.CategoricalCrossentropy(from_logits=True), "warning"),
        ("CVL612", "tanh", losses.BinaryCrossentropy(from_logits=True), "warning"),
        ("CVL613", None, "poisson", "error"),
        ("CVL613", None, "mean_squared_logarithmic_error", "info"),
        ("CVL614", "softmax", "hinge", "warning"),
        ("CVL614", "softmax", "categorical_hinge", "info"),
    ],
)
def test_how_bad_it_is(code: str, activation: Any, loss: Any, severity: str) -> None:
    finding = only(code, model(lambda x: dense(x, 3, activation), loss))
    assert str(finding.severity) == severity


def test_the_message_names_the_metrics() -> None:
    built = model(lambda x: dense(x, 1), BINARY, "accuracy", metrics.AUC(), "mae")
    assert "by accuracy, auc" in only("CVL611", built).message


def test_the_untrained_layer_is_named_even_behind_others() -> None:
    inputs = keras.Input((8,))
    hidden = dense(inputs, 4, "relu", "hidden")
    built = keras.Model(inputs, [dense(inputs, 1, None, "first"), L.ReLU(name="second")(hidden)])
    built.compile("adam", ["mse", None])
    finding = only("CVL609", built)
    assert finding.layer == "second"
    assert "reaches hidden" in finding.message


def test_a_dict_of_outputs_says_nothing_about_which_loss_is_whose() -> None:
    inputs = keras.Input((8,))
    outputs = {"a": dense(inputs, 1, None, "first"), "b": dense(inputs, 1, None, "second")}
    built = keras.Model(inputs, outputs)
    built.compile("adam", {"a": "mse", "b": "mse"})
    assert not check(built, select=["CVL609"])
