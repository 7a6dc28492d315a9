"""Why one should believe a rule, or not: graded citations, and the bibliography they refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from convlint.yamltext import Value, parse


class Strength(IntEnum):
    """How much a piece of evidence carries; ordered."""

    FOLKLORE = 1
    DOCUMENTED = 2
    ABLATION = 3
    THEOREM = 4

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Citation:
    """A claim, the key of the reference that makes it, and how strong it is."""

    cite: str
    strength: Strength
    claim: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a rule and what against it, as the page lists it."""

    for_: tuple[Citation, ...]
    against: tuple[Citation, ...]


def strongest(citations: tuple[Citation, ...]) -> Citation | None:
    """The strongest citation, the first of equals; ``None`` if there is none."""
    return max(citations, key=lambda citation: citation.strength, default=None)


def parse_evidence(value: Value) -> Evidence:
    """The ``evidence:`` of a rule page; RuleError naming file and key."""
    fields = value.fields(required=("for", "against"))
    supporting = tuple(map(_citation, fields["for"].items()))
    if not supporting:
        raise fields["for"].error("a rule needs evidence")
    return Evidence(supporting, tuple(map(_citation, fields["against"].items())))


def _citation(value: Value) -> Citation:
    fields = value.fields(required=("cite", "strength", "claim"))
    return Citation(
        fields["cite"].sentence(),
        fields["strength"].choice(STRENGTHS),
        fields["claim"].sentence(),
    )


STRENGTHS = {str(strength): strength for strength in reversed(Strength)}


@dataclass(frozen=True, slots=True)
class Reference:
    """One source.

    ``authors`` are full names; ``verified`` says how we know that it says what we cite it for.
    """

    key: str
    authors: tuple[str, ...]
    year: str
    title: str
    venue: str = ""
    doi: str = ""
    arxiv: str = ""
    url: str = ""
    verified: str = ""

    @property
    def link(self) -> str | None:
        """Where to read it: the page named, else its DOI, else its arXiv page."""
        if self.url:
            return self.url
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else None

    @property
    def short(self) -> str:
        """``Ghiasi et al. 2018``."""
        surnames = [_surname(author) for author in self.authors]
        if len(surnames) > 2:
            surnames = [f"{surnames[0]} et al."]
        return f"{' & '.join(surnames)} {self.year}"

    @property
    def full(self) -> str:
        """Authors, title, venue and year in one line."""
        authors = ", ".join(self.authors)
        place = ", ".join(part for part in (self.venue, self.year) if part)
        end = "" if self.title.endswith(("?", "!", ".")) else "."
        return f"{authors}: {self.title}{end} {place}."


def _surname(author: str) -> str:
    """The family name in ``Golnaz Ghiasi`` or ``Ghiasi, Golnaz``; a name in braces is one word."""
    if "," in author:
        return author.partition(",")[0]
    return author.split()[-1] if author.split() else author


def parse_references(text: str, source: str) -> Mapping[str, Reference]:
    """Every reference of a ``references.yaml``, by key; RuleError naming file and key."""
    return {
        key: _reference(key, value) for key, value in parse(text, source).entries().items()
    }


def _reference(key: str, value: Value) -> Reference:
    fields = value.fields(
        required=("authors", "year", "title"),
        optional=("venue", "doi", "arxiv", "url", "verified"),
    )
    year = fields["year"].text()
    if not re.fullmatch(r"\d{4}", year):
        raise fields["year"].error(f"{year!r} is not a year")
    authors = tuple(author.sentence() for author in fields["authors"].items())
    if not authors:
        raise fields["authors"].error("name at least one")
    reference = Reference(
        key,
        authors,
        year,
        fields["title"].sentence(),
        **{
            name: fields[name].sentence()
            for name in ("venue", "doi", "arxiv", "url", "verified")
            if name in fields
        },
    )
    if reference.link is None:
        raise value.error("needs a doi, arxiv or url, so that it can be looked up")
    return reference
