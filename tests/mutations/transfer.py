"""Defects in transfer learning: what is frozen, what learns on, what is scaled twice."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutations.anatomy import Anatomy
from tests.mutations.edits import insert_after
from tests.mutations.places import Place, defect
from tests.surgery import Node, Surgery


def _in_training_mode(node: Node) -> None:
    """Call it as everything is called, without ``training=False``."""
    arguments = {name: value for name, value in node.call.arguments.items() if name != "training"}
    node.call = node.call.replace(arguments=arguments)


@defect("CVL931")
def upper_half_thawed(model: Anatomy) -> Iterator[Place]:
    """A nested base of which the last layers are made trainable, called in training mode."""
    base = [call.index for call in model.calls if call.model and not call.trainable]
    norms = [index for index in base if model.is_a(index, "batch_norm")]
    for first in norms[1:]:

        def edit(surgery: Surgery, node: Node, first: int = first) -> Node:
            for index in base:
                _in_training_mode(surgery.nodes[index])
                if index >= first:
                    surgery.freeze(surgery.nodes[index], trainable=True)
            return node

        yield Place(first, edit)


@defect("CVL931")
def backbone_thawed(model: Anatomy) -> Iterator[Place]:
    """A backbone in a script, made trainable after the head was trained."""

    def edit(surgery: Surgery, node: Node) -> Node:
        _in_training_mode(node)
        return surgery.freeze(node, trainable=True)

    for call in model.calls:
        if call.class_name.startswith("applications."):
            yield Place(call.index, edit)


@defect("CVL932")
def scaled_twice(model: Anatomy) -> Iterator[Place]:
    """A division by 255 before another one, or before a backbone that does it itself."""
    for call in model.calls:
        scales = call.class_name == "Rescaling" and abs(call.config["scale"]) < 0.02
        if scales or call.config.get("preprocesses") is True:
            for source in model.producers[call.index]:
                yield Place(source, insert_after("Rescaling", scale=1 / 255, offset=0.0))
                yield Place(source, insert_after("Normalization", mean=0.0, variance=255.0**2))
                yield Place(source, _divided)


def _divided(surgery: Surgery, node: Node) -> Node:
    """As ``x / 255`` is saved."""
    divided = surgery.insert_after(node, "ops.TrueDivide")
    return surgery.argue(divided, x2=255.0)


@defect("CVL933")
def all_frozen(model: Anatomy) -> Iterator[Place]:
    """Everything frozen, which is reported at the last layer with weights."""
    kinds = ("weight", "embedding", "rnn", "attention", "norm")
    layers = [index for index in model.of(*kinds) if not model.call(index).fused]
    if model.graph.training is None:
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        for other in surgery.nodes:
            surgery.freeze(other)
        return node

    yield Place(layers[-1], edit)


@defect("CVL934")
def head_frozen(model: Anatomy) -> Iterator[Place]:
    """The last layer frozen, the one before it not."""

    def edit(surgery: Surgery, node: Node) -> Node:
        return surgery.freeze(node)

    for index in model.of("dense"):
        behind = model.reached(index, {"act"})
        if not any(model.is_a(other, "output") for other in behind):
            continue
        kinds = {"act", "norm", "dropout", "global_pool", "flatten"}
        before = [
            other
            for other in model.reached(index, kinds, up=True)
            if model.is_a(other, "weight") and model.call(other).trainable
        ]
        if before:
            yield Place(
                index, edit, None if model.classifies else "an output that does not classify"
            )
