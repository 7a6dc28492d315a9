"""Near misses of the rules on what is joined: where they fire, and what they must leave alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import layers as L  # noqa: N812
from keras import ops

from tests.near_misses import Cases, classes, conv

case = Cases()

Block = Callable[[Any], Any]


# CVL801


@case("CVL801", "merge")
def sum_of_a_tensor_with_itself(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add(name="merge")([x, x]))


@case("CVL801")
def sum_of_two_tensors(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add(name="merge")([x, conv(x)]))


@case("CVL801", "merge")
def the_same_tensor_behind_layers_that_change_nothing(x: Any) -> Any:
    x = conv(x)
    return classes(L.Maximum(name="merge")([L.Dropout(0.0)(x), L.Activation("linear")(x)]))


@case("CVL801")
def the_same_tensor_behind_a_dropout(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add(name="merge")([x, L.SpatialDropout2D(0.1)(x)]))


@case("CVL801")
def the_same_tensor_without_its_gradient(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add(name="merge")([x, ops.stop_gradient(x)]))


@case("CVL801", "merge")
def twice_among_three(x: Any) -> Any:
    x = conv(x)
    return classes(L.Concatenate(name="merge")([x, conv(x), x]))


@case("CVL801", "merge")
def difference_of_a_tensor_with_itself(x: Any) -> Any:
    x = conv(x)
    return classes(L.Subtract(name="merge")([x, x]))


@case("CVL801")
def square(x: Any) -> Any:
    x = conv(x)
    return classes(L.Multiply(name="merge")([x, x]))


@case("CVL801", shape=(64,))
def product_of_a_vector_with_itself(x: Any) -> Any:
    return L.Dot(axes=1, name="merge")([x, x])


@case("CVL801", "merge")
def channels_twice(x: Any) -> Any:
    x = conv(x)
    return classes(L.Concatenate(name="merge")([x, x]))


@case("CVL801")
def channels_three_times(x: Any) -> Any:
    x = conv(x)
    return classes(L.Concatenate(name="merge")([x, x, x]))


@case("CVL801", shape=(32, 32, 1))
def a_single_channel_twice(x: Any) -> Any:
    return classes(conv(L.Concatenate(name="merge")([x, x])))


@case("CVL801", shape=(1, 6))
def a_single_step_twice(x: Any) -> Any:
    return L.LSTM(4)(L.Concatenate(axis=1, name="merge")([x, x]))


@case("CVL801")
def two_calls_of_one_layer(x: Any) -> Any:
    layer = L.Conv2D(8, 3)
    return classes(L.Add(name="merge")([layer(x), layer(x)]))


@case("CVL801", shape=(8, 6))
def both_halves_of_a_split(x: Any) -> Any:
    one, other = ops.split(x, 2, axis=-1)
    return L.Dense(1)(L.Add(name="merge")([one, other]))


# CVL802


def joined(x: Any, axis: int = 1, first: Block = conv, second: Block = conv) -> Any:
    x = conv(x)
    return classes(L.Concatenate(axis=axis, name="join")([first(x), second(x)]))


@case("CVL802", "join")
def maps_above_each_other(x: Any) -> Any:
    return joined(x)


@case("CVL802", "join")
def maps_beside_each_other_behind_activation_and_norm(x: Any) -> Any:
    return joined(x, -2, lambda y: L.ReLU()(L.BatchNormalization()(conv(y))))


@case("CVL802")
def channels(x: Any) -> Any:
    return joined(x, 3)


@case("CVL802")
def the_last_axis(x: Any) -> Any:
    return joined(x, -1)


@case("CVL802")
def maps_of_different_heights(x: Any) -> Any:
    return joined(x, second=L.Conv2D(8, (3, 1)))


@case("CVL802")
def the_batch_axis(x: Any) -> Any:
    x = conv(x)
    return classes(ops.concatenate([conv(x), conv(x)], axis=0))


@case("CVL802")
def pooled_maps(x: Any) -> Any:
    pool = L.AveragePooling2D((32, 1))
    return joined(x, first=lambda y: pool(conv(y)), second=lambda y: pool(conv(y)))


@case("CVL802")
def parts_that_were_cut_apart(x: Any) -> Any:
    top, bottom = L.Cropping2D(((0, 16), (0, 0))), L.Cropping2D(((16, 0), (0, 0)))
    return joined(x, first=lambda y: conv(top(y)), second=lambda y: conv(bottom(y)))


@case("CVL802")
def parts_of_a_split(x: Any) -> Any:
    parts = ops.split(conv(x), 2, axis=1)
    return classes(L.Concatenate(axis=1, name="join")([conv(part) for part in parts]))


@case("CVL802", shape=(32, 3))
def sequences(x: Any) -> Any:
    x = L.Conv1D(8, 3)(x)
    x = L.Concatenate(axis=1, name="join")([L.Conv1D(8, 3)(x), L.Conv1D(8, 3)(x)])
    return L.Dense(2)(L.GlobalAveragePooling1D()(x))


@case("CVL802", shape=(8, 8, 8, 3))
def volumes(x: Any) -> Any:
    x = L.Conv3D(8, 3)(x)
    x = L.Concatenate(axis=1, name="join")([L.Conv3D(8, 3)(x), L.Conv3D(8, 3)(x)])
    return L.Dense(2)(L.GlobalAveragePooling3D()(x))


@case("CVL802", shape=(3, 32, 32))
def channels_that_come_first(x: Any) -> Any:
    first: dict[str, Any] = {"data_format": "channels_first"}
    x = conv(x, **first)
    x = L.Concatenate(axis=1, name="join")([conv(x, **first), conv(x, **first)])
    return L.Dense(2)(L.GlobalAveragePooling2D(**first)(x))


# CVL803


def shortcut(x: Any, change: Block, strides: int = 1, filters: int = 8) -> Any:
    x = conv(x, activation="relu")
    branch = conv(conv(x, activation="relu"), filters, strides=strides)
    return classes(L.Add()([change(x), branch]))


@case("CVL803", "change")
def pointwise_convolution_on_the_shortcut(x: Any) -> Any:
    return shortcut(x, L.Conv2D(8, 1, name="change"))


@case("CVL803", "change")
def normalization_on_the_shortcut(x: Any) -> Any:
    return shortcut(x, L.BatchNormalization(name="change"))


@case("CVL803", "change")
def scale_on_the_shortcut(x: Any) -> Any:
    return shortcut(x, L.Rescaling(0.5, name="change"))


@case("CVL803")
def nothing_on_the_shortcut(x: Any) -> Any:
    return shortcut(x, lambda y: y)


@case("CVL803")
def dropout_on_the_shortcut(x: Any) -> Any:
    return shortcut(x, L.Dropout(0.1))


@case("CVL803")
def projection_to_more_channels(x: Any) -> Any:
    return shortcut(x, L.Conv2D(16, 1), filters=16)


@case("CVL803")
def projection_to_a_smaller_map(x: Any) -> Any:
    return shortcut(x, L.Conv2D(8, 1, strides=2), strides=2)


@case("CVL803")
def activation_after_the_addition(x: Any) -> Any:
    x = conv(x)
    for _ in range(2):
        x = L.ReLU()(L.Add()([x, conv(conv(x, activation="relu"))]))
    return classes(x)


@case("CVL803")
def parallel_convolutions(x: Any) -> Any:
    x = conv(x)
    return classes(L.ReLU()(L.Add()([conv(x, size=1), conv(x)])))


@case("CVL803")
def a_normalization_beside_one_convolution(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([L.BatchNormalization()(x), L.BatchNormalization()(conv(x))]))


@case("CVL803", shape=(None, None, 3))
def sizes_that_are_not_known(x: Any) -> Any:
    return shortcut(x, L.Conv2D(8, 1))


# CVL804


def deep(x: Any, blocks: int, *, after: bool) -> Any:
    x = conv(x, 4)
    for number in range(blocks):
        y = L.ReLU()(L.BatchNormalization()(x)) if not after else x
        y = conv(conv(y, 4, activation="relu"), 4)
        x = L.Add(name=f"sum{number}")([x, y])
        x = L.ReLU()(x) if after else x
    return classes(x)


@case("CVL804", "sum0", shape=(8, 8, 3))
def activations_after_75_additions(x: Any) -> Any:
    return deep(x, 75, after=True)


@case("CVL804", shape=(8, 8, 3))
def activations_after_20_additions(x: Any) -> Any:
    return deep(x, 20, after=True)


@case("CVL804", shape=(8, 8, 3))
def activations_in_75_branches(x: Any) -> Any:
    return deep(x, 75, after=False)


# CVL805


def residual(x: Any, blocks: int = 32, end: Block = lambda y: y, **last: Any) -> Any:
    x = conv(x)
    for number in range(blocks):
        y = conv(conv(x, activation="relu"), **last)
        x = L.Add(name=f"sum{number}")([x, end(y)])
    return conv(x, 3)


@case("CVL805", "sum0")
def thirty_two_bare_additions(x: Any) -> Any:
    return residual(x)


@case("CVL805")
def thirty_one_bare_additions(x: Any) -> Any:
    return residual(x, 31)


@case("CVL805")
def normalized_branches(x: Any) -> Any:
    return residual(x, end=lambda y: L.BatchNormalization()(y))


@case("CVL805")
def scaled_branches(x: Any) -> Any:
    return residual(x, end=lambda y: L.Rescaling(0.1)(y))


@case("CVL805")
def multiplied_branches(x: Any) -> Any:
    return residual(x, end=lambda y: y * 0.1)


@case("CVL805")
def branches_that_start_at_zero(x: Any) -> Any:
    return residual(x, kernel_initializer="zeros")


@case("CVL805")
def branches_that_start_small(x: Any) -> Any:
    return residual(x, kernel_initializer="random_normal")


@case("CVL805", "sum0")
def branches_that_start_as_he_says(x: Any) -> Any:
    return residual(x, kernel_initializer="he_normal")


@case("CVL805")
def an_unknown_layer(x: Any) -> Any:
    return L.Lambda(lambda y: y)(residual(x))


@case("CVL805")
def a_normalization_elsewhere(x: Any) -> Any:
    return L.LayerNormalization()(residual(x))


# CVL808


def plain(x: Any, size: int = 3, activation: str = "relu", rate: float = 0.0) -> Any:
    x = L.Activation(activation)(L.BatchNormalization()(conv(x, size=size)))
    return L.Dropout(rate)(L.BatchNormalization()(conv(x)))


def blocks(x: Any, *branches: Block) -> Any:
    x = conv(x)
    for number, branch in enumerate(branches):
        x = L.ReLU()(L.Add(name=f"sum{number}")([x, branch(x)]))
    return classes(x)


@case("CVL808", "sum2")
def a_normalization_that_is_missing(x: Any) -> Any:
    return blocks(
        x, plain, plain, lambda y: conv(L.ReLU()(L.BatchNormalization()(conv(y)))), plain, plain
    )


@case("CVL808", "sum4")
def another_kernel(x: Any) -> Any:
    return blocks(x, plain, plain, plain, plain, lambda y: plain(y, size=5))


@case("CVL808", "sum0")
def another_function(x: Any) -> Any:
    return blocks(x, lambda y: plain(y, activation="gelu"), plain, plain, plain, plain)


@case("CVL808")
def three_others(x: Any) -> Any:
    return blocks(x, plain, plain, plain, lambda y: plain(y, size=5))


@case("CVL808")
def two_of_another_kind(x: Any) -> Any:
    return blocks(x, *[plain] * 4, *[lambda y: plain(y, size=5)] * 2)


@case("CVL808")
def two_differences(x: Any) -> Any:
    return blocks(x, *[plain] * 4, lambda y: plain(y, size=5, activation="gelu"))


@case("CVL808")
def another_dropout(x: Any) -> Any:
    return blocks(x, *[plain] * 4, lambda y: plain(y, rate=0.1))


@case("CVL808")
def a_projection_on_the_shortcut(x: Any) -> Any:
    x = conv(x)
    for _ in range(4):
        x = L.ReLU()(L.Add()([x, plain(x)]))
    return classes(L.Add()([conv(x, size=1), plain(x, size=5)]))


@case.all
def test_reported_is_what_is_wrong_and_nothing_else(
    reported: Callable[[], set[str]], expected: set[str]
) -> None:
    assert reported() == expected
