"""Shapes of the layers of no particular domain: dense, reshaping, merging, embedding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from convlint.facts.inference.dimensions import (
    Dimension,
    TensorShape,
    axis_index,
    broadcast,
    compute,
    dimension,
    integer,
    product,
    same_dimension,
    total,
)
from convlint.facts.inference.site import (
    Inference,
    Site,
    with_shape,
    with_two_shapes,
)
from convlint.graph import OUTPUT
from convlint.kleene import UNKNOWN


def same(site: Site) -> TensorShape:
    """The shape of the first input."""
    return site.data


def input_layer(site: Site) -> TensorShape:
    if site.inputs:
        return site.data
    for name in ("batch_shape", "batch_input_shape"):
        stated = site.call.config.get(name)
        if isinstance(stated, tuple):
            return tuple(map(dimension, stated))
    stated = site.call.config.get("shape")
    if isinstance(stated, tuple):
        return (dimension(site.call.config.get("batch_size")), *map(dimension, stated))
    return UNKNOWN


def last_axis(site: Site, size: object) -> TensorShape:
    """The first input's shape with another last axis."""
    shape = site.data
    return UNKNOWN if shape is UNKNOWN or not shape else (*shape[:-1], dimension(size))


def dense(site: Site) -> TensorShape:
    return last_axis(site, site.argument("units"))


def one_vector(site: Site) -> TensorShape:
    batch = UNKNOWN if site.data is UNKNOWN or not site.data else site.data[0]
    return (batch, dimension(site.argument("output_dim")))


@with_shape
def einsum_dense(site: Site, shape: tuple[Dimension, ...]) -> TensorShape:
    """From the equations that the docstring of ``EinsumDense`` allows."""
    equation = site.argument("equation")
    stated = site.argument("output_shape")
    stated = stated if isinstance(stated, tuple) else (stated,)
    form = re.fullmatch(r"(\.\.\.)?(\w+)(\.\.\.)?,\w+->(\.\.\.)?(\w+)(\.\.\.)?", str(equation))
    if form is None:
        return UNKNOWN
    before, inputs, after, _, outputs, _ = form.groups()
    elided = len(shape) - len(inputs)
    own: tuple[object, ...] = stated
    if elided > 0 and before:
        own = (*shape[1:elided], *stated)
        offset = elided
    else:
        own = (*stated, *shape[len(inputs) :]) if after else stated
        offset = 0
    sizes: list[Dimension] = [shape[0], *map(dimension, own)]
    if elided < 0 or len(sizes) != len(outputs) + max(elided, 0):
        return UNKNOWN
    for position, letter in enumerate(outputs, offset):
        if letter in inputs:
            at = inputs.index(letter) + (elided if before else 0)
            sizes[position] = same_dimension(sizes[position], shape[at])
    return tuple(sizes)


def embedding(site: Site) -> TensorShape:
    if site.data is UNKNOWN:
        return UNKNOWN
    if site.argument("reverse") is True:
        return last_axis(site, site.argument("input_dim"))
    return (*site.data, dimension(site.argument("output_dim")))


def flatten(site: Site) -> TensorShape:
    if site.data is UNKNOWN or not site.data:
        return (UNKNOWN, UNKNOWN)
    return (site.data[0], product(site.data[1:]))


def reshaped(shape: TensorShape, target: object) -> TensorShape:
    """``shape`` as ``target``, in which one dimension may be -1 for "the rest"."""
    if not isinstance(target, tuple):
        return UNKNOWN
    sizes = tuple(map(dimension, target))
    open_axes = [axis for axis, size in enumerate(target) if size is None or integer(size) == -1]
    if shape is UNKNOWN or len(open_axes) != 1:
        return sizes
    others = product(size for axis, size in enumerate(sizes) if axis not in open_axes)
    rest = compute(
        lambda all_, stated: all_ // stated if stated and all_ % stated == 0 else -1,
        product(shape),
        others,
    )
    return tuple(rest if axis in open_axes else size for axis, size in enumerate(sizes))


