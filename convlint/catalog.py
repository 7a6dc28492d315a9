"""The rules there are, and which of them a selection means.

Selectors are codes (``CVL101``), beginnings of codes (``CVL1``), names
(``dropout-between-convs``) and ``ALL``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from convlint import compiled, shipped
from convlint.errors import ConfigError, RuleError
from convlint.rule import Rule
from convlint.suggest import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from convlint.evidence import Reference

BIBLIOGRAPHY: Final = "references.yaml"
_MOST: Final = 2**20
"""Bytes of a rule page, or of a bibliography."""


def load(rule_paths: Sequence[Path] = ()) -> tuple[Rule, ...]:
    """The shipped rules and those in ``rule_paths`` (pages or folders of pages), by code.

    Raises:
        ConfigError: a rule path that does not exist or cannot be read.
        RuleError: a page that is not well formed, cites what no ``references.yaml`` explains,
            or has the code or name of another. The user's own pages are validated in full;
            the shipped ones are by our tests.
    """
    rules = sorted((*_shipped(), *_own(rule_paths)), key=lambda rule: rule.code)
    _require_distinct(rules)
    return tuple(rules)


def _own(rule_paths: Sequence[Path]) -> list[Rule]:
    pages = list(_pages(rule_paths))
    if not pages:
        return []
    from convlint import page

    rules = [page.parse_page(_text(file), str(file)) for file in pages]
    known = references(rule_paths)
    for rule in rules:
        page.validate(rule)
        check_citations(rule, known)
    return rules


def references(
    rule_paths: Sequence[Path] = (), rules: Iterable[Rule] | None = None
) -> Mapping[str, Reference]:
    """The bibliography by key: ours, and the ``references.yaml`` beside the user's own pages.

    With ``rules`` only what these cite.
    """
    keys = None if rules is None else {key for rule in rules for key in _cited(rule)}
    found = dict(_shipped_references(keys))
    folders = [path if path.is_dir() else path.parent for path in rule_paths]
    for folder in dict.fromkeys(folders):
        found.update(bibliography(folder, keys))
    return found


def _shipped_references(keys: Collection[str] | None) -> Mapping[str, Reference]:
    stored = compiled.section("references")
    if stored is not None:
        return shipped.references(stored, keys)
    from pathlib import Path

    return bibliography(Path(compiled.folder_of_pages()), keys)


def bibliography(folder: Path, keys: Collection[str] | None = None) -> Mapping[str, Reference]:
    """The ``references.yaml`` of a folder by key; all of it, or what is among ``keys``."""
    from convlint.bibliography import parse_references

    file = folder / BIBLIOGRAPHY
    return parse_references(_text(file), str(file), keys) if file.is_file() else {}


def check_citations(rule: Rule, known: Mapping[str, Reference]) -> None:
    """RuleError if the rule cites a reference that nobody explains."""
    for key in _cited(rule):
        if key not in known:
            near = did_you_mean(key, known)
            raise RuleError(f"{rule.source}: evidence: {key!r} is not in {BIBLIOGRAPHY}{near}")


def _cited(rule: Rule) -> list[str]:
    return [citation.cite for citation in (*rule.evidence.for_, *rule.evidence.against)]


def select(
    rules: Sequence[Rule],
    select: Collection[str] | None = None,
    ignore: Collection[str] = (),
    extend_select: Collection[str] = (),
    *,
    base: Collection[Rule] | None = None,
) -> tuple[Rule, ...]:
    """The rules that a selection means.

    Without ``select`` those of ``base``, an earlier selection, or those that are on by default. A
    selector selects every rule that it matches, on by default or not; ``extend_select`` adds to
    what is selected. Where a rule is both selected and ignored the more exact selector wins, and
    ``ignore`` among equals.

    Raises:
        ConfigError: a selector that matches no rule.
    """
    named = _exactness(rules, (*(select or ()), *extend_select))
    dropped = _exactness(rules, ignore)
    if select is not None:
        kept: set[str] = set()
    elif base is not None:
        kept = {rule.code for rule in base}
    else:
        kept = {rule.code for rule in rules if rule.default}
    return tuple(
        rule
        for rule in rules
        if named[rule.code] > dropped[rule.code] or (rule.code in kept and not dropped[rule.code])
    )


def configured(
    rules: Sequence[Rule], options: Iterable[tuple[str, Iterable[tuple[str, Any]]]]
) -> tuple[Rule, ...]:
    """The rules with the options that settings give them, each named by code or name.

    Raises:
        ConfigError: a rule or an option that there is not, or a value of another type.
    """
    changed: dict[str, Rule] = {}
    for wanted, settings in options:
        rule = find(rules, wanted)
        if rule.code in changed:
            raise ConfigError(f"options: {wanted}: is set under its code and its name")
        try:
            changed[rule.code] = rule.configured(dict(settings))
        except ConfigError as error:
            raise ConfigError(f"options: {wanted}: {error}") from None
    return tuple(changed.get(rule.code, rule) for rule in rules)


def filtered(
    rules: Iterable[Rule], group: str | None = None, severity: str | None = None
) -> tuple[Rule, ...]:
    """The rules of a group and of a severity, which a rule has if one of its cases has it.

    Raises:
        ConfigError: a group that no rule is in.
    """
    found = tuple(rules)
    groups = {rule.group: None for rule in found}
    if group is not None and group not in groups:
        near = did_you_mean(group, groups) or f" (there are {', '.join(sorted(groups))})"
        raise ConfigError(f"there is no group {group!r}{near}")
    return tuple(
        rule
        for rule in found
        if group in (None, rule.group)
        and severity in (None, *(str(case.severity) for case in rule.cases))
    )


def matching(rules: Sequence[Rule], selectors: Collection[str]) -> frozenset[str]:
    """The codes of all rules that the selectors match; ConfigError if one matches none."""
    return frozenset(code for code, exact in _exactness(rules, selectors).items() if exact)


def find(rules: Sequence[Rule], wanted: str) -> Rule:
    """The rule of that code or name; ConfigError if there is none."""
    for rule in rules:
        if wanted in (rule.code, rule.name):
            return rule
    raise ConfigError(_no_rule(rules, wanted))


_ALL: Final = 1
_EXACT: Final = 1_000


def _exactness(rules: Sequence[Rule], selectors: Collection[str]) -> dict[str, int]:
    """For each code how exactly the most exact matching selector names it; 0 if none does."""
    exactness = dict.fromkeys((rule.code for rule in rules), 0)
    for selector in selectors:
        matched = False
        for rule in rules:
            exact = _match(rule, selector)
            exactness[rule.code] = max(exactness[rule.code], exact)
            matched = matched or exact > 0
        if not matched and selector != "ALL":  # ALL of no rules is no mistake
            raise ConfigError(_no_rule(rules, selector))
    return exactness


def _match(rule: Rule, selector: str) -> int:
    if selector in (rule.code, rule.name):
        return _EXACT
    if selector == "ALL":
        return _ALL
    return _ALL + len(selector) if selector and rule.code.startswith(selector) else 0


def _no_rule(rules: Sequence[Rule], selector: str) -> str:
    known = [word for rule in rules for word in (rule.code, rule.name)]
    near = did_you_mean(selector, known)
    return f"no rule matches {selector!r}{near} (convlint --list-rules lists them all)"


@cache
def _shipped() -> tuple[Rule, ...]:
    folder = compiled.folder_of_pages()
    stored = compiled.section("rules")
    if stored is not None:
        return shipped.rules(stored, folder, partial(compiled.section, "evidence"))
    from pathlib import Path

    return from_pages(Path(folder))


def from_pages(folder: Path) -> tuple[Rule, ...]:
    """The rules of the pages in a folder, in order of their file names."""
    from convlint.page import parse_page

    return tuple(parse_page(_text(page), page.name) for page in _pages_in(folder))


def _pages(rule_paths: Sequence[Path]) -> Iterator[Path]:
    for path in rule_paths:
        if path.is_dir():
            yield from _pages_in(path)
        elif path.is_file():
            yield path
        else:
            raise ConfigError(f"rule-paths: there is no file or folder {path}")


def _pages_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(page for page in folder.glob("*.md") if page.name != "README.md")


def _text(file: Path) -> str:
    from convlint.files import content

    try:
        return content(file, _MOST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{file}: cannot be read: {reason}") from error


def _require_distinct(rules: Sequence[Rule]) -> None:
    seen: dict[str, Rule] = {}
    for rule in rules:
        for word in (rule.code, rule.name):
            other = seen.setdefault(word, rule)
            if other is not rule:
                raise RuleError(f"{rule.source}: {word} is already taken by {other.source}")
