"""Residual blocks that are built alike."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from convlint.facts.activations import function
from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.residual import Side, additions, sides
from convlint.graph import Call
from convlint.kleene import UNKNOWN

Plan: TypeAlias = tuple[str, ...]
"""What a branch does, step by step."""


@call_fact
def odd_block_out(facts: Facts, call: Call) -> bool:
    """Is the addition of a residual block that differs in one layer from all others.

    The others must be built alike: the layers of their branches have the same classes, kernel
    sizes and functions, whatever their widths, strides and dropout. Blocks with anything on the
    shortcut are left aside, since one that changes the shape differs of necessity.
    """
    return call.index == _odd_one(facts)


@model_fact
def alike_blocks(facts: Facts) -> int:
    """Number of residual blocks in the largest group that is built alike."""
    return max(Counter(_plans(facts).values()).values(), default=0)


@sweep
def _odd_one(facts: Facts) -> int | None:
    plans = _plans(facts)
    groups = Counter(plans.values()).most_common()
    if len(groups) != 2 or groups[1][1] != 1 or groups[0][1] == 1:
        return None
    (usual, _), (odd, _) = groups
    differs = _differs_in_one_step(usual, odd)
    return next(join for join, plan in plans.items() if plan == odd) if differs else None


def _differs_in_one_step(first: Plan, second: Plan) -> bool:
    """One step is another, or is missing, or is one too many."""
    shorter = min(len(first), len(second))
    prefix = next((i for i in range(shorter) if first[i] != second[i]), shorter)
    suffix = next((i for i in range(shorter - prefix) if first[-1 - i] != second[-1 - i]), shorter)
    left = max(len(first), len(second)) - prefix - min(suffix, shorter - prefix)
    return left == 1


@sweep
def _plans(facts: Facts) -> dict[int, Plan]:
    """For the addition of each block with a bare shortcut how its branch is built."""
    found = {}
    for join, (branches, _) in additions(facts).items():
        first, *others = sides(facts)[join]
        if len(others) != 1 or bool(first.calls) == bool(others[0].calls):
            continue
        number = 0 if first.calls else 1
        branch = (first, others[0])[number]
        if branches[number] is True and branch.known:
            found[join] = _plan(facts, branch)
    return found


def _plan(facts: Facts, branch: Side) -> Plan:
    return tuple(
        _step(facts, facts.graph.calls[index])
        for index in sorted(branch.calls)
        if "dropout" not in facts.kinds[index]
    )


def _step(facts: Facts, call: Call) -> str:
    name = function(facts, call)
    return f"{call.class_name} {call.config.get('kernel_size')}" if name is UNKNOWN else name
