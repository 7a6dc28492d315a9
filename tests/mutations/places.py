"""What a mutation is: a place in a graph, and how a defect gets there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tests.mutations.anatomy import Anatomy
from tests.surgery import Node, Surgery

Edit: TypeAlias = Callable[[Surgery, Node], Node]
"""Puts a defect in at a node, and gives the node whose layer has to be reported."""


@dataclass(frozen=True, slots=True)
class Place:
    """A call, what to do there, and the words of the rule's page that excuse the rule there."""

    at: int
    edit: Edit
    exempt: str | None = None


Operator: TypeAlias = Callable[[Anatomy], Iterator[Place]]

OPERATORS: dict[str, list[Operator]] = {}


def defect(*codes: str) -> Callable[[Operator], Operator]:
    """Register a mutation operator for the rules that have to find what it puts in."""

    def register(operator: Operator) -> Operator:
        for code in codes:
            OPERATORS.setdefault(code, []).append(operator)
        return operator

    return register
