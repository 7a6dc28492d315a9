"""Defects in dropout."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from tests.mutations.anatomy import UNARY, Anatomy
from tests.mutations.edits import also, argue, change, insert_after, insert_before, remove
from tests.mutations.places import Place, defect
from tests.surgery import Node, Surgery

DROPOUT_AFTER: Final = insert_after("Dropout", rate=0.3)
DROPOUT_BEFORE: Final = insert_before("Dropout", rate=0.3)


@defect("CVL101")
def dropout_between_convolutions(model: Anatomy) -> Iterator[Place]:
    """After any layer between two convolutions, the second of which is spatial."""
    for index in model.of("conv", "norm", "act", "pool", "add", "concat"):
        before = {index, *model.reached(index, UNARY | {"add", "concat"}, up=True)}
        if not any(model.is_a(other, "conv") for other in before):
            continue
        behind = set(model.reached(index, UNARY))
        if not any(model.is_a(other, "conv") for other in behind):
            continue
        excused = _excused_between_convolutions(model, index)
        yield Place(index, DROPOUT_AFTER, excused)
        yield Place(index, insert_after("GaussianDropout", rate=0.3), excused)


def _excused_between_convolutions(model: Anatomy, index: int) -> str | None:
    if set(model.shape(index)[1:-1]) == {1}:
        return "feature maps that are already 1×1"
    if model.on_residual_branch(index):
        return "dropout on a residual branch"
    if model.on_dense_branch(index):
        return "on a branch that is concatenated with its own input"
    ends = [index, *model.reached(index, {"act", "norm", "pool", "pad"})]
    blocks = [merge for end in ends for merge in model.consumers[end] if model.forks[merge] == end]
    if any(model.ends_dense_block(merge) for merge in blocks):
        return "in the transition to such a dense block"
    behind = list(model.reached(index, UNARY | {"pointwise"}))
    if not any(model.spatial_conv(other) for other in behind):
        onward = model.reached(index, UNARY | {"conv"})
        if not any(model.spatial_conv(other) for other in onward):
            return "dropout with only 1×1 convolutions between it and the global pooling"
    return None


@defect("CVL102")
def dropout_upstream_of_a_batch_normalization(model: Anatomy) -> Iterator[Place]:
    """Before the layer whose output is normalized, and before the one before it."""
    for norm in model.of("batch_norm"):
        index, weights = model.before(norm), 0
        while index is not None and model.producers[index]:
            if model.is_a(index, "weight"):
                weights += 1
                yield Place(index, DROPOUT_BEFORE, _excused_before(model, norm))
                if len(model.shape(index)) == 4:
                    spatial = insert_before("SpatialDropout2D", rate=0.2)
                    yield Place(index, spatial, _excused_before(model, norm))
                if weights == 2:
                    break
            elif not model.is_a(index, *UNARY, "flatten", "reshape") or model.is_a(index, "norm"):
                break
            index = model.before(index)
        if index is not None and model.is_a(index, "add", "concat"):
            source = model.producers[index][-1]
            if len(model.consumers[source]) == 1 and not model.is_a(source, "input"):
                yield Place(
                    source,
                    DROPOUT_AFTER,
                    "dropout that first joins another tensor in an `Add` or `Concatenate`",
                )


def _excused_before(model: Anatomy, norm: int) -> str | None:
    if not model.call(norm).trainable or model.call(norm).arguments.get("training") is False:
        return "a frozen `BatchNormalization`"
    return None


@defect("CVL103")
def dropout_on_a_shortcut(model: Anatomy) -> Iterator[Place]:
    """On the edge from the fork to the addition."""
    for add in model.of("add"):
        fork = model.forks[add]
        if fork not in model.producers[add]:
            continue

        def edit(surgery: Surgery, node: Node, fork: int = fork) -> Node:
            return surgery.insert_between(surgery.nodes[fork], node, "Dropout", rate=0.3)

        yield Place(add, edit)


@defect("CVL104")
def dropout_on_predictions(model: Anatomy) -> Iterator[Place]:
    for output in model.of("output"):
        if model.graph.training is not None or model.function(model.producers[output][0]) in (
            "softmax",
        ):
            yield Place(output, DROPOUT_BEFORE)
        else:
            yield Place(output, DROPOUT_BEFORE, "an output without a loss that is no softmax")


@defect("CVL105")
def share_to_keep_for_the_rate(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dropout"):
        excused = (
            "stochastic depth (`noise_shape=(None, 1, 1, 1)`"
            if model.call(index).config.get("noise_shape")
            else None
        )
        yield Place(index, change(rate=0.9), excused)


@defect("CVL105")
def rate_that_does_nothing(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dropout"):
        if not model.call(index).config.get("noise_shape"):
            yield Place(index, change(rate=0.005))


@defect("CVL105")
def high_rate_on_a_feature_map(model: Anatomy) -> Iterator[Place]:
    for index in model.of("conv"):
        behind = model.reached(index, UNARY)
        map_of_one = set(model.shape(index)[1:-1]) == {1}
        if any(model.is_a(other, "conv") for other in behind) and not map_of_one:
            yield Place(index, insert_after("Dropout", rate=0.6))


@defect("CVL106")
def head_without_its_dropout(model: Anatomy) -> Iterator[Place]:
    drops = [
        index
        for index in model.of("dropout")
        if model.is_a(model.next(index) or 0, "dense") and len(model.shape(index)) == 2
    ]
    dense = [index for index in model.of("dense") if model.call(index).config["units"] >= 128]
    if drops and dense and model.classifies and _heavy_head(model, dense[0]):
        yield Place(dense[0], remove(*drops))


@defect("CVL106")
def wide_head_without_dropout(model: Anatomy) -> Iterator[Place]:
    """Flatten in place of the global pooling, and a dense layer of 1024 units behind it."""
    for index in model.of("global_pool"):
        head = list(model.reached(index, {"dense", "act", "dropout"}))
        drops = [other for other in head if model.is_a(other, "dropout")]
        ends = any(model.is_a(other, "output") for other in head)
        if not ends or len(model.input_shape(index)) != 4 or not model.classifies:
            continue

        def edit(surgery: Surgery, node: Node, drops: Sequence[int] = drops) -> Node:
            for drop in [surgery.nodes[drop] for drop in drops]:
                surgery.remove(drop)
            dense = surgery.insert_after(surgery.change(node, "Flatten"), "Dense", units=1024)
            surgery.insert_after(dense, "ReLU")
            return dense

        excused = None
        if any(call.class_name.startswith("applications.") for call in model.calls):
            excused = "such as a backbone of `keras.applications` in source code"
        yield Place(index, edit, excused)


def _heavy_head(model: Anatomy, first: int) -> bool:
    """Whether the dense layers from the first one on hold most of a convnet's parameters."""

    def kernel(index: int) -> int:
        units: int = (model.input_shape(index)[-1] or 0) * (model.shape(index)[-1] or 0)
        taps: int = math.prod(model.call(index).config.get("kernel_size", ()))
        return units * taps

    body = sum(map(kernel, model.of("conv")))
    return 0 < body <= sum(kernel(index) for index in model.of("dense") if index >= first)


