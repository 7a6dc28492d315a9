"""What compile was told, read for each output of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import pytest

from convlint.graph import Loss, Metric
from convlint.readers import read
from convlint.readers.live import read_model
from convlint.readers.source import read_source
from tests.configs import functional, graph_of, inputs, layer


def two_outputs() -> dict[str, Any]:
    heads = [layer("Dense", "a", ["x"]), layer("Dense", "b", ["x"])]
    return functional([inputs("x", 4), *heads], ["a", "b"])


MSE = Loss("mean_squared_error")
CROSS_ENTROPY = Loss("categorical_crossentropy", from_logits=False)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", (MSE, MSE)),
        (["mse", None], (MSE, None)),
        (["mse", "categorical_crossentropy"], (MSE, CROSS_ENTROPY)),
        ({"b": "MeanSquaredError"}, (None, MSE)),
        ({"a": ["mse"], "b": None}, (MSE, None)),
        ({"a": "mse", "c": "mae"}, (MSE, Loss("unknown", custom=True))),
        (
            {"class_name": "CategoricalCrossentropy", "config": {"axis": 1}},
            (Loss("categorical_crossentropy", from_logits=False, axis=1),) * 2,
        ),
        (
            {"class_name": "CategoricalCrossentropy", "config": {"from_logits": True}},
            (Loss("categorical_crossentropy", from_logits=True),) * 2,
        ),
        ({"class_name": "CategoricalCrossentropy", "config": {}}, (CROSS_ENTROPY,) * 2),
        ({"class_name": "function", "config": "mse"}, (MSE, MSE)),
        (
            {"class_name": "LossFunctionWrapper", "config": {"fn": "mse", "name": "mine"}},
            (MSE, MSE),
        ),
        ({"class_name": "Huber", "config": {"delta": 1.0}}, (Loss("huber"),) * 2),
        ("ce", (Loss("crossentropy", from_logits=False),) * 2),
        ("my_loss", (Loss("my_loss", custom=True),) * 2),
        ("Custom>mse", (Loss("mean_squared_error", custom=True),) * 2),
        (
            {"module": None, "class_name": "MeanSquaredError", "config": {}},
            (Loss("mean_squared_error", custom=True),) * 2,
        ),
        (
            {"module": "builtins", "class_name": "function", "config": "ours>best"},
            (Loss("best", custom=True),) * 2,
        ),
        (
            {"class_name": "__lambda__", "config": {"value": "x"}},
            (Loss("__lambda__", custom=True),) * 2,
        ),
        (7, (Loss("unknown", custom=True),) * 2),
        ([None], (None, None)),
        (["mse"], (MSE, MSE)),
    ],
)
def test_losses_for_each_output(loss: Any, expected: Any) -> None:
    graph = graph_of(two_outputs(), training={"loss": loss})
    assert graph.training is not None
    assert graph.training.losses == expected


ACCURACY = Metric("accuracy", automatic=True)
MAE = Metric("mean_absolute_error")


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (None, ((), ())),
        (["acc"], ((ACCURACY,), (ACCURACY,))),
        ([["acc", "mae"], []], ((ACCURACY, MAE), ())),
        ({"b": "acc"}, ((), (ACCURACY,))),
        ({"c": "acc"}, ((Metric("unknown", custom=True),),) * 2),
        (
            [[{"class_name": "AUC", "config": {"name": "auc"}}], ["mse"]],
            ((Metric("auc", from_logits=False),), (Metric("mean_squared_error"),)),
        ),
        (
            [
                [
                    {
                        "class_name": "MeanMetricWrapper",
                        "config": {"name": "a_accuracy", "fn": "categorical_accuracy"},
                    }
                ],
                [
                    {
                        "class_name": "MeanMetricWrapper",
                        "config": {"name": "b_mae", "fn": "mean_absolute_error"},
                    }
                ],
            ],
            ((ACCURACY,), (MAE,)),
        ),
    ],
)
def test_metrics_for_each_output(metrics: Any, expected: Any) -> None:
    graph = graph_of(two_outputs(), training={"loss": "mse", "metrics": metrics})
    assert graph.training is not None
    assert graph.training.metrics == expected


def test_weighted_metrics_are_metrics_too() -> None:
    config = {"loss": "mse", "metrics": [["acc"], []], "weighted_metrics": [["mae"], ["mae"]]}
    graph = graph_of(two_outputs(), training=config)
    assert graph.training is not None
    assert graph.training.metrics == ((ACCURACY, MAE), (MAE,))


EVERY_METRIC = [
    ('"accuracy"', ACCURACY),
    ('"acc"', ACCURACY),
    ("metrics.Accuracy()", Metric("accuracy", of_classes=True)),
    ('metrics.CategoricalAccuracy(name="accuracy")', Metric("categorical_accuracy")),
    ("metrics.categorical_accuracy", Metric("categorical_accuracy")),
    ("metrics.BinaryAccuracy()", Metric("binary_accuracy", threshold=0.5)),
    ('"binary_accuracy"', Metric("binary_accuracy", threshold=0.5)),
    ("metrics.BinaryAccuracy(threshold=0.0)", Metric("binary_accuracy", threshold=0.0)),
    ("metrics.Precision()", Metric("precision", threshold=0.5)),
    ("metrics.Precision(thresholds=0)", Metric("precision", threshold=0.0)),
    ("metrics.Recall(thresholds=[0.2, 0.4])", Metric("recall")),
    ("metrics.Recall(top_k=2)", Metric("recall")),
    ("metrics.AUC()", Metric("auc", from_logits=False)),
    ("metrics.AUC(from_logits=True)", Metric("auc", from_logits=True)),
    ("metrics.BinaryCrossentropy()", Metric("binary_crossentropy", from_logits=False)),
    ("metrics.TopKCategoricalAccuracy()", Metric("top_k_categorical_accuracy", k=5)),
    (
        "metrics.SparseTopKCategoricalAccuracy(k=3)",
        Metric("sparse_top_k_categorical_accuracy", k=3),
    ),
    ("metrics.MeanIoU(num_classes=3)", Metric("mean_io_u", of_classes=True)),
    ("metrics.MeanIoU(num_classes=3, sparse_y_pred=False)", Metric("mean_io_u")),
    ("metrics.F1Score()", Metric("f1_score")),
    ("metrics.RootMeanSquaredError()", Metric("root_mean_squared_error")),
]


@pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")  # Keras saving weights
@pytest.mark.parametrize(("written", "expected"), EVERY_METRIC)
def test_readers_agree_on_a_metric(written: str, expected: Metric, tmp_path: Path) -> None:
    source = f"""
