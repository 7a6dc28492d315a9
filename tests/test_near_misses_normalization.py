"""Near misses of the rules about normalization: where each fires, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check
from tests.near_misses import Cases, classes, conv

case = Cases()


def norm(**kwargs: Any) -> Any:
    return L.BatchNormalization(name="norm", **kwargs)


def bn(x: Any, **kwargs: Any) -> Any:
    return L.BatchNormalization(**kwargs)(x)


# CVL204


@case("CVL204", "norm")
def twice(x: Any) -> Any:
    return classes(norm()(bn(conv(x))))


@case("CVL204", "norm")
def twice_with_an_identity_between(x: Any) -> Any:
    return classes(norm()(L.Identity()(bn(conv(x)))))


@case("CVL204", "norm")
def instance_norm_of_a_batch_norm(x: Any) -> Any:
    return classes(L.GroupNormalization(-1, name="norm")(bn(conv(x))))


@case("CVL204", "norm")
def twice_around_a_flatten(x: Any) -> Any:
    return L.Dense(10, activation="softmax")(norm()(L.Flatten()(bn(conv(x)))))


@case("CVL204")
def activation_between(x: Any) -> Any:
    return classes(norm()(L.ReLU()(bn(conv(x)))))


@case("CVL204")
def pooling_between(x: Any) -> Any:
    return L.Dense(10)(norm()(L.GlobalAveragePooling2D()(bn(conv(x)))))


@case("CVL204")
def sum_between(x: Any) -> Any:
    return classes(norm()(L.Add()([bn(conv(x)), conv(x)])))


@case("CVL204")
def first_result_goes_elsewhere_too(x: Any) -> Any:
    x = bn(conv(x))
    return classes(L.Add()([x, norm()(x)]))


@case("CVL204")
def first_is_frozen(x: Any) -> Any:
    return classes(norm()(bn(conv(x), trainable=False)))


@case("CVL204")
def second_uses_stored_statistics(x: Any) -> Any:
    return classes(norm()(bn(conv(x)), training=False))


@case("CVL204", shape=(16,))
def standardized_data(x: Any) -> Any:
    return L.Dense(1)(norm()(L.Normalization(mean=0.0, variance=1.0)(x)))


@case("CVL204", shape=(5, 16))
def two_layer_norms(x: Any) -> Any:
    return L.LayerNormalization()(L.LayerNormalization()(x))


@case("CVL204")
def groups_of_channels(x: Any) -> Any:
    return classes(L.GroupNormalization(4)(bn(conv(x))))


# CVL205


def channels_first(x: Any, **kwargs: Any) -> Any:
    return L.Conv2D(8, 3, data_format="channels_first", **kwargs)(x)


@case("CVL205", "norm", shape=(3, 32, 32))
def default_axis_after_channels_first(x: Any) -> Any:
    return L.Flatten()(norm()(channels_first(x)))


@case("CVL205", "norm")
def axis_one_after_channels_last(x: Any) -> Any:
    return classes(norm(axis=1)(conv(x)))


@case("CVL205", "norm", shape=(3, 32, 32))
def behind_an_activation_and_a_pooling(x: Any) -> Any:
    x = L.MaxPooling2D(data_format="channels_first")(channels_first(x, activation="relu"))
    return L.Flatten()(norm(axis=3)(x))


@case("CVL205", "norm")
def behind_a_concatenation_and_a_gate(x: Any) -> Any:
    x = L.Concatenate()([conv(x), conv(x)])
    return classes(norm(axis=1)(L.Multiply()([x, conv(x, 16, activation="sigmoid")])))


@case("CVL205", "norm", shape=(3, 32, 32))
def group_norm_after_channels_first(x: Any) -> Any:
    return L.Flatten()(L.GroupNormalization(5, name="norm")(channels_first(x)))


@case("CVL205", shape=(3, 32, 32))
def axis_of_the_channels(x: Any) -> Any:
    return L.Flatten()(norm(axis=1)(channels_first(x)))


@case("CVL205")
def last_axis_by_its_number(x: Any) -> Any:
    return classes(norm(axis=3)(conv(x)))


@case("CVL205")
def axis_of_neither_format(x: Any) -> Any:
    return classes(norm(axis=2)(conv(x)))


@case("CVL205", shape=(40, 8))
def statistics_for_each_time_step(x: Any) -> Any:
    return L.Flatten()(norm(axis=1)(L.Conv1D(8, 3)(x)))


@case("CVL205", shape=(96, 128, 1))
def frequencies_of_the_input(x: Any) -> Any:
    return classes(conv(norm(axis=1)(x)))


@case("CVL205", shape=(3, 32, 32))
def transposed_before_the_norm(x: Any) -> Any:
    return classes(norm()(L.Permute((2, 3, 1))(channels_first(x))))


@case("CVL205", shape=(3, 32, 32))
def behind_an_unknown_layer(x: Any) -> Any:
    return L.Flatten()(norm()(L.Lambda(lambda y: y)(channels_first(x))))


@case("CVL205", shape=(4, 3, 32, 32))
def inside_a_wrapper_for_each_time_step(x: Any) -> Any:
    x = L.TimeDistributed(L.Conv2D(8, 3, data_format="channels_first"))(x)
    return L.TimeDistributed(L.BatchNormalization(axis=1), name="norm")(x)


# CVL207


@case("CVL207", "norm", shape=(20, 1))
def layer_norm_of_single_values(x: Any) -> Any:
    return L.LSTM(8)(L.LayerNormalization(name="norm")(x))


@case("CVL207", shape=(20, 1))
def layer_norm_along_time(x: Any) -> Any:
    return L.LSTM(8)(L.LayerNormalization(axis=1, name="norm")(x))


@case("CVL207", "norm")
def instance_norm_of_a_collapsed_map(x: Any) -> Any:
    x = L.GlobalAveragePooling2D(keepdims=True)(conv(x))
    return L.GroupNormalization(-1, name="norm")(x)


@case("CVL207")
def groups_on_a_collapsed_map(x: Any) -> Any:
    x = L.GlobalAveragePooling2D(keepdims=True)(conv(x))
    return L.GroupNormalization(2, name="norm")(x)


@case("CVL207", "norm", shape=(8,))
def as_many_groups_as_features(x: Any) -> Any:
    return L.GroupNormalization(8, name="norm")(x)


@case("CVL207", "norm", shape=(8,))
def pairs_of_features(x: Any) -> Any:
    return L.GroupNormalization(4, name="norm")(x)


@case("CVL207")
def instance_norm_of_a_map(x: Any) -> Any:
    return L.GroupNormalization(-1, name="norm")(conv(x))


@case("CVL207", shape=(None, None, 3))
def instance_norm_of_a_map_of_any_size(x: Any) -> Any:
    return L.GroupNormalization(-1, name="norm")(conv(x))


@case("CVL207", "norm", shape=(20, 1))
def size_of_single_values(x: Any) -> Any:
    return L.UnitNormalization(name="norm")(x)


@case("CVL207", shape=(20, 2))
def direction_of_pairs(x: Any) -> Any:
    return L.UnitNormalization(name="norm")(x)


@case("CVL207", shape=(20, 1))
def inside_a_wrapper(x: Any) -> Any:
    return L.TimeDistributed(L.LayerNormalization(), name="norm")(x)


@case("CVL207", shape=(8,))
def batch_of_any_size(x: Any) -> Any:
    return norm()(x)


# CVL209


def block(x: Any, name: str | None = None, *, bare: bool = False, size: int = 3) -> Any:
    x = conv(x, size=size, name=name)
    return L.ReLU()(x if bare else bn(x))


@case("CVL209", "bare")
def one_of_five(x: Any) -> Any:
    x = block(block(x))
    return classes(block(block(block(x, "bare", bare=True))))


@case("CVL209")
def two_of_five(x: Any) -> Any:
    x = block(block(x), bare=True)
    return classes(block(block(block(x), bare=True)))


@case("CVL209")
def the_first(x: Any) -> Any:
    return classes(block(block(block(block(x, bare=True)))))


@case("CVL209")
def the_last(x: Any) -> Any:
    return classes(block(block(block(block(x))), bare=True))


@case("CVL209")
def pointwise(x: Any) -> Any:
    x = block(block(x))
    return classes(block(block(block(x, bare=True, size=1))))


@case("CVL209")
def upsampling(x: Any) -> Any:
    x = block(block(block(x)))
    x = L.Conv2DTranspose(8, 2, strides=2, activation="relu")(x)
    x = L.Concatenate()([x, x])
    return classes(block(block(x)))


@case("CVL209")
def goes_into_a_sum(x: Any) -> Any:
    x = block(block(x))
    x = L.Add()([x, block(x, bare=True)])
    return classes(block(block(x)))


@case("CVL209")
def a_gate(x: Any) -> Any:
    x = block(block(x))
    gate = conv(L.Concatenate()([x, x]), 1, 7, activation="sigmoid")
    return classes(block(block(L.Multiply()([x, gate]))))


@case("CVL209")
def pre_activation(x: Any) -> Any:
    x = conv(x)
    for _ in range(2):
        branch = conv(L.ReLU()(bn(x)))
        x = L.Add()([x, conv(L.ReLU()(bn(branch)))])
    return classes(L.ReLU()(bn(x)))


@case("CVL209")
def a_layer_that_may_normalize(x: Any) -> Any:
    x = L.Lambda(lambda y: y)(conv(block(block(x))))
    return classes(block(block(L.ReLU()(x))))


@case("CVL209")
def prediction_head(x: Any) -> Any:
    x = block(block(block(block(x))))
    return conv(conv(x, activation="relu"), 4, 1)


# CVL210


def critic(x: Any, layer: Any, last: str | None = None, slope: float = 0.2) -> Any:
    activation = L.LeakyReLU(slope) if slope else L.ReLU()
    x = activation(layer(conv(x, strides=2)))
    return L.Dense(1, activation=last)(L.Flatten()(x))


@case("CVL210", "norm")
def critic_with_batch_norm(x: Any) -> Any:
    return critic(x, norm())


@case("CVL210")
def critic_with_layer_norm(x: Any) -> Any:
    return critic(x, L.LayerNormalization(axis=(1, 2, 3)))


@case("CVL210")
def discriminator_with_a_sigmoid(x: Any) -> Any:
    return critic(x, norm(), last="sigmoid")


@case("CVL210")
def network_with_relu(x: Any) -> Any:
    return critic(x, norm(), slope=0)


@case("CVL210")
def frozen_critic(x: Any) -> Any:
    return critic(x, norm(trainable=False))


@case("CVL210")
def critic_of_patches(x: Any) -> Any:
    return conv(L.LeakyReLU(0.2)(norm()(conv(x, strides=2))), 1)


# CVL211


@case("CVL211", "norm")
def corrects_its_input(x: Any) -> Any:
    return L.Subtract()([x, conv(norm()(conv(x)), 3)])


@case("CVL211", "norm")
def corrects_its_enlarged_input(x: Any) -> Any:
    features = L.UpSampling2D()(norm()(conv(x)))
    return L.Add()([L.UpSampling2D()(x), conv(features, 3)])


@case("CVL211")
def normalizes_nothing(x: Any) -> Any:
    return L.Subtract()([x, conv(conv(x, activation="relu"), 3)])


@case("CVL211")
def adds_features_only(x: Any) -> Any:
    x = conv(x)
    return conv(L.Add()([x, conv(norm()(conv(x)))]), 3)


@case("CVL211")
def mask(x: Any) -> Any:
    return L.Activation("sigmoid")(L.Add()([x, conv(norm()(conv(x)), 3)]))


@case("CVL211")
def classifier_that_adds_its_input(x: Any) -> Any:
    return classes(L.Add()([x, conv(norm()(conv(x)), 3)]))


# CVL212


def zero(**kwargs: Any) -> Any:
    return norm(gamma_initializer="zeros", **kwargs)


@case("CVL212", "norm")
def zero_before_relu(x: Any) -> Any:
    return classes(L.ReLU()(zero()(conv(x))))


@case("CVL212", "norm")
def zero_before_relu_as_an_activation(x: Any) -> Any:
    return classes(L.Activation("relu")(zero()(conv(x))))


@case("CVL212", "norm")
def zero_before_relu6(x: Any) -> Any:
    return classes(L.ReLU(6.0)(zero()(conv(x))))


@case("CVL212", "norm")
def zero_inside_a_residual_branch(x: Any) -> Any:
    x = conv(x)
    return classes(L.Add()([x, conv(L.ReLU()(zero()(conv(x))))]))


@case("CVL212")
def zero_at_the_end_of_a_residual_branch(x: Any) -> Any:
    x = conv(x)
    return classes(L.ReLU()(L.Add()([x, zero()(conv(x))])))


@case("CVL212")
def zero_with_an_offset(x: Any) -> Any:
    return classes(L.ReLU()(zero(beta_initializer="ones")(conv(x))))


@case("CVL212")
def no_scale_at_all(x: Any) -> Any:
    return classes(L.ReLU()(zero(scale=False)(conv(x))))


@case("CVL212")
def frozen_zero(x: Any) -> Any:
    return classes(L.ReLU()(zero(trainable=False)(conv(x))))


@case("CVL212")
def zero_before_a_gate_of_a_sum(x: Any) -> Any:
    x = conv(x)
    return classes(L.LeakyReLU()(L.Average()([x, zero()(conv(x))])))


@case("CVL212")
def of_a_converter_that_loads_weights(x: Any) -> Any:
    x = L.ReLU()(zero()(conv(x, kernel_initializer="zeros")))
    x = L.GlobalAveragePooling2D()(x)
    return L.Dense(10, kernel_initializer="zeros", activation="softmax")(x)


@pytest.mark.parametrize("activation", [L.LeakyReLU, lambda: L.ReLU(negative_slope=0.1)])
def test_zero_before_a_slope_at_zero_is_information_only(activation: Any) -> None:
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, classes(activation()(zero()(conv(inputs)))))
    (finding,) = check(model, select=["CVL212"])
    assert finding.severity.name == "INFO"


# CVL213


@case("CVL213", "norm")
def momentum_of_pytorch(x: Any) -> Any:
    return classes(norm(momentum=0.1)(conv(x)))


@case("CVL213", "norm")
def momentum_that_remembers_nothing(x: Any) -> Any:
    return classes(norm(momentum=0.0)(conv(x)))


@case("CVL213", "norm")
def momentum_that_never_moves(x: Any) -> Any:
    return classes(norm(momentum=1.0)(conv(x)))


@case("CVL213")
def momentum_that_is_the_same_in_both(x: Any) -> Any:
    return classes(norm(momentum=0.5)(conv(x)))


@case("CVL213")
def momentum_of_nasnet(x: Any) -> Any:
    return classes(norm(momentum=0.9997)(conv(x)))


@case("CVL213")
def frozen_momentum(x: Any) -> Any:
    return classes(norm(momentum=0.1, trainable=False)(conv(x)))


@case("CVL213")
def momentum_that_is_not_used(x: Any) -> Any:
    return classes(norm(momentum=0.1)(conv(x), training=False))


@case.all
def test_finds_exactly_that(reported: Callable[[], set[str]], expected: set[str]) -> None:
    assert reported() == expected


def compiled(
    inputs: Any, outputs: Any, code: str, loss: Any = "mse", severities: bool = False
) -> set[str]:
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss=loss)
    return {
        finding.severity.name.lower() if severities else finding.layer
        for finding in check(model, select=[code])
    }


# CVL206


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_predictions_that_are_normalized(loss: str) -> None:
    inputs = keras.Input((8,))
    assert compiled(inputs, norm()(L.Dense(2)(inputs)), "CVL206", loss) == {"norm"}


@pytest.mark.parametrize(
    "outputs",
    [
        pytest.param(lambda x: L.Dense(2)(norm()(L.Dense(4)(x))), id="hidden"),
        pytest.param(lambda x: norm(trainable=False)(L.Dense(2)(x)), id="frozen"),
        pytest.param(lambda x: norm()(L.Dense(2)(x), training=False), id="stored statistics"),
        pytest.param(lambda x: L.UnitNormalization()(L.Dense(2)(x)), id="unit length"),
        pytest.param(lambda x: L.LayerNormalization()(L.Dense(2)(x)), id="layer norm"),
        pytest.param(lambda x: norm()(x), id="of the input"),
    ],
)
def test_predictions_that_are_left_alone(outputs: Callable[[Any], Any]) -> None:
    inputs = keras.Input((8,))
    assert compiled(inputs, outputs(inputs), "CVL206") == set()


def test_an_embedding_is_left_alone() -> None:
    inputs = keras.Input((8,))
    model = keras.Model(inputs, norm()(L.Dense(2)(inputs)))
    assert not check(model, select=["CVL206"])

    def contrastive(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(y_pred * y_true)

    model.compile(loss=contrastive)
    assert not check(model, select=["CVL206"])


def test_class_scores_that_are_normalized_are_information_only() -> None:
    inputs = keras.Input((8,))
    outputs = L.Softmax()(norm()(L.Dense(3)(inputs)))
    loss = "sparse_categorical_crossentropy"
    assert compiled(inputs, outputs, "CVL206", loss, severities=True) == {"info"}


@pytest.mark.parametrize(
    ("filters", "activation", "expected"),
    [
        pytest.param(3, "tanh", {"warning"}, id="an image"),
        pytest.param(64, "tanh", set(), id="features"),
        pytest.param(3, "relu", set(), id="another activation"),
    ],
)
def test_the_image_of_a_generator(filters: int, activation: str, expected: set[str]) -> None:
    inputs = keras.Input((16, 16, 8))
    x = L.Activation(activation)(norm()(L.Conv2DTranspose(filters, 4, strides=2)(inputs)))
    model = keras.Model(inputs, x)
    found = {finding.severity.name.lower() for finding in check(model, select=["CVL206"])}
    assert found == expected


# CVL208, and batch normalization in CVL207


def fixed(batch: int, layer: Any, code: str, *, trained: bool = True) -> set[str]:
    inputs = keras.Input((16, 16, 3), batch_size=batch)
    model = keras.Model(inputs, classes(layer(conv(inputs))))
    if trained:
        model.compile(loss="sparse_categorical_crossentropy")
    return {finding.layer for finding in check(model, select=[code])}


@pytest.mark.parametrize(
    ("batch", "arguments", "expected"),
    [
        (2, {}, {"norm"}),
        (4, {}, {"norm"}),
        (5, {}, set()),
        (2, {"trainable": False}, set()),
        (2, {"synchronized": True}, set()),
        (2, {"renorm": True}, set()),
    ],
)
def test_small_fixed_batches(batch: int, arguments: dict[str, Any], expected: set[str]) -> None:
    assert fixed(batch, norm(**arguments), "CVL208") == expected


def test_a_small_fixed_batch_of_images_of_any_size() -> None:
    inputs = keras.Input((None, None, 3), batch_size=2)
    assert compiled(inputs, conv(norm()(conv(inputs)), 3), "CVL208") == {"norm"}


def test_a_small_fixed_batch_of_a_model_that_is_only_run() -> None:
    assert fixed(1, norm(), "CVL208", trained=False) == set()


def test_a_small_fixed_batch_without_batch_norm() -> None:
    assert fixed(2, L.GroupNormalization(4), "CVL208") == set()


@pytest.mark.parametrize(("batch", "expected"), [(1, {"norm"}), (2, {"norm"}), (3, set())])
def test_batch_norm_of_one_or_two_vectors(batch: int, expected: set[str]) -> None:
    inputs = keras.Input((8,), batch_size=batch)
    assert compiled(inputs, L.Dense(1)(norm()(inputs)), "CVL207") == expected
    model = keras.Model(inputs, L.Dense(1)(norm()(inputs)))
    assert not check(model, select=["CVL207"])


def test_a_critic_with_a_named_loss_is_a_regression() -> None:
    inputs = keras.Input((32, 32, 3))
    assert compiled(inputs, critic(inputs, norm()), "CVL210", "mse") == set()


# CVL214


def normalized(x: Any, **arguments: Any) -> Any:
    layer = L.BatchNormalization(name="norm", trainable=arguments.pop("trainable", True))
    return L.ReLU()(layer(conv(x, use_bias=False), **arguments))


def forced(network: Any, **arguments: Any) -> list[tuple[str, str]]:
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, network(normalized(inputs, **arguments)))
    return [(f.layer, str(f.severity)) for f in check(model, select=["CVL214"])]


def picture(x: Any) -> Any:
    return L.Conv2D(3, 3, padding="same", activation="tanh")(x)


def test_batch_statistics_at_inference_may_be_meant_for_pictures_only() -> None:
    assert forced(classes, training=True) == [("norm", "warning")]
    assert forced(picture, training=True) == [("norm", "info")]


def test_the_moving_statistics_are_left_alone() -> None:
    assert forced(classes) == []
    assert forced(classes, training=False) == []
    assert forced(classes, training=True, trainable=False) == []


def test_a_dead_branch_is_not_as_bad_as_a_dead_model() -> None:
    inputs = keras.Input((32, 32, 3))
    x = conv(inputs)
    dead = keras.Model(inputs, classes(L.ReLU()(zero()(x))))
    branch = keras.Model(inputs, classes(L.Add()([x, conv(L.ReLU()(zero()(conv(x))))])))
    severities = [
        str(finding.severity) for m in (dead, branch) for finding in check(m, select=["CVL212"])
    ]
    assert severities == ["error", "warning"]
