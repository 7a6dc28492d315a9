"""Names and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from convlint.readers.source.values import Function, Value

MISSING: Final[Any] = object()
"""What a lookup gives for a name that is not bound."""


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module, function, class body or comprehension.

    Attributes:
        outer: where names are looked up that are not here; None for a module.
        elsewhere: the scopes of names that were declared ``global`` or ``nonlocal``.
        function: the function whose body this is.
        is_class: names of a class body are not seen by the functions in it.
        stars: paths of the modules from which everything was imported.
    """

    names: dict[str, Value] = field(default_factory=dict)
    outer: Scope | None = None
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    function: Function | None = None
    is_class: bool = False
    stars: list[str] = field(default_factory=list)

    @property
    def closure(self) -> Scope:
        """The scope that functions defined here see."""
        scope = self
        while scope.is_class and scope.outer is not None:
            scope = scope.outer
        return scope

    @property
    def module(self) -> Scope:
        """The scope of the module."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def find(self, name: str) -> Value:
        """What a name is bound to here or further out, or MISSING."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.names.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.outer
        return MISSING

    def bind(self, name: str, value: Value) -> None:
        """Assign to a name."""
        self.elsewhere.get(name, self).names[name] = value

    def rebind(self, name: str, value: Value) -> None:
        """Assign to a name where it is bound."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                scope.names[name] = value
                return
            scope = scope.outer

    def unbind(self, name: str) -> None:
        """Delete a name, if it is bound."""
        self.elsewhere.get(name, self).names.pop(name, None)
