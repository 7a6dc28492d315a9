"""Predicate text -> Predicate.

``rate > 0.5 and not use_bias`` is parsed with Python's grammar and checked against a small set of
nodes. There are names, attributes, literals, ``and or not``, comparisons, ``in`` and arithmetic.
``None`` is compared with ``==``.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Mapping
from typing import Final

from convlint import kinds
from convlint.errors import RuleError
from convlint.facts.registry import call_fact_names, model_fact_names
from convlint.options import NO_OPTIONS, OptionValues
from convlint.predicate.evaluate import Predicate
from convlint.predicate.tree import Tree
from convlint.suggest import did_you_mean

MAX_LENGTH: Final = 2000
"""Characters in a predicate."""
MAX_DEPTH: Final = 40
"""Operators and brackets inside each other; closures call each other that deeply."""

_MEANT: Final = {"=": "==", "!": "not", "&": "and", "|": "or"}
_EXPECTED: Final = "expected a condition such as 'rate > 0.5 and not use_bias'"

RESERVED: Final = frozenset({"config", "model", "option"})
"""Names that a role cannot have, because they mean something else in a predicate."""


def parse(
    text: str, *, roles: Collection[str] = (), options: OptionValues = NO_OPTIONS
) -> Predicate:
    """Parse and check a predicate.

    Without ``roles`` a bare name is a fact or an argument of the call under test, and
    ``config.x`` an entry of its configuration. With them these are ``role.x`` and
    ``role.config.x``. In both ``model.x`` is a fact of the model, and ``option.x`` one of the
    ``options``.

    Raises:
        RuleError: the text is not a predicate; the message shows where and what was expected.
    """
    return parse_span(text, 0, len(text), roles=roles, options=options)


def parse_span(
    source: str,
    start: int,
    end: int,
    *,
    roles: Collection[str] = (),
    options: OptionValues = NO_OPTIONS,
) -> Predicate:
    """Parse ``source[start:end]`` as :func:`parse` does; errors show its place in ``source``."""
    # Python would end the expression at a line break; every offset stays what it was.
    text = source[start:end].translate({ord(c): " " for c in "\t\r\n"})
    start += len(text) - len(text.lstrip(" "))
    text = text.strip(" ")
    if not text:
        raise fault(source, start, f"the predicate is empty; {_EXPECTED}")
    if len(text) > MAX_LENGTH:
        raise fault(source, start, f"the predicate is longer than {MAX_LENGTH} characters")
    _check_characters(source, start, text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" and `1or x` are Python's business, not ours
            body = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        # Counted from 1; 0 stands for the end.
        offset = min(error.offset - 1, len(text)) if error.offset else len(text)
        meant = _MEANT.get(text[offset : offset + 1])
        expected = f"expected {meant!r}" if meant else _EXPECTED
        raise fault(source, start + offset, f"{error.msg}; {expected}") from None
    except (RecursionError, MemoryError, ValueError):
        # The parser reports its own stack limit as MemoryError.
        raise fault(source, start, "the predicate is too deeply nested") from None
    tree = _Parser(source, start, text, frozenset(roles), options).truth(body, 0)
    return Predicate(text, tree, options)


def fault(source: str, offset: int, message: str) -> RuleError:
    """An error that shows the line of ``source`` around ``offset`` with a caret under it."""
    begin = source.rfind("\n", 0, offset) + 1
    line = source[begin:].partition("\n")[0].rstrip()
    shown = "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in line)
    margin = "".join("\t" if c == "\t" else " " for c in source[begin:offset])
    return RuleError(f"{message}\n  {shown}\n  {margin}^")


_PAIRED: Final = frozenset((0, 2 * pairs) for pairs in range(20))
"""Numbers of single and double quotes that are surely strings, one behind the other."""


def _check_characters(source: str, start: int, text: str) -> None:
    """Refuse what Python would skip (comments) or choke on (control characters)."""
    quotes = text.count("'"), text.count('"')
    if text.isprintable() and not ("#" in text or "\\" in text) and quotes in _PAIRED:
        return
    opened: int | None = None
    escaped = False
    for offset, character in enumerate(text):
        if not character.isprintable():
            raise fault(source, start + offset, f"unexpected character {character!a}")
        if escaped:
            escaped = False
        elif opened is not None:
            escaped = character == "\\"
            opened = None if character == text[opened] else opened
        elif character in "\"'":
            opened = offset
        elif character == "#":
            raise fault(source, start + offset, "a predicate has no comments; expected no '#'")
    if opened is not None:
        raise fault(source, start + opened, "this string is never closed; expected a quote")


class _Parser:
    """Turns Python's syntax tree into ours, which is smaller."""

    def __init__(
        self, source: str, start: int, text: str, roles: frozenset[str], options: OptionValues
    ) -> None:
        self.source = source
        self.start = start
        self.encoded = text.encode()
        self.roles = roles
        self.options = options

    def truth(self, node: ast.expr, depth: int) -> Tree:
        """An expression in a place that takes a truth value."""
        self.check_depth(node, depth)
        match node:
            case ast.BoolOp():
                operands = [self.truth(value, depth + 1) for value in node.values]
                return ("and" if isinstance(node.op, ast.And) else "or", *operands)
            case ast.UnaryOp(op=ast.Not()):
                return "not", self.truth(node.operand, depth + 1)
            case ast.Compare():
                return self.comparison(node, depth)
            case ast.Name() | ast.Attribute() | ast.Constant(value=bool()):
                return self.value(node, depth)
        self.value(node, depth)  # says so first if it is no valid expression at all
        raise self.error(node, "this is neither true nor false; expected a condition")

    def value(self, node: ast.expr, depth: int) -> Tree:
        """An expression in a place that takes any value."""
        self.check_depth(node, depth)
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None as constant):
                return "value", constant
            case ast.Name() | ast.Attribute():
                return self.name(node)
            case ast.Tuple() | ast.List():
                return ("tuple", *(self.value(item, depth + 1) for item in node.elts))
            case ast.UnaryOp(op=ast.USub()):
                return "-", self.value(node.operand, depth + 1)
            case ast.BinOp():
                operator = _ARITHMETIC.get(type(node.op))
                if operator is None:
                    raise self.error_after(node.left, "unknown operator; expected + - * / // or %")
                left = self.value(node.left, depth + 1)
                return operator, left, self.value(node.right, depth + 1)
            case ast.BoolOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return self.truth(node, depth)
            case ast.Call():
                raise self.error(
                    node, "a predicate calls nothing; expected a fact, argument or literal"
                )
            case ast.Subscript():
                raise self.error(
                    node, "a predicate has no subscripts; expected a fact or an argument"
                )
            case _:
                raise self.error(node, "expected a fact, an argument or a literal")

    def comparison(self, node: ast.Compare, depth: int) -> Tree:
        operands = [self.value(operand, depth + 1) for operand in (node.left, *node.comparators)]
        links = []
        for position, symbol in enumerate(node.ops):
            operator = _COMPARISONS.get(type(symbol))
            if operator is None:
                before = (node.left, *node.comparators)[position]
                raise self.error_after(before, "'is' compares identity; expected == or !=")
            links.append((operator, operands[position], operands[position + 1]))
        return links[0] if len(links) == 1 else ("and", *links)

    def name(self, node: ast.Name | ast.Attribute) -> Tree:
        """``x``, ``config.x``, ``role.x``, ``role.config.x``, ``model.x`` or ``option.x``."""
        match node:
            case ast.Attribute(value=ast.Name(id="model"), attr=attribute):
                return "model", self.known(node, attribute, model_fact_names(), "fact of the model")
            case ast.Attribute(value=ast.Name(id="option"), attr=attribute):
                return "option", self.known(node, attribute, self.options, "option")
            case ast.Attribute(value=ast.Name(id="config"), attr=entry) if not self.roles:
                return "config", entry
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id=role), attr="config"), attr=entry
            ) if role in self.roles:
                return "config", entry, role
            case ast.Attribute(value=ast.Name(id=role), attr=name) if (
                role in self.roles and name != "config"
            ):
                self.check_known(node, name)
                return "fact", name, role
            case ast.Name(id=name) if not self.roles and name not in RESERVED:
                self.check_known(node, name)
                return "fact", name
        raise self.meaningless(node)

    def known(self, node: ast.Attribute, name: str, known: Collection[str], what: str) -> str:
        if name not in known:
            hint = did_you_mean(name, known)
            raise self.error_at_attribute(node, f"unknown {what} {name!r}{hint}")
        return name

    def check_known(self, node: ast.Name | ast.Attribute, name: str) -> None:
        facts = call_fact_names()
        if name not in facts and name not in kinds.ARGUMENTS:
            hint = did_you_mean(name, [*facts, *kinds.ARGUMENTS])
            message = f"{name!r} is neither a fact nor an argument of a Keras layer{hint}"
            if isinstance(node, ast.Attribute):
                raise self.error_at_attribute(node, message)
            raise self.error(node, message)

    def check_depth(self, node: ast.expr, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self.error(node, f"the predicate is nested more than {MAX_DEPTH} deep")

    def meaningless(self, node: ast.Name | ast.Attribute) -> RuleError:
        """Say what could have stood in place of a name that means nothing."""
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            base = base.value
        if not isinstance(base, ast.Name):
            return self.error(base, "only a name has attributes; expected 'config.x' or 'model.x'")
        name = base.id
        if name in ("model", "option") or (name == "config" and not self.roles):
            return self.error(base, f"expected {name!r}, a dot and one name")
        if name in self.roles:
            return self.error(base, f"expected a fact of the role, such as '{name}.rate'")
        if self.roles:
            known = ", ".join(map(repr, sorted(self.roles)))
            hint = did_you_mean(name, [*self.roles, "model"])
            return self.error(
                base, f"{name!r} is no role of the pattern; its roles are {known}{hint}"
            )
        return self.error(base, f"{name!r} has no attributes; expected 'config.x' or 'model.x'")

    def error_at_attribute(self, node: ast.Attribute, message: str) -> RuleError:
        end = node.end_col_offset or node.col_offset
        return self.at(end - len(node.attr.encode()), message)

    def error_after(self, node: ast.expr, message: str) -> RuleError:
        """Point at the operator that follows an operand; it has no place of its own."""
        column = node.end_col_offset or node.col_offset
        rest = self.encoded[column:]
        return self.at(column + len(rest) - len(rest.lstrip(b" )")), message)

    def error(self, node: ast.expr, message: str) -> RuleError:
        return self.at(node.col_offset, message)

    def at(self, column: int, message: str) -> RuleError:
        """``column`` counts bytes of UTF-8, as the syntax tree does."""
        before = self.encoded[:column].decode(errors="ignore")
        return fault(self.source, self.start + len(before), message)


_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}

_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
