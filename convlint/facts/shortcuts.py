"""Shortcuts that hand a value on as it is, beside a branch that learns.

Narrower than :func:`convlint.facts.residual.on_shortcut`: no projection counts as one, and
recurrent and attention layers count as learning, so that neither can be taken for a shortcut.
"""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
from convlint.facts.residual import PASSING, UPSAMPLING, Side, sides
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, disjunction

LEARNED: Final = frozenset({"weight", "rnn", "attention"})


@call_fact
def on_plain_shortcut(facts: Facts, call: Call) -> Truth:
    """Lies between a fork and its addition, on a side without anything learned but norms.

    UNKNOWN where none of the other sides is known to learn.
    """
    return _plain_shortcuts(facts).get(call.index, False)


@sweep
def _plain_shortcuts(facts: Facts) -> dict[int, Truth]:
    found: dict[int, Truth] = {}
    for join, around in sides(facts).items():
        if "add" not in facts.kinds[join] or any(_has(facts, side, UPSAMPLING) for side in around):
            continue
        learned = disjunction(_learns(facts, side) for side in around)
        for side in around:
            if learned is not False and _is_plain(facts, side):
                found |= dict.fromkeys(side.calls, learned)
    return found


def _has(facts: Facts, side: Side, kinds: frozenset[str]) -> bool:
    return side.upsamples or any(facts.kinds[index] & kinds for index in side.calls)


def _learns(facts: Facts, side: Side) -> Truth:
    if side.weights or any(facts.kinds[index] & LEARNED for index in side.calls):
        return True
    return False if side.known else UNKNOWN


def _is_plain(facts: Facts, side: Side) -> bool:
    return side.known and all(facts.kinds[index] & PASSING for index in side.calls)
