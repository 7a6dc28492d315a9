"""Operators and built-in functions on objects whose classes define them."""

from __future__ import annotations

import ast
from typing import Final

from convlint.readers.source.dispatch import call
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import Run
from convlint.readers.source.scope import MISSING
from convlint.readers.source.values import Bound, Function, Instance, Value

_NAMES: Final[dict[type, str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
    ast.LShift: "lshift",
    ast.RShift: "rshift",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
}


def overloaded(run: Run, kind: type, left: Value, right: Value, site: ast.AST) -> Value:
    """``left <operator> right`` as a method of either; MISSING if neither defines it."""
    name = _NAMES.get(kind)
    if name is None:
        return MISSING
    for prefix, receiver, other in (("", left, right), ("r", right, left)):
        result = special(run, receiver, f"__{prefix}{name}__", [other], site)
        if result is not MISSING:
            return result
    return MISSING


def special(run: Run, receiver: Value, name: str, arguments: list[Value], site: ast.AST) -> Value:
    """The result of a special method of an object; MISSING if its class has none."""
    if not isinstance(receiver, Instance):
        return MISSING
    method = method_of(receiver.cls, name)
    if not isinstance(method, Function):
        return MISSING
    return call(run, Bound(method, receiver), arguments, {}, site)
