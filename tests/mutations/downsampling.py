"""Defects in kernels, strides and what is seen of an image."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from tests.mutations.anatomy import UNARY, Anatomy
from tests.mutations.edits import change, insert_after
from tests.mutations.places import Edit, Place, defect
from tests.surgery import Node, Surgery


def _sides(model: Anatomy, index: int) -> int:
    """Number of spatial axes."""
    return len(model.shape(index)) - 2


def _plain_conv(model: Anatomy, index: int) -> bool:
    return model.is_a(index, "conv") and not model.is_a(index, "transposed_conv")


@defect("CVL401")
def stride_above_the_window(model: Anatomy) -> Iterator[Place]:
    """A kernel of one position where the stride is two, or a stride of four for three positions."""
    for conv in filter(lambda index: _plain_conv(model, index), model.of("conv")):
        sides = _sides(model, conv)
        size, strides = model.call(conv).config["kernel_size"], model.call(conv).config["strides"]
        if min(size) <= 1 or max(strides) > min(size):
            continue
        shortcuts = (model.shortcut(add) or [] for add in model.around(conv, "add"))
        excused = "shortcuts, as said" if any(conv in calls for calls in shortcuts) else None
        if max(strides) > 1:
            yield Place(conv, change(kernel_size=(1,) * sides), excused)
        elif all(side and side >= 16 for side in model.input_shape(conv)[1:-1]):
            yield Place(conv, change(strides=(size[0] + 1,) * sides))


@defect("CVL402")
def kernel_no_multiple_of_the_stride(model: Anatomy) -> Iterator[Place]:
    for up in model.of("transposed_conv"):
        call = model.call(up)
        if max(call.config["strides"]) > 1:
            size = tuple(stride + 1 for stride in call.config["strides"])
            behind = nx.descendants(model.network, up)
            excused = None
            if model.is_mask and any(model.spatial_conv(index) for index in behind):
                excused = "masks and maps of classes behind one more convolution"
            yield Place(up, change(kernel_size=size, padding="same"), excused)


@defect("CVL403")
def chain_of_even_dilation(model: Anatomy) -> Iterator[Place]:
    """All spatial convolutions of one resolution at the end of the body dilated by two."""
    pools = model.of("global_pool")
    if not pools:
        return
    chain: list[int] = []
    size = model.input_shape(pools[-1])[1:-1]
    for index in reversed(range(pools[-1])):
        if not model.is_a(index, "weight", "norm", "act", "add", "scale", "dropout"):
            break
        if not _plain_conv(model, index) or max(model.call(index).config["strides"]) > 1:
            continue
        if model.spatial_conv(index) and model.shape(index)[1:-1] == size:
            chain.append(index)
    if len(chain) < 3:
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        for conv in [surgery.nodes[index] for index in chain]:
            surgery.change(conv, dilation_rate=(2,) * len(conv.config["kernel_size"]))
        return node

    yield Place(chain[-3], edit)


@defect("CVL403")
def rates_doubled(model: Anatomy) -> Iterator[Place]:
    """Every rate of a stack of dilated convolutions doubled, so that none is left undilated."""
    convs = [index for index in model.of("conv") if _plain_conv(model, index)]
    if not any(max(model.call(index).config.get("dilation_rate") or (1,)) > 1 for index in convs):
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        for conv in [surgery.nodes[index] for index in convs]:
            rates = tuple(2 * rate for rate in conv.config["dilation_rate"])
            surgery.change(conv, dilation_rate=rates)
        return node

    yield Place([index for index in convs if model.spatial_conv(index)][2], edit)


@defect("CVL404")
def kernel_beyond_the_map(model: Anatomy) -> Iterator[Place]:
    """So large a kernel on a small map that half of it only meets padding."""
    for conv in model.of("conv"):
        before = model.input_shape(conv)[1:-1]
        config = model.call(conv).config
        if model.is_a(conv, "transposed_conv") or config.get("padding") != "same":
            continue
        if max(config["strides"]) > 1 or not all(side and side <= 8 for side in before):
            continue
        size = tuple(4 * side + 1 for side in before if side)
        yield Place(conv, change(kernel_size=size))


def _full_resolution(model: Anatomy) -> Edit | None:
    """All strides one, all pooling left out; no edit where the last pooling is not global."""
    pools = [index for index in model.of("pool") if not model.is_a(index, "global_pool")]
    convs = [index for index in model.of("conv") if max(model.call(index).config["strides"]) > 1]
    if (not pools and not convs) or not model.of("global_pool"):
        return None
    if len(model.shape(model.of("conv")[0])) != 4:
        return None

    def edit(surgery: Surgery, node: Node) -> Node:
        for conv in [surgery.nodes[index] for index in convs]:
            surgery.change(conv, strides=(1, 1), padding="same")
        for pool in [surgery.nodes[index] for index in pools]:
            surgery.remove(pool)
        return node

    return edit


@defect("CVL405")
def small_part_seen(model: Anatomy) -> Iterator[Place]:
    """Nothing downsampled, so that the receptive field stays small beside the image."""
    edit = _full_resolution(model)
    inputs = model.shape(model.of("input")[0])
    convs = [index for index in model.of("conv") if model.spatial_conv(index)]
    seen = 1 + sum(
        (max(model.call(index).config["kernel_size"]) - 1)
        * max(model.call(index).config.get("dilation_rate") or (1,))
        for index in convs
    )
    if edit is None or not model.classifies or not inputs[1] or seen * 4 >= inputs[1]:
        return
    excused = None
    if model.of("multiply", "attention"):
        excused = "attention and squeeze-and-excite gates"
    elif inputs[1] < 65:
        excused = "smaller images"
    for pool in model.of("global_pool")[-1:]:
        yield Place(pool, edit, excused)


@defect("CVL412")
def never_downsampled(model: Anatomy) -> Iterator[Place]:
    edit = _full_resolution(model)
    inputs = model.shape(model.of("input")[0])
    if edit is None or not inputs[1]:
        return
    excused = None
    if inputs[1] < 64:
        excused = "shallow networks and small images"
    elif not model.classifies:
        excused = "models that do not classify"
    elif len([index for index in model.of("conv") if model.spatial_conv(index)]) < 5:
        excused = "shallow networks and small images"
    yield Place(model.of("conv")[0], edit, excused)


@defect("CVL407")
def stem_for_large_images(model: Anatomy) -> Iterator[Place]:
    """A first convolution with a stride, and pooling right after it, for small images."""
    convs = model.of("conv")
    if not convs or len(convs) < 2 or not model.producers[convs[0]]:
        return
    stem, inputs = convs[0], model.shape(model.of("input")[0])
    if len(inputs) != 4 or not inputs[1] or inputs[1] > 64:
        return
    last = stem
    while (after := model.next(last)) is not None and model.is_a(after, "norm", "act"):
        last = after

    def edit(surgery: Surgery, node: Node) -> Node:
        surgery.change(node, strides=(2, 2), kernel_size=(7, 7))
        surgery.insert_after(
            surgery.nodes[last], "MaxPooling2D", pool_size=(3, 3), strides=(2, 2), padding="same"
        )
        return node

    excused = None
    if not model.classifies:
        excused = "models that do not classify"
    elif len(convs) < 8:
        excused = "shallow networks, where strides do the work of pooling"
    if len(model.consumers[last]) == 1 or len(model.of("add")) > 0:
        yield Place(stem, edit, excused)


@defect("CVL410")
def pooled_twice(model: Anatomy) -> Iterator[Place]:
    for pool in model.of("pool"):
        call = model.call(pool)
        before = model.shape(pool)[1:-1]
        if max(call.config.get("strides") or (1,)) < 2 or not all(s and s >= 4 for s in before):
            continue
        config = {
            key: call.config[key]
            for key in ("pool_size", "strides", "padding")
            if key in call.config
        }
        yield Place(pool, insert_after(call.class_name, **config))


@defect("CVL414")
def window_larger_than_its_map(model: Anatomy) -> Iterator[Place]:
    for pool in model.of("pool"):
        before = model.input_shape(pool)[1:-1]
        if before and all(before) and "pool_size" in model.call(pool).config:
            size = tuple(side + 1 for side in before if side)
            yield Place(pool, change(pool_size=size, padding="valid"))
    for conv in filter(lambda index: _plain_conv(model, index), model.of("conv")):
        before = model.input_shape(conv)[1:-1]
        if before and all(side and side < 30 for side in before):
            size = tuple(side + 1 for side in before if side)
            yield Place(conv, change(kernel_size=size, padding="valid"))


@defect("CVL751")
def even_kernels(model: Anatomy) -> Iterator[Place]:
    """Two convolutions in a row with kernels of four positions."""
    for first in filter(lambda index: _plain_conv(model, index), model.of("conv")):
        for second in model.reached(first, UNARY, forks=False):
            ends = first, second
            if not all(_plain_conv(model, end) and model.spatial_conv(end) for end in ends):
                continue
            configs = [model.call(end).config for end in ends]
            if any(max(config["strides"]) > 1 for config in configs):
                continue
            if any(config["padding"] != "same" for config in configs):
                continue
            even = (4,) * _sides(model, first)

            def edit(
                surgery: Surgery, node: Node, first: int = first, even: tuple[int, ...] = even
            ) -> Node:
                surgery.change(surgery.nodes[first], kernel_size=even)
                return surgery.change(node, kernel_size=even)

            yield Place(second, edit)


@defect("CVL751")
def even_kernel_on_a_residual_branch(model: Anatomy) -> Iterator[Place]:
    for conv in filter(lambda index: _plain_conv(model, index), model.of("conv")):
        config = model.call(conv).config
        if max(config["strides"]) > 1 or config["padding"] != "same":
            continue
        if model.spatial_conv(conv) and model.on_residual_branch(conv):
            yield Place(conv, change(kernel_size=(2,) * _sides(model, conv)))
