"""Which findings the comments in source code hide, and what is wrong with these comments.

``ignore[…]`` hides what is reported for a call on whose first or last line it stands, and
``ignore-file[…]`` what is reported anywhere in the file.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from convlint import catalog
from convlint.comments import Comment
from convlint.errors import ConfigError
from convlint.finding import Finding, PathStep
from convlint.graph import Location
from convlint.rule import AboutComment, Rule


class _Selector(NamedTuple):
    """A selector in a comment, and the codes of the rules that it means."""

    comment: Comment
    name: str
    codes: frozenset[str]


_Place: TypeAlias = tuple[str, int | None, int | None]
"""A file, a cell of it and a line; no line for the whole file."""


def settle(
    findings: Iterable[Finding],
    comments: Sequence[Comment],
    rules: Sequence[Rule],
    ran: Collection[Rule],
    *,
    complete: bool,
) -> list[Finding]:
    """The findings that no comment hides, and after them those about the comments.

    Args:
        findings: what was found in the files that the comments are in.
        comments: what was read in these files.
        rules: all rules there are.
        ran: those that have looked for findings.
        complete: whether ``findings`` are all that the comments may be about. If not, none of
            the comments is called unused.
    """
    selectors: list[_Selector] = []
    invalid: list[tuple[Comment, AboutComment]] = []
    for comment in comments:
        found, problems = _understood(comment, rules)
        selectors += found
        invalid += [(comment, AboutComment(problem=problem)) for problem in problems]
    by_place: dict[_Place, list[_Selector]] = {}
    for selector in selectors:
        by_place.setdefault(_place_of(selector.comment), []).append(selector)

    used: set[_Selector] = set()
    kept: list[Finding] = []
    for finding in findings:
        hiding = _hiding(finding, by_place)
        used.update(hiding)
        if not hiding:
            kept.append(finding)
    about = list(_findings("invalid", invalid, ran))
    if complete:
        unused = [s for s in selectors if s not in used and _has_looked(s, rules, ran)]
        about += _findings("unused", _by_comment(unused), ran)
    about.sort(key=_position)
    ours = frozenset(rule.code for rule in rules if rule.about_comments)
    return kept + [one for one in about if not _is_hidden(one, by_place, ours)]


def _understood(comment: Comment, rules: Sequence[Rule]) -> tuple[list[_Selector], list[str]]:
    """The selectors of a comment that mean rules, and what is wrong with the rest."""
    if comment.problem:
        return [], [comment.problem]
    found, problems = [], []
    for name in comment.selectors:
        try:
            found.append(_Selector(comment, name, catalog.matching(rules, [name])))
        except ConfigError as error:
            problems.append(str(error))
    return found, problems


def _place_of(comment: Comment) -> _Place:
    where = comment.location
    return (where.file, None, None) if comment.whole_file else (where.file, where.cell, where.line)


def _hiding(
    finding: Finding, by_place: Mapping[_Place, Sequence[_Selector]]
) -> tuple[_Selector, ...]:
    """The selectors that hide a finding."""
    where = finding.location
    if where is None:
        return ()
    lines = {where.line, where.end_line or where.line}
    places: list[_Place] = [(where.file, None, None)]
    places += [(where.file, where.cell, line) for line in lines]
    return tuple(
        selector
        for place in places
        for selector in by_place.get(place, ())
        if finding.code in selector.codes
    )


def _is_hidden(
    about: Finding, by_place: Mapping[_Place, Sequence[_Selector]], ours: frozenset[str]
) -> bool:
    """Whether a finding about a comment is hidden, by a selector that means no other findings.

    Otherwise ``ignore[ALL]`` would hide that it hides nothing.
    """
    return any(selector.codes <= ours for selector in _hiding(about, by_place))


def _has_looked(selector: _Selector, rules: Iterable[Rule], ran: Collection[Rule]) -> bool:
    """Whether all rules ran that could have found what a selector is to hide.

    Where it means more than one rule, those that are off by default need not have.
    """
    means = [rule for rule in rules if rule.code in selector.codes and not rule.about_comments]
    needed = [rule for rule in means if rule.default or len(means) == 1]
    return any(rule in ran for rule in means) and all(rule in ran for rule in needed)


def _by_comment(selectors: Iterable[_Selector]) -> Iterator[tuple[Comment, AboutComment]]:
    names: dict[Comment, list[str]] = {}
    for selector in selectors:
        names.setdefault(selector.comment, []).append(selector.name)
    for comment, unused in names.items():
        yield comment, AboutComment(rules=", ".join(unused))


def _findings(
    kind: str, about: Iterable[tuple[Comment, AboutComment]], ran: Iterable[Rule]
) -> Iterator[Finding]:
    """What the rules about comments of a kind say."""
    cases = [(rule, case) for rule in ran for case in rule.cases if case.comment == kind]
    for comment, details in about:
        for rule, case in cases:
            yield Finding(
                code=rule.code,
                name=rule.name,
                severity=case.severity,
                confidence=case.confidence,
                file=comment.location.file,
                layer=comment.text,
                layer_class="comment",
                message=case.message.format(comment=details),
                help=case.help.format(comment=details),
                path=(PathStep(comment.text, "comment", None, marked=True),),
                location=comment.location,
                case=rule.cases.index(case),
            )


def _position(finding: Finding) -> tuple[str, int, int, int]:
    where = finding.location or Location("", 0)
    return where.file, where.cell or 0, where.line, where.column or 0