def reshape(site: Site) -> TensorShape:
    shape = site.data
    batch, rest = (UNKNOWN, UNKNOWN) if shape is UNKNOWN or not shape else (shape[0], shape[1:])
    target = reshaped(rest, site.argument("target_shape"))
    return UNKNOWN if target is UNKNOWN else (batch, *target)


def permuted(shape: TensorShape, axes: object) -> TensorShape:
    """``shape`` with its axes in the order that ``axes`` gives, a permutation of their indices."""
    if not isinstance(axes, tuple) or shape is UNKNOWN:
        return UNKNOWN
    order = [axis_index(axis, len(shape)) for axis in axes]
    known = [axis for axis in order if axis is not UNKNOWN]
    return tuple(shape[axis] for axis in known) if len(set(known)) == len(shape) else UNKNOWN


def permute(site: Site) -> TensorShape:
    dims = site.argument("dims")
    return permuted(site.data, (0, *dims)) if isinstance(dims, tuple) else UNKNOWN


def repeat_vector(site: Site) -> TensorShape:
    shape = site.data
    if shape is UNKNOWN or len(shape) != 2:
        shape = (UNKNOWN, UNKNOWN)
    return (shape[0], dimension(site.argument("n")), shape[1])


def merge(site: Site) -> TensorShape:
    """Elementwise merge; inputs of smaller rank get axes of size 1 after the batch axis."""
    known = [shape for shape in site.inputs if shape is not UNKNOWN]
    if len(known) < len(site.inputs) or not all(known):
        return UNKNOWN
    rank = max(map(len, known), default=0)
    return broadcast([(shape[0], *(1,) * (rank - len(shape)), *shape[1:]) for shape in known])


def concatenated(shapes: tuple[TensorShape, ...], axis: object) -> TensorShape:
    """The shapes joined along one axis; on the others they must agree."""
    known = [shape for shape in shapes if shape is not UNKNOWN]
    if not known:
        return UNKNOWN
    rank = len(known[0])
    at = axis_index(axis, rank)
    if at is UNKNOWN or any(len(shape) != rank for shape in known):
        return UNKNOWN
    sizes = list(known[0])
    for shape in known[1:]:
        sizes = [same_dimension(left, right) for left, right in zip(sizes, shape, strict=True)]
    sizes[at] = total(shape[at] for shape in known) if len(known) == len(shapes) else UNKNOWN
    return tuple(sizes)


def concatenate(site: Site) -> TensorShape:
    return concatenated(site.inputs, site.argument("axis"))


@with_two_shapes
def dot(site: Site, left: tuple[Dimension, ...], right: tuple[Dimension, ...]) -> TensorShape:
    axes = site.argument("axes")
    pair = axes if isinstance(axes, tuple) and len(axes) == 2 else (axes, axes)
    of_left, of_right = axis_index(pair[0], len(left)), axis_index(pair[1], len(right))
    if of_left is UNKNOWN or of_right is UNKNOWN or not of_left or not of_right:
        return UNKNOWN
    kept = (*left[:of_left], *left[of_left + 1 :], *right[1:of_right], *right[of_right + 1 :])
    return (*kept, 1) if len(kept) == 1 else kept


def keras_1_merge(site: Site) -> TensorShape:
    mode = site.argument("mode")
    if mode == "concat":
        return concatenated(site.inputs, site.argument("concat_axis"))
    return merge(site) if mode in ("sum", "mul", "ave", "max") else UNKNOWN


CORE: Final[Mapping[str, Inference]] = {
    OUTPUT: same,
    "InputLayer": input_layer,
    "Dense": dense,
    "MaxoutDense": one_vector,
    "RandomFourierFeatures": one_vector,
    "Highway": same,
    "EinsumDense": einsum_dense,
    "Embedding": embedding,
    "ReversibleEmbedding": embedding,
    "Flatten": flatten,
    "Reshape": reshape,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), merge),
    "CustomScaleLayer": merge,
    "Concatenate": concatenate,
    "Dot": dot,
    "Merge": keras_1_merge,
}
