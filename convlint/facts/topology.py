"""How tensors are joined: residual additions, shortcuts, concatenations, repeated inputs."""

from __future__ import annotations

from typing import Final

from convlint.facts.activations import nonlinear
from convlint.facts.core import Facts
from convlint.facts.initializers import kernel_initializer_class
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.residual import Side, additions, immediate_dominators, sides
from convlint.facts.shapes import channel_axis, input_shapes, shape
from convlint.graph import Call, Tensor
from convlint.kleene import UNKNOWN, Truth, conjunction, disjunction, negation

REPEATING: Final = frozenset(
    {"add", "subtract", "average", "maximum", "minimum", "concat", "divide"}
)
"""The merges for which the same tensor twice is of no use; a square and a self-product are."""

ALTERING: Final = frozenset({"conv", "dense", "norm", "scale", "multiply"})
CUTTING: Final = frozenset({"slice", "crop", "patches", "unknown"})
FEATURE_PRESERVING: Final = frozenset({"act", "norm", "dropout"})

STANDARD_INITIALIZERS: Final = frozenset(
    f"{family}{distribution}"
    for family in ("Glorot", "He", "Lecun")
    for distribution in ("Normal", "Uniform")
)
"""Those that keep the variance from layer to layer, whatever the depth of the model."""


@call_fact
def repeats_input(facts: Facts, call: Call) -> bool:
    """Merges a tensor with itself, and not merely to tile it.

    A concatenation of one tensor alone, three times or more, or along an axis of size 1, tiles.
    Seen through calls that change nothing, but for the one that stops the gradient.
    """
    if not facts.kinds[call.index] & REPEATING or len(call.inputs) < 2:
        return False
    tensors = [_origin(facts, tensor) for tensor in call.inputs]
    different = len(set(tensors))
    if different == len(tensors):
        return False
    tiles = "concat" in facts.kinds[call.index] and different == 1
    return not (tiles and (len(tensors) > 2 or _joins_single_entries(facts, call)))


def _joins_single_entries(facts: Facts, call: Call) -> bool:
    sizes, axis = input_shapes(facts, call)[0], facts.lookup(call.index, "axis")
    if sizes is UNKNOWN or not isinstance(axis, int) or not -len(sizes) <= axis < len(sizes):
        return False
    return sizes[axis] == 1


def _origin(facts: Facts, tensor: Tensor) -> Tensor:
    return _origins(facts).get(tensor.call, tensor)


@sweep
def _origins(facts: Facts) -> dict[int, Tensor]:
    """For each call that changes nothing the tensor that it hands on."""
    found: dict[int, Tensor] = {}
    for call in facts.graph.calls:
        if call.index in facts.transparent and call.class_name != "ops.StopGradient":
            found[call.index] = found.get(call.inputs[0].call, call.inputs[0])
    return found


@call_fact
def concatenates_positions(facts: Facts, call: Call) -> Truth:
    """Puts two-dimensional feature maps of one size beside each other, not their channels.

    Only where each is the result of a convolution and all come from one tensor that was not cut
    into parts before.
    """
    if "concat" not in facts.kinds[call.index] or not _joins_features(facts, call.index):
        return False
    sizes = input_shapes(facts, call)
    axis, expected = facts.lookup(call.index, "axis"), channel_axis(facts, call)
    if sizes[0] is UNKNOWN or expected is UNKNOWN or not isinstance(axis, int):
        return UNKNOWN
    dimensions = len(sizes[0])
    if dimensions != 4 or any(other != sizes[0] for other in sizes):
        return False
    return axis % dimensions not in (0, expected % dimensions)


def _joins_features(facts: Facts, join: int) -> bool:
    fork, around = immediate_dominators(facts)[join], sides(facts).get(join, ())
    return (
        fork is not None
        and not facts.kinds[fork] & CUTTING
        and not any(facts.kinds[index] & CUTTING for side in around for index in side.calls)
        and bool(around)
        and all("conv" in facts.kinds[_makers(facts)[i]] for i in facts.producers[join])
    )


@sweep
def _makers(facts: Facts) -> tuple[int, ...]:
    """For each call the one that made its value, before activation, normalization and dropout."""
    makers: list[int] = []
    for index, producers in enumerate(facts.producers):
        passes = len(producers) == 1 and facts.kinds[index] & FEATURE_PRESERVING
        makers.append(makers[producers[0]] if passes else index)
    return tuple(makers)


