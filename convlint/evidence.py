"""Why one should believe a rule, or not: graded citations, and the bibliography they refer to."""

from enum import IntEnum
from typing import NamedTuple


class Strength(IntEnum):
    """How much a piece of evidence carries; ordered."""

    FOLKLORE = 1
    DOCUMENTED = 2
    ABLATION = 3
    THEOREM = 4

    def __str__(self) -> str:
        return self.name.lower()


class Citation(NamedTuple):
    """A claim, the key of the reference that makes it, and how strong it is."""

    cite: str
    strength: Strength
    claim: str


class Evidence(NamedTuple):
    """What speaks for a rule and what against it, as the page lists it."""

    for_: tuple[Citation, ...]
    against: tuple[Citation, ...]


def strongest(citations: tuple[Citation, ...]) -> Citation | None:
    """The strongest citation, the first of equals; ``None`` if there is none."""
    return max(citations, key=lambda citation: citation.strength, default=None)


class Reference(NamedTuple):
    """One source.

    ``verified`` is set if what we cite it for was read in the source itself, and ``seen`` says in
    which part; otherwise ``seen`` says by whom it was reported.
    """

    key: str
    authors: tuple[str, ...]
    year: str
    title: str
    venue: str
    doi: str
    arxiv: str
    url: str
    verified: bool
    seen: str

    @property
    def link(self) -> str:
        """Where to read it: the page named, else its DOI, else its arXiv page."""
        if self.url:
            return self.url
        return f"https://doi.org/{self.doi}" if self.doi else f"https://arxiv.org/abs/{self.arxiv}"

    @property
    def short(self) -> str:
        """``Ghiasi et al. 2018``."""
        if len(self.authors) > 2:
            names = f"{_surname(self.authors[0])} et al."
        else:
            names = " & ".join(map(_surname, self.authors))
        return f"{names} {self.year}"

    @property
    def full(self) -> str:
        """Authors, title, venue and year in one line."""
        title = self.title if self.title.endswith(("?", "!", ".")) else f"{self.title}."
        place = ", ".join(part for part in (self.venue, self.year) if part)
        return f"{', '.join(self.authors)}: {title} {place}."


def _surname(author: str) -> str:
    """The last word of a person's name; a group such as ``Keras developers`` keeps its own."""
    return author if author.endswith(" developers") else author.rpartition(" ")[2]
