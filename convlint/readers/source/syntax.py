"""Walking syntax trees, faster than the module ``ast`` does."""

from __future__ import annotations

import ast
from functools import cache
from typing import Any, Final

_NO_CODE: Final = frozenset({"ctx", "op", "ops", "type_comment", "kind", "conversion", "simple"})
"""Fields of a syntax tree's nodes that hold no code."""

LEAVES: Final[frozenset[type]] = frozenset({ast.Constant, ast.Pass, str, int, type(None)})
"""Types of what a node's fields may hold, and in which there is nothing further."""

_FUNCTIONS: Final = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
_YIELDS: Final = frozenset({ast.Yield, ast.YieldFrom})


@cache
def code_fields(kind: Any) -> tuple[str, ...]:
    """The fields of a kind of node that may hold code, or nothing, or a name."""
    return tuple(field for field in kind._fields if field not in _NO_CODE)


def yields(statement: ast.AST) -> bool:
    """Whether a statement yields, itself and not in a function that it defines.

    That is remembered on its node.
    """
    known = getattr(statement, "_yields", None)
    if known is None:
        known = _search(statement)
        statement._yields = known  # type: ignore[attr-defined]
    return bool(known)


def _search(statement: ast.AST) -> bool:
    pending: list[Any] = [statement]
    while pending:
        node = pending.pop()
        kind: Any = type(node)
        if kind in LEAVES or kind is ast.Name or kind in _FUNCTIONS:
            continue
        if kind in _YIELDS:
            return True
        for field in code_fields(kind):
            value = getattr(node, field, None)
            if type(value) is list:
                pending += value
            else:
                pending.append(value)
    return False
