"""Predicates: a closed expression language over facts, with three-valued truth.

What is written on a page is parsed by :mod:`convlint.predicate.parse`; here its syntax tree is
compiled to closures, each part when it is first asked for. It is never evaluated as Python.

Ordering and arithmetic take numbers; ``in`` takes a sequence or two strings; ``and or not`` take
truth values. Anything else gives UNKNOWN, as does arithmetic without a representable result.
"""

import operator
from collections.abc import Callable, Hashable, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

from convlint import kinds, operators
from convlint.facts.core import Facts
from convlint.facts.registry import call_fact_named
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, negation
from convlint.options import NO_OPTIONS, OptionValues
from convlint.predicate.tree import NAMES, Tree, leaves

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


class Predicate:
    """A condition on one call, or on the calls that roles are bound to.

    Attributes:
        text: as it is written; a conjunct has the text of the whole.
        tree: its syntax tree.
        options: the values of the rule's options.
    """

    def __init__(self, text: str, tree: Tree, options: OptionValues = NO_OPTIONS) -> None:
        """Nothing is compiled yet."""
        self.text = text
        self.tree = tree
        self.options = options

    def __repr__(self) -> str:
        return f"Predicate({self.text!r})"

    @cached_property
    def key(self) -> Hashable:
        """Equal for whole predicates, not conjuncts, of the same text and the same options."""
        return self.text, tuple(self.options.items()) if "option" in self.text else ()

    @cached_property
    def conjuncts(self) -> "tuple[Predicate, ...]":
        """Predicates that are all true if and only if it is; itself if it is no ``and``."""
        if self.tree[0] != "and":
            return (self,)
        parts = (Predicate(self.text, part, self.options) for part in self.tree[1:])
        return tuple(leaf for part in parts for leaf in part.conjuncts)

    @cached_property
    def reads(self) -> Mapping[str, tuple[Reader, ...]]:
        """For each role that it mentions what is read of its call, roles in alphabetical order.

        Calls of which all this is equal are interchangeable.
        """
        found: dict[str, list[Reader]] = {}
        for leaf in leaves(self.tree):
            if len(leaf) == 3:
                found.setdefault(leaf[2], []).append(_reader(leaf))
        return {role: tuple(found[role]) for role in sorted(found)}

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles it mentions; none if it is about a single call."""
        return frozenset(leaf[2] for leaf in leaves(self.tree) if len(leaf) == 3)

    @cached_property
    def reads_call(self) -> bool:
        """Whether it depends on a call at all, or on the model and options only."""
        return _reads_call(self.tree)

    @cached_property
    def pinned(self) -> Evaluator | None:
        """Gives the only index for which it can hold.

        ``None`` unless it says that ``index`` is something that depends on the model alone.
        """
        for part in self.conjuncts:
            if part.tree[0] == "==" and list(part.tree[1]) == ["fact", "index"]:
                index: Tree = part.tree[2]
                if not _reads_call(index):
                    return _value(index, self.options)
        return None

    @cached_property
    def equals(self) -> Equals | None:
        """What may be looked up in place of being compared for every call.

        ``None`` unless it compares a name of the call with literals.
        """
        symbol, *operands = self.tree
        if symbol not in ("==", "in") or operands[0][0] != "fact" or len(operands[0]) == 3:
            return None
        name, other = operands[0][1], operands[1]
        if (symbol, other[0]) not in (("==", "value"), ("in", "tuple")):
            return None
        literals = [other] if symbol == "==" else other[1:]
        plain = all(each[0] == "value" and not isinstance(each[1], float) for each in literals)
        values = frozenset(each[1] for each in literals) if plain else frozenset()
        return Equals(name, _reader(operands[0]), values) if plain else None

    @cached_property
    def evaluator(self) -> Evaluator:
        """What :meth:`evaluate` calls."""
        return _truth(self.tree, self.options)

    @cached_property
    def test(self) -> Evaluator:
        """Gives ``True`` if and only if it is true; what else it gives means nothing."""
        return (_value if self.tree[0] in NAMES else _truth)(self.tree, self.options)

    def evaluate(self, facts: Facts, bindings: Mapping[str, int] | int) -> Truth:
        """Its truth for a call, or for the calls that the roles are bound to.

        A predicate over roles takes a mapping, one without takes the index of the call under
        test. What is read of an unbound role is UNKNOWN.
        """
        truth: Truth = self.evaluator(facts, bindings)
        return truth


def _reads_call(tree: Tree) -> bool:
    return any(leaf[0] in ("fact", "config") for leaf in leaves(tree))


def _truth(tree: Tree, options: OptionValues) -> Evaluator:
    """Compile a tree in a place that takes a truth value."""
    symbol, *operands = tree
    if symbol in ("and", "or"):
        parts = [_truth(operand, options) for operand in operands]
        return _connective(parts, decisive=symbol == "or")
    if symbol == "not":
        operand = _truth(operands[0], options)
        return lambda facts, scope: negation(operand(facts, scope))
    evaluator = _value(tree, options)
    if symbol not in NAMES:
        return evaluator

    def truth_of_name(facts: Facts, scope: Scope) -> Truth:
        value = evaluator(facts, scope)
        return value if isinstance(value, bool) else UNKNOWN

    return truth_of_name


def _value(tree: Tree, options: OptionValues) -> Evaluator:
    """Compile a tree in a place that takes any value."""
    symbol, *operands = tree
    if symbol in ("fact", "config"):
        return _read(tree)
    if symbol == "model":
        name = operands[0]
        return lambda facts, scope: facts.model(name)
    if symbol in ("value", "option"):
        constant = options[operands[0]] if symbol == "option" else operands[0]
        return lambda facts, scope: constant
    if symbol in ("and", "or", "not"):
        return _truth(tree, options)
    if symbol in ("==", "!=") and operands[1][0] == "value":
        return _comparison_with(_BINARY[symbol], _value(operands[0], options), operands[1][1])
    if symbol in ("in", "not in") and _is_literals(operands[1]):
        literals = tuple(literal[1] for literal in operands[1][1:])
        return _membership(_BINARY[symbol], _value(operands[0], options), literals)
    if symbol in _ORDER and operands[1][0] in ("value", "option"):
        constant = options[operands[1][1]] if operands[1][0] == "option" else operands[1][1]
        return _order_against(symbol, _value(operands[0], options), constant)
    parts = [_value(operand, options) for operand in operands]
    if symbol == "tuple":
        return lambda facts, scope: tuple([part(facts, scope) for part in parts])
    if len(parts) == 1:
        return lambda facts, scope: operators.subtract(0, parts[0](facts, scope))
    calculate = _BINARY[symbol]
    left, right = parts
    return lambda facts, scope: calculate(left(facts, scope), right(facts, scope))


def _read(tree: Tree) -> Evaluator:
    reader = _reader(tree)
    if len(tree) == 2:
        return reader
    role = tree[2]

    def read_role(facts: Facts, scope: Scope) -> Any:
        index = scope.get(role)
        return UNKNOWN if index is None else reader(facts, index)

    return read_role


def _reader(tree: Tree) -> Reader:
    kind, name = tree[:2]
    return _fact(name) if kind == "fact" else _config_entry(name)


def _fact(name: str) -> Reader:
    """Reads what :meth:`Facts.lookup` gives."""
    fact = call_fact_named(name)
    if fact is None:
        return _config_entry(name)

    derive: Callable[[Facts, Call], Any] = getattr(fact, "__wrapped__", fact)

    def value(facts: Facts, index: int) -> Any:
        known = facts.values[name]  # as the fact itself does: two calls less for each value
        if index in known:
            return known[index]
        found = known[index] = derive(facts, facts.graph.calls[index])
        return found

    return value


def _config_entry(name: str) -> Reader:
    def entry(facts: Facts, index: int) -> Any:
        return kinds.setting(facts.graph.calls[index], name)

    return entry


def _connective(parts: list[Evaluator], *, decisive: bool) -> Evaluator:
    """``and``, for which false is decisive, or ``or``, for which true is."""

    def combined(facts: Facts, scope: Scope) -> Truth:
        result: Truth = not decisive
        for part in parts:  # conjunction() of a generator takes twice as long
            value: Truth = part(facts, scope)
            if value is decisive:
                return decisive
            if value is UNKNOWN:
                result = UNKNOWN
        return result

    return combined


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


def _is_literals(tree: Tree) -> bool:
    return tree[0] == "tuple" and all(item[0] == "value" for item in tree[1:])


def _membership(
    compare: Callable[[Any, Any], Truth], left: Evaluator, literals: tuple[Any, ...]
) -> Evaluator:
    """``in`` or ``not in`` for literals, most often strings."""
    wanted = compare is operators.contained
    strings = frozenset(literals) if all(type(item) is str for item in literals) else None

    def compared(facts: Facts, scope: Scope) -> Truth:
        value = left(facts, scope)
        if strings is not None and type(value) is str:
            return (value in strings) is wanted
        return compare(value, literals)

    return compared


def _order_against(symbol: str, left: Evaluator, constant: Any) -> Evaluator:
    """An order against a literal or an option, most often of an integer."""
    compare: Callable[[Any, Any], Truth] = _BINARY[symbol]
    holds = _ORDER[symbol]
    plain = type(constant) in (int, float)

    def compared(facts: Facts, scope: Scope) -> Truth:
        value = left(facts, scope)
        if type(value) is int and plain:
            return holds(value, constant)
        return compare(value, constant)

    return compared


_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_BINARY: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operators.add,
    "-": operators.subtract,
    "*": operators.multiply,
    "/": operators.divide,
    "//": operators.floor_divide,
    "%": operators.remainder,
    "==": operators.equal,
    "!=": operators.unequal,
    "<": operators.less,
    "<=": operators.less_or_equal,
    ">": operators.greater,
    ">=": operators.greater_or_equal,
    "in": operators.contained,
    "not in": operators.not_contained,
}
