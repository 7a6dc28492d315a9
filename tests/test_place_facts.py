"""Facts about place and purpose: body, head, outputs, dropout masks, norms, the whole model."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers

from convlint.kleene import UNKNOWN
from tests.facts import fact, facts_of, layers_with


def classifier(*body: Any, shape: tuple[int | None, ...] = (32, 32, 3)) -> keras.Model:
    return keras.Sequential([layers.Input(shape), *body])


def test_body_ends_and_head_begins_at_the_spatial_collapse() -> None:
    facts = facts_of(
        classifier(
            layers.Rescaling(1 / 255, name="scale"),
            layers.Conv2D(8, 3, name="conv"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flat"),
            layers.Dense(16, name="dense"),
        )
    )
    assert layers_with(facts, "in_body") == {"conv", "pool"}
    assert layers_with(facts, "in_head") == {"flat", "dense"}


def test_a_gate_and_a_bottleneck_return_to_the_body_and_are_no_head() -> None:
    inputs = keras.Input((8, 8, 4))
    x = layers.Conv2D(4, 3, padding="same", name="conv")(inputs)
    gate = layers.GlobalAveragePooling2D(name="squeeze")(x)
    gate = layers.Dense(4, name="excite")(gate)
    x = layers.Multiply(name="gated")([x, layers.Reshape((1, 1, 4), name="back")(gate)])
    code = layers.Dense(16, name="code")(layers.Flatten(name="flat")(x))
    x = layers.Conv2D(1, 3, name="decode")(layers.Reshape((4, 4, 1), name="unflat")(code))
    facts = facts_of(keras.Model(inputs, x))
    assert layers_with(facts, "in_head") == set()


def test_a_convolution_of_a_pooled_map_is_a_dense_layer() -> None:
    facts = facts_of(
        classifier(
            layers.Conv2D(8, 3, name="conv"),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Conv2D(10, 1, name="logits"),
        )
    )
    kinds = {call.name: facts.kinds[call.index] for call in facts.graph.calls[:-1]}
    assert "conv" in kinds["conv"]
    assert kinds["logits"] >= {"dense", "weight", "Conv2D"}
    assert "conv" not in kinds["logits"]


def test_an_operation_with_a_constant_scales() -> None:
    inputs = keras.Input((8, 8, 4))
    facts = facts_of(keras.Model(inputs, layers.Conv2D(4, 1)(inputs) * 0.1 + inputs))
    kinds = {call.class_name: facts.kinds[call.index] for call in facts.graph.calls}
    assert "scale" in kinds["ops.Multiply"]
    assert "merge" not in kinds["ops.Multiply"]
    assert "add" in kinds["ops.Add"]


@pytest.mark.parametrize(
    ("axis", "pools"), [((1, 2), True), ((-2, -3), True), (1, False), (-1, False), (None, False)]
)
def test_a_mean_over_all_positions_is_a_global_pooling(axis: Any, pools: bool) -> None:
    inputs = keras.Input((8, 8, 4))
    facts = facts_of(keras.Model(inputs, keras.ops.mean(inputs, axis=axis, keepdims=True)))
    (kinds,) = (facts.kinds[c.index] for c in facts.graph.calls if c.class_name == "ops.Mean")
    assert ({"global_pool", "avg_pool"} <= kinds) is pools


def test_a_dynamic_map_is_a_body_and_an_unknown_layer_leaves_it_open() -> None:
    facts = facts_of(
        classifier(
            layers.Conv2D(8, 3, name="conv"),
            layers.Lambda(lambda x: x, name="anything"),
            layers.ReLU(name="relu"),
            shape=(None, None, 3),
        )
    )
    assert fact(facts, "conv", "in_body") is True
    assert fact(facts, "relu", "in_body") is UNKNOWN


@pytest.mark.parametrize(
    ("noise_shape", "mask"),
    [
        (None, "element"),
        ((None, 1, 1, 8), "channel"),
        ((None, 1, 1, None), "channel"),
        ((None, 1, 1, 1), "sample"),
        ((None, 8, 1, 1), "position"),
        ((None, None, None, 1), "position"),
        ((None, None, 1, 8), "partial"),
        ((None, None, None, None), "element"),
    ],
)
def test_what_a_noise_shape_drops_together(noise_shape: Any, mask: str) -> None:
    layer = layers.Dropout(0.5, noise_shape=noise_shape, name="drop")
    facts = facts_of(classifier(layer, shape=(8, 8, 8)))
    assert fact(facts, "drop", "dropout_mask") == mask


def test_a_noise_shape_follows_the_channel_axis_of_the_convolution() -> None:
    inputs = keras.Input((4, 8, 8))
    x = layers.Conv2D(16, 3, padding="same", data_format="channels_first")(inputs)
    x = layers.Dropout(0.1, noise_shape=(None, 16, 1, 1), name="drop")(x)
    assert fact(facts_of(keras.Model(inputs, x)), "drop", "dropout_mask") == "channel"


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (layers.Dense(1, activation="softmax"), 1),
        (layers.Dense(5, activation="softmax"), 5),
        (layers.Dense(2, activation=keras.activations.softmax), 2),
    ],
)
def test_a_softmax_normalises_over_the_last_axis(layer: Any, size: int) -> None:
    facts = facts_of(classifier(layer, shape=(4,)))
    assert fact(facts, layer.name, "softmax_size", fused=True) == size


def test_a_softmax_over_a_dynamic_axis_has_an_unknown_size() -> None:
    facts = facts_of(classifier(layers.Softmax(axis=1, name="soft"), shape=(None, 4)))
    assert fact(facts, "soft", "softmax_size") is UNKNOWN


def output_fact(model: keras.Model, name: str) -> Any:
    facts = facts_of(model)
    (output,) = facts.graph.outputs
    return facts.lookup(output.index, name)


LOSSES = keras.losses


@pytest.mark.parametrize(
    ("last", "loss", "expected"),
    [
        ("softmax", "categorical_crossentropy", True),
        (None, LOSSES.SparseCategoricalCrossentropy(from_logits=True), True),
        ("sigmoid", "mse", False),
        (None, "mse", False),
        (None, lambda y, p: keras.ops.mean(p), UNKNOWN),
        ("softmax", None, True),
        (None, None, UNKNOWN),
        ("sigmoid", None, UNKNOWN),
        ("sigmoid", "binary_crossentropy", True),
        ("tanh", None, False),
    ],
)
def test_whether_an_output_classifies(last: Any, loss: Any, expected: object) -> None:
    model = classifier(layers.Dense(3, activation=last), shape=(4,))
    if loss is not None:
        model.compile("sgd", loss)
    assert output_fact(model, "classifies") is expected


def test_one_sigmoid_without_a_loss_classifies() -> None:
    model = classifier(layers.Dense(1, activation="sigmoid"), shape=(4,))
    assert output_fact(model, "classifies") is True


def test_a_segmentation_does_not_classify_the_sample() -> None:
    model = classifier(layers.Conv2D(2, 1, activation="softmax"))
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert output_fact(model, "classifies") is False
    assert output_fact(model, "loss") == "sparse_categorical_crossentropy"
    assert output_fact(model, "from_logits") is False


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ([layers.Dense(2)], "linear"),
        ([layers.Dense(2), layers.Softmax(), layers.Reshape((2, 1))], "softmax"),
        ([layers.Dense(2), layers.LayerNormalization()], UNKNOWN),
        ([layers.Dense(2), layers.Lambda(lambda x: x)], UNKNOWN),
    ],
)
def test_the_final_activation(last: Any, expected: object) -> None:
    assert output_fact(classifier(*last, shape=(4,)), "final_activation") == expected


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        (layers.BatchNormalization(), True),
        (layers.BatchNormalization(axis=3), True),
        (layers.BatchNormalization(axis=1), False),
        (layers.GroupNormalization(groups=-1), True),
        (layers.GroupNormalization(groups=8), True),
        (layers.GroupNormalization(groups=4), False),
        (layers.LayerNormalization(), False),
    ],
)
def test_which_norms_subtract_a_mean_for_each_channel(norm: Any, expected: bool) -> None:
    facts = facts_of(classifier(layers.Conv2D(8, 3), norm))
    assert fact(facts, norm.name, "normalizes_each_channel") is expected


def test_order_of_norm_and_activation() -> None:
    facts = facts_of(
        classifier(
            layers.Conv2D(8, 3),
            layers.BatchNormalization(name="before"),
            layers.ReLU(),
            layers.Conv2D(8, 3, activation="relu"),
            layers.BatchNormalization(name="after"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(name="elsewhere"),
        )
    )
    assert layers_with(facts, "precedes_activation") == {"before"}
    assert layers_with(facts, "follows_activation") == {"after"}
    assert facts.model("post_activation_share") == 0.5


def test_a_norm_that_begins_a_pre_activation_block_does_not_follow_an_activation() -> None:
    inputs = keras.Input((8, 8, 3))
    stem = layers.Conv2D(8, 3, padding="same", activation="relu", name="stem")(inputs)
    x = layers.ReLU()(layers.BatchNormalization(name="first")(stem))
    x = layers.Conv2D(8, 3, padding="same")(x)
    facts = facts_of(keras.Model(inputs, layers.Add()([stem, x])))
    assert fact(facts, "first", "follows_activation") is False


def test_depth_share_and_regularisation_of_the_head() -> None:
    head = [layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    body = [layers.Conv2D(4, 3), layers.Conv2D(4, 3), layers.Flatten()]
    model = classifier(*body, *head)
    facts = facts_of(model)
    assert facts.model("conv_depth") == 2
    assert facts.model("normalizes") is False
    assert facts.model("regularizes_head") is False
    dense = sum(layer.count_params() for layer in head)
    assert facts.model("head_parameter_share") == dense / model.count_params()
    assert facts_of(classifier(*body[:2], layers.Dropout(0.5), *body[2:], *head)).model(
        "regularizes_head"
    )


def test_a_layer_of_a_frozen_model_is_frozen() -> None:
    base = classifier(layers.Conv2D(4, 3, name="inside"), layers.BatchNormalization(name="norm"))
    base.trainable = False
    inputs = keras.Input((32, 32, 3))
    outputs = layers.Conv2D(4, 3, name="outside")(base(inputs, training=False))
    facts = facts_of(keras.Model(inputs, outputs))
    assert fact(facts, "inside", "trainable") is False
    assert fact(facts, "outside", "trainable") is True
    assert fact(facts, "norm", "training") is False
    assert fact(facts, "outside", "training") is None


def test_weight_decay_is_what_the_optimizer_states() -> None:
    model = classifier(layers.Dense(1), shape=(4,))
    assert facts_of(model).model("weight_decay") is False
    model.compile(keras.optimizers.AdamW(weight_decay=0.01), "mse")
    assert facts_of(model).model("weight_decay") is True
    model.compile(keras.optimizers.SGD(), "mse")
    assert facts_of(model).model("weight_decay") is False
