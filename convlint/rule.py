"""A rule: what it looks for, what it says, and why one should believe it.

A rule is written as one Markdown page, which :mod:`convlint.page` reads. Patterns and predicates
are compiled when first needed, so that loading a hundred rules to run ten costs nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from convlint.checks import CHECKS, Check
from convlint.errors import RuleError
from convlint.facts.core import Facts
from convlint.finding import Confidence, Severity
from convlint.graph import NOTHING
from convlint.options import Option, OptionValues, settle
from convlint.pattern import stored
from convlint.pattern.match import Match, find
from convlint.pattern.states import Pattern
from convlint.predicate.evaluate import Predicate
from convlint.predicate.tree import Tree
from convlint.suggest import did_you_mean

if TYPE_CHECKING:
    from convlint.evidence import Evidence


class AboutComment(NamedTuple):
    """What a message may say about a ``# convlint:`` comment: ``{comment.problem}``.

    ``rules`` are those of its selectors that hide nothing, ``problem`` says why it cannot be
    obeyed.
    """

    rules: str = ""
    problem: str = ""


class Parsed(NamedTuple):
    """What a page says about where to look, as :mod:`convlint.pattern.stored` describes it."""

    pattern: Mapping[str, Any]
    where: Tree


class _Case(NamedTuple):
    pattern: str | None
    check: str | None
    comment: str | None
    at: str | None
    where: str | None
    severity: Severity
    confidence: Confidence
    message: str
    help: str
    options: OptionValues
    parsed: Parsed | None = None
    lines: Mapping[str, int] = NOTHING


class _Identified:
    """Compared and hashed by identity, whatever the values are."""

    __eq__ = object.__eq__
    __ne__ = object.__ne__
    __hash__ = object.__hash__


class Case(_Identified, _Case):
    """One thing that a rule looks for, by a path pattern or by a Python check.

    ``at`` is the role of the pattern whose call is reported, ``where`` a predicate over roles.
    ``options`` are the values that all of this may use as ``option.x``. ``parsed`` are pattern and
    ``where`` of a page that was parsed before, ``lines`` tells of one that is parsed now on which
    line each key stands. ``comment`` is one of :data:`convlint.page.COMMENTS` in place of all that,
    which :mod:`convlint.suppress` finds.
    """

    @cached_property
    def compiled_pattern(self) -> Pattern:
        """The pattern, ready to be searched for; there must be one."""
        assert self.pattern is not None  # noqa: S101  parse_page sees to it
        if self.parsed is not None:
            return stored.pattern(self.pattern, self.parsed.pattern, self.options)
        from convlint.pattern.parse import parse

        return parse(self.pattern, self.options)

    @cached_property
    def compiled_where(self) -> Predicate | None:
        """The condition on several roles, if there is one."""
        if self.where is None:
            return None
        if self.parsed is not None:
            return Predicate(self.where, self.parsed.where, self.options)
        from convlint.predicate.parse import parse

        return parse(self.where, roles=self.compiled_pattern.roles, options=self.options)

    @cached_property
    def python_check(self) -> Check:
        """The check in Python; RuleError if there is none of that name."""
        name = self.check or ""
        if name not in CHECKS:
            raise RuleError(f"there is no check {name!r}{did_you_mean(name, CHECKS)}")
        return CHECKS[name]

    def find(self, facts: Facts) -> Iterator[Match]:
        """Where it is the case; each reported call once."""
        if self.comment is not None:
            return iter(())  # the graph has no comments
        if self.parsed is not None and not stored.possible(self.parsed.pattern, facts):
            return iter(())
        if self.check is not None:
            return self.python_check.find(facts, self.options)
        assert self.at is not None  # noqa: S101  parse_page sees to it
        return find(self.compiled_pattern, facts, at=self.at, where=self.compiled_where)


class _Rule(NamedTuple):
    code: str
    name: str
    group: str
    summary: str
    severity: Severity
    confidence: Confidence
    default: bool
    since: str
    options: tuple[Option, ...]
    cases: tuple[Case, ...]
    fix: str
    read_evidence: Callable[[], "Evidence"]
    read_body: Callable[[], str]
    source: str


class Rule(_Identified, _Rule):
    """One rule page.

    Attributes:
        code: ``CVL101``; never used again for another rule.
        name: ``dropout-between-convs``.
        group: what it is about, e.g. ``normalization``; rules are listed by it.
        summary: what it reports, in a few words.
        severity, confidence: of its cases, where they state none of their own.
        default: whether it runs when nobody asks for it.
        since: the version that first had it.
        options: its thresholds, which settings may change.
        cases: what it looks for; a call that one case reports is not reported by a later one.
        fix: what its cure does to a trained model: ``exact-at-inference``, ``changes-output``
            or ``none``.
        read_evidence: gives what speaks for and against it.
        read_body: gives the Markdown text of the page.
        source: the file it was read from.
    """

    @cached_property
    def evidence(self) -> "Evidence":
        """What speaks for and against it."""
        return self.read_evidence()

    @cached_property
    def body(self) -> str:
        """The Markdown text of the page, without its front matter."""
        return self.read_body()

    @property
    def about_comments(self) -> bool:
        """Whether it is about the comments that speak to us, not about models."""
        return any(case.comment is not None for case in self.cases)

    def configured(self, settings: Mapping[str, Any]) -> "Rule":
        """The rule with other values of its options; ConfigError for one that it cannot take."""
        values = settle(self.options, settings)
        return self._replace(cases=tuple(case._replace(options=values) for case in self.cases))

    def find(self, facts: Facts) -> Iterator[tuple[Case, Match]]:
        """Every reported call with the first case that applies to it."""
        seen: set[int] = set()
        for case in self.cases:
            try:
                for match in case.find(facts):
                    if match.at not in seen:
                        seen.add(match.at)
                        yield case, match
            except RuleError as error:
                raise RuleError(f"{self.source}: {error}") from error
