"""Exceptions of the script: which handler is for which, and context managers."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence

from convlint.readers.source.dispatch import evaluate
from convlint.readers.source.run import Raised, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.values import Class, External, Instance, Opaque, Value


def handler_for(
    run: Run, handlers: Sequence[ast.ExceptHandler], raised: Raised, scope: Scope
) -> ast.ExceptHandler | None:
    """The handler that catches an exception, with its name bound; None if there is none."""
    for handler in handlers:
        wanted = None if handler.type is None else evaluate(run, handler.type, scope)
        if handler.type is None or catches(wanted, raised.value):
            if handler.name is not None:
                value = raised.value if isinstance(raised.value, Instance) else Opaque()
                scope.bind(handler.name, value)
            return handler
    return None


def catches(wanted: Value, raised: Value) -> bool:
    """Whether ``except wanted`` catches what was raised; yes if it is not known."""
    if isinstance(wanted, tuple):
        return any(catches(one, raised) for one in wanted)
    cls = raised.cls if isinstance(raised, Instance) else raised
    if isinstance(cls, Class):
        if isinstance(wanted, Class):
            return wanted in cls.lineage
        return any(catches(wanted, base) for base in cls.lineage if not isinstance(base, Class))
    if isinstance(cls, External) and isinstance(wanted, External):
        mine, other = _builtin(cls), _builtin(wanted)
        if mine is not None and other is not None:
            return issubclass(mine, other)
        return cls == wanted or other in (Exception, BaseException)
    return not (isinstance(cls, External) and isinstance(wanted, Class))


def _builtin(value: External) -> type[BaseException] | None:
    found = getattr(builtins, value.path.removeprefix("builtins."), None)
    if isinstance(found, type) and issubclass(found, BaseException):
        return found
    return None