@sweep
def _residual_additions(facts: Facts) -> dict[int, tuple[tuple[Truth, ...], tuple[Truth, ...]]]:
    """The additions, without those of parallel convolutions that one convolution could replace.

    RepVGG trains a 3x3 and a 1x1 convolution side by side: neither is the other's shortcut.
    """
    return {
        join: marks
        for join, marks in additions(facts).items()
        if any(side.weights != 1 for side in sides(facts)[join])
    }


@call_fact
def is_residual_addition(facts: Facts, call: Call) -> Truth:
    """Adds what a branch with weights makes of a value to that value, or to a projection of it."""
    branches, shortcuts = _residual_additions(facts).get(call.index, ((), ()))
    return conjunction((disjunction(branches), disjunction(shortcuts)))


@call_fact
def ends_residual_branch(facts: Facts, call: Call) -> Truth:
    """Is the last call of a residual branch, whose value is added to the shortcut."""
    return _branch_ends(facts).get(call.index, False)


@sweep
def _branch_ends(facts: Facts) -> dict[int, Truth]:
    found: dict[int, Truth] = {}
    for join, (branches, _) in _residual_additions(facts).items():
        for producer, branch in zip(facts.producers[join], branches, strict=True):
            found[producer] = disjunction((found.get(producer, False), branch))
    return found


@call_fact
def alters_shortcut(facts: Facts, call: Call) -> Truth:
    """Convolves, normalizes, scales or gates the value on a shortcut whose ends have one shape.

    Only beside a single branch of several weights: parallel layers, such as those that FastViT
    merges after training, are no shortcuts of each other.
    """
    return _altering(facts).get(call.index, False)


@sweep
def _altering(facts: Facts) -> dict[int, Truth]:
    found: dict[int, Truth] = {}
    forks = immediate_dominators(facts)
    for join, (_, shortcuts) in _residual_additions(facts).items():
        fork = forks[join]
        around = sides(facts)[join]
        if fork is None or len(around) != 2 or max(side.weights for side in around) < 2:
            continue
        same = _same_shape(facts, fork, join)
        for side, shortcut in zip(around, shortcuts, strict=True):
            for index in side.calls:
                if facts.kinds[index] & ALTERING:
                    known = conjunction((same, shortcut))
                    found[index] = disjunction((found.get(index, False), known))
    return found


def _same_shape(facts: Facts, first: int, second: int) -> Truth:
    sizes = [shape(facts, facts.graph.calls[index]) for index in (first, second)]
    if UNKNOWN in sizes or any(UNKNOWN in each[1:] for each in sizes if each is not UNKNOWN):
        return UNKNOWN
    return sizes[0] == sizes[1]


@model_fact
def residual_depth(facts: Facts) -> int:
    """Largest number of residual additions on one path."""
    depths: list[int] = []
    for call in facts.graph.calls:
        before = max((depths[i] for i in facts.producers[call.index]), default=0)
        depths.append(before + (is_residual_addition(facts, call) is True))
    return max(depths, default=0)


@model_fact
def first_residual_addition(facts: Facts) -> int | None:
    """The ``index`` of the first residual addition."""
    joins = (facts.graph.calls[index] for index in _residual_additions(facts))
    return next((call.index for call in joins if is_residual_addition(facts, call) is True), None)


@model_fact
def first_activated_addition(facts: Facts) -> int | None:
    """The ``index`` of the first residual addition of which the sum goes into an activation alone.

    The order of the first ResNet, where shortcuts lead through activations.
    """
    for index in _residual_additions(facts):
        consumers = facts.consumers[index]
        if (
            is_residual_addition(facts, facts.graph.calls[index]) is True
            and len(consumers) == 1
            and nonlinear(facts, facts.graph.calls[consumers[0]]) is True
        ):
            return index
    return None


@model_fact
def residuals_start_small(facts: Facts) -> Truth:
    """Some residual branch has a weight that starts smaller than the usual initializers make it.

    Zero in Fixup and SkipInit, or anything that is not an initializer of Glorot, He or LeCun.
    """
    found: list[Truth] = []
    for join, (branches, _) in _residual_additions(facts).items():
        for side, branch in zip(sides(facts)[join], branches, strict=True):
            found.append(conjunction((branch, _starts_small(facts, side))))
    return disjunction(found)


def _starts_small(facts: Facts, side: Side) -> Truth:
    return disjunction(
        negation(_is_standard(facts, index))
        for index in side.calls
        if "weight" in facts.kinds[index] and "depthwise" not in facts.kinds[index]
    )


def _is_standard(facts: Facts, index: int) -> Truth:
    name = kernel_initializer_class(facts, facts.graph.calls[index])
    return UNKNOWN if name is UNKNOWN else name in STANDARD_INITIALIZERS
