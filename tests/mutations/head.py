"""Defects in what follows the convolutions."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutations.anatomy import Anatomy
from tests.mutations.edits import change, insert_after, insert_before, remove
from tests.mutations.places import Place, defect
from tests.surgery import Node, Surgery


def _ends_of_bodies(model: Anatomy) -> Iterator[int]:
    """Where a map of at least two axes becomes a vector for the head."""
    for index in model.of("global_pool", "flatten"):
        before = model.input_shape(index)
        behind = model.reached(index, {"dense", "act", "dropout"})
        if len(before) == 4 and any(model.is_a(other, "output") for other in behind):
            yield index


@defect("CVL501")
def flattened_before_a_wide_layer(model: Anatomy) -> Iterator[Place]:
    """Flatten in place of the pooling, and a dense layer of 1024 units behind it."""

    def edit(surgery: Surgery, node: Node) -> Node:
        surgery.change(node, "Flatten")
        dense = surgery.insert_after(node, "Dense", units=1024)
        surgery.insert_after(dense, "ReLU")
        return dense

    for index in _ends_of_bodies(model):
        excused = None
        if model.is_a(index, "flatten"):
            continue
        if not model.classifies:
            excused = "models that do not classify"
        elif any(call.class_name.startswith("applications.") for call in model.calls):
            excused = "such as a backbone of `keras.applications` in source code"
        yield Place(index, edit, excused)


@defect("CVL502")
def flat_already(model: Anatomy) -> Iterator[Place]:
    for index in model.of("global_pool", "flatten", "dense"):
        if len(model.shape(index)) == 2 and not model.is_a(model.consumers[index][0], "output"):
            yield Place(index, insert_after("Flatten"))


@defect("CVL503")
def map_never_collapsed(model: Anatomy) -> Iterator[Place]:
    """The pooling or the Flatten before the head left out."""
    for index in _ends_of_bodies(model):
        outputs = list(model.reached(index, {"dense", "act", "dropout"}))
        last = [other for other in outputs if model.is_a(other, "dense")]
        excused = None if model.classifies else "outputs that do not classify"
        yield Place(index, remove(index, at=max(last)), excused)


@defect("CVL504")
def narrow_before_many_classes(model: Anatomy) -> Iterator[Place]:
    """A layer of four units before the last one."""
    for index in model.of("dense"):
        behind = list(model.reached(index, {"act"}))
        if not any(model.is_a(other, "output") for other in behind):
            continue
        units = model.call(index).config["units"]
        if units >= 40:
            yield Place(index, _narrow)


def _narrow(surgery: Surgery, node: Node) -> Node:
    before = surgery.insert_before(node, "Dense", units=4)
    surgery.insert_after(before, "ReLU")
    return node


@defect("CVL601")
def softmax_of_one_unit(model: Anatomy) -> Iterator[Place]:
    for index in model.of("dense", "conv"):
        act = model.next(index)
        if act is None or model.function(act) not in ("softmax", "sigmoid"):
            continue
        if not model.is_a(model.consumers[act][0], "output"):
            continue
        size = "units" if model.is_a(index, "dense") else "filters"

        def edit(surgery: Surgery, node: Node, act: int = act, size: str = size) -> Node:
            surgery.change(node, None, **{size: 1})
            return surgery.change(surgery.nodes[act], "Activation", activation="softmax")

        yield Place(index, edit)


@defect("CVL601")
def softmax_along_an_axis_of_one(model: Anatomy) -> Iterator[Place]:
    """Logits of one class through a layer of their own."""
    for output in model.of("output"):
        source = model.producers[output][0]
        if model.shape(source)[-1:] == (1,):
            yield Place(output, insert_before("Softmax"))


@defect("CVL806")
def reshaped_to_another_number(model: Anatomy) -> Iterator[Place]:
    for index in model.of("Reshape"):
        shape = model.call(index).config["target_shape"]
        yield Place(index, change(target_shape=(*shape[:-1], shape[-1] + 1)))
    for index in model.of("flatten"):
        values = model.shape(index)[1]
        if values:
            yield Place(index, insert_after("Reshape", target_shape=(values - 1, 1)))
            yield Place(index, insert_after("Reshape", target_shape=(-1, values + 1)))
