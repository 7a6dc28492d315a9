"""The syntax tree of a predicate: nested sequences, an operator first and its operands after it.

Plain data, so that the trees of the shipped pages are stored as JSON beside them and a run need
not parse them. Lists and tuples mean the same.

========================================  ======================================================
``["fact", name]``                        a fact or an argument of the call under test
``["config", name]``                      an entry of its configuration
``["fact", name, role]``                  the same of the call that a role is bound to
``["config", name, role]``
``["model", name]``                       a fact of the model
``["option", name]``                      an option of the rule
``["value", literal]``                    a literal: text, number, truth value or ``None``
``["tuple", tree, …]``                    a sequence
``["and", tree, …]``, ``["or", tree, …]``  conditions
``["not", tree]``                         a condition
``["-", tree]``                           a number
``[operator, tree, tree]``                a comparison, ``in``, ``not in``, or arithmetic
========================================  ======================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

Tree: TypeAlias = Sequence[Any]

NAMES: Final = frozenset({"fact", "config", "model", "option"})
LEAVES: Final = NAMES | {"value"}


def leaves(tree: Tree) -> Iterator[Tree]:
    """The names and literals in a tree, left to right. The parser has bounded its depth."""
    if tree[0] in LEAVES:
        yield tree
    else:
        for operand in tree[1:]:
            yield from leaves(operand)
