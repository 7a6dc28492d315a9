"""Kernels that start as copies of each other, because their initializers share a seed."""

from typing import Final, NamedTuple

from convlint.facts.core import Facts
from convlint.facts.initializers import Initializer, initial_bias, initializer, kernel_shape
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.graph import Call
from convlint.kleene import UNKNOWN

_OWN: Final = frozenset({"name", "trainable", "dtype"})
"""Configuration that two layers may differ in and yet compute the same at the start."""


class Twins(NamedTuple):
    """For each later layer the first with the same kernel, and the first that is its copy."""

    kernel: dict[str, str]
    copy: dict[str, str]


@call_fact
def same_kernel_as(facts: Facts, call: Call) -> str | None:
    """Name of the first other layer whose kernel starts with the same random numbers.

    Keras draws them from class, arguments and seed of the initializer and from the shape alone.
    """
    return None if call.fused else _twins(facts).kernel.get(call.layer)


@call_fact
def copy_of(facts: Facts, call: Call) -> str | None:
    """Name of the first other layer that reads the same tensor and computes the same from it.

    Only in the beginning, and because their kernels are drawn with the same seed.
    """
    return None if call.fused else _twins(facts).copy.get(call.layer)


@model_fact
def repeated_kernels(facts: Facts) -> int:
    """Number of the layers whose kernel repeats that of an earlier layer."""
    return len(_twins(facts).kernel)


@model_fact
def first_repeated_kernel(facts: Facts) -> int | None:
    """The ``index`` of the first call of the first layer that repeats an earlier layer's kernel."""
    repeated = _twins(facts).kernel
    return next(
        (call.index for call in facts.graph.calls if call.layer in repeated and not call.fused),
        None,
    )


@sweep
def _twins(facts: Facts) -> Twins:
    first_kernel: dict[str, Call] = {}
    first_copy: dict[str, Call] = {}
    seen: set[str] = set()
    twins = Twins({}, {})
    for index in facts.calls_by_kind.get("weight", ()):
        call = facts.graph.calls[index]
        key = None if call.layer in seen else _draw(facts, call)
        if key is None:
            continue
        seen.add(call.layer)
        original = first_kernel.setdefault(key, call)
        if original is not call:
            twins.kernel[call.layer] = original.name
        if _draws_bias(facts, call):
            continue
        own = sorted((name, repr(value)) for name, value in call.config.items() if name not in _OWN)
        original = first_copy.setdefault(f"{call.class_name}{own}{call.inputs}", call)
        if original is not call:
            twins.copy[call.layer] = original.name
    return twins


def _draw(facts: Facts, call: Call) -> str | None:
    """All that the kernel's random numbers depend on; ``None`` if they are not reproducible."""
    drawn = initializer(facts, call, "kernel_initializer")
    if drawn is None or not _is_seeded(drawn):
        return None
    shape = kernel_shape(facts, call)
    if shape is None or UNKNOWN in shape:
        return None
    arguments = sorted((name, repr(value)) for name, value in drawn.arguments.items())
    return f"{drawn.name}{arguments}{shape}"


def _draws_bias(facts: Facts, call: Call) -> bool:
    """Has, or may have, biases that tell it from a layer with the same kernel."""
    return facts.lookup(call.index, "use_bias") is not False and not isinstance(
        initial_bias(facts, call), float
    )


def _is_seeded(drawn: Initializer) -> bool:
    seed = drawn.arguments.get("seed")
    return isinstance(seed, int) and not isinstance(seed, bool)
