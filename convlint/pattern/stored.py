"""Patterns as plain data: what is stored of a page's pattern so that a run need not parse it.

The data are the fields of :class:`~convlint.pattern.automaton.Automaton` by name; a step is a
list of its kind, whether it is negated, its role, and text and tree of its predicate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convlint.facts.core import Facts
from convlint.options import OptionValues
from convlint.pattern.states import Automaton, Pattern, Step
from convlint.predicate.evaluate import Predicate


def document(pattern: Pattern) -> Mapping[str, Any]:
    """The data that :func:`pattern` makes a pattern of."""
    automaton = pattern.automaton
    return {**automaton._asdict(), "steps": [_step_document(step) for step in automaton.steps]}


def pattern(text: str, stored: Mapping[str, Any], options: OptionValues) -> Pattern:
    """The pattern, whose predicates use the ``options``."""
    steps = [_step(entry, options) for entry in stored["steps"]]
    roles = tuple(step.role for step in steps if step.role)
    return Pattern(text, roles, Automaton(**{**stored, "steps": steps}))


def possible(stored: Mapping[str, Any], facts: Facts) -> bool:
    """Whether the graph has a call of every kind of which each match needs one."""
    return all(kind in facts.calls_by_kind for kind in stored["required_kinds"])


def _step_document(step: Step) -> Sequence[Any]:
    predicate = step.predicate
    return [
        *(step.kind, step.negated, step.role),
        *((predicate.text, predicate.tree) if predicate else ()),
    ]


def _step(entry: Sequence[Any], options: OptionValues) -> Step:
    kind, negated, role, *predicate = entry
    if not predicate:
        return Step(kind, negated, None, role)
    text, tree = predicate
    return Step(kind, negated, Predicate(text, tree, options), role)
