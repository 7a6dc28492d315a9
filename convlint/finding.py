"""What a rule reports."""

from enum import IntEnum
from typing import NamedTuple

from convlint.graph import Location, Shape


class Severity(IntEnum):
    """How bad a finding is; ordered, so that severities can be compared."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Confidence(IntEnum):
    """How often a hit of the rule is a real one; ordered."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    def __str__(self) -> str:
        return self.name.lower()


class PathStep(NamedTuple):
    """One layer on the witness path of a finding.

    ``activation`` is the layer's own activation where that is part of the path, ``marked`` is
    set on the reported layer.
    """

    layer: str
    class_name: str
    shape: Shape | None
    activation: str | None = None
    marked: bool = False


class Finding(NamedTuple):
    """One reported place.

    ``file`` is the input as the user named it, or ``None`` for a model in memory. ``path`` is
    the shortest sequence of layers that witnesses the rule's pattern. Title, rationale and
    evidence belong to the rule, which reporters look up by ``code``; ``case`` is the number of
    the rule's case that applies. ``before`` and ``after`` are what feeds the path and what it
    feeds: the first of several.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    file: str | None
    layer: str
    layer_class: str
    message: str
    help: str
    path: tuple[PathStep, ...] = ()
    location: Location | None = None
    case: int = 0
    before: PathStep | None = None
    after: PathStep | None = None
