"""Enumerations of the file."""

from __future__ import annotations

import ast
from typing import Final

from convlint.readers.source.run import Run
from convlint.readers.source.values import (
    Class,
    External,
    Function,
    Instance,
    Opaque,
    Value,
    is_constant,
)

_BASES: Final = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum"})
_AUTO: Final = "enum.auto"


def auto(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    """``enum.auto()``: the class gives it a value."""
    return Opaque(origin=_AUTO)


def enumerate_members(cls: Class) -> None:
    """If a class is an enumeration, make its members of what its body assigns."""
    paths = {base.path for base in cls.lineage if isinstance(base, External)}
    if not paths & _BASES:
        return
    plain = paths == {"enum.Enum"}
    by_value: dict[Value, Value] = {}
    members: dict[str, Value] = {}
    last = 0
    for name, value in cls.namespace.items():
        if name.startswith("_") or isinstance(value, Function):
            continue
        if isinstance(value, Opaque) and value.origin == _AUTO:
            value = name.lower() if "enum.StrEnum" in paths else last + 1
        last = value if isinstance(value, int) else last
        # Of a class that extends a number or a string, the members are such.
        member = value
        if plain:
            member = Instance(cls, {"name": name, "value": value})
            if is_constant(value):
                member = by_value.setdefault(value, member)
        members[name] = member
    cls.namespace.update(members)
    cls.members = members


def member_of(cls: Class, value: Value) -> Value:
    """``Color("red")``: the member of that value."""
    for member in (cls.members or {}).values():
        held = member.attributes["value"] if isinstance(member, Instance) else member
        if member is value or (is_constant(value) and is_constant(held) and held == value):
            return member
    return Opaque()
