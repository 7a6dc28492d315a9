"""LintCallback: checks before training with Keras and tf_keras, and stops it if it must."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest
import tf_keras

from convlint import ConfigError, ConvlintError
from convlint.callbacks import LintCallback, ModelRejectedError

# Keras itself warns of the error that we find.
pytestmark = pytest.mark.filterwarnings("ignore:You are using a softmax over axis")

LIBRARIES = [keras, tf_keras]
X, Y = np.zeros((4, 4)), np.zeros((4, 1))


@pytest.fixture(params=LIBRARIES, ids=lambda library: library.__name__)
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


def compiled(library: Any, last: str = "linear", *, twice: bool = False) -> Any:
    """A model that ends in an activation; that comes ``twice`` in a row if asked for."""
    layers = library.layers
    again = [layers.Activation(last)] if twice else []
    model = library.Sequential(
        [layers.Input((4,)), layers.Dropout(0.5), layers.Dense(1, activation=last), *again]
    )
    model.compile(loss="mse", optimizer="sgd")
    return model


class Trained:
    """How many batches a model was trained on."""

    def __init__(self, library: Any) -> None:
        self.batches = 0

        class Counter(library.callbacks.Callback):  # type: ignore[misc]  # Keras is not typed
            def on_train_batch_end(_, batch: int, logs: Any = None) -> None:  # noqa: N805
                self.batches += 1

        self.counter = Counter()


def fit(library: Any, model: Any, *callbacks: LintCallback, epochs: int = 1) -> int:
    """Train, and say on how many batches of 2."""
    trained = Trained(library)
    try:
        model.fit(
            X, Y, batch_size=2, epochs=epochs, verbose=0, callbacks=[*callbacks, trained.counter]
        )
    except ConvlintError:
        assert trained.batches == 0
        raise
    return trained.batches


def test_a_clean_model_is_trained_and_reported_once(
    library: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    callback, model = LintCallback(), compiled(library)
    assert callback.report is None
    assert fit(library, model, callback, epochs=2) == 4
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("All clear: 1 model, 3 layers, ")
    assert fit(library, model, callback) == 2
    model.evaluate(X, Y, verbose=0, callbacks=[callback])
    model.predict(X, verbose=0, callbacks=[callback])
    assert capsys.readouterr().out == ""
    assert fit(library, compiled(library), callback) == 2
    assert capsys.readouterr().out.startswith("All clear")


def test_a_model_with_an_error_is_not_trained(
    library: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    callback, model = LintCallback(), compiled(library, "softmax")
    for _ in range(2):
        with pytest.raises(ModelRejectedError, match="CVL601 softmax-single-unit") as caught:
            fit(library, model, callback)
        assert caught.value.report is callback.report
        assert "the model was not trained: 1 error in 1 model" in str(caught.value)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("fail_on", "trained"), [("error", True), ("warning", False), ("info", False), ("never", True)]
)
def test_fail_on_decides_what_stops_training(
    fail_on: str, trained: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    callback, model = LintCallback(fail_on), compiled(keras, "relu", twice=True)
    if trained:
        assert fit(keras, model, callback) == 2
        assert "warning CVL302" in capsys.readouterr().out
    else:
        with pytest.raises(ModelRejectedError, match="CVL302"):
            fit(keras, model, callback)


def test_never_trains_a_model_with_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert fit(keras, compiled(keras, "softmax"), LintCallback("never")) == 2
    assert "error CVL601" in capsys.readouterr().out


def test_the_selection_is_that_of_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert fit(keras, compiled(keras, "softmax"), LintCallback(ignore="CVL601")) == 2
    assert capsys.readouterr().out.startswith("All clear")
    with pytest.raises(ConfigError, match="CVL9999"):
        fit(keras, compiled(keras), LintCallback(select="CVL9999"))


def test_a_model_that_cannot_be_analysed_is_trained_and_a_line_says_so(
    library: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    class Subclassed(library.Model):  # type: ignore[misc]  # Keras is not typed
        def __init__(self) -> None:
            super().__init__()
            self.head = library.layers.Dense(1)

        def call(self, inputs: Any) -> Any:
            return self.head(inputs)

    callback, model = LintCallback(), Subclassed()
    model.compile(loss="mse", optimizer="sgd")
    assert fit(library, model, callback) == 2
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("convlint: the model was not checked: Model 'subclassed")
    assert callback.report is None
    # Now it is built.
    assert fit(library, model, callback) == 2
    assert capsys.readouterr().out.startswith("All clear")


@pytest.mark.parametrize("fail_on", ["errors", "", None, 3, ["error"]])
def test_a_threshold_that_does_not_exist_is_refused(fail_on: Any) -> None:
    with pytest.raises(ConfigError, match=r"fail_on: .* is not one of error, warning, info, never"):
        LintCallback(fail_on)


def test_it_is_a_callback_of_keras_and_the_error_is_ours() -> None:
    assert issubclass(LintCallback, keras.callbacks.Callback)
    assert issubclass(ModelRejectedError, ConvlintError)


@pytest.mark.parametrize("missing", ["keras", "tf_keras"])
def test_one_of_both_libraries_is_enough(missing: str) -> None:
    program = (
        "import sys; sys.modules[sys.argv[1]] = None\n"
        "from convlint.callbacks import LintCallback\n"
        "print(LintCallback.__mro__[1].__module__.partition('.')[0])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, missing], capture_output=True, text=True, check=True
    )
    assert {missing, ran.stdout.strip()} == {"keras", "tf_keras"}
