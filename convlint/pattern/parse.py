"""Pattern text -> Pattern.

``pattern = step (("->" | "=>") step)*``,  ``step = atom ["*" | "+" | "?"]``,
``atom = "(" pattern ("|" pattern)* ")" | [role ":"] ["!"] kind ["[" predicate "]"]``
"""

import keyword
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from convlint import kinds
from convlint.errors import RuleError
from convlint.options import NO_OPTIONS, OptionValues
from convlint.pattern.automaton import build
from convlint.pattern.states import Pattern, Step
from convlint.pattern.tree import Choice, Node, Repeat, Sequence
from convlint.predicate.parse import RESERVED, fault, parse_span
from convlint.suggest import did_you_mean

MAX_STEPS: Final = 200
"""Steps in a pattern; the automaton may have as many transitions as their square."""
MAX_DEPTH: Final = 40
"""Groups inside each other; the parser calls itself that deeply."""


def parse(text: str, options: OptionValues = NO_OPTIONS) -> Pattern:
    """Parse and check a pattern; it may span several lines.

    Its predicates may use the ``options`` as ``option.x``.

    Raises:
        RuleError: the text is not a pattern; the message shows where and what was expected.
    """
    parser = _Parser(text, options)
    root = parser.whole()
    return Pattern(text, tuple(parser.roles), build(root))


class _Token(NamedTuple):
    kind: str  # name, symbol, predicate or end
    text: str
    offset: int


_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<symbol>->|=>|[()|*+?:!])"
    r"|(?P<open>\[)"
)
_STRING_OR_BRACKET: Final = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[\[\]]", re.DOTALL)


def _tokens(text: str) -> Iterator[_Token]:
    offset = end = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            expected = "'->' or '=>'" if text[offset] in "-=>" else "a step, an arrow or a group"
            raise fault(text, offset, f"unexpected {text[offset]!a}; expected {expected}")
        kind = str(match.lastgroup)
        start, offset = offset, match.end()
        if kind == "space":
            continue
        if kind == "open":
            offset = _closing_bracket(text, start)
            yield _Token("predicate", text[start:offset], start)
        else:
            yield _Token(kind, match.group(), start)
        end = offset
    yield _Token("end", "", end)


def _closing_bracket(text: str, start: int) -> int:
    """Where the predicate that opens at ``start`` ends; brackets in strings do not count."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text, start):
        depth += {"[": 1, "]": -1}.get(match.group(), 0)
        if depth == 0:
            return match.end()
    raise fault(text, start, "this '[' is never closed; expected a predicate and ']'")


class _Parser:
    """Recursive descent; ``roles`` maps each role to the place that names it."""

    def __init__(self, text: str, options: OptionValues) -> None:
        self.text = text
        self.options = options
        self.tokens = list(_tokens(text))
        self.position = 0
        self.steps = 0
        self.roles: dict[str, int] = {}

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def take(self, *symbols: str) -> _Token | None:
        """The next token, consumed, if it is one of these symbols."""
        token = self.token
        if token.kind == "symbol" and token.text in symbols:
            self.position += 1
            return token
        return None

    def error(self, message: str, offset: int | None = None) -> RuleError:
        return fault(self.text, self.token.offset if offset is None else offset, message)

    def unexpected(self, expected: str) -> RuleError:
        kind, text, _ = self.token
        found = {"end": "the end of the pattern", "predicate": "a predicate"}.get(kind, repr(text))
        return self.error(f"unexpected {found}; expected {expected}")

    def whole(self) -> Node:
        if self.token.kind == "end":
            raise self.error("the pattern is empty; expected a step such as 'conv'", 0)
        root = self.sequence(0)
        if self.token.text == "|":
            raise self.unexpected("parentheses around alternatives: '(conv | dense)'")
        if self.token.text == ")":
            raise self.unexpected("an arrow or the end, for no '(' is open")
        if self.token.kind != "end":
            raise self.unexpected("'->', '=>' or the end of the pattern")
        return root

    def sequence(self, depth: int) -> Node:
        steps = [self.step(depth)]
        exclusive = []
        while arrow := self.take("->", "=>"):
            exclusive.append(arrow.text == "=>")
            steps.append(self.step(depth))
        return Sequence(tuple(steps), tuple(exclusive)) if exclusive else steps[0]

    def step(self, depth: int) -> Node:
        known = len(self.roles)
        body = self.group(depth) if self.token.text == "(" else self.atom()
        mark = self.take("*", "+", "?")
        if mark is None:
            return body
        self.refuse_roles(known, f"under {mark.text!r}")
        if self.token.text in ("*", "+", "?"):
            raise self.unexpected("an arrow: a step is repeated once")
        return Repeat(body, optional=mark.text != "+", repeated=mark.text != "?")

    def group(self, depth: int) -> Node:
        opening = self.token
        if depth == MAX_DEPTH:
            raise self.error(f"groups are nested more than {MAX_DEPTH} deep")
        self.position += 1
        known = len(self.roles)
        alternatives = [self.sequence(depth + 1)]
        while self.take("|"):
            alternatives.append(self.sequence(depth + 1))
        if not self.take(")"):
            if self.token.kind == "end":
                raise self.error("this '(' is never closed; expected ')'", opening.offset)
            raise self.unexpected("'->', '=>', '|' or ')'")
        if len(alternatives) == 1:
            return alternatives[0]
        self.refuse_roles(known, "in one of several alternatives")
        return Choice(tuple(alternatives))

    def refuse_roles(self, known: int, place: str) -> None:
        """Refuse the roles after the first ``known`` ones, which a match might not bind once."""
        for role, offset in list(self.roles.items())[known:]:
            raise self.error(
                f"role {role!r} stands {place}, but a role names exactly one call", offset
            )

    def atom(self) -> Step:
        role = self.role()
        negated = self.take("!") is not None
        token = self.token
        if token.kind != "name":
            if role is None and not negated:
                raise self.unexpected("a step")
            group = ", for a group has no role or negation" if token.text == "(" else ""
            raise self.unexpected(f"a kind{group}")
        self.position += 1
        kind = self.kind(token)
        predicate = None
        if self.token.kind == "predicate":
            start = self.token.offset + 1
            end = self.token.offset + len(self.token.text) - 1
            predicate = parse_span(self.text, start, end, options=self.options)
            self.position += 1
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise self.error(f"the pattern has more than {MAX_STEPS} steps", token.offset)
        return Step(kind, negated, predicate, role)

    def role(self) -> str | None:
        name = self.token
        if name.kind != "name" or self.tokens[self.position + 1].text != ":":
            return None
        if "." in name.text or keyword.iskeyword(name.text) or name.text in RESERVED:
            raise self.error(f"{name.text!r} cannot name a role; expected another name")
        if name.text in self.roles:
            raise self.error(f"role {name.text!r} is named twice; expected another name")
        self.roles[name.text] = name.offset
        self.position += 2
        return name.text

    def kind(self, token: _Token) -> str:
        """A kind of the vocabulary, or today's name of a class."""
        name = token.text
        if name == "identity":
            raise self.error(
                "calls of kind 'identity' are looked through; leave it out", token.offset
            )
        if name in kinds.KINDS:
            return name
        if name.rpartition(".")[2].lstrip("_")[:1].isupper():
            return kinds.canonical(name)
        hint = did_you_mean(name, kinds.KINDS - {"identity"})
        message = f"unknown kind {name!r}; expected a kind or the name of a class{hint}"
        raise self.error(message, token.offset)
