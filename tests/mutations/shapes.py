"""Layers that get a tensor of a rank they do not take."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tests.mutations.anatomy import Anatomy
from tests.mutations.edits import change, insert_after
from tests.mutations.places import Place, defect
from tests.surgery import Node, Surgery


@defect("CVL807")
def last_state_into_a_recurrent_layer(model: Anatomy) -> Iterator[Place]:
    """``return_sequences`` left out of all but the last layer."""
    layers = model.of("rnn")
    for first, second in pairwise(layers):

        def edit(surgery: Surgery, node: Node, first: int = first) -> Node:
            surgery.change(surgery.nodes[first], return_sequences=False)
            return node

        yield Place(second, edit)


@defect("CVL807")
def pooled_globally_again(model: Anatomy) -> Iterator[Place]:
    for index in model.of("global_pool"):
        if len(model.shape(index)) == 2:
            yield Place(index, insert_after(model.call(index).class_name))


@defect("CVL807")
def convolution_of_a_vector(model: Anatomy) -> Iterator[Place]:
    """A convolution behind ``Flatten``, a pooling or a dense layer."""
    for index in model.of("flatten", "global_pool", "dense"):
        if len(model.shape(index)) == 2:
            yield Place(
                index,
                insert_after(
                    "Conv2D", filters=8, kernel_size=(3, 3), strides=(1, 1), padding="same"
                ),
            )


@defect("CVL807")
def map_into_a_recurrent_layer(model: Anatomy) -> Iterator[Place]:
    """A recurrent layer straight on a feature map, without a reshape."""
    for index in model.of("conv", "pool"):
        if len(model.shape(index)) == 4:
            yield Place(index, _recurrent)


def _recurrent(surgery: Surgery, node: Node) -> Node:
    return surgery.insert_after(node, "LSTM", units=8)


@defect("CVL807")
def pooling_for_another_rank(model: Anatomy) -> Iterator[Place]:
    for index in model.of("MaxPooling2D", "MaxPooling1D"):
        other = {"MaxPooling2D": "MaxPooling1D", "MaxPooling1D": "MaxPooling2D"}
        name = other[model.call(index).class_name]
        sides = (2,) * int(name[-2])
        yield Place(index, change(name, pool_size=sides, strides=sides, padding="valid"))
