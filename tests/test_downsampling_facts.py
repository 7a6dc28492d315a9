"""Facts about windows, dilation and resolution, against what real layers compute."""

from __future__ import annotations

from math import inf
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812

from convlint.facts import Facts
from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of


def chain(shape: tuple[int | None, ...], *layers: Any) -> Any:
    return keras.Sequential([L.Input(shape), *layers])


def share_of_inputs_used(layer: Any, length: int) -> float:
    """Fraction of the positions of which the layer's output depends on, along one axis."""
    inputs = np.arange(length, dtype="float32")[None, :, None]
    layer(inputs)
    layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    before = np.asarray(layer(inputs))
    used = 0
    for position in range(length):
        changed = inputs.copy()
        changed[0, position, 0] = 1000
        used += not np.array_equal(before, np.asarray(layer(changed)))
    return used / length


def share_of_taps_used(layer: Any, shape: tuple[int, ...]) -> float:
    """Fraction of the kernel's weights on which the layer's output depends."""
    inputs = np.ones((1, *shape, 1), dtype="float32")
    layer(inputs)
    kernel = np.zeros_like(layer.get_weights()[0])
    used = 0
    for place in np.ndindex(kernel.shape):
        single = kernel.copy()
        single[place] = 1
        layer.set_weights([single])
        used += bool(np.asarray(layer(inputs)).any())
    return float(used / kernel.size)


@pytest.mark.parametrize(
    ("layer", "length"),
    [
        (L.Conv1D(1, 1, strides=2), 8),
        (L.Conv1D(1, 2, strides=3), 9),
        (L.Conv1D(1, 3, strides=2), 9),
        (L.MaxPooling1D(1, strides=4), 16),
        (L.AveragePooling1D(2), 8),
    ],
)
def test_the_positions_that_a_window_reads_are_those_that_matter(layer: Any, length: int) -> None:
    facts = facts_of(chain((length, 1), layer))
    assert fact(facts, layer.name, "read_share") == pytest.approx(
        share_of_inputs_used(layer, length)
    )


@pytest.mark.parametrize(
    ("layer", "length"),
    [
        (L.MaxPooling1D(2), 7),
        (L.MaxPooling1D(2), 8),
        (L.MaxPooling1D(3, strides=2), 8),
        (L.Conv1D(1, 3, strides=3), 11),
        (L.AveragePooling1D(2, padding="same"), 7),
    ],
)
def test_the_positions_behind_the_last_window_matter_to_nothing(layer: Any, length: int) -> None:
    facts = facts_of(chain((length, 1), layer))
    assert 1 - fact(facts, layer.name, "border_share") == pytest.approx(
        share_of_inputs_used(layer, length)
    )


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(
    "arguments",
    [
        {"kernel_size": 3},
        {"kernel_size": 5},
        {"kernel_size": 4},
        {"kernel_size": 5, "strides": 2},
        {"kernel_size": 3, "strides": 3},
        {"kernel_size": 3, "dilation_rate": 3},
        {"kernel_size": 3, "dilation_rate": 2, "padding": "causal"},
        {"kernel_size": 3, "strides": 2, "padding": "causal"},
    ],
    ids=str,
)
def test_the_taps_that_only_meet_padding_are_those_that_do_not_matter(
    arguments: dict[str, Any], size: int
) -> None:
    layer = L.Conv1D(1, use_bias=False, **{"padding": "same", **arguments})
    facts = facts_of(chain((size, 1), layer))
    assert 1 - fact(facts, layer.name, "padded_taps") == pytest.approx(
        share_of_taps_used(layer, (size,))
    )


def test_the_taps_of_two_axes_multiply() -> None:
    layer = L.Conv2D(1, (3, 5), padding="same", use_bias=False)
    facts = facts_of(chain((1, 2, 1), layer))
    used = share_of_taps_used(layer, (1, 2))
    assert used == pytest.approx(1 / 3 * 3 / 5)
    assert 1 - fact(facts, layer.name, "padded_taps") == pytest.approx(used)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel", "stride"), [(2, 2), (3, 2), (4, 2), (5, 2), (3, 1), (1, 2)])
