"""How many of the defects that are put in are reported, for each rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final, TypeVar

from convlint import catalog
from convlint.lint import lint
from convlint.rule import Rule
from tests.mutations import (  # noqa: F401 - what they register counts
    activation,
    configuration,
    downsampling,
    head,
    loss,
    normalization,
    regularization,
    sequence,
    shapes,
    topology,
    transfer,
)
from tests.mutations.anatomy import Anatomy
from tests.mutations.architectures import ARCHITECTURES, architecture
from tests.mutations.places import OPERATORS, Operator, Place
from tests.surgery import Node, Surgery

PLACES: Final = 4
"""So many places are tried for each operator in each architecture, spread evenly."""

EXEMPT_SHARE: Final = 4
"""For so many of them one place is tried that an exemption excuses."""

RULES: Final = {rule.code: rule for rule in catalog.load() if rule.default}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recall:
    """What became of the defects that were put in for one rule.

    Attributes:
        architectures: in how many architectures there was a place.
        reported: defects that were reported at the layer that is expected.
        missed: those that were not, in words.
        exempt: defects at places that the page excuses, none of which may be reported.
        excuses: the words of the page that excuse them.
        blamed: excused defects that were reported nevertheless, in words.
    """

    code: str
    architectures: int
    reported: int
    missed: tuple[str, ...]
    exempt: int
    excuses: frozenset[str]
    blamed: tuple[str, ...]

    @property
    def places(self) -> int:
        return self.reported + len(self.missed)

    @property
    def share(self) -> float:
        return self.reported / self.places if self.places else 0.0


@cache
def anatomy(name: str) -> Anatomy:
    return Anatomy(architecture(name))


@cache
def recall(code: str, places: int = PLACES) -> Recall:
    """Put the defects of a rule into every architecture that has none of them yet."""
    rule = RULES[code]
    found = [
        (name, place, operator, _is_reported(rule, name, place))
        for name in ARCHITECTURES
        if not lint(architecture(name), [rule])
        for operator in OPERATORS[code]
        for place in _tried(operator, anatomy(name), places)
    ]

    def those(exempt: bool, reported: bool) -> tuple[str, ...]:
        return tuple(
            f"{operator.__name__}: {name}, {architecture(name).calls[place.at].layer}"
            for name, place, operator, hit in found
            if (place.exempt is not None) is exempt and hit is reported
        )

    return Recall(
        code,
        architectures=len({name for name, place, *_ in found if place.exempt is None}),
        reported=len(those(exempt=False, reported=True)),
        missed=those(exempt=False, reported=False),
        exempt=sum(place.exempt is not None for _, place, *_ in found),
        excuses=frozenset(place.exempt for _, place, *_ in found if place.exempt is not None),
        blamed=those(exempt=True, reported=True),
    )


def _tried(operator: Operator, model: Anatomy, number: int) -> list[Place]:
    places = list(operator(model))
    return [
        *_spread([place for place in places if place.exempt is None], number),
        *_spread([place for place in places if place.exempt is not None], number // EXEMPT_SHARE),
    ]


def _spread(items: Sequence[T], number: int) -> list[T]:
    """Up to so many items, at even distances."""
    if len(items) <= number:
        return list(items)
    return [items[round(step * (len(items) - 1) / max(number - 1, 1))] for step in range(number)]


def _is_reported(rule: Rule, name: str, place: Place) -> bool:
    surgery = Surgery(architecture(name))
    wrong = place.edit(surgery, surgery.nodes[place.at])
    found = lint(surgery.graph(), [rule])
    return _layer(wrong) in {finding.layer for finding in found}


def _layer(node: Node) -> str:
    """The layer that the user wrote: not the fused activation, not the output."""
    while (node.call.class_name == "Output" or node.call.fused) and node.inputs:
        node = node.inputs[0][0]
    return node.call.layer


def table(places: int = PLACES) -> str:
    """The recall of every rule, as a Markdown table."""
    rows = [row(recall(code, places)) for code in sorted(OPERATORS)]
    heading = (
        "| rule | architectures | places | exempt | reported | recall |\n|---|--:|--:|--:|--:|--:|"
    )
    return "\n".join(chain([heading], rows)) + "\n"


def row(found: Recall) -> str:
    rule = RULES[found.code]
    cells = (
        f"{rule.code} {rule.name}",
        found.architectures,
        found.places,
        found.exempt,
        found.reported,
        f"{found.share:.0%}",
    )
    return f"| {' | '.join(map(str, cells))} |"
