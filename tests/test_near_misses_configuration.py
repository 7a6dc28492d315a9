"""What the rules about kernels, widths and folding leave alone, and what brings it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers as L  # noqa: N812

from tests.near_misses import Cases, classes, conv

cases = Cases()


@cases("CVL751", "second")
def two_even_kernels_in_a_row(x: Any) -> Any:
    x = conv(x, size=4, activation="relu")
    return classes(conv(L.MaxPooling2D()(x), size=2, name="second"))


@cases("CVL751")
def an_even_kernel_behind_an_upsampling(x: Any) -> Any:
    x = conv(L.UpSampling2D()(conv(x)), size=2, activation="relu")
    x = conv(x, activation="relu")
    return conv(L.UpSampling2D()(x), size=2)


@cases("CVL751")
def even_kernels_with_strides(x: Any) -> Any:
    x = conv(x, size=4, strides=2, activation="relu")
    return classes(conv(x, size=4, strides=2))


@cases("CVL751")
def even_kernels_without_padding(x: Any) -> Any:
    return classes(L.Conv2D(8, 4)(L.Conv2D(8, 4, activation="relu")(x)))


@cases("CVL751")
def even_kernels_with_even_dilation(x: Any) -> Any:
    x = conv(x, size=4, dilation_rate=2, activation="relu")
    return classes(conv(x, size=4, dilation_rate=2))


@cases("CVL751", "second")
def even_kernels_with_odd_dilation(x: Any) -> Any:
    x = conv(x, size=4, dilation_rate=3, activation="relu")
    return classes(conv(x, size=4, dilation_rate=3, name="second"))


@cases("CVL751", shape=(100, 7))
def long_even_kernels(x: Any) -> Any:
    x = L.Conv1D(8, 40, padding="same", activation="relu")(x)
    return L.Dense(2)(L.GlobalMaxPooling1D()(L.Conv1D(8, 40, padding="same")(x)))


@cases("CVL751", "branch")
def an_even_kernel_beside_a_shortcut(x: Any) -> Any:
    x = conv(x, activation="relu")
    return classes(L.Add()([x, conv(x, size=2, name="branch")]))


@cases("CVL751")
def an_odd_kernel_beside_a_shortcut(x: Any) -> Any:
    x = conv(x, activation="relu")
    return classes(L.Add()([x, conv(x, size=3)]))


@cases("CVL752", "large")
def a_large_kernel(x: Any) -> Any:
    return classes(conv(conv(x, 64), 64, 5, name="large"))


@cases("CVL752")
def a_large_kernel_over_few_channels(x: Any) -> Any:
    return classes(conv(conv(x, 63), 64, 5))


@cases("CVL752")
def a_large_depthwise_kernel(x: Any) -> Any:
    return classes(L.DepthwiseConv2D(7, padding="same")(conv(x, 64)))


@cases("CVL752")
def a_large_separable_kernel(x: Any) -> Any:
    return classes(L.SeparableConv2D(64, 7, padding="same")(conv(x, 64)))


@cases("CVL752")
def a_large_kernel_in_groups(x: Any) -> Any:
    return classes(conv(conv(x, 64), 64, 5, groups=2))


@cases("CVL752")
def a_kernel_of_one_row(x: Any) -> Any:
    return classes(L.Conv2D(64, (1, 7), padding="same")(conv(x, 64)))


@cases("CVL752")
def a_large_kernel_with_a_stride(x: Any) -> Any:
    return classes(conv(conv(x, 64), 64, 5, strides=2))


@cases("CVL752")
def a_large_kernel_with_dilation(x: Any) -> Any:
    return classes(conv(conv(x, 64), 64, 5, dilation_rate=2))


@cases("CVL752")
def a_large_kernel_of_a_layer_that_widens(x: Any) -> Any:
    return classes(conv(conv(x, 64), 128, 5))


@cases("CVL752", shape=(64, 8))
def a_large_kernel_along_one_axis(x: Any) -> Any:
    x = L.Conv1D(64, 3, padding="same", activation="relu")(x)
    return L.Dense(2)(L.GlobalMaxPooling1D()(L.Conv1D(64, 5, padding="same")(x)))


HALF: dict[str, Any] = {"dtype": "mixed_float16"}


@cases("CVL753", "odd", "wide")
def odd_widths_in_half_precision(x: Any) -> Any:
    x = L.GlobalAveragePooling2D(**HALF)(conv(x, 100, name="odd", **HALF))
    return L.Dense(10)(L.Dense(70, name="wide", **HALF)(x))


@cases("CVL753")
def odd_widths_in_single_precision(x: Any) -> Any:
    x = L.GlobalAveragePooling2D()(conv(x, 100))
    return L.Dense(10)(L.Dense(70)(x))


@cases("CVL753")
def even_widths_in_half_precision(x: Any) -> Any:
    return L.Dense(10)(L.GlobalAveragePooling2D(**HALF)(conv(x, 96, **HALF)))


@cases("CVL753")
def an_odd_number_of_classes_in_half_precision(x: Any) -> Any:
    return L.Dense(101, **HALF)(L.GlobalAveragePooling2D(**HALF)(conv(x, 96, **HALF)))


@cases("CVL753")
def a_narrow_gate_in_half_precision(x: Any) -> Any:
    x = conv(x, 64, **HALF)
    gate = L.GlobalAveragePooling2D(keepdims=True, **HALF)(x)
    gate = L.Conv2D(64, 1, **HALF)(L.Conv2D(20, 1, **HALF)(gate))
    return classes(L.Multiply(**HALF)([x, gate]))


@cases("CVL754", "narrow")
def a_convolution_behind_much_pooling(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D(4)(conv(x, 32)), 32, name="narrow"))


@cases("CVL754")
def a_wider_convolution_behind_much_pooling(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D(4)(conv(x, 32)), 128))


@cases("CVL754")
def the_same_width_behind_pooling(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D(2)(conv(x, 32)), 32))


@cases("CVL754")
def the_code_of_an_autoencoder(x: Any) -> Any:
    x = conv(L.MaxPooling2D(4)(conv(x, 32)), 8, activation="relu")
    return conv(L.UpSampling2D(4)(x), 3, activation="sigmoid")


@cases("CVL754")
def a_bottleneck_that_a_path_goes_around(x: Any) -> Any:
    x = conv(x, 32)
    y = conv(L.MaxPooling2D(4)(conv(x, 32)), 16)
    return classes(L.Concatenate()([y, L.MaxPooling2D(4)(x)]))


@cases("CVL754")
def a_pointwise_bottleneck(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D(4)(conv(x, 32)), 32, 1))


@cases("CVL754")
def a_convolution_of_the_whole_map(x: Any) -> Any:
    return L.Dense(10, activation="softmax")(L.Flatten()(L.Conv2D(64, 32)(conv(x, 32))))


@cases("CVL755", "norm")
def a_norm_between_an_activation_and_a_padded_convolution(x: Any) -> Any:
    x = L.BatchNormalization(name="norm")(conv(x, activation="relu"))
    return classes(conv(x))


@cases("CVL755")
def a_norm_between_an_activation_and_a_convolution_without_padding(x: Any) -> Any:
    x = L.BatchNormalization()(conv(x, activation="relu"))
    return classes(L.Conv2D(8, 3)(x))


@cases("CVL755")
def a_norm_between_an_activation_and_a_pointwise_convolution(x: Any) -> Any:
    x = L.BatchNormalization()(conv(x, activation="relu"))
    return classes(conv(x, size=1))


@cases("CVL755")
def a_norm_behind_a_convolution(x: Any) -> Any:
    return classes(conv(L.ReLU()(L.BatchNormalization()(conv(x)))))


@cases("CVL755")
def a_norm_of_another_kind(x: Any) -> Any:
    return classes(conv(L.GroupNormalization(4)(conv(x, activation="relu"))))


@cases("CVL756", "narrow")
def fewer_filters(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D()(conv(x, 32)), 16, name="narrow"))


@cases("CVL756")
def as_many_filters(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D()(conv(x, 32)), 32))


@cases("CVL756")
def fewer_filters_in_a_pointwise_convolution(x: Any) -> Any:
    return classes(conv(conv(x, 32), 16, 1))


@cases("CVL756")
def fewer_filters_in_a_decoder(x: Any) -> Any:
    return conv(conv(conv(x, 32), 16), 3, activation="sigmoid")


@cases("CVL756")
def fewer_filters_at_the_end_of_a_residual_branch(x: Any) -> Any:
    x = conv(x, 16)
    return classes(L.Add()([x, conv(conv(x, 64, activation="relu"), 16)]))


@cases("CVL756")
def fewer_filters_in_a_dense_block(x: Any) -> Any:
    for _ in range(3):
        y = conv(conv(x, 32, activation="relu"), 8, activation="relu")
        x = L.Concatenate()([x, y])
    return classes(x)


@cases("CVL757", "small")
def smaller_kernels_later(x: Any) -> Any:
    return classes(conv(conv(conv(x), size=5), size=3, name="small"))


@cases("CVL757")
def a_larger_kernel_in_the_first_convolution(x: Any) -> Any:
    return classes(conv(conv(conv(x, size=7)), size=3))


@cases("CVL757")
def a_pointwise_convolution_behind_a_larger_kernel(x: Any) -> Any:
    return classes(conv(conv(conv(x), size=5), size=1))


@cases("CVL757")
def a_smaller_kernel_that_halves_the_map(x: Any) -> Any:
    return classes(conv(conv(conv(x), size=5), size=2, strides=2))


@cases("CVL757")
def smaller_kernels_in_a_decoder(x: Any) -> Any:
    return conv(conv(conv(x), size=5), 3, activation="sigmoid")


@cases("CVL757")
def smaller_kernels_on_a_residual_branch(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([x, conv(conv(x, size=5, activation="relu"))]))


@cases.all
def test_a_rule_reports_these_layers(reported: Callable[[], set[str]], expected: set[str]) -> None:
    keras.utils.clear_session()
    assert reported() == expected
