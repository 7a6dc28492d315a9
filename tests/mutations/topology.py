"""Defects in what is joined with what."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutations.anatomy import Anatomy
from tests.mutations.edits import change, remove
from tests.mutations.places import Edit, Place, defect
from tests.surgery import Node, Surgery


@defect("CVL801")
def joined_with_itself(model: Anatomy) -> Iterator[Place]:
    """One input of a merge in the place of the other."""

    def edit(surgery: Surgery, node: Node) -> Node:
        node.inputs[1] = node.inputs[0]
        return node

    for index in model.of("add", "concat", "subtract", "multiply", "average", "maximum"):
        if len(model.producers[index]) == 2 and len(model.call(index).inputs) == 2:
            square = model.is_a(index, "multiply")
            excused = "`Multiply` and `ops.multiply`, which square" if square else None
            yield Place(index, edit, excused)


@defect("CVL802")
def concatenated_beside_each_other(model: Anatomy) -> Iterator[Place]:
    for index in model.of("concat"):
        shapes = [model.shape(producer) for producer in model.producers[index]]
        excused = None
        if len(shapes[0]) != 4:
            excused = "sequences and tokens (three axes)"
        elif len(set(shapes)) > 1:
            excused = "maps of different shapes, which fit in no other way"
        yield Place(index, change(axis=1), excused)


@defect("CVL805")
def deep_residual_network_as_it_starts(model: Anatomy) -> Iterator[Place]:
    """Without the normalizations, or the scales, of its branches."""
    adds = [add for add in model.of("add") if model.forks[add] in model.producers[add]]
    scales = [index for index in model.of("scale") if model.on_residual_branch(index)]
    norms = model.of("norm")
    if len(adds) >= 32 and (norms or scales):
        yield Place(adds[0], remove(*norms, *scales))


@defect("CVL809")
def one_side_wider(model: Anatomy) -> Iterator[Place]:
    """More channels in the layer before an addition."""
    for add in model.of("add", "subtract"):
        for side in model.producers[add]:
            source = side
            while model.is_a(source, "norm", "act", "dropout", "scale") and (
                before := model.before(source)
            ):
                source = before
            if len(model.consumers[source]) != 1 or model.is_a(source, "depthwise"):
                continue
            config = model.call(source).config
            for name in ("filters", "units"):
                if isinstance(config.get(name), int):
                    yield Place(add, _widen(source, name, config[name] + 8))


def _widen(source: int, name: str, size: int) -> Edit:
    def edit(surgery: Surgery, node: Node) -> Node:
        surgery.change(surgery.nodes[source], None, **{name: size})
        return node

    return edit


@defect("CVL809")
def one_map_smaller(model: Anatomy) -> Iterator[Place]:
    """A pooling put on one of the maps that are concatenated."""

    def edit(surgery: Surgery, node: Node) -> Node:
        source = node.inputs[0][0]
        surgery.insert_between(
            source, node, "MaxPooling2D", pool_size=(2, 2), strides=(2, 2), padding="same"
        )
        return node

    for join in model.of("concat"):
        shape = model.shape(join)
        if len(shape) == 4 and all(side and side > 1 for side in shape[1:3]):
            yield Place(join, edit)
