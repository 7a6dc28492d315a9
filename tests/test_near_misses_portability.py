"""Near misses of the rules on number types and on what a file can hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from tests.near_misses import Cases

case = Cases()


# CVL961


@case("CVL961", "last", shape=(8,))
def softmax_in_float16(x: Any) -> Any:
    return L.Dense(3, activation="softmax", name="last", dtype="mixed_float16")(x)


@case("CVL961", "last", shape=(8,))
def linear_output_in_float16(x: Any) -> Any:
    return L.Dense(1, name="last", dtype=keras.DTypePolicy("mixed_float16"))(x)


@case("CVL961", "last", shape=(8, 4))
def wrapped_layer_in_float16(x: Any) -> Any:
    return L.Bidirectional(L.LSTM(3, dtype="mixed_float16"), name="last", dtype="mixed_float16")(x)


@case("CVL961", shape=(8,))
def softmax_in_float32(x: Any) -> Any:
    x = L.Dense(3, dtype="mixed_float16")(x)
    return L.Activation("softmax", dtype="float32")(x)


@case("CVL961", shape=(8,))
def cast_by_an_activation_that_does_nothing_else(x: Any) -> Any:
    x = L.Dense(3, activation="softmax", dtype="mixed_float16")(x)
    return L.Activation("linear", dtype="float32")(x)


@case("CVL961", shape=(8,))
def bfloat16(x: Any) -> Any:
    return L.Dense(3, activation="softmax", dtype="mixed_bfloat16")(x)


@case("CVL961", shape=(8,))
def altogether_in_float16(x: Any) -> Any:
    return L.Dense(3, activation="softmax", dtype="float16")(x)


# CVL962


def double(x: Any) -> Any:
    return 2 * x


@case("CVL962", "expression", shape=(8,))
def a_lambda_expression(x: Any) -> Any:
    return L.Lambda(lambda y: 2 * y, name="expression")(x)


@case("CVL962", "function", shape=(8,))
def a_function_with_a_name(x: Any) -> Any:
    return L.Lambda(double, name="function")(x)


@case("CVL962", shape=(8,))
def an_operation(x: Any) -> Any:
    return 2 * x


# CVL963


class Plain(L.Layer):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return inputs


@keras.saving.register_keras_serializable("convlint-tests")
class Registered(L.Layer):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return inputs


@case("CVL963", "plain", shape=(8,))
def class_that_is_not_registered(x: Any) -> Any:
    return L.Dense(2)(Plain(name="plain")(x))


@case("CVL963", shape=(8,))
def class_that_is_registered(x: Any) -> Any:
    return L.Dense(2)(Registered()(x))


@case("CVL963", shape=(8,))
def classes_of_keras(x: Any) -> Any:
    return L.Lambda(double)(keras.ops.exp(L.Dense(2)(x)))


@case.all
def test_only_what_the_rule_is_about_is_reported(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected


@pytest.mark.parametrize(("function", "severity"), [(lambda x: x, "warning"), (double, "info")])
def test_bytecode_is_worse_than_a_name(function: Any, severity: str, tmp_path: Path) -> None:
    model = keras.Sequential([L.Input((8,)), L.Lambda(function), L.Dense(2)])
    path = tmp_path / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    for source in (model, path):
        (finding,) = check(source, select=["CVL962"])
        assert str(finding.severity) == severity


SCRIPT: Final = """\
import keras
from keras import layers
{policy}
inputs = layers.Input((8,))
outputs = layers.Dense(3, activation="softmax"{dtype})(inputs)
model = keras.Model(inputs, outputs)
"""


@pytest.mark.parametrize(
    ("policy", "dtype", "found"),
    [
        ('keras.mixed_precision.set_global_policy("mixed_float16")', "", True),
        ('keras.config.set_dtype_policy("mixed_float16")', "", True),
        (
            "from tensorflow.keras import mixed_precision\n"
            'mixed_precision.set_global_policy(mixed_precision.Policy("mixed_float16"))',
            "",
            True,
        ),
        (
            "from tensorflow.keras.mixed_precision import experimental as precision\n"
            'precision.set_policy(precision.Policy("mixed_float16"))',
            "",
            True,
        ),
        ('keras.mixed_precision.set_global_policy("mixed_float16")', ', dtype="float32"', False),
        ('keras.mixed_precision.set_global_policy("mixed_bfloat16")', "", False),
        ("", "", False),
        (
            'import sys\nif len(sys.argv) > 1:\n    keras.config.set_dtype_policy("mixed_float16")',
            "",
            False,
        ),
        ("import sys\nkeras.config.set_dtype_policy(sys.argv[1])", "", False),
    ],
)
def test_a_policy_for_all_layers_is_followed_in_source(
    policy: str, dtype: str, found: bool, tmp_path: Path
) -> None:
    path = tmp_path / "train.py"
    path.write_text(SCRIPT.format(policy=policy, dtype=dtype), encoding="utf-8")
    assert bool(check(path, select=["CVL961"])) is found


@pytest.mark.parametrize(
    ("decorator", "found"),
    [
        ("", True),
        ("@keras.saving.register_keras_serializable()\n", False),
        ("@keras.utils.register_keras_serializable(package='own')\n", False),
        ("@registry.add\n", False),
    ],
)
def test_the_decorator_of_a_class_is_seen_in_source(
    decorator: str, found: bool, tmp_path: Path
) -> None:
    path = tmp_path / "layers.py"
    path.write_text(
        "import keras\nimport registry\n"
        f"{decorator}class Own(keras.layers.Layer):\n"
        "    def call(self, inputs):\n        return inputs\n"
        "model = keras.Sequential([keras.Input((8,)), Own(), keras.layers.Dense(2)])\n",
        encoding="utf-8",
    )
    assert bool(check(path, select=["CVL963"])) is found
