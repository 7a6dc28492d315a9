"""Defects in initializers, number types and other arguments of single layers."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutations.anatomy import Anatomy
from tests.mutations.edits import also, change, insert_after
from tests.mutations.places import Place, defect
from tests.surgery import Node, Surgery

UNLIKE_UNITS = frozenset({"depthwise", "separable", "transposed_conv", "rnn", "attention"})


@defect("CVL701")
def kernel_of_zeros_before_relu(model: Anatomy) -> Iterator[Place]:
    for index in model.of("conv", "dense"):
        after = model.next(index)
        if after is None or model.function(after) != "relu" or model.is_a(index, *UNLIKE_UNITS):
            continue
        excused = None if model.call(index).trainable else "frozen layers"
        yield Place(index, change(kernel_initializer="zeros"), excused)
        spread = {"class_name": "RandomNormal", "config": {"mean": 0.0, "stddev": 0.0}}
        yield Place(index, change(kernel_initializer=spread), excused)


@defect("CVL701")
def constant_kernel(model: Anatomy) -> Iterator[Place]:
    """Units that start alike, whose result goes into another layer with weights."""
    kinds = {"act", "norm", "pool", "global_pool", "flatten", "dropout", "pad"}
    constant = {"class_name": "Constant", "config": {"value": 0.05}}
    for index in model.of("conv", "dense"):
        ends = [other for other in model.reached(index, kinds) if not model.is_a(other, *kinds)]
        if not ends or model.is_a(index, *UNLIKE_UNITS):
            continue
        excused = None
        if not model.call(index).trainable:
            excused = "frozen layers"
        elif any(model.is_a(end, "output") for end in ends):
            excused = "the last layer before an output"
        elif any(model.is_a(end, "add", "multiply", "subtract") for end in ends):
            excused = "a layer whose result is added or multiplied"
        elif model.shape(index)[-1:] == (1,):
            excused = "single units"
        elif not all(model.is_a(end, "weight") for end in ends):
            continue
        elif len(model.consumers[index]) > 1 or len(ends) > 1:
            excused = "a layer whose result is used in several places"
        yield Place(index, change(kernel_initializer=constant), excused)


@defect("CVL702")
def selu_with_the_initializer_of_relu(model: Anatomy) -> Iterator[Place]:
    for act in model.of("act"):
        source = model.producers[act][0]
        if model.function(act) == "selu" and model.is_a(source, "dense", "conv"):
            yield Place(source, change(kernel_initializer="he_normal"))


@defect("CVL702")
def selu_in_place_of_relu(model: Anatomy) -> Iterator[Place]:
    """Nothing changed but the activation, as people do."""
    for act in model.of("act"):
        source = model.producers[act][0]
        if model.function(act) != "relu" or not model.is_a(source, "dense", "conv"):
            continue
        shapes = model.input_shape(source), model.shape(source)
        sides = [shape[-1] for shape in shapes]
        if not all(sides) or model.is_a(source, *UNLIKE_UNITS):
            continue
        excused = None
        if model.of("norm"):
            excused = "a model that has a normalization layer"
        initializer = model.call(source).config.get("kernel_initializer")
        name = initializer["class_name"] if isinstance(initializer, dict) else initializer
        fan_in, fan_out = (side or 0 for side in sides)
        if name == "GlorotUniform" and 0.8 <= 2 * fan_in / (fan_in + fan_out) <= 1.25:
            excused = excused or "whatever else has the right variance"

        def edit(surgery: Surgery, node: Node, source: int = source) -> Node:
            surgery.change(node, "Activation", activation="selu")
            return surgery.nodes[source]

        yield Place(act, edit, excused)


SEEDED = {"class_name": "GlorotUniform", "config": {"seed": 42}}


@defect("CVL704")
def one_seed_for_all(model: Anatomy) -> Iterator[Place]:
    """The seed that a program sets at its top handed to each initializer: reported once."""
    kernels: dict[object, list[int]] = {}
    for index in model.of("conv", "dense"):
        call = model.call(index)
        if not call.trainable or model.is_a(index, *UNLIKE_UNITS):
            continue
        size = call.config.get("kernel_size"), call.config.get("groups", 1)
        key = (*size, model.input_shape(index)[-1], model.shape(index)[-1])
        kernels.setdefault(key, []).append(index)
    repeated = [
        group for group in kernels.values() if len({model.call(i).layer for i in group}) > 1
    ]
    if not repeated:
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        for group in kernels.values():
            for seeded in [surgery.nodes[index] for index in group]:
                surgery.change(seeded, kernel_initializer=SEEDED)
        return node

    yield Place(min(group[1] for group in repeated), edit)


@defect("CVL704")
def branch_that_starts_as_a_copy(model: Anatomy) -> Iterator[Place]:
    """A second layer on one input with the same seed, joined with the first."""

    def edit(surgery: Surgery, node: Node) -> Node:
        surgery.change(node, kernel_initializer=SEEDED)
        consumers = surgery.consumers(node)
        twin = surgery.new(node.call.class_name, node.inputs[0][0], **node.config)
        both = surgery.new("Add", node, twin)
        for consumer in consumers:
            surgery.reconnect(consumer, node, both)
        return twin

    for index in model.of("conv", "dense"):
        if model.call(index).trainable and not model.is_a(index, *UNLIKE_UNITS):
            yield Place(index, edit)


@defect("CVL961")
def output_in_half_precision(model: Anatomy) -> Iterator[Place]:
    def edit(surgery: Surgery, node: Node) -> Node:
        half = {"dtype": "mixed_float16"}
        for other in surgery.nodes:
            if other.call.wrapper is not None:
                wrapper = {**other.call.wrapper_config, **half}
                other.call = other.call.replace(wrapper_config=wrapper)
            if "dtype" in other.config:
                surgery.change(other, None, **half)
        return node

    for output in model.of("output"):
        layer = model.producers[output][0]
        while model.call(layer).fused:
            (layer,) = model.producers[layer]
        stated = "dtype" in model.call(layer).config or model.call(layer).wrapper is not None
        yield Place(output, edit, None if stated else "source code that sets no policy")


@defect("CVL962")
def lambda_of_bytecode(model: Anatomy) -> Iterator[Place]:
    for index in model.of("act", "global_pool"):
        yield Place(index, insert_after("Lambda", bytecode=True))


@defect("CVL962")
def lambda_of_a_named_function(model: Anatomy) -> Iterator[Place]:
    for index in model.of("act", "global_pool"):
        yield Place(index, insert_after("Lambda", bytecode=False))


@defect("CVL901")
def recurrence_off_the_fast_path(model: Anatomy) -> Iterator[Place]:
    for index in model.of("rnn"):
        yield Place(index, change(recurrent_dropout=0.2))
        yield Place(index, change(activation="softsign"))
        yield Place(index, change(recurrent_activation="tanh"))
        yield Place(index, change(unroll=True))
        yield Place(index, change(use_bias=False))
        yield Place(
            index, change(activation="relu"), "an `activation` without upper limit, such as relu"
        )
    for index in model.of("GRU"):
        yield Place(index, change(reset_after=False))


@defect("CVL902")
def recurrence_with_relu(model: Anatomy) -> Iterator[Place]:
    for index in model.of("rnn"):
        for function in ("relu", "elu", "softplus"):
            yield Place(index, change(activation=function))
        yield Place(
            index,
            also(change(activation="relu"), change(recurrent_initializer="identity")),
            '`recurrent_initializer="identity"`',
        )


@defect("CVL906")
def head_as_wide_as_the_model(model: Anatomy) -> Iterator[Place]:
    for index in model.of("MultiHeadAttention"):
        yield Place(index, change(key_dim=model.input_shape(index)[-1]))
