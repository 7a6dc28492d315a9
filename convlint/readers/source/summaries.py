"""What a piece of code reads, assigns and changes, by name."""

import ast
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from convlint.readers.source.run import Run
from convlint.readers.source.syntax import LEAVES, code_fields

Path: TypeAlias = tuple[str, ...]
"""A name and the attributes read from it: ``("self", "model", "add")``."""


class Use(NamedTuple):
    """A name that is read, and the callee whose direct argument it is, if any."""

    path: Path
    callee: Path | None = None


class Summary(NamedTuple):
    """What a piece of code reads and writes, by name.

    Attributes:
        uses: what it reads or changes.
        stores: the names that it assigns.
        changes: objects that it changes: paths whose last part is the attribute set, the method
            called, or ``"[]"``.
        declared: the names that it declares ``global`` or ``nonlocal``.
        returns: whether it holds a ``return``.
        breaks: whether it holds a ``break`` or ``continue`` that leaves it.
    """

    uses: tuple[Use, ...]
    stores: frozenset[str]
    changes: tuple[Path, ...]
    declared: frozenset[str]
    returns: bool
    breaks: bool


def summary(run: Run, code: ast.AST | Sequence[ast.AST]) -> Summary:
    """Summarise an expression or the statements of a block; remembered on its (first) node."""
    nodes = [code] if isinstance(code, ast.AST) else list(code)
    if not nodes:
        return Summary((), frozenset(), (), frozenset(), False, False)
    place = "_summary" if isinstance(code, ast.AST) else "_block_summary"
    known = getattr(nodes[0], place, None)
    if known is None:
        known = _summarise(run, nodes)
        setattr(nodes[0], place, known)
    found: Summary = known
    return found


def _path(node: ast.AST) -> Path | None:
    """The path that an expression reads; None if it is not a name with attributes."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else None


_DEFINITIONS: Final = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_IMPORTS: Final = frozenset({ast.Import, ast.ImportFrom})
_DECLARATIONS: Final = frozenset({ast.Global, ast.Nonlocal})
_ENDS: Final = frozenset({ast.Break, ast.Continue})
_LOOPS: Final = frozenset({ast.For, ast.While})


def _summarise(run: Run, nodes: Iterable[ast.AST]) -> Summary:
    size = 0
    uses: list[Use] = []
    stores: set[str] = set()
    changes: list[Path] = []
    declared: set[str] = set()
    returns = breaks = False
    # Each entry: a node, the callee it is an argument of, whether a loop is around it, and
    # whether it lies in a function of its own.
    pending: list[tuple[Any, Path | None, bool, bool]] = [
        (node, None, False, False) for node in nodes
    ]
    while pending:
        node, callee, in_loop, nested = pending.pop()
        size += 1
        kind: Any = type(node)
        function = inner = None
        if kind in LEAVES:
            continue
        if kind is ast.Name:
            if isinstance(node.ctx, ast.Load):
                uses.append(Use((node.id,), callee))
            elif not nested:
                stores.add(node.id)
            continue
        if kind is ast.Attribute:
            path = _path(node)
            if path is not None:
                uses.append(Use(path, callee))
                if not isinstance(node.ctx, ast.Load):
                    changes.append(path)
                continue
        elif kind is ast.Call:
            function = node.func
            inner = _path(function)
            if inner is not None and len(inner) > 1:
                changes.append(inner)
        elif kind is ast.Subscript:
            path = _path(node.value)
            if path is not None and not isinstance(node.ctx, ast.Load):
                changes.append((*path, "[]"))
        elif kind in _DEFINITIONS:
            if not nested:
                stores.add(node.name)
            nested = True
        elif kind is ast.Lambda:
            nested = True
        elif kind in _IMPORTS:
            stores.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif kind is ast.AugAssign:
            path = _path(node.target)
            if path is not None:
                changes.append((*path, "+="))
        elif kind in _DECLARATIONS:
            declared.update(node.names)
        elif kind is ast.Return:
            returns |= not nested
        elif kind in _ENDS:
            breaks |= not in_loop and not nested
        elif kind in _LOOPS:
            in_loop = True
        for field in code_fields(kind):
            value = getattr(node, field, None)
            if type(value) is list:
                pending += [(item, inner, in_loop, nested) for item in value]
            elif value is not None:
                of = None if value is function else inner
                pending.append((value, of, in_loop, nested))
    run.spend(size >> 3)
    return Summary(
        tuple(uses), frozenset(stores), tuple(changes), frozenset(declared), returns, breaks
    )
