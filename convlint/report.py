"""What a run found: a sequence of findings that can be asked, printed and serialized."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from convlint.finding import Finding, Severity
from convlint.graph import NOTHING
from convlint.rule import Rule

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from convlint.evidence import Reference


class Model(NamedTuple):
    """A model that was checked: its name, and how many layers it has."""

    name: str
    layers: int


class Checked(NamedTuple):
    """What became of one input.

    Attributes:
        file: the input as the user named it; ``None`` for a model in memory.
        models: the models it held; empty if it could not be read.
        findings: in the order of the graph.
        error: why it could not be checked; ``None`` if it could.
        fail_on: the least severity that makes the check fail; ``None`` if nothing does.
        known: the findings that a baseline hides.
        notes: what of it could not be followed, and so was not checked.
    """

    file: str | None
    models: tuple[Model, ...] = ()
    findings: tuple[Finding, ...] = ()
    error: str | None = None
    fail_on: Severity | None = Severity.WARNING
    known: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it could be checked and nothing in it makes the check fail."""
        return self.error is None and not any(map(self.fails, self.findings))

    def fails(self, finding: Finding) -> bool:
        """Whether a finding makes the check fail."""
        return self.fail_on is not None and finding.severity >= self.fail_on


class Run(NamedTuple):
    """An input that was checked, and the codes of the rules that looked at it."""

    checked: Checked
    codes: Collection[str]


class FileError(NamedTuple):
    """An input that could not be checked, and why. ``file`` is ``None`` for a model in memory."""

    file: str | None
    message: str


class Report(Sequence[Finding]):
    """The findings of a run, by file, position in the graph and code.

    Attributes:
        checked: every input, in order.
        rules: the rules that were used, by code.
        read_references: gives what the rules cite, by key.
    """

    def __init__(
        self,
        checked: tuple[Checked, ...],
        rules: Mapping[str, Rule] = NOTHING,
        read_references: Callable[[], Mapping[str, "Reference"]] = dict,
    ) -> None:
        self.checked = checked
        self.rules = rules
        self.read_references = read_references

    @cached_property
    def references(self) -> Mapping[str, "Reference"]:
        """What the rules cite, by key; not all formats show it."""
        return self.read_references()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All findings."""
        return tuple(finding for checked in self.checked for finding in checked.findings)

    @cached_property
    def errors(self) -> tuple[FileError, ...]:
        """The inputs that could not be checked."""
        return tuple(
            FileError(checked.file, checked.error)
            for checked in self.checked
            if checked.error is not None
        )

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were looked at, those with errors included."""
        return tuple(checked.file for checked in self.checked if checked.file is not None)

    @property
    def models(self) -> tuple[Model, ...]:
        """The models that were checked."""
        return tuple(model for checked in self.checked for model in checked.models)

    @property
    def ok(self) -> bool:
        """Whether everything could be checked and no finding reaches ``fail-on`` (a warning)."""
        return all(checked.ok for checked in self.checked)

    @cached_property
    def by_rule(self) -> Mapping[str, tuple[Finding, ...]]:
        """The findings of each rule, by its code, codes ascending."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.code, []).append(finding)
        return {code: tuple(found[code]) for code in sorted(found)}

    @property
    def by_severity(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity, the worst first."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in reversed(Severity)}

    def to_dict(self) -> dict[str, Any]:
        """The report as the ``json`` format has it (``convlint/schemas/report-1.json``)."""
        from convlint.reporters.json import document

        return document(self)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __repr__(self) -> str:
        return f"<Report: {self.summary}>"

    def __str__(self) -> str:
        from convlint.reporters.full import text

        return text(self).rstrip("\n")

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        from convlint.reporters.full import lines
        from convlint.reporters.layout import styled

        yield from map(styled, lines(self, options.max_width))

    def _repr_html_(self) -> str:
        from convlint.reporters.html import fragment

        return fragment(self)

    @property
    def summary(self) -> str:
        """One line: what was found in what."""
        looked_at = ", ".join(
            (
                counted(len(self.models), "model"),
                counted(sum(model.layers for model in self.models), "layer"),
                counted(len(self.rules), "rule"),
            )
        )
        unread = counted(len(self.errors), "input") + " could not be checked"
        known = sum(len(checked.known) for checked in self.checked)
        hidden = f"; {counted(known, 'known finding')} not shown" if known else ""
        if not self.findings:
            clear = "Nothing new" if known else "All clear"
            return (
                f"{unread}; nothing found in {looked_at}{hidden}."
                if self.errors
                else f"{clear}: {looked_at}{hidden}."
            )
        found = ", ".join(
            counted(number, _PLURALS[severity][0], _PLURALS[severity][1])
            for severity, number in self.by_severity.items()
            if number
        )
        return f"{found} in {looked_at}{hidden}{f'; {unread}' if self.errors else ''}."


_PLURALS = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("info", "infos"),
}


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """``1 layer``, ``1,154 layers``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
