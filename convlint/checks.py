"""Rules in Python, for the few that no pattern can say.

A check is a function from facts and the rule's options to matches, registered under the name by
which a rule page refers to it (``check: name``). Its matches bind exactly the roles that it
declares; the page's message may use those.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from convlint.facts.core import Facts
from convlint.options import OptionValues
from convlint.pattern import Match

CheckFunction: TypeAlias = Callable[[Facts, OptionValues], Iterator[Match]]


class Check(NamedTuple):
    """A registered check: the roles that its matches bind, and how to find them."""

    roles: tuple[str, ...]
    find: CheckFunction


_checks: Final[dict[str, Check]] = {}
CHECKS: Final[Mapping[str, Check]] = MappingProxyType(_checks)
"""Every check by name."""


def check(name: str, *roles: str) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as the check ``name`` whose matches bind ``roles``."""
    if name in _checks:
        raise ValueError(f"there are two checks named {name!r}")

    def register(function: CheckFunction) -> CheckFunction:
        _checks[name] = Check(roles, function)
        return function

    return register
