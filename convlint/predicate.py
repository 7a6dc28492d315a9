"""Predicates: a closed expression language over facts, with three-valued truth.

``rate > 0.5 and not use_bias`` is parsed with Python's grammar, checked against a small set of
nodes and compiled once to closures; it is never evaluated as Python. There are names, attributes,
literals, ``and or not``, comparisons, ``in`` and arithmetic. ``None`` is compared with ``==``.

Ordering and arithmetic take numbers; ``in`` takes a sequence or two strings; ``and or not`` take
truth values. Anything else gives UNKNOWN, as does arithmetic without a representable result.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from convlint import kinds, operators
from convlint.errors import RuleError
from convlint.facts.core import CALL_FACTS, MODEL_FACTS, Facts
from convlint.kleene import UNKNOWN, Truth, negation
from convlint.options import NO_OPTIONS, OptionValues
from convlint.suggest import did_you_mean

MAX_LENGTH: Final = 2000
"""Characters in a predicate."""
MAX_DEPTH: Final = 40
"""Operators and brackets inside each other; closures call each other that deeply."""

_MEANT: Final = {"=": "==", "!": "not", "&": "and", "|": "or"}
_EXPECTED: Final = "expected a condition such as 'rate > 0.5 and not use_bias'"

RESERVED: Final = frozenset({"config", "model", "option"})
"""Names that a role cannot have, because they mean something else in a predicate."""

Reader: TypeAlias = Callable[[Facts, int], Any]
"""Reads one value of a call."""
Scope: TypeAlias = Any
"""What a predicate is evaluated on: the index of a call, or the index for each role."""
Evaluator: TypeAlias = Callable[[Facts, Scope], Any]


class Equals(NamedTuple):
    """``name == literal`` or ``name in (literals)``."""

    name: str
    read: Reader
    values: frozenset[Any]


class Predicate(NamedTuple):
    """A compiled predicate.

    Attributes:
        roles: the roles it mentions; empty for a predicate on a single call.
        reads: for each of these roles what is read of its call. Calls of which all this is
            equal are interchangeable.
        reads_call: whether it depends on a call at all, or on the model and options only.
        conjuncts: predicates that are all true if and only if this one is; empty where it is
            no ``and``.
        evaluator: what :meth:`evaluate` calls.
        pinned: gives the only index for which it can hold, if it is ``index == `` something that
            depends on the model alone.
        equals: what it reads of a call and the values of which that must be one, if it is a
            comparison of a name with literals.
        key: equal for predicates of the same text and the same options.
    """

    roles: frozenset[str]
    reads: Mapping[str, tuple[Reader, ...]]
    reads_call: bool
    conjuncts: tuple[Predicate, ...]
    evaluator: Evaluator
    pinned: Evaluator | None = None
    equals: Equals | None = None
    key: Hashable = None

    def evaluate(self, facts: Facts, bindings: Mapping[str, int] | int) -> Truth:
        """Its truth for a call, or for the calls that the roles are bound to.

        A predicate that was parsed with roles takes a mapping, one without takes the index of
        the call under test. What is read of an unbound role is UNKNOWN.
        """
        truth: Truth = self.evaluator(facts, bindings)
        return truth


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
    predicate = _Compiler(source, start, text, frozenset(roles), options).predicate(body, 0)
    return predicate._replace(key=(text, tuple(options.items()) if "option" in text else ()))


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


class _Compiler:
    """Turns a syntax tree into closures; ``reads`` collects what they read of which role."""

    def __init__(
        self, source: str, start: int, text: str, roles: frozenset[str], options: OptionValues
    ) -> None:
        self.source = source
        self.start = start
        self.encoded = text.encode()
        self.roles = roles
        self.options = options
        self.reads: dict[str, list[Reader]] = {}
        self.reads_call = False

    def predicate(self, node: ast.expr, depth: int) -> Predicate:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            self.check_depth(node, depth)
            parts = [self.predicate(value, depth + 1) for value in node.values]
            reads = {
                role: tuple(reader for part in parts for reader in part.reads.get(role, ()))
                for role in sorted(frozenset().union(*(part.roles for part in parts)))
            }
            conjuncts = tuple(leaf for part in parts for leaf in part.conjuncts or (part,))
            evaluator = _conjunction([part.evaluator for part in parts])
            reads_call = any(part.reads_call for part in parts)
            pinned = next((part.pinned for part in parts if part.pinned), None)
            return Predicate(frozenset(reads), reads, reads_call, conjuncts, evaluator, pinned)
        pinned = self.pinned_index(node, depth)
        self.reads, self.reads_call = {}, False
        evaluator = self.truth(node, depth)
        reads = {role: tuple(readers) for role, readers in self.reads.items()}
        equals = self.equals(node)
        return Predicate(frozenset(reads), reads, self.reads_call, (), evaluator, pinned, equals)

    def equals(self, node: ast.expr) -> Equals | None:
        """What may be looked up in place of being compared for every call."""
        match node:
            case ast.Compare(
                left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=literal)]
            ):
                literals = [literal]
            case ast.Compare(
                left=ast.Name(id=name),
                ops=[ast.In()],
                comparators=[ast.Tuple(elts=elements)],
            ) if all(isinstance(element, ast.Constant) for element in elements):
                literals = [
                    element.value for element in elements if isinstance(element, ast.Constant)
                ]
            case _:
                return None
        plain = all(isinstance(literal, str | bool | int | None) for literal in literals)
        return Equals(name, _fact(name), frozenset(literals)) if plain and not self.roles else None

    def pinned_index(self, node: ast.expr, depth: int) -> Evaluator | None:
        match node:
            case ast.Compare(left=ast.Name(id="index"), ops=[ast.Eq()], comparators=[right]) if (
                not self.roles
            ):
                self.reads_call = False
                index = self.value(right, depth + 1)
                return None if self.reads_call else index
        return None

    def truth(self, node: ast.expr, depth: int) -> Evaluator:
        """Compile an expression in a place that takes a truth value."""
        self.check_depth(node, depth)
        if isinstance(node, ast.BoolOp):
            combine = _conjunction if isinstance(node.op, ast.And) else _disjunction
            return combine([self.truth(value, depth + 1) for value in node.values])
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            operand = self.truth(node.operand, depth + 1)
            return lambda facts, scope: negation(operand(facts, scope))
        if isinstance(node, ast.Compare):
            return self.comparison(node, depth)
        if isinstance(node, ast.Name | ast.Attribute):
            name = self.name(node)

            def truth_of_name(facts: Facts, scope: Scope) -> Truth:
                value = name(facts, scope)
                return value if isinstance(value, bool) else UNKNOWN

            return truth_of_name
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return self.value(node, depth)
        self.value(node, depth)  # says so first if it is no valid expression at all
        raise self.error(node, "this is neither true nor false; expected a condition")

    def value(self, node: ast.expr, depth: int) -> Evaluator:
        """Compile an expression in a place that takes any value."""
        self.check_depth(node, depth)
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None as constant):
                return lambda facts, scope: constant
            case ast.Name() | ast.Attribute():
                return self.name(node)
            case ast.Tuple() | ast.List():
                items = [self.value(item, depth + 1) for item in node.elts]
                return lambda facts, scope: tuple([item(facts, scope) for item in items])
            case ast.UnaryOp(op=ast.USub()):
                operand = self.value(node.operand, depth + 1)
                return lambda facts, scope: operators.subtract(0, operand(facts, scope))
            case ast.BinOp():
                calculate = _ARITHMETIC.get(type(node.op))
                if calculate is None:
                    raise self.error_after(node.left, "unknown operator; expected + - * / // or %")
                left = self.value(node.left, depth + 1)
                right = self.value(node.right, depth + 1)
                return lambda facts, scope: calculate(left(facts, scope), right(facts, scope))
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

    def comparison(self, node: ast.Compare, depth: int) -> Evaluator:
        operands = [self.value(operand, depth + 1) for operand in (node.left, *node.comparators)]
        links = []
        for position, symbol in enumerate(node.ops):
            compare = _COMPARISONS.get(type(symbol))
            if compare is None:
                before = (node.left, *node.comparators)[position]
                raise self.error_after(before, "'is' compares identity; expected == or !=")
            right = node.comparators[position]
            if isinstance(symbol, ast.Eq | ast.NotEq) and isinstance(right, ast.Constant):
                links.append(_comparison_with(compare, operands[position], right.value))
            else:
                links.append(_comparison(compare, operands[position], operands[position + 1]))
        return links[0] if len(links) == 1 else _conjunction(links)

    def name(self, node: ast.Name | ast.Attribute) -> Evaluator:
        """Compile ``x``, ``config.x``, ``role.x``, ``role.config.x``, ``model.x``, ``option.x``."""
        match node:
            case ast.Attribute(value=ast.Name(id="model"), attr=attribute):
                if attribute not in MODEL_FACTS:
                    hint = did_you_mean(attribute, MODEL_FACTS)
                    raise self.error_at_attribute(
                        node, f"unknown fact of the model {attribute!r}{hint}"
                    )
                return lambda facts, scope: facts.model(attribute)
            case ast.Attribute(value=ast.Name(id="option"), attr=attribute):
                if attribute not in self.options:
                    hint = did_you_mean(attribute, self.options)
                    raise self.error_at_attribute(node, f"unknown option {attribute!r}{hint}")
                constant = self.options[attribute]
                return lambda facts, scope: constant
            case ast.Attribute(value=ast.Name(id="config"), attr=entry) if not self.roles:
                self.reads_call = True
                return _config_entry(entry)
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id=role), attr="config"), attr=entry
            ) if role in self.roles:
                return self.read(role, _config_entry(entry))
            case ast.Attribute(value=ast.Name(id=role), attr=name) if (
                role in self.roles and name != "config"
            ):
                self.check_known(node, name)
                return self.read(role, _fact(name))
            case ast.Name(id=name) if not self.roles and name not in RESERVED:
                self.check_known(node, name)
                self.reads_call = True
                return _fact(name)
        raise self.meaningless(node)

    def read(self, role: str, reader: Reader) -> Evaluator:
        self.reads.setdefault(role, []).append(reader)
        self.reads_call = True

        def read_role(facts: Facts, scope: Scope) -> Any:
            index = scope.get(role)
            return UNKNOWN if index is None else reader(facts, index)

        return read_role

    def check_known(self, node: ast.Name | ast.Attribute, name: str) -> None:
        if name not in CALL_FACTS and name not in kinds.ARGUMENTS:
            hint = did_you_mean(name, [*CALL_FACTS, *kinds.ARGUMENTS])
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


def _fact(name: str) -> Reader:
    """Reads what :meth:`Facts.lookup` gives."""
    fact = CALL_FACTS.get(name)
    if fact is None:
        return _config_entry(name)

    def value(facts: Facts, index: int) -> Any:
        known = facts.values[name]
        return known[index] if index in known else fact(facts, facts.graph.calls[index])

    return value


def _config_entry(name: str) -> Reader:
    def entry(facts: Facts, index: int) -> Any:
        call = facts.graph.calls[index]
        return call.config[name] if name in call.config else kinds.default(call.class_name, name)

    return entry


def _conjunction(parts: list[Evaluator]) -> Evaluator:
    def all_of(facts: Facts, scope: Scope) -> Truth:
        result: Truth = True
        for part in parts:  # conjunction() of a generator takes twice as long
            value = part(facts, scope)
            if value is False:
                return False
            if value is UNKNOWN:
                result = UNKNOWN
        return result

    return all_of


def _disjunction(parts: list[Evaluator]) -> Evaluator:
    def any_of(facts: Facts, scope: Scope) -> Truth:
        result: Truth = False
        for part in parts:
            value = part(facts, scope)
            if value is True:
                return True
            if value is UNKNOWN:
                result = UNKNOWN
        return result

    return any_of


def _comparison(
    compare: Callable[[Any, Any], Truth], left: Evaluator, right: Evaluator
) -> Evaluator:
    return lambda facts, scope: compare(left(facts, scope), right(facts, scope))


def _comparison_with(
    compare: Callable[[Any, Any], Truth], left: Evaluator, constant: Any
) -> Evaluator:
    """``==`` or ``!=`` with a literal: most of what patterns ask, so it has a way of its own."""
    same = compare is operators.equal

    def compared(facts: Facts, scope: Scope) -> Truth:
        value = left(facts, scope)
        if value is constant or (type(value) is str and type(constant) is str):
            return (value == constant) is same
        return compare(value, constant)

    return compared


_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operators.add,
    ast.Sub: operators.subtract,
    ast.Mult: operators.multiply,
    ast.Div: operators.divide,
    ast.FloorDiv: operators.floor_divide,
    ast.Mod: operators.remainder,
}

_COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Truth]]] = {
    ast.Eq: operators.equal,
    ast.NotEq: operators.unequal,
    ast.Lt: operators.less,
    ast.LtE: operators.less_or_equal,
    ast.Gt: operators.greater,
    ast.GtE: operators.greater_or_equal,
    ast.In: operators.contained,
    ast.NotIn: operators.not_contained,
}