def test_windows_overlap_unevenly_where_counting_says_so(
    kernel: int, stride: int, padding: str
) -> None:
    layer = L.Conv1DTranspose(1, kernel, strides=stride, padding=padding, use_bias=False)
    facts = facts_of(chain((16, 1), layer))
    layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    counts = np.asarray(layer(np.ones((1, 16, 1), dtype="float32"))).ravel()
    inner = counts[len(counts) // 4 : -len(counts) // 4]
    assert fact(facts, layer.name, "uneven_overlap") is (len(set(inner)) > 1)


@pytest.mark.parametrize("name", ["read_share", "border_share", "padded_taps"])
def test_what_is_no_window_has_no_share(name: str) -> None:
    dense = L.Dense(4)
    assert fact(facts_of(chain((8, 1), dense)), dense.name, name) is UNKNOWN


def test_a_dynamic_side_leaves_unknown_what_depends_on_it() -> None:
    conv, pool = L.Conv2D(4, 3, padding="same"), L.MaxPooling2D(1, strides=2)
    facts = facts_of(chain((None, None, 3), conv, pool))
    assert fact(facts, conv.name, "padded_taps") is UNKNOWN
    assert fact(facts, pool.name, "border_share") is UNKNOWN
    assert fact(facts, pool.name, "read_share") == 0.25
    assert fact(facts, pool.name, "downsamples") is True


@pytest.mark.parametrize(
    ("rates", "common"),
    [((2, 2, 2), 2), ((2, 4, 8), 2), ((3, 6), 3), ((1, 2, 4), 1), ((2, 2, 1), 1), ((2, 3), 1)],
)
def test_a_chain_reads_every_gth_position(rates: tuple[int, ...], common: int) -> None:
    length = 129
    model = chain(
        (length, 1),
        *(L.Conv1D(1, 3, dilation_rate=rate, padding="same", use_bias=False) for rate in rates),
        L.Activation("relu", name="last"),
    )
    for layer in model.layers[:-1]:
        layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    middle = np.asarray(model(np.eye(length, dtype="float32")[..., None]))[:, length // 2, 0]
    read = np.flatnonzero(middle)
    assert np.gcd.reduce(np.diff(read)) == common
    facts = facts_of(model)
    assert fact(facts, "last", "common_dilation") == common
    assert fact(facts, "last", "dilated_convs") == sum(rate > 1 for rate in rates)


def dilated(x: Any, rate: int) -> Any:
    return L.Conv2D(4, 3, dilation_rate=rate, padding="same")(x)


def last(make: Any) -> Facts:
    inputs = keras.Input((32, 32, 4))
    return facts_of(keras.Model(inputs, L.Activation("relu", name="last")(make(inputs))))


@pytest.mark.parametrize(
    ("make", "common"),
    [
        (lambda x: L.Add()([x, dilated(x, 2)]), 2),
        (lambda x: L.Concatenate()([dilated(x, 4), dilated(x, 6)]), 2),
        (lambda x: L.Concatenate()([dilated(x, 1), dilated(x, 6)]), 1),
        (lambda x: dilated(L.Conv2D(4, 1)(x), 3), 3),
        (lambda x: L.MaxPooling2D(3, strides=1, padding="same")(dilated(x, 2)), 1),
        (lambda x: dilated(L.MaxPooling2D()(dilated(x, 1)), 2), 2),
        (lambda x: L.UpSampling2D()(dilated(x, 2)), 1),
        (lambda x: dilated(L.Lambda(lambda y: y, output_shape=(32, 32, 4))(x), 2), UNKNOWN),
    ],
)
def test_chains_begin_with_a_map_of_another_size_and_meet_in_merges(
    make: Any, common: object
) -> None:
    assert fact(last(make), "last", "common_dilation") == common


def test_what_is_seen_is_relative_to_the_input() -> None:
    convs = [L.Conv2D(4, 3, padding="same", name=f"conv{i}") for i in range(3)]
    facts = facts_of(chain((64, 32, 3), *convs, L.GlobalAveragePooling2D(name="pool")))
    assert fact(facts, "pool", "input_field_share") == 7 / 32
    assert fact(facts, "conv2", "input_field_share_min") == 5 / 64
    assert facts.model("seen_share") == 7 / 32


def test_flattening_sees_everything() -> None:
    facts = facts_of(chain((64, 64, 3), L.Conv2D(4, 3), L.Flatten(), L.Dense(2)))
    assert facts.model("seen_share") == inf


def test_convolutions_are_counted_by_stage() -> None:
    facts = facts_of(
        chain(
            (64, 64, 3),
            L.Conv2D(8, 3, padding="same"),
            L.Conv2D(8, 1),
            L.MaxPooling2D(),
            L.Conv2D(8, 3, padding="same"),
            L.Conv2D(8, 3, padding="same"),
            L.Conv2D(8, 3, strides=2, padding="same"),
            L.Conv2D(8, 3, padding="same"),
        )
    )
    assert facts.model("spatial_conv_depth") == 5
    assert facts.model("longest_stage") == 3
    assert facts.model("downsampled") is True


@pytest.mark.parametrize(
    ("layers", "downsampled"),
    [
        ([L.Conv2D(8, 3), L.Flatten()], False),
        ([L.Conv2D(8, 3, strides=2)], True),
        ([L.Conv2D(8, 3), L.AveragePooling2D(2)], True),
        ([L.Conv2D(8, 3, padding="same"), L.Reshape((16, 16, 32))], UNKNOWN),
        ([L.Conv2D(8, 3), L.GlobalAveragePooling2D(), L.Reshape((1, 1, 8))], False),
        ([L.Lambda(lambda x: x[:, ::2], output_shape=(16, 32, 3)), L.Conv2D(8, 3)], UNKNOWN),
    ],
)
def test_downsampling_is_known_where_every_layer_is(layers: Any, downsampled: object) -> None:
    assert facts_of(chain((32, 32, 3), *layers)).model("downsampled") is downsampled


def test_convolutions_behind_the_border_layer_are_counted() -> None:
    sizes = [L.Conv2D(4, 3, padding="same", name=f"conv{i}") for i in range(6)]
    facts = facts_of(chain((8, 8, 3), *sizes))
    # The input of conv4 has a receptive field of 9, that of conv3 one of 7.
    assert facts.model("unproductive_convs") == 2
    assert facts.model("first_unproductive_conv") == facts.graph.calls[5].index
    assert facts.graph.calls[5].name == "conv4"
