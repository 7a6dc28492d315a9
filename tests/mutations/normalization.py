"""Defects in normalizations."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutations.anatomy import UNARY, Anatomy
from tests.mutations.edits import argue, change, insert_after, insert_before, remove
from tests.mutations.places import Place, defect
from tests.surgery import Node, Surgery


@defect("CVL201")
def no_normalization_at_all(model: Anatomy) -> Iterator[Place]:
    norms, convs = model.of("norm"), model.of("conv")
    if len(convs) < 9 or not norms:
        return
    excused = None
    if model.of("LayerScale"):
        excused = "residual branches that are scaled before the addition"
    elif not model.call(convs[0]).trainable:
        excused = "a frozen body (its first convolution decides)"
    elif not model.classifies:
        excused = "everything that is not a classifier"
    yield Place(convs[0], remove(*norms), excused)


@defect("CVL202")
def normalized_after_the_activation(model: Anatomy) -> Iterator[Place]:
    """A batch normalization and the activation behind it exchanged."""
    for norm in model.of("batch_norm"):
        act = model.next(norm)
        if act is None or not model.is_a(act, "act"):
            continue

        def edit(surgery: Surgery, node: Node, act: int = act) -> Node:
            surgery.swap(node, surgery.nodes[act])
            return node

        yield Place(norm, edit, _excused_order(model, norm))


def _excused_order(model: Anatomy, norm: int) -> str | None:
    source = model.producers[norm][0]
    if model.is_a(source, "add", "concat", "pool"):
        return "where the normalization follows an `Add`, a `Concatenate` or a pooling"
    if len(model.consumers[source]) > 1:
        return "a layer whose result goes elsewhere too"
    if not model.call(norm).trainable:
        return "frozen normalizations"
    return None


@defect("CVL202")
def all_normalized_after_the_activation(model: Anatomy) -> Iterator[Place]:
    """Every pair of a network exchanged: the first is reported for all."""
    pairs = [
        (norm, act)
        for norm in model.of("batch_norm")
        if (act := model.next(norm)) is not None and model.is_a(act, "act")
    ]
    if not pairs:
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        for norm, act in [(surgery.nodes[norm], surgery.nodes[act]) for norm, act in pairs]:
            surgery.swap(norm, act)
        return node

    ordinary = [norm for norm, _ in pairs if _excused_order(model, norm) is None]
    if ordinary:
        yield Place(ordinary[0], edit)
    else:
        yield Place(pairs[0][0], edit, _excused_order(model, pairs[0][0]))


@defect("CVL202")
def normalization_put_behind_the_activation(model: Anatomy) -> Iterator[Place]:
    """In a network that has none, or none there."""
    for act in model.of("act"):
        (source,) = model.producers[act]
        behind = model.consumers[act]
        if not model.is_a(source, "dense", "conv") or len(model.consumers[source]) > 1:
            continue
        if any(model.is_a(other, "norm", "multiply", "output") for other in behind):
            continue
        excused = "GELU, as in ConvMixer" if model.function(act) == "gelu" else None
        yield Place(act, insert_after("BatchNormalization"), excused)


@defect("CVL203")
def bias_before_a_normalization(model: Anatomy) -> Iterator[Place]:
    for norm in model.of("batch_norm"):
        source = model.producers[norm][0]
        if not model.is_a(source, "weight"):
            continue
        excused = None
        if not model.call(norm).trainable:
            excused = "frozen layers"
        elif len(model.consumers[source]) > 1:
            excused = "a layer whose result goes elsewhere too"
        yield Place(source, change(use_bias=True), excused)


@defect("CVL204")
def normalized_twice(model: Anatomy) -> Iterator[Place]:
    for norm in model.of("batch_norm"):
        excused = None if model.call(norm).trainable else "frozen ones"
        yield Place(norm, insert_after("BatchNormalization"), excused)
    for norm in model.of("layer_norm"):
        yield Place(norm, insert_after("LayerNormalization"), "`LayerNormalization`")


@defect("CVL205")
def wrong_axis(model: Anatomy) -> Iterator[Place]:
    """The axis of channels_first where the channels are last."""
    for norm in model.of("batch_norm"):
        shape = model.shape(norm)
        if len(shape) == 4:
            yield Place(norm, change(axis=1))
            groups = change("GroupNormalization", groups=1, axis=1)
            yield Place(norm, groups)
        elif len(shape) == 3:
            yield Place(norm, change(axis=1), "maps with one spatial axis")


@defect("CVL206")
def regression_normalized(model: Anatomy) -> Iterator[Place]:
    training = model.graph.training
    losses = training.losses if training else ()
    for output, loss in zip(model.of("output"), losses, strict=False):
        if loss is not None and loss.name in ("mean_squared_error", "mean_absolute_error"):
            yield Place(output, insert_before("BatchNormalization"))


@defect("CVL206")
def scores_or_picture_normalized(model: Anatomy) -> Iterator[Place]:
    """Between the last layer and its softmax, sigmoid or tanh."""
    for output in model.of("output"):
        act = model.producers[output][0]
        if model.is_a(act, "act") and model.function(act) in ("softmax", "sigmoid", "tanh"):
            yield Place(act, insert_before("BatchNormalization"))


@defect("CVL207")
def vectors_normalized_value_by_value(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dense", "global_pool"):
        shape = model.shape(index)
        if len(shape) == 2:
            yield Place(index, insert_after("GroupNormalization", groups=shape[-1]))


@defect("CVL207")
def pooled_map_normalized_over_its_only_position(model: Anatomy) -> Iterator[Place]:
    def edit(surgery: Surgery, node: Node) -> Node:
        surgery.change(node, keepdims=True)
        norm = surgery.insert_after(node, "GroupNormalization", groups=-1)
        surgery.insert_after(norm, "Flatten")
        return norm

    for index in model.of("global_pool"):
        if len(model.shape(index)) == 2:
            yield Place(index, edit)


@defect("CVL207")
def single_number_normalized(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dense"):
        if model.call(index).config["units"] == 1:
            yield Place(index, insert_after("LayerNormalization"))


def _fix_batch(surgery: Surgery, size: int) -> None:
    for node in surgery.nodes:
        if "input" in node.kinds:
            shapes = tuple(
                None if shape is None else (size, *shape[1:]) for shape in node.call.output_shapes
            )
            node.call = node.call.replace(output_shapes=shapes)
            surgery.change(node, batch_shape=shapes[0])


@defect("CVL208")
def small_batches(model: Anatomy) -> Iterator[Place]:
    def edit(surgery: Surgery, node: Node) -> Node:
        _fix_batch(surgery, 2)
        return node

    excused = None
    if model.graph.training is None:
        excused = "models that are not compiled"
    for norm in model.of("batch_norm")[:1]:
        if len(model.shape(norm)) == 2 and excused is None:
            continue  # vectors of so few samples are degenerate, which another rule says
        frozen = None if model.call(norm).trainable else "frozen normalizations"
        yield Place(norm, edit, excused or frozen)


@defect("CVL209")
def normalization_forgotten(model: Anatomy) -> Iterator[Place]:
    for norm in model.of("batch_norm"):
        conv, act = model.before(norm), model.next(norm)
        if conv is None or act is None or not model.call(conv).trainable:
            continue
        if not model.is_a(conv, "conv") or not model.is_a(act, "act"):
            continue
        if model.is_a(model.producers[conv][0], "input", "scale"):
            excused: str | None = "the first convolution and the last ones"
        else:
            excused = _excused_bare(model, conv, act) or _excused_share(model)
        yield Place(norm, remove(norm, at=conv), excused)


def _excused_bare(model: Anatomy, conv: int, act: int) -> str | None:
    if not model.spatial_conv(conv):
        return "1×1 convolutions"
    if model.is_a(conv, "transposed_conv"):
        return "transposed convolutions"
    kinds = {"pool", "pad", "dropout"}
    behind = [other for other in model.reached(act, kinds) if not model.is_a(other, *kinds)]
    if len(behind) > 1 or any(model.is_a(other, "add", "concat", "multiply") for other in behind):
        return "one whose result goes into a sum, a concatenation or a gate"
    if not all(model.is_a(other, "conv") for other in behind):
        return "the first convolution and the last ones"
    if not _normalized(model, behind[0]):
        return "which are not between normalized convolutions"
    before = model.reached(conv, UNARY, up=True)
    if not any(model.is_a(other, "conv") for other in before):
        return "which are not between normalized convolutions"
    return None


def _normalized(model: Anatomy, conv: int) -> bool:
    """Whether its result meets a normalization before other weights, behind a sum perhaps."""
    behind = model.reached(conv, UNARY - {"norm"} | {"add"})
    return any(model.is_a(other, "norm") for other in behind)


def _excused_share(model: Anatomy) -> str | None:
    """Whether the others are too few, with one less."""
    convs = model.of("conv")
    normalized = sum(_normalized(model, conv) for conv in convs)
    if (normalized - 1) / len(convs) < 0.75:
        return "networks of which less than three quarters of the convolutions are normalized"
    return None


@defect("CVL212")
def dead_from_the_start(model: Anatomy) -> Iterator[Place]:
    """A scale of zero, and nothing but a ReLU behind it."""
    for norm in model.of("batch_norm"):
        act = model.next(norm)
        excused = None if model.call(norm).trainable else "frozen layers"
        if act is not None and model.function(act) == "relu":
            yield Place(norm, change(gamma_initializer="zeros"), excused)
        if act is not None and model.is_a(act, "add") and excused is None:
            words = "the last normalization of a residual branch"
            if model.on_residual_branch(norm):
                yield Place(norm, change(gamma_initializer="zeros"), words)


@defect("CVL213")
def momentum_of_another_library(model: Anatomy) -> Iterator[Place]:
    for norm in model.of("batch_norm"):
        excused = None if model.call(norm).trainable else "frozen normalizations"
        yield Place(norm, change(momentum=0.1), excused)


@defect("CVL213")
def statistics_that_never_move(model: Anatomy) -> Iterator[Place]:
    for norm in model.of("batch_norm"):
        if model.call(norm).trainable:
            yield Place(norm, change(momentum=1.0))


@defect("CVL214")
def batch_statistics_at_inference(model: Anatomy) -> Iterator[Place]:
    for norm in model.of("batch_norm"):
        excused = None if model.call(norm).trainable else "a frozen normalization"
        yield Place(norm, argue(training=True), excused)
