"""The automaton of a pattern: Glushkov's construction, one state for each step of the text.

V. M. Glushkov, *The abstract theory of automata*, Russian Mathematical Surveys 16 (1961). It
needs no empty transitions, and whatever belongs to a step (its test, the arrow on its left)
belongs to its state.
"""

from collections.abc import Sequence as Ordered
from typing import NamedTuple

from convlint.pattern.states import ANY, Automaton, Step
from convlint.pattern.tree import Choice, Node, Repeat, Sequence


class _Part(NamedTuple):
    """What joining a part of the tree to its neighbours takes."""

    optional: bool
    first: list[int]
    last: list[int]
    required: frozenset[int]
    required_kinds: frozenset[str]


def build(root: Node) -> Automaton:
    """The automaton of a syntax tree, whose depth the parser has bounded."""
    steps: list[Step] = []
    arrows: list[bool] = []
    follow: list[set[int]] = []

    def add(node: Node, exclusive: bool) -> _Part:
        # An arrow belongs to the step on its right: that of a group to its first step.
        match node:
            case Step():
                index = len(steps)
                steps.append(node)
                arrows.append(exclusive)
                follow.append(set())
                named = not node.negated and node.kind != ANY
                kinds = frozenset({node.kind}) if named else frozenset[str]()
                return _Part(False, [index], [index], frozenset({index}), kinds)
            case Sequence():
                links = (exclusive, *node.exclusive)
                parts = [add(step, link) for step, link in zip(node.steps, links, strict=True)]
                return _in_sequence(parts, follow)
            case Choice():
                parts = [add(alternative, exclusive) for alternative in node.alternatives]
                return _Part(
                    any(part.optional for part in parts),
                    [index for part in parts for index in part.first],
                    [index for part in parts for index in part.last],
                    frozenset.intersection(*(part.required for part in parts)),
                    frozenset.intersection(*(part.required_kinds for part in parts)),
                )
            case Repeat():
                part = add(node.body, exclusive)
                if node.repeated:
                    _link(part.last, part.first, follow)
                if not node.optional:
                    return part
                return _Part(True, part.first, part.last, frozenset(), frozenset())

    whole = add(root, False)
    precede: list[list[int]] = [[] for _ in steps]
    for index, successors in enumerate(follow):
        for successor in successors:
            precede[successor].append(index)
    return Automaton(
        tuple(steps),
        tuple(arrows),
        tuple(whole.first),
        tuple(whole.last),
        tuple(tuple(sorted(successors)) for successors in follow),
        tuple(map(tuple, precede)),
        tuple(sorted(whole.required)),
        tuple(sorted(whole.required_kinds)),
    )


def _in_sequence(parts: Ordered[_Part], follow: list[set[int]]) -> _Part:
    whole = _Part(True, [], [], frozenset(), frozenset())
    for part in parts:
        _link(whole.last, part.first, follow)
        whole = _Part(
            whole.optional and part.optional,
            whole.first + part.first if whole.optional else whole.first,
            whole.last + part.last if part.optional else part.last,
            whole.required | part.required,
            whole.required_kinds | part.required_kinds,
        )
    return whole


def _link(sources: Ordered[int], targets: Ordered[int], follow: list[set[int]]) -> None:
    for source in sources:
        follow[source].update(targets)
