"""What compile was told, read for each output of the model."""

from __future__ import annotations

from typing import Any

import pytest

from convlint.graph import Loss
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


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (None, ((), ())),
        (["acc"], (("accuracy",), ("accuracy",))),
        ([["acc", "mae"], []], (("accuracy", "mean_absolute_error"), ())),
        ({"b": "acc"}, ((), ("accuracy",))),
        (
            [[{"class_name": "AUC", "config": {"name": "auc"}}], ["mse"]],
            (("auc",), ("mean_squared_error",)),
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
            (("accuracy",), ("mean_absolute_error",)),
        ),
    ],
)
def test_metrics_for_each_output(metrics: Any, expected: Any) -> None:
    graph = graph_of(two_outputs(), training={"loss": "mse", "metrics": metrics})
    assert graph.training is not None
    assert graph.training.metrics == expected


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
