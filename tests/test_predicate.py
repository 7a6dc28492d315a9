"""Predicates: what is refused and where the caret points, and three-valued evaluation."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint.errors import RuleError
from convlint.facts import registry
from convlint.facts.core import Facts
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth
from convlint.predicate.parse import MAX_DEPTH, MAX_LENGTH, parse
from tests.pattern_graphs import facts_of

CONFIG: Mapping[str, Any] = {
    "rate": 0.25,
    "units": 10,
    "use_bias": True,
    "stateful": False,
    "name": "block1_drop",
    "noise_shape": (None, 1, 1),
    "strides": (UNKNOWN, 2),
    "kernel_initializer": {"class_name": "Zeros", "config": {"shape": (1, 2)}},
    "seed": None,
    "filters": UNKNOWN,
    "momentum": math.nan,
    "axis": 10**400,
    "own entry": 1,
    "own_entry": 1,
}


def evaluate(text: str, config: Mapping[str, Any] = CONFIG) -> Truth:
    return parse(text).evaluate(facts_of(("Dropout", [], config)), 0)


def caret(error: pytest.ExceptionInfo[RuleError]) -> tuple[str, str, int]:
    """The message, the line that is shown, and the column of the caret in it."""
    message, line, pointer = str(error.value).split("\n")
    assert line.startswith("  ")
    assert pointer.startswith("  ")
    assert pointer.strip() == "^"
    return message, line[2:], pointer.index("^") - 2


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 0, "the predicate is empty; expected a condition"),
        (" \n ", 3, "the predicate is empty"),
        ("rate >", 6, "expected a condition"),
        ("rate > 0.5 and", 14, "expected a condition"),
        ("rate = 0.5", 5, "expected '=='"),
        ("rate > 0.5 && use_bias", 12, "expected 'and'"),
        ("rate > 0.5 || use_bias", 12, "expected 'or'"),
        ("!use_bias", 0, "expected 'not'"),
        ("rate > 0.5)", 10, "unmatched ')'"),
        ("(rate > 0.5", 0, "'(' was never closed"),
        ("rate > 0.5; use_bias", 10, "invalid syntax"),
        ("rate > 0.5 # high", 11, "no comments"),
        ("name == 'drop", 8, "this string is never closed"),
        ("rate > 0.5\x00", 10, r"unexpected character '\x00'"),
        ("rate >\u00a00.5", 6, r"unexpected character '\xa0'"),
        ("rate > \ud800", 7, r"unexpected character '\ud800'"),
        ("rtae > 0.5", 0, "neither a fact nor an argument of a Keras layer; did you mean 'rate'?"),
        ("use_bias and rtae > 0.5", 13, "did you mean 'rate'?"),
        ("name == 'é' and ünits > 1", 16, "'ünits' is neither a fact nor an argument"),
        ("zzzzzzzz", 0, "'zzzzzzzz' is neither"),
        ("model.no_such_fact > 1", 6, "unknown fact of the model 'no_such_fact'"),
        ("rate > model", 7, "expected 'model', a dot and one name"),
        ("config == 1", 0, "expected 'config', a dot and one name"),
        ("config.a.b == 1", 0, "expected 'config', a dot and one name"),
        ("rate.real == 1", 0, "'rate' has no attributes"),
        ("'a'.upper == 1", 0, "only a name has attributes"),
        ("abs(rate) > 1", 0, "a predicate calls nothing"),
        ("use_bias or __import__('os').system('true')", 12, "a predicate calls nothing"),
        ("strides[0] > 1", 0, "a predicate has no subscripts"),
        ("2 ** 8 == rate", 2, "unknown operator; expected + - * / // or %"),
        ("(units) << 8 == rate", 8, "unknown operator"),
        ("units @ units == 1", 6, "unknown operator"),
        ("units & 1 == 1", 6, "unknown operator"),
        ("seed is None", 5, "'is' compares identity; expected == or !="),
        ("(seed) is not None", 7, "'is' compares identity"),
        ("0 < rate is None", 9, "'is' compares identity"),
        ("~units == 1", 0, "expected a fact, an argument or a literal"),
        ("+units == 1", 0, "expected a fact, an argument or a literal"),
        ("rate if use_bias else units", 0, "expected a fact"),
        ("lambda: rate", 0, "expected a fact"),
        ("(x := rate) > 1", 1, "expected a fact"),
        ("rate in {0.5}", 8, "expected a fact"),
        ("rate in {0.5: 1}", 8, "expected a fact"),
        ("rate in (*strides,)", 9, "expected a fact"),
        ("rate in [x for x in strides]", 8, "expected a fact"),
        ("name == f'{rate}'", 8, "expected a fact"),
        ("name == b'a'", 8, "expected a fact"),
        ("units == 1j", 9, "expected a fact"),
        ("units == ...", 9, "expected a fact"),
        ("0.5", 0, "neither true nor false; expected a condition"),
        ("use_bias and units + 1", 13, "neither true nor false"),
        ("not 'a'", 4, "neither true nor false"),
        ("None or use_bias", 0, "neither true nor false"),
        ("use_bias or (units, 1)", 12, "neither true nor false"),
        ("use_bias and -units", 13, "neither true nor false"),
    ],
)
def test_a_bad_predicate_is_refused_with_a_caret_under_the_fault(
    text: str, column: int, message: str
) -> None:
    with pytest.raises(RuleError) as error:
        parse(text)
    said, line, at = caret(error)
    assert message in said
    assert at == column - (text.rfind("\n", 0, column) + 1)
    assert line.isprintable()


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("rate > 1", 0, "'rate' is no role of the pattern; its roles are 'first', 'last'"),
        ("frist.rate > 1", 0, "did you mean 'first'?"),
        ("first > last", 0, "expected a fact of the role, such as 'first.rate'"),
        ("first.config > 1", 0, "expected a fact of the role"),
        ("first.rate.real > 1", 0, "expected a fact of the role"),
        ("last.rtae > first.rate", 5, "did you mean 'rate'?"),
        ("config.rate > 1", 0, "'config' is no role of the pattern"),
        ("model.config.rate > 1", 0, "expected 'model', a dot and one name"),
    ],
)
def test_with_roles_each_name_belongs_to_a_role(text: str, column: int, message: str) -> None:
    with pytest.raises(RuleError) as error:
        parse(text, roles=("first", "last"))
    said, line, at = caret(error)
    assert message in said
    assert (line, at) == (text, column)


def test_the_caret_stands_in_the_right_one_of_several_lines() -> None:
    with pytest.raises(RuleError) as error:
        parse("rate > 0.5\n  and\tunist > 3\n  and use_bias")
    _, line, at = caret(error)
    assert line == "  and\tunist > 3"
    assert at == 6


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900 + "rate" + ")" * 900 + " > 1",
        "-" * 1900 + "1 > rate",
        "not " * 490 + "use_bias",
        "(not " * 390 + "use_bias" + ")" * 39,
        "[" * 150 + "]" * 150 + " == strides",
        "rate" + ".rate" * 390 + " > 1",
        "rate > " + "1 + " * 450 + "1",
        " or ".join(["(use_bias and " * 41 + "use_bias" + ")" * 41]),
    ],
)
def test_deep_nesting_is_refused_and_not_a_recursion_error(text: str) -> None:
    with pytest.raises(RuleError):
        parse(text)


def test_nesting_is_bounded_exactly() -> None:
    assert evaluate("not " * MAX_DEPTH + "use_bias") is True
    with pytest.raises(RuleError, match=f"more than {MAX_DEPTH} deep"):
        parse("not " * (MAX_DEPTH + 1) + "use_bias")


def test_length_is_bounded_exactly() -> None:
    text = "name != '" + "a" * (MAX_LENGTH - 10) + "'"
    assert len(text) == MAX_LENGTH
    assert evaluate(text) is True
    with pytest.raises(RuleError, match=f"longer than {MAX_LENGTH} characters"):
        parse(text.replace(" !", "  !"))


@given(st.text(max_size=60))
def test_no_text_gives_anything_but_a_rule_error(text: str) -> None:
    _parses_or_is_refused(text)


PIECES = (
    *("rate", "units", "config.x", "model.x", "model.total", "strides", "rtae", "1", "0.5", "'a'"),
    *(
        "None",
        "True",
        "and",
        "or",
        "not",
        "in",
        "is",
        "if",
        "else",
        "lambda",
        "==",
        "!=",
        "<",
        ">=",
    ),
    *("+", "-", "*", "/", "//", "%", "**", "(", ")", "[", "]", "{", "}", ",", ":", ".", "'", '"'),
    *("#", "\\", "\n", "=", ":=", "!", "&", "9" * 200, "1e999", "0x", "f'", "é"),
)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from((" ", "")))
def test_no_sequence_of_tokens_gives_anything_but_a_rule_error(
    pieces: list[str], space: str
) -> None:
    _parses_or_is_refused(space.join(pieces))


def _parses_or_is_refused(text: str) -> None:
    for roles in ((), ("first", "last")):
        try:
            predicate = parse(text, roles=roles)
        except RuleError as error:
            assert str(error).endswith("^")  # noqa: PT017  both outcomes are right
            continue
        scope = {"first": 0} if roles else 0
        facts = facts_of(("Dropout", [], CONFIG))
        assert predicate.evaluate(facts, scope) in (True, False, UNKNOWN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate > 0.2", True),
        ("rate > 0.3", False),
        ("0.2 < rate < 0.3", True),
        ("0.2 < rate > 0.3", False),
        ("1 < units <= 10 != 11", True),
        ("use_bias", True),
        ("stateful", False),
        ("not stateful", True),
        ("use_bias == True", True),
        ("units", UNKNOWN),  # a number is no truth value
        ("name and use_bias", UNKNOWN),
        ("name and stateful", False),
        ("name or use_bias", True),
        ("seed == None", True),
        ("seed != None", False),
        ("noise_shape == None", False),
        ("noise_shape == (None, 1, 1)", True),
        ("noise_shape == [None, 1, 1]", True),
        ("noise_shape == (1, 1)", False),
        ("strides == (2, 2)", UNKNOWN),
        ("strides == (2, 3)", False),
        ("strides != (2, 3)", True),
        ("strides == (2, 2, 2)", False),
        ("strides == strides", UNKNOWN),
        ("2 in strides", True),
        ("3 in strides", UNKNOWN),
        ("3 not in strides", UNKNOWN),
        ("2 not in strides", False),
        ("units in (10, 11)", True),
        ("units in [11, 12]", False),
        ("units in ()", False),
        ("filters in ()", False),
        ("filters in (1, 2)", UNKNOWN),
        ("units in units", UNKNOWN),
        ("(1, 2) in ((1, 2), 3)", True),
        ("'drop' in name", True),
        ("'conv' not in name", True),
        ("1 in name", UNKNOWN),
        ("units in filters", UNKNOWN),
        ("filters > 3", UNKNOWN),
        ("filters > 3 and stateful", False),
        ("filters > 3 or use_bias", True),
        ("not filters > 3", UNKNOWN),
        ("filters == filters", UNKNOWN),
        ("filters + 1 == 2", UNKNOWN),
        ("rate > 'a'", UNKNOWN),
        ("'a' < 'b'", UNKNOWN),
        ("(1, 2) < (1, 3)", UNKNOWN),
        ("True < 2", UNKNOWN),
        ("use_bias + 1 == 2", UNKNOWN),
        ("-use_bias == -1", UNKNOWN),
        ("seed < 1", UNKNOWN),
        ("rate == 'a'", False),
        ("rate != 'a'", True),
        ("units + 2 * 3 - 1 == 15", True),
        ("units / 4 == 2.5", True),
        ("units // 4 == 2", True),
        ("units % 4 == 2", True),
        ("-units == -10", True),
        ("units / 0 > 1", UNKNOWN),
        ("units // 0 > 1", UNKNOWN),
        ("units % 0 == 1", UNKNOWN),
        ("'%999999999d' % units == ''", UNKNOWN),
        ("'a' * 1000000000000 == ''", UNKNOWN),
        ("(1, 2) * 1000000000000 == ()", UNKNOWN),
        ("name + name == ''", UNKNOWN),
        ("1e308 * 10 > 1", True),  # infinite
        ("1e308 * 10 - 1e308 * 10 == 0", UNKNOWN),  # not a number
        ("momentum > 0", UNKNOWN),
        ("momentum + 1 == 1", UNKNOWN),
        ("axis > 1", True),
        ("axis * axis > 1", UNKNOWN),  # too large to be anything real
        ("axis / 3.0 > 1", UNKNOWN),
        ("axis + 0.5 > 1", UNKNOWN),
        ("kernel_initializer == config.kernel_initializer", True),
        ("kernel_initializer == 'zeros'", False),
        ("config.own_entry == 1", True),
        ("config.absent == 1", UNKNOWN),
        ("config.__class__ == 1", UNKNOWN),
        ("config.seed == None", True),
        ("embeddings_initializer == 'uniform'", UNKNOWN),  # Dropout has no such argument
        ("(rate > 0.2) == use_bias", True),
        ("(filters > 0.2) == use_bias", UNKNOWN),
        ("False or True and False", False),
        ("not not True", True),
        ("rate\n >\r\n\t0.2", True),
        ('name == "block1_drop"', True),
        ("'#' in name", False),
        (r"'\d' in name", False),  # Python would warn of the backslash
    ],
)
def test_predicates_evaluate_in_three_valued_logic(text: str, expected: Truth) -> None:
    assert evaluate(text) is expected


def test_an_argument_that_is_not_stated_has_the_default_of_keras() -> None:
    for text in ("use_bias", "config.use_bias"):
        assert parse(text).evaluate(facts_of(("Dense", [], {"units": 3})), 0) is True
    assert parse("units > 0").evaluate(facts_of(("Dense", [], {})), 0) is UNKNOWN  # required


def test_a_fact_goes_before_an_argument_of_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def rate(facts: Facts, call: Call) -> float:
        return 0.75

    monkeypatch.setitem(registry._CALL_FACTS, "rate", rate)
    assert evaluate("rate == 0.75 and config.rate == 0.25") is True


def test_facts_of_the_model_need_no_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._MODEL_FACTS, "depth", lambda facts: 17)
    assert evaluate("model.depth == 17") is True
    predicate = parse("model.depth > 20", roles=("first",))
    assert predicate.roles == frozenset()
    assert predicate.evaluate(facts_of(), {}) is False
    with pytest.raises(RuleError, match="did you mean 'depth'"):
        parse("model.detph > 3")


def test_roles_are_compared_with_each_other() -> None:
    facts = facts_of(
        ("Conv2D", [], {"filters": 8, "own": 1}),
        ("Conv2D", [], {"filters": 16, "own": 1}),
        ("ReLU", [], {}),
    )
    predicate = parse(
        "first.filters < last.filters and first.config.own == 1", roles=("first", "last", "other")
    )
    assert predicate.roles == {"first", "last"}
    assert predicate.evaluate(facts, {"first": 0, "last": 1}) is True
    assert predicate.evaluate(facts, {"first": 1, "last": 0}) is False
    assert predicate.evaluate(facts, {"first": 0, "last": 2}) is UNKNOWN
    assert predicate.evaluate(facts, {"last": 1}) is UNKNOWN


def test_conjuncts_are_those_of_all_nested_ands() -> None:
    roles = ("a", "b", "c")
    predicate = parse(
        "a.rate > 1 and (b.rate > a.rate and (c.rate > 1 or a.rate > 1) and not b.use_bias)",
        roles=roles,
    )
    assert [sorted(part.roles) for part in predicate.conjuncts] == [
        ["a"],
        ["a", "b"],
        ["a", "c"],
        ["b"],
    ]
    assert {role: len(readers) for role, readers in predicate.reads.items()} == {
        "a": 3,
        "b": 2,
        "c": 1,
    }
    either = parse("a.rate > 1 or b.use_bias", roles=roles)
    assert either.conjuncts == (either,)


# Kleene's logic is min, max and 1 - x on 0, 1/2, 1.
LEAVES = {"use_bias": (True, 1.0), "stateful": (False, 0.0), "seed": (UNKNOWN, 0.5)}
FORMULAS: st.SearchStrategy[tuple[str, float]] = st.recursive(
    st.sampled_from([(name, number) for name, (_, number) in LEAVES.items()]),
    lambda inner: st.one_of(
        inner.map(lambda one: (f"not ({one[0]})", 1 - one[1])),
        st.tuples(inner, inner).map(
            lambda both: (f"({both[0][0]}) and ({both[1][0]})", min(both[0][1], both[1][1]))
        ),
        st.tuples(inner, inner).map(
            lambda both: (f"({both[0][0]}) or ({both[1][0]})", max(both[0][1], both[1][1]))
        ),
    ),
    max_leaves=12,
)


@given(FORMULAS)
def test_connectives_are_those_of_kleene(formula: tuple[str, float]) -> None:
    text, number = formula
    config = {name: value for name, (value, _) in LEAVES.items()}
    assert evaluate(text, config) is {0.0: False, 0.5: UNKNOWN, 1.0: True}[number]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.just(UNKNOWN),
    st.just(object()),
    st.binary(max_size=2),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
        st.frozensets(st.integers(), max_size=3),
    ),
    max_leaves=6,
)
OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
COMPARISONS = {
    f"{left} {symbol} {right}": parse(f"{left} {symbol} {right}")
    for symbol in ("==", "!=", "<", "<=", ">", ">=", "in", "not in")
    for left in ("config.a", "config.a + config.b", "config.a % config.b", "-config.a")
    for right in ("config.b", "config.a / config.b", "(config.a, config.b)")
}


@given(VALUES, VALUES)
def test_every_operator_takes_every_value(a: Any, b: Any) -> None:
    facts = facts_of(("Dropout", [], {"a": a, "b": b}))
    for text, predicate in COMPARISONS.items():
        assert predicate.evaluate(facts, 0) in (True, False, UNKNOWN), text


NUMBERS = st.one_of(st.integers(-(2**60), 2**60), st.floats(-1e9, 1e9))


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(("+", "-", "*")))
def test_numbers_calculate_and_compare_as_in_python(
    a: float, b: float, c: float, calculation: str
) -> None:
    facts = facts_of(("Dropout", [], {"a": a, "b": b, "c": c}))
    for symbol in ("==", "!=", "<", "<=", ">", ">="):
        predicate = parse(f"config.a {calculation} config.b {symbol} config.c")
        expected = OPERATORS[symbol](OPERATORS[calculation](a, b), c)
        assert predicate.evaluate(facts, 0) is expected


def test_deeply_nested_values_are_not_compared() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = (deep,)
    other: Any = 1
    for _ in range(5000):
        other = [other]
    facts = facts_of(("Dropout", [], {"a": deep, "b": other}))
    assert parse("config.a == config.b").evaluate(facts, 0) is UNKNOWN
    assert parse("config.a in (config.b, 3)").evaluate(facts, 0) is UNKNOWN
