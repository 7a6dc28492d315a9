"""A rule page: Markdown whose front matter states a rule.

Patterns and predicates are only parsed by :func:`validate`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import PurePath
from typing import Final

from convlint.bibliography import parse_evidence
from convlint.errors import RuleError
from convlint.evidence import Evidence
from convlint.finding import Confidence, Severity
from convlint.message import check_placeholders
from convlint.options import OptionValues, parse_options, settle
from convlint.rule import AboutComment, Case, Rule
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


def validate(rule: Rule) -> None:
    """RuleError unless the whole page is well formed, patterns and headings included."""
    for case in rule.cases:
        _validate_case(case, rule.source)
    with _about(rule.source):
        _check_headings(rule.name, rule.body)


def _validate_case(case: Case, source: str) -> None:
    """RuleError unless everything compiles and every role that is used is bound.

    It names ``source`` and the line of the key that is wrong.
    """

    def about(key: str) -> AbstractContextManager[None]:
        line = f":{case.lines[key]}" if key in case.lines else ""
        return _about(f"{source}{line}: {key}")

    roles: Collection[str] = ()
    if case.comment is not None:
        for key, text in (("message", case.message), ("help", case.help)):
            with about(key):
                _check_about_comment(text)
        return
    if case.check is not None:
        with about("check"):
            roles = case.python_check.roles
    else:
        with about("pattern"):
            roles = case.compiled_pattern.roles
        with about("at"):
            if case.at not in roles:
                near = did_you_mean(str(case.at), roles)
                raise RuleError(f"{case.at!r} is no role of the pattern{near}")
        with about("where"):
            _ = case.compiled_where
    for key, text in (("message", case.message), ("help", case.help)):
        with about(key):
            check_placeholders(text, roles, case.options)


def _check_about_comment(text: str) -> None:
    try:
        text.format(comment=AboutComment())
    except (LookupError, AttributeError, ValueError) as error:
        known = ", ".join(f"{{comment.{name}}}" for name in AboutComment._fields)
        raise RuleError(f"{error}; it may use {known}") from error


@contextmanager
def _about(subject: str) -> Iterator[None]:
    """Say in a RuleError what it is about."""
    try:
        yield
    except RuleError as error:
        raise RuleError(f"{subject}: {error}") from error


def parse_page(text: str, source: str) -> Rule:
    """The rule on a page; RuleError naming the source, the line and the key.

    Patterns and predicates are only parsed by :func:`validate`.
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
        partial(Evidence, *parse_evidence(fields["evidence"])),
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
