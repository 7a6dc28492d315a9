"""What is said of initial weights, against the weights that Keras makes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import initializers, layers

from convlint.facts import Facts
from convlint.graph import Call, Graph, Tensor
from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of

DRAWN = [
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    "lecun_uniform",
    "lecun_normal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "orthogonal",
    initializers.Orthogonal(gain=2.0),
    initializers.RandomNormal(stddev=0.3),
    initializers.TruncatedNormal(stddev=0.3),
    initializers.RandomUniform(-0.2, 0.2),
    initializers.VarianceScaling(3.0, "fan_out", "untruncated_normal"),
    initializers.VarianceScaling(0.5, "fan_avg", "uniform"),
    initializers.VarianceScaling(0.5, "fan_in", "truncated_normal"),
]
CONSTANT = [
    ("zeros", 0.0),
    ("ones", 1.0),
    (initializers.Constant(0.25), 0.25),
    (initializers.RandomNormal(0.5, 0.0), 0.5),
    (initializers.RandomUniform(0.5, 0.5), 0.5),
]
LAYERS: list[tuple[Any, tuple[int, ...]]] = [
    (lambda **kwargs: layers.Dense(300, **kwargs), (100,)),
    (lambda **kwargs: layers.Dense(100, **kwargs), (300,)),
    (lambda **kwargs: layers.Conv2D(32, 5, **kwargs), (8, 8, 64)),
    (lambda **kwargs: layers.Conv2D(64, 3, groups=4, **kwargs), (8, 8, 64)),
    (lambda **kwargs: layers.Conv1D(64, (3,), **kwargs), (8, 128)),
]


def built(make: Any, shape: tuple[int, ...], **kwargs: Any) -> tuple[Any, Any]:
    """The facts of a model of one layer, and the layer."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input(shape)
    layer = make(name="layer", **kwargs)
    return facts_of(keras.Model(inputs, layer(inputs))), layer


@pytest.mark.parametrize("drawn", DRAWN, ids=lambda drawn: getattr(drawn, "__class__", drawn))
@pytest.mark.parametrize(("make", "shape"), LAYERS)
def test_the_gain_is_that_of_the_kernel_that_keras_draws(
    make: Any, shape: tuple[int, ...], drawn: Any
) -> None:
    facts, layer = built(make, shape, kernel_initializer=drawn)
    squares = np.square(np.asarray(layer.kernel)).reshape(-1, layer.kernel.shape[-1]).sum(axis=0)
    assert fact(facts, "layer", "initial_gain") == pytest.approx(squares.mean(), rel=0.05)
    assert fact(facts, "layer", "initial_kernel") is None
    assert fact(facts, "layer", "units_alike") is False


@pytest.mark.parametrize(("drawn", "value"), CONSTANT)
@pytest.mark.parametrize(("make", "shape"), LAYERS)
def test_a_constant_is_that_of_the_kernel_that_keras_makes(
    make: Any, shape: tuple[int, ...], drawn: Any, value: float
) -> None:
    facts, layer = built(make, shape, kernel_initializer=drawn, bias_initializer=drawn)
    assert np.all(np.asarray(layer.kernel) == value)
    assert fact(facts, "layer", "initial_kernel") == value
    assert fact(facts, "layer", "initial_bias") == value
    assert fact(facts, "layer", "units_alike") is True


@pytest.mark.parametrize(
    ("drawn", "gain"),
    [
        (lambda shape, dtype=None: keras.ops.ones(shape, dtype), UNKNOWN),
        (initializers.RandomUniform(0.0, 1.0), UNKNOWN),
        (initializers.RandomNormal(1.0, 1.0), UNKNOWN),
        ("identity", UNKNOWN),
    ],
)
def test_a_kernel_without_the_mean_zero_has_no_gain(drawn: Any, gain: object) -> None:
    facts, _ = built(lambda **kwargs: layers.Dense(8, **kwargs), (8,), kernel_initializer=drawn)
    assert fact(facts, "layer", "initial_gain") is gain


@pytest.mark.parametrize(
    "make",
    [
        lambda **kwargs: layers.DepthwiseConv2D(3, **kwargs),
        lambda **kwargs: layers.SeparableConv2D(4, 3, **kwargs),
        lambda **kwargs: layers.Conv2DTranspose(4, 3, **kwargs),
    ],
)
def test_other_convolutions_are_left_aside(make: Any) -> None:
    facts, _ = built(make, (8, 8, 4))
    assert fact(facts, "layer", "initial_gain") is UNKNOWN
    assert fact(facts, "layer", "initial_kernel") is UNKNOWN


def test_kernels_are_called_equal_where_keras_draws_equal_ones() -> None:
    def drawn(seed: int | None) -> Any:
        return initializers.GlorotNormal(seed=seed)

    made = {
        "a": layers.Dense(8, kernel_initializer=drawn(1)),
        "b": layers.Dense(8, kernel_initializer=drawn(1)),
        "other_seed": layers.Dense(8, kernel_initializer=drawn(2)),
        "other_class": layers.Dense(8, kernel_initializer=initializers.HeNormal(seed=1)),
        "other_shape": layers.Dense(4, kernel_initializer=drawn(1)),
        "unseeded": layers.Dense(8, kernel_initializer=drawn(None)),
        "also_unseeded": layers.Dense(8, kernel_initializer=drawn(None)),
    }
    inputs = keras.Input((8,))
    for name, layer in made.items():
        layer.name = name
    facts = facts_of(keras.Model(inputs, [layer(inputs) for layer in made.values()]))
    kernels = {name: np.asarray(layer.kernel) for name, layer in made.items()}
    for name, kernel in kernels.items():
        earlier = list(kernels)[: list(kernels).index(name)]
        equal = [other for other in earlier if np.array_equal(kernels[other], kernel)]
        assert fact(facts, name, "same_kernel_as") == (equal[0] if equal else None)
    assert fact(facts, "b", "copy_of") == "a"
    assert facts.model("repeated_kernels") == 1
    assert facts.graph.calls[facts.model("first_repeated_kernel")].name == "b"


