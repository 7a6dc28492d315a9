"""A rule: what it looks for, what it says, and why one should believe it.

A rule is written as one Markdown page whose front matter is read here. Patterns and predicates
are compiled when first needed, so that loading a hundred rules to run ten costs nothing;
:meth:`Rule.validate` compiles them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from convlint import pattern as patterns
from convlint import predicate as predicates
from convlint.checks import CHECKS, Check
from convlint.errors import RuleError
from convlint.evidence import Evidence, parse_evidence
from convlint.facts.core import Facts
from convlint.finding import Confidence, Severity
from convlint.message import check_placeholders
from convlint.options import Option, OptionValues, parse_options, settle
from convlint.pattern import Match, Pattern
from convlint.predicate import Predicate
from convlint.suggest import did_you_mean
from convlint.yamltext import Value, parse

SEVERITIES: Final = {str(severity): severity for severity in reversed(Severity)}
CONFIDENCES: Final = {str(confidence): confidence for confidence in reversed(Confidence)}
COMMENTS: Final = {kind: kind for kind in ("unused", "invalid")}
FIXES: Final = ("exact-at-inference", "changes-output", "none")
HEADINGS: Final = (
    "What it does",
    "Why is this bad?",
    "When it is right to ignore this",
    "Bad",
    "Good",
)

_CODE: Final = re.compile(r"[A-Z]{2,}[0-9]{3,}")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FENCE: Final = r" {0,3}(`{3,}|~{3,})"


class AboutComment(NamedTuple):
    """What a message may say about a ``# convlint:`` comment: ``{comment.problem}``.

    ``rules`` are those of its selectors that hide nothing, ``problem`` says why it cannot be
    obeyed.
    """

    rules: str = ""
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Case:
    """One thing that a rule looks for, by a path pattern or by a Python check.

    ``at`` is the role of the pattern whose call is reported, ``where`` a predicate over roles.
    ``options`` are the values that all of this may use as ``option.x``, ``kinds`` those of which
    every match has a call, as far as that is known before the pattern is compiled. ``lines`` tells
    on which line of the page each key stands.
    With ``comment`` it is a kind of :data:`COMMENTS`, which :mod:`convlint.suppress` finds.
    """

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
    kinds: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def compiled_pattern(self) -> Pattern:
        """The pattern, ready to be searched for; there must be one."""
        assert self.pattern is not None  # noqa: S101  parse_page sees to it
        return patterns.parse(self.pattern, self.options)

    @cached_property
    def _where(self) -> Predicate | None:
        if self.where is None:
            return None
        return predicates.parse(self.where, roles=self.compiled_pattern.roles, options=self.options)

    @cached_property
    def _check(self) -> Check:
        name = self.check or ""
        if name not in CHECKS:
            raise RuleError(f"there is no check {name!r}{did_you_mean(name, CHECKS)}")
        return CHECKS[name]

    def find(self, facts: Facts) -> Iterator[Match]:
        """Where it is the case; each reported call once."""
        if self.comment is not None:
            return iter(())  # the graph has no comments
        if not facts.calls_by_kind.keys() >= self.kinds:
            return iter(())
        if self.check is not None:
            return self._check.find(facts, self.options)
        assert self.at is not None  # noqa: S101  parse_page sees to it
        return patterns.find(self.compiled_pattern, facts, at=self.at, where=self._where)

    def validate(self, source: str) -> None:
        """RuleError unless everything compiles and every role that is used is bound.

        It names ``source`` and the line of the key that is wrong.
        """

        def about(key: str) -> AbstractContextManager[None]:
            line = f":{self.lines[key]}" if key in self.lines else ""
            return _about(f"{source}{line}: {key}")

        roles: Collection[str] = ()
        if self.comment is not None:
            for key, text in (("message", self.message), ("help", self.help)):
                with about(key):
                    _check_about_comment(text)
            return
        if self.check is not None:
            with about("check"):
                roles = self._check.roles
        else:
            with about("pattern"):
                roles = self.compiled_pattern.roles
            with about("at"):
                if self.at not in roles:
                    near = did_you_mean(str(self.at), roles)
                    raise RuleError(f"{self.at!r} is no role of the pattern{near}")
            with about("where"):
                _ = self._where
        for key, text in (("message", self.message), ("help", self.help)):
            with about(key):
                check_placeholders(text, roles, self.options)


def _check_about_comment(text: str) -> None:
    try:
        text.format(comment=AboutComment())
    except (LookupError, AttributeError, ValueError) as error:
        known = ", ".join(f"{{comment.{name}}}" for name in AboutComment._fields)
        raise RuleError(f"{error}; it may use {known}") from error


@dataclass(frozen=True, eq=False)
class Rule:
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
        evidence: for and against it.
        read_body: gives the Markdown text of the page.
        source: the file it was read from.
    """

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
    evidence: Evidence
    read_body: Callable[[], str]
    source: str

    @cached_property
    def body(self) -> str:
        """The Markdown text of the page, without its front matter."""
        return self.read_body()

    @property
    def about_comments(self) -> bool:
        """Whether it is about the comments that speak to us, not about models."""
        return any(case.comment is not None for case in self.cases)

    def configured(self, settings: Mapping[str, Any]) -> Rule:
        """The rule with other values of its options; ConfigError for one that it cannot take."""
        values = settle(self.options, settings)
        return replace(self, cases=tuple(replace(case, options=values) for case in self.cases))

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

    def validate(self) -> None:
        """RuleError unless the whole page is well formed, patterns and headings included."""
        for case in self.cases:
            case.validate(self.source)
        with _about(self.source):
            _check_headings(self.name, self.body)


