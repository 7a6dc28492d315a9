"""Facts about kernels, folding and paths, measured on real layers or counted on all paths."""

from __future__ import annotations

from typing import Any

import keras
import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of
from tests.pattern_graphs import facts_of as facts_of_calls


def after(layer: Any, shape: tuple[int | None, ...] = (8, 8, 3)) -> Any:
    """The facts of a layer on an input of this shape."""
    layer.name = "layer"
    return facts_of(keras.Sequential([layers.Input(shape), layer]))


@pytest.mark.parametrize("side", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("padding", ["same", "causal"])
def test_a_kernel_shifts_its_map_if_its_taps_do_not_lie_around_a_position(
    side: int, dilation: int, padding: str
) -> None:
    size = 41
    impulse = np.zeros((1, size, 1), "float32")
    impulse[0, size // 2] = 1
    options = {"padding": padding, "dilation_rate": dilation}
    layer = layers.Conv1D(1, side, use_bias=False, kernel_initializer="ones", **options)
    answer = np.flatnonzero(np.asarray(layer(impulse))[0, :, 0])
    shift = answer.mean() - size // 2
    expected = side if padding == "same" and shift == -0.5 else 0
    assert fact(after(layers.Conv1D(1, side, **options), (size, 1)), "layer", "shifting_side") == (
        expected
    )
    if padding == "same":
        assert shift in (0, -0.5)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (layers.Conv2D(4, (2, 4), padding="same"), (8, 8, 3), 4),
        (layers.Conv2D(4, (2, 4), padding="same"), (8, 1, 3), 2),
        (layers.Conv2D(4, 4, strides=2, padding="same"), (8, 8, 3), 0),
        (layers.Conv2D(4, 4, strides=(1, 2), padding="same"), (8, 8, 3), 4),
        (layers.Conv2D(4, 4), (8, 8, 3), 0),
        (layers.DepthwiseConv2D(2, padding="same"), (None, None, 3), 2),
        (layers.Conv2DTranspose(4, 2, padding="same"), (8, 8, 3), UNKNOWN),
        (layers.Dense(4), (8, 8, 3), UNKNOWN),
    ],
)
def test_the_longest_side_along_which_a_kernel_shifts(
    layer: Any, shape: tuple[int | None, ...], expected: Any
) -> None:
    assert fact(after(layer, shape), "layer", "shifting_side") == expected


def test_the_shortest_side_of_a_kernel() -> None:
    assert fact(after(layers.Conv2D(4, (3, 5))), "layer", "shortest_side") == 3
    assert fact(after(layers.SeparableConv2D(4, 5)), "layer", "shortest_side") == 5
    assert fact(after(layers.MaxPooling2D(2)), "layer", "shortest_side") is UNKNOWN


def trained_norm() -> Any:
    """A normalization whose statistics are not those it begins with."""
    return layers.BatchNormalization(
        name="norm",
        beta_initializer=keras.initializers.RandomNormal(seed=1),
        gamma_initializer=keras.initializers.RandomUniform(0.5, 2, seed=2),
        moving_mean_initializer=keras.initializers.RandomNormal(seed=3),
        moving_variance_initializer=keras.initializers.RandomUniform(0.5, 2, seed=4),
    )


def scale_and_shift(norm: Any) -> tuple[Any, Any]:
    gamma, beta, mean, variance = norm.get_weights()
    scale = gamma / np.sqrt(variance + norm.epsilon)
    return scale, beta - mean * scale


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size", [1, 3])
def test_a_norm_folds_into_the_layer_behind_it_if_the_result_is_the_same(
    padding: str, size: int
) -> None:
    norm, conv = trained_norm(), layers.Conv2D(4, size, padding=padding)
    model = keras.Sequential([layers.Input((8, 8, 3)), norm, conv])
    data = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    expected = np.asarray(model(data))
    scale, shift = scale_and_shift(norm)
    kernel, bias = conv.get_weights()
    shifted = bias + (kernel * shift[:, None]).sum((0, 1, 2))
    conv.set_weights([kernel * scale[:, None], shifted])
    same = np.allclose(np.asarray(conv(data)), expected, atol=1e-4)
    assert fact(facts_of(model), "norm", "folds") is same


