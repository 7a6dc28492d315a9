"""Defects in the order of tokens, their masks, and the blocks of transformers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.mutations.anatomy import Anatomy
from tests.mutations.places import Edit, Place, defect
from tests.surgery import Node, Surgery


@defect("CVL904")
def positions_forgotten(model: Anatomy) -> Iterator[Place]:
    """The addition of positions to the tokens left out: each attention then sees a set."""
    attentions = model.of("attention")
    adds = [add for add in model.of("add") if attentions and add < attentions[0]]
    if not adds:
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        surgery.remove(surgery.nodes[adds[0]])
        return node

    for attention in attentions:
        yield Place(attention, edit)


@defect("CVL905")
def normalized_behind_each_addition(model: Anatomy) -> Iterator[Place]:
    """All blocks of a deep transformer as in the paper, trained without warm-up."""
    if len(model.of("attention")) < 8:
        return
    adds = [add for add in model.of("add") if add > model.of("attention")[0]]

    def edit(surgery: Surgery, node: Node) -> Node:
        sums = [surgery.nodes[add] for add in adds]
        for norm in [node for node in surgery.nodes if "layer_norm" in node.kinds]:
            surgery.remove(norm)
        norms = [surgery.insert_after(total, "LayerNormalization") for total in sums]
        return norms[0]

    yield Place(adds[0], edit)


@defect("CVL907")
def mask_lost(model: Anatomy) -> Iterator[Place]:
    """A layer without masks between the embedding and a layer that needs them."""
    masked = [index for index in model.of("Embedding") if model.call(index).config["mask_zero"]]
    users = model.of("rnn")
    if not masked or not users:
        return
    for index in range(masked[0], users[-1]):
        size = model.shape(index)[-1]
        if len(model.shape(index)) == 3:
            conv = {"filters": size, "kernel_size": (3,), "strides": (1,), "padding": "same"}
            pool = {"pool_size": (2,), "strides": (2,), "padding": "valid"}
            yield Place(index, _unmasked("Conv1D", conv))
            yield Place(index, _unmasked("RMSNormalization", {}))
            yield Place(index, _unmasked("MaxPooling1D", pool))


def _unmasked(class_name: str, config: dict[str, Any]) -> Edit:
    """Put a layer in, behind which Keras passes no mask any more."""

    def edit(surgery: Surgery, node: Node) -> Node:
        for later in surgery.nodes[surgery.nodes.index(node) + 1 :]:
            later.call = later.call.replace(masked=False)
        return surgery.insert_after(node, class_name, **config)

    return edit
