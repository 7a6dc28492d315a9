"""Citations as a rule page writes them, and the ``references.yaml`` that explains their keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from convlint.evidence import Citation, Evidence, Reference, Strength
from convlint.yamltext import Value, parse

STRENGTHS: Final = {str(strength): strength for strength in reversed(Strength)}


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


def parse_references(
    text: str, source: str, keys: Collection[str] | None = None
) -> Mapping[str, Reference]:
    """The references of a ``references.yaml``, by key; all, or those among ``keys``.

    Raises:
        RuleError: one of them is not complete; names file, line and key.
    """
    return {
        key: _reference(key, value)
        for key, value in parse(text, source).entries().items()
        if keys is None or key in keys
    }


def _reference(key: str, value: Value) -> Reference:
    fields = value.fields(
        required=("authors", "year", "title", "verified"),
        optional=("venue", "doi", "arxiv", "url", "seen"),
    )

    def optional(name: str) -> str:
        return fields[name].sentence() if name in fields else ""

    year = fields["year"].sentence()
    if not re.fullmatch(r"[0-9]{4}", year):
        raise fields["year"].error(f"{year!r} is not a year")
    if not fields.keys() & {"doi", "arxiv", "url"}:
        raise value.error("needs a doi, arxiv or url, so that it can be looked up")
    return Reference(
        key=key,
        authors=tuple(name.strip() for name in fields["authors"].sentence().split(",")),
        year=year,
        title=fields["title"].sentence(),
        venue=optional("venue"),
        doi=optional("doi"),
        arxiv=optional("arxiv"),
        url=optional("url"),
        verified=fields["verified"].choice({"yes": True, "no": False}),
        seen=optional("seen"),
    )