def test_a_norm_folds_into_the_layer_before_it() -> None:
    conv, norm = layers.Conv2D(4, 3, padding="same"), trained_norm()
    model = keras.Sequential([layers.Input((8, 8, 3)), conv, norm, layers.ReLU()])
    data = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    expected = np.asarray(model(data))
    scale, shift = scale_and_shift(norm)
    kernel, bias = conv.get_weights()
    conv.set_weights([kernel * scale, bias * scale + shift])
    assert np.allclose(np.maximum(np.asarray(conv(data)), 0), expected, atol=1e-4)
    assert fact(facts_of(model), "norm", "folds") is True


@pytest.mark.parametrize(
    ("before", "behind", "expected"),
    [
        (lambda x: layers.Conv2D(4, 3)(x), layers.ReLU(), True),
        (lambda x: layers.Conv2D(4, 3, activation="relu")(x), layers.ReLU(), False),
        (lambda x: layers.Conv2D(4, 3, activation="relu")(x), layers.Dense(4), True),
        (lambda x: layers.Add()([x, layers.ReLU()(x)]), layers.MaxPooling2D(), False),
        (lambda x: layers.Conv2D(4, 3, activation="relu")(x), layers.Conv2DTranspose(4, 3), False),
        (lambda x: layers.Dropout(0.1)(layers.Conv2D(4, 3)(x)), layers.ReLU(), True),
        (lambda x: layers.ReLU()(x), layers.GlobalMaxPooling2D(), False),
        (lambda x: layers.Lambda(lambda y: y)(x), layers.ReLU(), UNKNOWN),
        (lambda x: layers.MaxPooling2D()(x), layers.Lambda(lambda y: y), UNKNOWN),
    ],
)
def test_what_a_norm_folds_into(before: Any, behind: Any, expected: Any) -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.BatchNormalization(name="norm")(before(inputs))
    assert fact(facts_of(keras.Model(inputs, behind(x))), "norm", "folds") is expected


def test_a_norm_folds_through_what_rearranges_or_averages() -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.BatchNormalization(name="norm")(layers.ReLU()(inputs))
    y = layers.Dense(4)(layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x)))
    z = layers.Dense(4)(layers.Flatten()(x))
    assert fact(facts_of(keras.Model(inputs, [y, z])), "norm", "folds") is True
    z = layers.Dense(4)(layers.Flatten()(layers.MaxPooling2D()(x)))
    assert fact(facts_of(keras.Model(inputs, [y, z])), "norm", "folds") is False


def test_it_is_not_known_whether_a_norm_folds_into_a_recurrent_layer() -> None:
    norm = layers.BatchNormalization(name="norm")
    model = keras.Sequential([layers.Input((8, 3)), layers.ReLU(), norm, layers.LSTM(4)])
    assert fact(facts_of(model), "norm", "folds") is UNKNOWN


def test_a_norm_does_not_fold_into_a_layer_that_others_read() -> None:
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3)(inputs)
    y = layers.ReLU()(layers.BatchNormalization(name="norm")(x))
    assert fact(facts_of(keras.Model(inputs, layers.Add()([x, y]))), "norm", "folds") is False


def test_elements_are_those_of_one_sample() -> None:
    assert fact(after(layers.Conv2D(4, 3)), "layer", "elements") == 6 * 6 * 4
    assert fact(after(layers.Conv2D(4, 3), (None, 8, 3)), "layer", "elements") is UNKNOWN


@given(st.lists(st.sets(st.integers(0, 9), max_size=3), min_size=2, max_size=10))
def test_a_call_is_on_every_path_if_nothing_is_left_without_it(drawn: list[set[int]]) -> None:
    producers = [sorted(p for p in entry if p < index) for index, entry in enumerate(drawn)]
    facts = facts_of_calls(
        *(("Add" if sources else "InputLayer", sources, {}) for sources in producers)
    )
    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(producers)))
    graph.add_edges_from((p, index) for index, sources in enumerate(producers) for p in sources)
    starts = [n for n in graph if not graph.in_degree(n)]
    ends = [n for n in graph if not graph.out_degree(n)]
    for index in range(len(producers)):
        rest = graph.subgraph(set(graph) - {index})
        around = any(
            start in rest and end in rest and networkx.has_path(rest, start, end)
            for start in starts
            for end in ends
        )
        assert facts.lookup(index, "on_every_path") is not around
