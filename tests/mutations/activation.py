"""Defects in activations."""

from __future__ import annotations

from collections.abc import Iterator

from tests.mutations.anatomy import Anatomy
from tests.mutations.edits import change, insert_after, insert_before, remove
from tests.mutations.places import Place, defect
from tests.surgery import Node, Surgery

LINEAR = ("dropout", "noise", "batch_norm", "avg_pool", "pad", "crop", "upsample", "flatten")


def _beyond(model: Anatomy, index: int, kinds: tuple[str, ...], *, up: bool = False) -> int | None:
    """The next call of another kind on the only path."""
    step = model.before if up else model.next
    found = step(index)
    while found is not None and model.is_a(found, *kinds):
        found = step(found)
    return found


@defect("CVL301")
def activation_forgotten(model: Anatomy) -> Iterator[Place]:
    for act in model.of("act"):
        first, second = _beyond(model, act, LINEAR, up=True), _beyond(model, act, LINEAR)
        if first is None or second is None or not model.call(first).trainable:
            continue
        if model.is_a(first, "weight") and model.is_a(second, "weight"):
            yield Place(act, remove(act, at=first), _excused_linear(model, first, second))


def _excused_linear(model: Anatomy, first: int, second: int) -> str | None:
    ends = model.call(first), model.call(second)
    if any("depthwise" in end.kinds or end.config.get("groups", 1) > 1 for end in ends):
        return "depthwise and grouped convolutions"
    before, between, after = (
        model.input_shape(first)[-1],
        model.shape(first)[-1],
        model.shape(second)[-1],
    )
    up = tuple(model.is_a(end, "transposed_conv") for end in (first, second))
    if up == (True, False) or (up[1] and between == after):
        return "learned upsampling"
    pointwise = model.is_a(first, "conv") and not model.spatial_conv(first)
    then = model.next(first)
    normalized = then is not None and model.is_a(then, "batch_norm")
    widens = bool(between and after and between < after)
    if pointwise and model.spatial_conv(second) and (widens or not normalized):
        return "a 1×1 convolution straight in front of a larger kernel"
    if before and between and after and between < before and between < after:
        return "bottlenecks: fewer channels than the layer consumes and than the next one gives"
    return None


@defect("CVL302")
def activation_twice(model: Anatomy) -> Iterator[Place]:
    """Another relu behind each activation, as the layer of one's own."""
    for act in model.of("act"):
        gates = any(model.is_a(other, "multiply", "dot") for other in model.consumers[act])
        excused = "gates and attention weights" if gates else None
        yield Place(act, insert_after("Activation", activation="relu"), excused)


@defect("CVL302")
def softmax_twice(model: Anatomy) -> Iterator[Place]:
    for output in model.of("output"):
        if model.function(model.producers[output][0]) == "softmax":
            yield Place(output, insert_before("Softmax"))


@defect("CVL303")
def sigmoids_throughout(model: Anatomy) -> Iterator[Place]:
    """Every hidden activation of a network without normalization made a sigmoid."""
    acts = [act for act in model.of("act") if not model.is_a(model.consumers[act][0], "output")]
    if len(acts) < 3 or (model.of("attention", "norm") and len(model.of("norm")) < 3):
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        for act in [surgery.nodes[index] for index in acts]:
            surgery.change(act, "Activation", activation="sigmoid")
        return node

    excused = None
    if model.of("norm"):
        excused = "normalized networks"
    elif any(model.on_residual_branch(act) for act in acts[:3]):
        excused = "residual networks, where the gradient has a way around the sigmoids"
    yield Place(acts[2], edit, excused)


@defect("CVL304")
def softmax_inside(model: Anatomy) -> Iterator[Place]:
    """A hidden activation made a softmax."""
    kinds = ("dropout", "norm", "pool", "global_pool", "pad", "flatten")
    for act in model.of("act"):
        second = _beyond(model, act, kinds)
        if second is None or not model.is_a(second, "weight"):
            continue
        excused = None
        if model.is_a(second, "depthwise"):
            excused = "depthwise and grouped convolutions behind it"
        elif not (model.call(act).trainable and model.call(second).trainable):
            excused = "frozen layers on either side"
        yield Place(act, change("Activation", activation="softmax"), excused)


@defect("CVL305")
def relu_before_the_addition(model: Anatomy) -> Iterator[Place]:
    """At the end of a residual branch."""
    for add in model.of("add"):
        fork = model.forks[add]
        ends = [end for end in model.producers[add] if end != fork]
        if len(ends) != 1 or len(model.producers[add]) != 2:
            continue
        (end,) = ends
        last = end
        while model.is_a(last, "dropout", "norm", "scale"):
            (last,) = model.producers[last]
        excused = None
        if model.is_a(last, "attention"):
            excused = "branches without a dense layer or convolution, such as attention alone"
        if len(model.consumers[end]) == 1:
            yield Place(end, insert_after("ReLU"), excused)
