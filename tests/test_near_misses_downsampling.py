"""Near misses of the rules about downsampling and receptive fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from convlint.config import Config
from convlint.finding import Severity
from tests.near_misses import Cases, classes, conv, drop

case = Cases()


def stack(x: Any, count: int, **arguments: Any) -> Any:
    for _ in range(count):
        x = conv(x, **arguments)
    return x


def dilated(x: Any, *rates: int) -> Any:
    for place, rate in enumerate(rates):
        x = L.Conv2D(8, 3, dilation_rate=rate, padding="same", name=f"dilated{place}")(x)
    return x


# CVL401


@case("CVL401", "layer")
def pointwise_with_stride(x: Any) -> Any:
    return classes(conv(x, size=1, strides=2, name="layer"))


@case("CVL401", "layer")
def depthwise_with_stride(x: Any) -> Any:
    return classes(L.DepthwiseConv2D(1, strides=2, name="layer")(conv(x)))


@case("CVL401", "layer")
def pooling_one_position_of_nine(x: Any) -> Any:
    return classes(L.MaxPooling2D(1, strides=3, name="layer")(conv(x)))


@case("CVL401", "layer")
def stride_exceeds_along_one_axis(x: Any) -> Any:
    return classes(L.Conv2D(8, (3, 1), strides=(2, 2), name="layer")(x))


def residual(x: Any, *, branch_stride: int) -> Any:
    x = conv(x)
    branch = conv(x, size=1, strides=branch_stride, name="branch")
    branch = conv(branch, strides=2 // branch_stride)
    return classes(L.Add()([branch, conv(x, size=1, strides=2, name="shortcut")]))


@case("CVL401", "branch")
def stride_at_the_start_of_a_branch(x: Any) -> Any:
    return residual(x, branch_stride=2)


@case("CVL401")
def projection_on_a_shortcut(x: Any) -> Any:
    return residual(x, branch_stride=1)


def test_shortcuts_are_reported_if_one_asks_for_them() -> None:
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, residual(inputs, branch_stride=1))
    config = Config(select=("CVL401",), options=(("CVL401", (("shortcuts", True),)),))
    (finding,) = check(model, config=config)
    assert finding.layer == "shortcut"


@case("CVL401")
def patches_touch(x: Any) -> Any:
    return classes(L.Conv2D(8, 4, strides=4)(x))


@case("CVL401")
def transposed_with_a_long_stride(x: Any) -> Any:
    return L.Conv2DTranspose(3, 1, strides=2)(conv(x))


@case("CVL401", shape=(32, 1, 3))
def stride_along_an_axis_of_one_position(x: Any) -> Any:
    return classes(L.Conv2D(8, (3, 1), strides=(2, 2))(x))


@case("CVL401")
def pooling_with_the_stride_of_its_window(x: Any) -> Any:
    return classes(L.MaxPooling2D(3)(conv(x)))


# CVL402


def upsampled(x: Any, kernel: int, stride: int = 2, **arguments: Any) -> Any:
    return L.Conv2DTranspose(
        3, kernel, strides=stride, padding="same", name="up", activation="tanh", **arguments
    )(conv(x))


@case("CVL402", "up")
def kernel_of_three_with_stride_two(x: Any) -> Any:
    return upsampled(x, 3)


@case("CVL402", "up")
def with_a_convolution_behind_it(x: Any) -> Any:
    return conv(upsampled(x, 5), 3, activation="tanh")


@case("CVL402", "up", shape=(None, None, 3))
def of_any_size(x: Any) -> Any:
    return upsampled(x, 3)


@case("CVL402")
def kernel_that_the_stride_divides(x: Any) -> Any:
    return upsampled(x, 4)


@case("CVL402")
def kernel_as_long_as_the_stride(x: Any) -> Any:
    return upsampled(x, 2)


@case("CVL402")
def transposed_with_stride_one(x: Any) -> Any:
    return upsampled(x, 3, stride=1)


@case("CVL402", shape=(1, 1, 64))
def from_a_single_position(x: Any) -> Any:
    return L.Conv2DTranspose(3, 7, strides=2, activation="tanh")(L.Activation("relu")(x))


@case("CVL402")
def in_the_decoder_of_a_segmentation(x: Any) -> Any:
    x = L.Conv2DTranspose(8, 3, strides=2, padding="same")(conv(x))
    return conv(conv(x), 4, 1, activation="softmax")


@case("CVL402", "up")
def at_the_end_of_a_segmentation(x: Any) -> Any:
    x = L.Conv2DTranspose(8, 3, strides=2, padding="same", name="up")(conv(x))
    return conv(L.ReLU()(x), 4, 1, activation="softmax")


@case("CVL402")
def on_the_way_to_classes(x: Any) -> Any:
    return classes(upsampled(x, 3))


@pytest.mark.parametrize(
    ("channels", "activation", "loss", "severity"),
    [
        (3, "tanh", None, Severity.WARNING),
        (1, "tanh", None, Severity.WARNING),
        (3, "sigmoid", None, Severity.WARNING),
        (1, None, "mse", Severity.WARNING),
        (1, "sigmoid", "mae", Severity.WARNING),
        (1, "sigmoid", None, Severity.INFO),
        (1, "sigmoid", "binary_crossentropy", Severity.INFO),
        (3, "softmax", None, Severity.INFO),
        (3, None, None, Severity.INFO),
        (3, None, keras.losses.SparseCategoricalCrossentropy(from_logits=True), Severity.INFO),
    ],
)
def test_uneven_overlap_is_a_warning_only_in_pictures(
    channels: int, activation: str | None, loss: Any, severity: Severity
) -> None:
    inputs = keras.Input((16, 16, 3))
    x = L.Conv2DTranspose(8, 3, strides=2, padding="same")(conv(inputs))
    model = keras.Model(inputs, L.Conv2D(channels, 1, activation=activation)(x))
    if loss is not None:
        model.compile(loss=loss)
    (finding,) = check(model, select=["CVL402"])
    assert finding.severity == severity


# CVL403


@case("CVL403", "dilated2")
def equal_rates(x: Any) -> Any:
    return classes(dilated(x, 2, 2, 2))


@case("CVL403", "dilated2")
def longer_chain_is_reported_once(x: Any) -> Any:
    return classes(dilated(x, 2, 4, 8, 4, 2))


@case("CVL403", "dilated2")
def behind_a_pooling(x: Any) -> Any:
    return classes(dilated(L.MaxPooling2D()(conv(x)), 2, 2, 2))


@case("CVL403", "gate2", "value2", shape=(64, 8))
def with_gates_and_dense_layers_behind(x: Any) -> Any:
    for i, rate in enumerate((2, 4, 8)):
        window = {"kernel_size": 3, "padding": "causal", "dilation_rate": rate}
        value = L.Conv1D(8, activation="tanh", name=f"value{i}", **window)(x)
        gate = L.Conv1D(8, activation="sigmoid", name=f"gate{i}", **window)(x)
        x = L.Multiply()([value, gate])
    return L.Dense(4)(x)


@case("CVL403", "dilated2")
def behind_a_standardization_of_the_data(x: Any) -> Any:
    return classes(dilated(L.Normalization(mean=0.5, variance=0.1)(x), 2, 2, 2))


@case("CVL403", "dilated2")
def to_a_map_of_classes(x: Any) -> Any:
    return conv(drop()(dilated(x, 2, 4, 2)), 4, 1, activation="softmax")


@case("CVL403", "dilated2")
def with_a_shortcut_around(x: Any) -> Any:
    return classes(L.Add()([conv(x, size=1), dilated(x, 3, 3, 3)]))


@case("CVL403")
def two_are_not_enough(x: Any) -> Any:
    return classes(dilated(x, 2, 2))


@case("CVL403")
def rates_without_a_common_factor(x: Any) -> Any:
    return classes(dilated(x, 2, 3, 2))


@case("CVL403")
def rates_that_start_at_one(x: Any) -> Any:
    return classes(dilated(x, 1, 2, 4, 8))


@case("CVL403")
def undilated_before(x: Any) -> Any:
    return classes(dilated(conv(x), 2, 2, 2))


@case("CVL403")
def undilated_after(x: Any) -> Any:
    return classes(conv(dilated(x, 2, 2, 2)))


@case("CVL403")
def undilated_beside(x: Any) -> Any:
    return classes(L.Concatenate()([conv(x), dilated(x, 2, 2, 2)]))


@case("CVL403")
def ends_in_pooling(x: Any) -> Any:
    return classes(L.MaxPooling2D()(dilated(x, 2, 2, 2)))


@case("CVL403")
def ends_in_a_strided_convolution(x: Any) -> Any:
    return classes(conv(dilated(x, 2, 2, 2), strides=2))


@case("CVL403")
def ends_in_upsampling(x: Any) -> Any:
    return conv(L.UpSampling2D()(dilated(x, 2, 2, 2)), 4, 1, activation="softmax")


@case("CVL403")
def ends_in_flatten(x: Any) -> Any:
    return L.Dense(10, activation="softmax")(L.Flatten()(dilated(x, 2, 2, 2)))


@case("CVL403")
def dilated_along_no_axis_longer_than_one_tap(x: Any) -> Any:
    for _ in range(3):
        x = conv(x, size=1, dilation_rate=2)
    return classes(x)


# CVL404


def on_map(side: int, **arguments: Any) -> Callable[[Any], Any]:
    def network(x: Any) -> Any:
        x = L.AveragePooling2D(32 // side)(conv(x))
        return classes(conv(x, name="layer", **arguments))

    return network


@case("CVL404", "layer")
def three_on_one(x: Any) -> Any:
    return on_map(1)(x)


@case("CVL404", "layer")
def five_on_two(x: Any) -> Any:
    return on_map(2, size=5)(x)


@case("CVL404", "layer")
def dilated_on_eight(x: Any) -> Any:
    return on_map(8, dilation_rate=8)(x)


@case("CVL404", "layer", "smaller")
def the_first_on_each_size(x: Any) -> Any:
    x = L.AveragePooling2D(16)(conv(x))
    x = conv(conv(x, size=5, name="layer"), size=5)
    return classes(conv(conv(L.AveragePooling2D(2)(x), name="smaller")))


@case("CVL404", "layer", shape=(16, 8))
def causal_beyond_the_sequence(x: Any) -> Any:
    x = L.Conv1D(8, 2, dilation_rate=16, padding="causal", name="layer")(x)
    return L.Dense(2)(L.GlobalAveragePooling1D()(x))


@case("CVL404")
def three_on_two(x: Any) -> Any:
    return on_map(2)(x)


@case("CVL404")
def one_on_one(x: Any) -> Any:
    return on_map(1, size=1)(x)


@case("CVL404")
def dilated_within_the_map(x: Any) -> Any:
    return on_map(8, dilation_rate=7)(x)


@case("CVL404")
def without_padding(x: Any) -> Any:
    return classes(L.Conv2D(8, 32)(x))


@case("CVL404", shape=(None, None, 3))
def map_of_any_size(x: Any) -> Any:
    return on_map(1)(x)


@case("CVL404")
def pooling_longer_than_its_map(x: Any) -> Any:
    return classes(L.MaxPooling2D(64, padding="same")(conv(x)))


@case("CVL404")
def a_small_part_of_a_long_kernel(x: Any) -> Any:
    return classes(conv(x, size=64))


# CVL405


@case("CVL405", "pool", shape=(96, 96, 3))
def a_bag_of_small_patches(x: Any) -> Any:
    return L.Dense(10, activation="softmax")(
        L.GlobalAveragePooling2D(name="pool")(stack(x, 3, activation="relu"))
    )


@case("CVL405", "mean", "maximum", shape=(96, 96, 3))
def mean_and_maximum_of_small_patches(x: Any) -> Any:
    x = stack(x, 3, activation="relu")
    both = [L.GlobalAveragePooling2D(name="mean")(x), L.GlobalMaxPooling2D(name="maximum")(x)]
    return L.Dense(10, activation="softmax")(L.Concatenate()(both))


@case("CVL405", shape=(96, 96, 3))
def downsampled_early(x: Any) -> Any:
    return classes(stack(x, 4, strides=2))


@case("CVL405")
def a_small_image(x: Any) -> Any:
    return classes(conv(x))


@case("CVL405", shape=(96, 96, 3))
def flattened(x: Any) -> Any:
    return L.Dense(10, activation="softmax")(L.Flatten()(stack(x, 3)))


@case("CVL405", shape=(96, 96, 3))
def a_gate_that_has_seen_everything(x: Any) -> Any:
    x = stack(x, 3)
    gate = L.Dense(8, activation="sigmoid")(L.GlobalAveragePooling2D(keepdims=True)(x))
    return classes(L.Multiply()([x, gate]))


@case("CVL405", shape=(96, 96, 3))
def shallow_features_beside_deep_ones(x: Any) -> Any:
    shallow = L.GlobalAveragePooling2D()(conv(x))
    deep = L.GlobalAveragePooling2D()(stack(x, 5, strides=2))
    return L.Dense(10, activation="softmax")(L.Concatenate()([shallow, deep]))


@case("CVL405", shape=(400, 16))
def a_sequence(x: Any) -> Any:
    x = L.GlobalMaxPooling1D()(L.Conv1D(32, 5, activation="relu")(x))
    return L.Dense(10, activation="softmax")(x)


@case("CVL405", shape=(96, 96, 3))
def no_classifier(x: Any) -> Any:
    return L.Dense(128)(L.GlobalAveragePooling2D()(stack(x, 3)))


@case("CVL405", shape=(None, None, 3))
def an_image_of_any_size(x: Any) -> Any:
    return classes(stack(x, 3))


@case("CVL405", shape=(96, 96, 3))
def behind_a_layer_that_nobody_knows(x: Any) -> Any:
    return classes(conv(L.Lambda(lambda y: y, output_shape=(96, 96, 3))(x)))


# CVL406


@case("CVL406", "deep", shape=(16, 16, 3))
def beyond_the_border_layer(x: Any) -> Any:
    x = stack(x, 2, size=9)
    return classes(stack(conv(x, name="deep"), 2))


@case("CVL406", shape=(16, 16, 3))
def two_beyond_the_border_layer(x: Any) -> Any:
    return classes(stack(stack(x, 2, size=9), 2))


@case("CVL406", shape=(16, 16, 3))
def pointwise_beyond_the_border_layer(x: Any) -> Any:
    return classes(stack(stack(x, 2, size=9), 3, size=1))


@case("CVL406", shape=(16, 16, 3))
def a_shortcut_around_the_large_kernels(x: Any) -> Any:
    x = conv(x)
    return classes(stack(L.Add()([x, stack(x, 2, size=9)]), 3))


@case("CVL406", shape=(16, 16, 3))
def beyond_the_border_layer_of_no_classifier(x: Any) -> Any:
    return stack(stack(x, 2, size=9), 3)


# CVL407


def stem(x: Any, *, convs: int = 7, strides: Sequence[int] = (2, 2), size: int = 7) -> Any:
    x = L.ReLU()(conv(x, size=size, strides=strides[0], name="stem"))
    x = L.MaxPooling2D(3, strides=strides[1], padding="same")(x)
    return classes(stack(x, convs))


@case("CVL407", "stem")
def the_stem_of_resnet(x: Any) -> Any:
    return stem(x)


@case("CVL407", "stem")
def two_strided_convolutions(x: Any) -> Any:
    x = conv(conv(x, strides=2, name="stem", activation="relu"), strides=2)
    return classes(stack(x, 6))


@case("CVL407", "stem")
def the_stem_behind_padding_and_rescaling(x: Any) -> Any:
    return stem(L.ZeroPadding2D(3)(L.Rescaling(1 / 255)(x)))


@case("CVL407", "stem", shape=(64, 64, 3))
def the_stem_on_the_largest_small_image(x: Any) -> Any:
    return stem(L.ZeroPadding2D(3)(x))


@case("CVL407")
def one_step(x: Any) -> Any:
    return stem(x, strides=(2, 1))


@case("CVL407")
def patches_at_the_start(x: Any) -> Any:
    return classes(stack(L.Conv2D(8, 4, strides=4)(x), 8))


@case("CVL407", shape=(96, 96, 3))
def the_stem_on_a_large_image(x: Any) -> Any:
    return stem(x)


@case("CVL407")
def the_stem_behind_a_resizing(x: Any) -> Any:
    return stem(L.Resizing(224, 224)(x))


@case("CVL407")
def a_shallow_network(x: Any) -> Any:
    return stem(x, convs=3)


@case("CVL407")
def a_convolution_between_the_steps(x: Any) -> Any:
    x = conv(x, strides=2)
    return classes(stack(conv(conv(x), strides=2), 6))


@case("CVL407")
def no_classifier_at_all(x: Any) -> Any:
    x = stack(conv(conv(x, strides=2), strides=2), 6)
    return L.Dense(1)(L.GlobalAveragePooling2D()(x))


# CVL408


@case("CVL408", "layer")
def max_pooling_of_a_sharp_map(x: Any) -> Any:
    return classes(L.MaxPooling2D(name="layer")(conv(x)))


@case("CVL408", "layer")
def strided_convolution_behind_padding(x: Any) -> Any:
    return classes(L.Conv2D(8, 3, strides=2, name="layer")(L.ZeroPadding2D()(conv(x))))


@case("CVL408")
def average_pooling(x: Any) -> Any:
    return classes(L.AveragePooling2D(2)(conv(x)))


@case("CVL408")
def behind_an_average(x: Any) -> Any:
    blurred = L.AveragePooling2D(2, strides=1, padding="same")(conv(x))
    return classes(L.MaxPooling2D()(L.ZeroPadding2D()(blurred)))


@case("CVL408")
def a_frozen_blur(x: Any) -> Any:
    return classes(L.DepthwiseConv2D(3, strides=2, trainable=False)(conv(x)))


@case("CVL408")
def no_stride(x: Any) -> Any:
    return classes(L.MaxPooling2D(3, strides=1)(conv(x)))


# CVL409


@case("CVL409", "act")
def relu_then_max(x: Any) -> Any:
    return classes(L.MaxPooling2D()(L.ReLU(name="act")(conv(x))))


@case("CVL409", "act")
def argument_then_max(x: Any) -> Any:
    return classes(L.MaxPooling2D()(conv(x, activation="elu", name="act")))


@case("CVL409", "act")
def relu_then_global_max(x: Any) -> Any:
    return L.Dense(2)(L.GlobalMaxPooling2D()(conv(x, activation="relu", name="act")))


@case("CVL409")
def swish_then_max(x: Any) -> Any:
    return classes(L.MaxPooling2D()(conv(x, activation="swish")))


@case("CVL409")
def relu_then_mean(x: Any) -> Any:
    return classes(L.AveragePooling2D(2)(conv(x, activation="relu")))


@case("CVL409")
def relu_that_others_use(x: Any) -> Any:
    x = conv(x, activation="relu")
    return classes(L.Add()([L.MaxPooling2D()(x), conv(x, strides=2)]))


# CVL410


@case("CVL410", "second")
def pooling_twice(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D(name="second")(L.MaxPooling2D()(conv(x)))))


@case("CVL410", "second")
def pooling_twice_with_an_activation_between(x: Any) -> Any:
    x = drop()(L.ReLU()(L.MaxPooling2D()(conv(x))))
    return classes(conv(L.AveragePooling2D(2, name="second")(x)))


@case("CVL410")
def with_a_convolution_between(x: Any) -> Any:
    return classes(L.MaxPooling2D()(conv(L.MaxPooling2D()(conv(x)))))


@case("CVL410")
def second_with_stride_one(x: Any) -> Any:
    return classes(conv(L.AveragePooling2D(3, strides=1)(L.MaxPooling2D()(conv(x)))))


@case("CVL410")
def first_with_stride_one(x: Any) -> Any:
    return classes(conv(L.AveragePooling2D(2)(L.MaxPooling2D(2, strides=1)(conv(x)))))


@case("CVL410")
def down_to_one_position(x: Any) -> Any:
    return classes(L.AveragePooling2D(16)(L.MaxPooling2D()(conv(x))))


@case("CVL410")
def then_globally(x: Any) -> Any:
    return classes(L.MaxPooling2D()(conv(x)))


@case("CVL410")
def a_pyramid_of_poolings(x: Any) -> Any:
    half = L.MaxPooling2D()(conv(x))
    quarter = L.MaxPooling2D()(half)
    levels = [L.GlobalAveragePooling2D()(conv(level)) for level in (half, quarter)]
    return L.Dense(10, activation="softmax")(L.Concatenate()(levels))


@case("CVL410")
def adaptive_pooling(x: Any) -> Any:
    return classes(conv(L.AdaptiveAveragePooling2D(4)(L.MaxPooling2D()(conv(x)))))


# CVL411


@case("CVL411", "layer", shape=(7, 7, 3))
def a_seventh(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D(name="layer")(conv(x))))


@case("CVL411", "layer", shape=(33, 33, 3))
def a_little_before_a_decoder(x: Any) -> Any:
    return conv(L.UpSampling2D()(conv(L.MaxPooling2D(name="layer")(conv(x)))))


@case("CVL411", shape=(33, 33, 3))
def a_little(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D()(conv(x))))


@case("CVL411", shape=(8, 8, 3))
def nothing(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D()(conv(x))))


@case("CVL411", shape=(7, 7, 3))
def padded(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D(padding="same")(conv(x))))


@case("CVL411", shape=(5, 5, 3))
def only_the_padding_before(x: Any) -> Any:
    return classes(L.Conv2D(8, 2, strides=2)(L.ZeroPadding2D()(conv(x))))


@case("CVL411", shape=(6, 6, 3))
def a_window_shorter_than_its_stride(x: Any) -> Any:
    return classes(conv(x, size=1, strides=2))


@case("CVL411", shape=(None, None, 3))
def a_remainder_that_depends_on_the_image(x: Any) -> Any:
    return classes(conv(L.MaxPooling2D()(conv(x))))


# CVL412


@case("CVL412", "first", shape=(64, 64, 3))
def at_full_resolution(x: Any) -> Any:
    return classes(stack(conv(x, name="first"), 4))


@case("CVL412", "first", shape=(64, 64, 3))
def at_full_resolution_with_gates_and_padding(x: Any) -> Any:
    x = L.Conv2D(8, 3, name="first")(L.ZeroPadding2D()(x))
    gate = L.Reshape((1, 1, 8))(L.GlobalAveragePooling2D()(x))
    return classes(stack(L.Multiply()([x, L.Dense(8, activation="sigmoid")(gate)]), 4))


@case("CVL412", "first", shape=(64, 64, 3))
def at_full_resolution_to_a_flatten(x: Any) -> Any:
    return L.Dense(10, activation="softmax")(L.Flatten()(stack(conv(x, name="first"), 4)))


@case("CVL412", shape=(64, 64, 3))
def four_convolutions(x: Any) -> Any:
    return classes(stack(x, 4))


@case("CVL412", shape=(64, 64, 3))
def pointwise_convolutions_do_not_count(x: Any) -> Any:
    return classes(stack(stack(x, 4), 4, size=1))


@case("CVL412")
def a_small_map(x: Any) -> Any:
    return classes(stack(x, 5))


@case("CVL412", shape=(64, 64, 3))
def one_stride(x: Any) -> Any:
    return classes(stack(conv(x, strides=2), 4))


@case("CVL412", shape=(64, 64, 3))
def one_stride_behind_a_gate(x: Any) -> Any:
    x = conv(x)
    gate = L.Dense(8, activation="sigmoid")(L.GlobalAveragePooling2D(keepdims=True)(x))
    return classes(stack(conv(L.Multiply()([x, gate]), strides=2), 4))


@case("CVL412", shape=(64, 64, 3))
def one_pooling(x: Any) -> Any:
    return classes(L.AveragePooling2D(2)(stack(x, 5)))


@case("CVL412", shape=(128, 128, 3))
def resized_first(x: Any) -> Any:
    return classes(stack(L.Resizing(64, 64)(x), 5))


@case("CVL412", shape=(64, 64, 3))
def patches_by_reshaping(x: Any) -> Any:
    x = L.Permute((1, 3, 2, 4, 5))(L.Reshape((16, 4, 16, 4, 3))(x))
    return classes(stack(L.Reshape((16, 16, 48))(x), 5))


@case("CVL412", shape=(10000, 1))
def a_long_sequence(x: Any) -> Any:
    for _ in range(5):
        x = L.Conv1D(8, 3, padding="same")(x)
    return L.Dense(10, activation="softmax")(L.GlobalAveragePooling1D()(x))


@case("CVL412", shape=(64, 64, 3))
def denoising(x: Any) -> Any:
    return stack(x, 6, filters=3)


@case("CVL412", shape=(None, None, 3))
def a_map_of_any_size(x: Any) -> Any:
    return classes(stack(x, 5))


@case("CVL412", shape=(64, 64, 3))
def with_a_layer_that_may_downsample(x: Any) -> Any:
    x = L.Lambda(lambda y: y, output_shape=(64, 64, 8))(conv(x))
    return classes(stack(x, 5))


# CVL413


def alternating(x: Any, count: int) -> Any:
    for place in range(count):
        x = L.MaxPooling2D()(conv(x, name=f"conv{place}"))
    return x


@case("CVL413", "conv0")
def pooling_after_each(x: Any) -> Any:
    return classes(alternating(x, 5))


@case("CVL413", "conv0")
def pooling_after_each_with_pointwise_convolutions(x: Any) -> Any:
    return classes(conv(alternating(x, 5), size=1))


@case("CVL413", "first")
def strides_in_each(x: Any) -> Any:
    return classes(stack(conv(x, strides=2, name="first"), 4, strides=2))


@case("CVL413")
def four_are_not_deep(x: Any) -> Any:
    return classes(alternating(x, 4))


@case("CVL413")
def two_at_one_resolution(x: Any) -> Any:
    return classes(conv(conv(alternating(x, 4))))


@case("CVL413")
def a_custom_layer_between(x: Any) -> Any:
    x = L.Lambda(lambda y: y, output_shape=(32, 32, 3))(x)
    return classes(alternating(x, 5))


@case("CVL413")
def no_classifier_behind_it(x: Any) -> Any:
    return L.Dense(16)(L.Flatten()(alternating(x, 5)))


@case.all
def test_the_rule_reports_exactly(reported: Callable[[], set[str]], expected: set[str]) -> None:
    assert reported() == expected