import keras
from keras import layers, metrics

model = keras.Sequential([layers.Input((4,)), layers.Dense(3)])
model.compile(loss="mse", metrics=[{written}])
"""
    namespace: dict[str, Any] = {}
    exec(source, namespace)  # noqa: S102
    namespace["model"].save(tmp_path / "model.keras")
    ((of_source,),) = read_source(source, "script.py").models
    ((of_file,),) = read(tmp_path / "model.keras")
    for graph in (of_source, of_file, read_model(namespace["model"])):
        assert graph.training is not None
        assert graph.training.metrics == ((expected,),)


def test_a_function_of_that_name_is_not_the_accuracy_of_keras() -> None:
    def accuracy(labels: Any, scores: Any) -> Any:
        return keras.ops.mean(scores)

    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(3)])
    model.compile(loss="mse", metrics=[accuracy])
    training = read_model(model).training
    assert training is not None
    assert training.metrics == ((Metric("accuracy", custom=True),),)


@pytest.mark.parametrize(
    ("optimizer", "name", "config"),
    [
        ("rmsprop", "rmsprop", {}),
        ({"class_name": "SGD", "config": {"lr": 0.1}}, "sgd", {"learning_rate": 0.1}),
        (
            {"class_name": "Custom>AdamW", "config": {"weight_decay": 0.01}},
            "adamw",
            {"weight_decay": 0.01},
        ),
        (
            {
                "class_name": "LossScaleOptimizer",
                "config": {"inner_optimizer": {"class_name": "Adam", "config": {"epsilon": 1e-7}}},
            },
            "adam",
            {"epsilon": 1e-7},
        ),
        (None, None, {}),
    ],
)
def test_optimizer(optimizer: Any, name: Any, config: Any) -> None:
    training = graph_of(
        two_outputs(), training={"loss": "mse", "optimizer_config": optimizer}
    ).training
    assert training is not None
    assert (training.optimizer, dict(training.optimizer_config)) == (name, config)


@pytest.mark.parametrize("config", [None, {}, [], "mse", {"loss": None, "metrics": ["acc"]}])
def test_no_training_without_loss_and_optimizer(config: Any) -> None:
    assert graph_of(two_outputs(), training=config).training is None