@contextmanager
def _about(subject: str) -> Iterator[None]:
    """Say in a RuleError what it is about."""
    try:
        yield
    except RuleError as error:
        raise RuleError(f"{subject}: {error}") from error


def parse_page(text: str, source: str) -> Rule:
    """The rule on a page; RuleError naming the source, the line and the key.

    Patterns and predicates are only compiled by :meth:`Rule.validate`.
    """
    front_matter, body = _split(text.replace("\r\n", "\n"), source)
    page = parse(front_matter, source, line_offset=1)
    fields = page.fields(
        required=(
            *("code", "name", "group", "summary", "severity", "confidence", "default"),
            *("since", "fix", "evidence"),
        ),
        optional=("options", "cases", *_OF_A_CASE),
    )
    code = _matching(fields["code"], _CODE, "CVL101")
    name = _matching(fields["name"], _NAME, "dropout-between-convs")
    expected = f"{code}-{name}.md"
    if PurePath(source).name != expected:
        raise RuleError(f"{source}: the file should be called {expected}")
    options = parse_options(fields["options"]) if "options" in fields else ()
    return Rule(
        code,
        name,
        _matching(fields["group"], _NAME, "normalization"),
        fields["summary"].sentence(),
        fields["severity"].choice(SEVERITIES),
        fields["confidence"].choice(CONFIDENCES),
        fields["default"].choice({"on": True, "off": False}),
        fields["since"].sentence(),
        options,
        tuple(_cases(page, fields, settle(options, {}))),
        fields["fix"].choice({fix: fix for fix in FIXES}),
        parse_evidence(fields["evidence"]),
        partial(str, body),
        source,
    )


def page_body(text: str, source: str) -> str:
    """The Markdown text of a page; RuleError if it has no front matter."""
    return _split(text.replace("\r\n", "\n"), source)[1]


def _split(text: str, source: str) -> tuple[str, str]:
    """The front matter between two ``---`` lines, and the rest."""
    start, fence = text.partition("\n")[::2]
    front_matter, closing, body = f"\n{fence}".partition("\n---\n")
    if start.rstrip() != "---" or not closing:
        raise RuleError(f"{source}: a rule page starts with front matter between two --- lines")
    return f"{front_matter[1:]}\n", body.strip() + "\n"


_INHERITED: Final = ("severity", "confidence", "message", "help")
_SOUGHT: Final = ("pattern", "check", "comment", "at", "where")
_OF_A_CASE: Final = (*_SOUGHT, "message", "help")


def _cases(page: Value, fields: Mapping[str, Value], options: OptionValues) -> Iterator[Case]:
    inherited = {key: fields[key] for key in _INHERITED if key in fields}
    if "cases" not in fields:
        yield _case(page, fields, options)
        return
    for key in _SOUGHT:
        if key in fields:
            raise fields[key].error("move it into one of the cases")
    cases = list(fields["cases"].items())
    if not cases:
        raise fields["cases"].error("name at least one")
    for value in cases:
        own = value.fields(required=(), optional=(*_SOUGHT, *_INHERITED))
        yield _case(value, {**inherited, **own}, options)


def _case(place: Value, fields: Mapping[str, Value], options: OptionValues) -> Case:
    sought = [key for key in ("pattern", "check", "comment") if key in fields]
    if len(sought) != 1:
        raise place.error("needs either a pattern or a check")
    required = ("at", "message", "help") if "pattern" in fields else ("message", "help")
    for key in required:
        if key not in fields:
            raise place.error(f"the key {key!r} is missing")
    for key in ("at", "where"):
        if key in fields and "pattern" not in fields:
            raise fields[key].error(f"a {sought[0]} decides this by itself")
    return Case(
        pattern=fields["pattern"].text() if "pattern" in fields else None,
        check=fields["check"].sentence() if "check" in fields else None,
        comment=fields["comment"].choice(COMMENTS) if "comment" in fields else None,
        at=fields["at"].sentence() if "at" in fields else None,
        where=fields["where"].text() if "where" in fields else None,
        severity=fields["severity"].choice(SEVERITIES),
        confidence=fields["confidence"].choice(CONFIDENCES),
        message=fields["message"].sentence(),
        help=fields["help"].sentence(),
        options=options,
        lines={key: value.line for key, value in fields.items()},
    )


def _matching(value: Value, form: re.Pattern[str], example: str) -> str:
    text = value.text()
    if not form.fullmatch(text):
        raise value.error(f"{text!r} does not look like {example}")
    return text


def _check_headings(name: str, body: str) -> None:
    expected = [f"# {name}", *(f"## {heading}" for heading in HEADINGS)]
    found = list(headings(body))
    if found != expected:
        wrong = next(
            (pair for pair in zip(found, expected, strict=False) if pair[0] != pair[1]), None
        )
        missing = expected[len(found) : len(found) + 1] or [f"nothing after {expected[-1]!r}"]
        problem = f"{wrong[0]!r} stands where {wrong[1]!r} should" if wrong else None
        raise RuleError(f"headings: {problem or f'expected {missing[0]}'}")


def headings(body: str) -> Iterator[str]:
    """The ``#`` and ``##`` lines of a Markdown text outside its code blocks."""
    fence = ""
    for line in body.splitlines():
        opening = re.match(_FENCE, line)
        if fence:
            if opening and opening[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif opening:
            fence = opening[1]
        elif re.match(r"##? ", line):
            yield line.rstrip()