@defect("CVL107")
def plain_dropout_between_selu(model: Anatomy) -> Iterator[Place]:
    for index in model.of("AlphaDropout"):
        after = model.next(model.next(index) or 0)
        excused = None
        if after is None or model.function(after) != "selu":
            excused = "dropout before a layer without SELU"
        yield Place(index, change("Dropout", rate=0.1), excused)


@defect("CVL108")
def positions_dropped_across_channels(model: Anatomy) -> Iterator[Place]:
    for index in model.of("conv", "act"):
        shape = model.shape(index)
        if len(shape) == 4 and all(size and size > 1 for size in shape[1:]):
            noise = (None, *shape[1:-1], 1)
            yield Place(
                index,
                insert_after("Dropout", rate=0.2, noise_shape=noise),
            )


@defect("CVL108")
def noise_for_a_batch_of_one_size(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dropout"):
        rank = len(model.shape(index))
        if rank and not model.call(index).config.get("noise_shape"):
            noise = (32, *([1] * (rank - 2)), model.shape(index)[-1])
            if model.is_a(index, "Dropout"):
                yield Place(
                    index,
                    change(noise_shape=noise),
                )


@defect("CVL110")
def dropout_twice(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dropout"):
        call = model.call(index)
        if call.config.get("noise_shape") is None and call.class_name != "AlphaDropout":
            yield Place(
                index,
                insert_after(call.class_name, rate=call.config["rate"]),
            )


@defect("CVL110")
def two_dropouts_put_in(model: Anatomy) -> Iterator[Place]:
    def edit(surgery: Surgery, node: Node) -> Node:
        first = surgery.insert_after(node, "Dropout", rate=0.2)
        return surgery.insert_after(first, "Dropout", rate=0.2)

    for index in model.of("act"):
        yield Place(index, edit)


@defect("CVL111")
def random_at_inference(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dropout"):
        yield Place(index, argue(training=True))


@defect("CVL111")
def recurrent_or_attention_dropout_at_inference(model: Anatomy) -> Iterator[Place]:
    for index in model.of("rnn", "attention"):
        yield Place(
            index,
            also(argue(training=True), change(dropout=0.2)),
        )