def test_equal_kernels_on_different_inputs_are_no_copies() -> None:
    inputs = keras.Input((8,))
    x = layers.Dense(8, kernel_initializer=initializers.HeNormal(seed=1), name="a")(inputs)
    x = layers.Dense(8, kernel_initializer=initializers.HeNormal(seed=1), name="b")(x)
    facts = facts_of(keras.Model(inputs, x))
    assert fact(facts, "b", "same_kernel_as") == "a"
    assert fact(facts, "b", "copy_of") is None


@pytest.mark.parametrize("kernel", ["glorot_uniform", "he_normal", "lecun_normal"])
@pytest.mark.parametrize("widths", [[256] * 6, [128, 256, 512, 1024], [1024, 512, 256]])
def test_the_signal_that_is_left_is_that_of_a_forward_pass(kernel: str, widths: list[int]) -> None:
    keras.utils.set_random_seed(0)
    inputs = keras.Input((64,))
    x, outputs = inputs, []
    for number, width in enumerate(widths):
        x = layers.Dense(width, kernel_initializer=kernel, name=f"dense{number}")(x)
        outputs.append(x)
        x = layers.ReLU(name=f"relu{number}")(x)
        outputs.append(x)
    facts = facts_of(keras.Model(inputs, x))
    noise = np.random.default_rng(0).normal(size=(512, 64)).astype("float32")
    values = keras.Model(inputs, outputs)(noise)
    first = np.square(values[0]).mean()
    for tensor, value in zip(outputs, values, strict=True):
        name = tensor._keras_history.operation.name
        left = np.square(value).mean() / first
        assert fact(facts, name, "signal_left") == pytest.approx(left, rel=0.25)


def test_rates_of_dropouts_in_a_row_add_up() -> None:
    inputs = keras.Input((4, 4, 2))
    x = layers.Dropout(0.5, name="one")(inputs)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2, name="two")(x)
    x = layers.GaussianDropout(0.2, name="other")(x)
    x = layers.Dropout(0.25, name="three")(layers.Dense(3)(x))
    facts = facts_of(keras.Model(inputs, x))
    rates = {
        name: fact(facts, name, "accumulated_rate") for name in ("one", "two", "other", "three")
    }
    assert rates == pytest.approx({"one": 0.5, "two": 0.6, "other": 0.2, "three": 0.25})


HOSTILE: list[Any] = [
    *(UNKNOWN, None, True, 10**400, -(10**400), float("nan"), float("inf"), 1e300, "", (), {}),
    *((1,), {"class_name": 3}, {"class_name": "HeNormal"}, {"class_name": "Zeros", "config": 7}),
]
NUMBERS = ["mean", "stddev", "minval", "maxval", "value", "gain", "scale", "mode", "seed"]
CLASSES = (
    "Constant RandomNormal TruncatedNormal RandomUniform Orthogonal VarianceScaling GlorotNormal"
)


def evaluated(class_name: str, config: dict[str, Any]) -> list[Any]:
    """All facts of this module about a layer on a feature map, which must not raise."""
    source = Call(0, "input", "InputLayer", frozenset({"input"}), {}, (), {}, ((None, 8, 8, 4),))
    kinds = frozenset({"weight", "dense" if class_name == "Dense" else "conv"})
    made = [Call(n, f"x{n}", class_name, kinds, config, (Tensor(0),)) for n in (1, 2)]
    drops = [
        Call(n, f"x{n}", "Dropout", frozenset({"dropout"}), config, (Tensor(n - 1),))
        for n in (3, 4)
    ]
    facts = Facts(Graph("g", (source, *made, *drops)))
    names = ["initial_kernel", "initial_bias", "initial_gain", "units_alike", "signal_left"]
    names += ["same_kernel_as", "copy_of", "kernel_initializer_class", "accumulated_rate"]
    return [facts.lookup(index, name) for index in range(5) for name in names] + [
        facts.model("repeated_kernels"),
        facts.model("first_repeated_kernel"),
        facts.model("relies_on_initializers"),
    ]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
@pytest.mark.parametrize("class_name", ["Dense", "Conv2D"])
def test_no_configuration_raises(class_name: str, value: Any) -> None:
    size = {"units": 3, "filters": 3, "kernel_size": (3, 3)}
    for name in ("kernel_initializer", "bias_initializer", "use_bias", "groups", "rate", *size):
        evaluated(class_name, {**size, name: value})
    for drawn in CLASSES.split():
        for name in NUMBERS:
            initializer = {"class_name": drawn, "config": {name: value}}
            for sizes in (size, {**size, "units": value, "filters": value}):
                evaluated(class_name, {**sizes, "kernel_initializer": initializer})
