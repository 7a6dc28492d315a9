"""Pattern texts: what is refused, and where the caret points."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint.errors import RuleError
from convlint.kinds import KINDS
from convlint.pattern.parse import MAX_DEPTH, MAX_STEPS, parse

EMPTY = "the pattern is empty; expected a step"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", 0, EMPTY),
        ("  \t", 0, EMPTY),
        ("->", 0, "unexpected '->'; expected a step"),
        ("-> conv", 0, "unexpected '->'; expected a step"),
        ("conv ->", 7, "unexpected the end of the pattern; expected a step"),
        ("conv ->   ", 7, "unexpected the end of the pattern; expected a step"),
        ("conv -> -> dense", 8, "unexpected '->'; expected a step"),
        ("conv -> => dense", 8, "unexpected '=>'; expected a step"),
        ("conv dense", 5, "unexpected 'dense'; expected '->', '=>' or the end of the pattern"),
        ("conv (act)", 5, "unexpected '('; expected '->', '=>' or the end"),
        ("conv !act", 5, "unexpected '!'; expected '->', '=>' or the end"),
        ("conv -> x dense", 8, "unknown kind 'x'"),
        ("conv - dense", 5, "unexpected '-'; expected '->' or '=>'"),
        ("conv = dense", 5, "unexpected '='; expected '->' or '=>'"),
        ("conv >> dense", 5, "unexpected '>'; expected '->' or '=>'"),
        ("conv, dense", 4, "unexpected ','"),
        ("conv # then", 5, "unexpected '#'"),
        ("conv -> 3d", 8, "unexpected '3'"),
        ("conv -> 'dense'", 8, 'unexpected "\'"; expected'),
        ("conv\u00a0-> dense", 4, r"unexpected '\xa0'"),
        ("conv -> \ud800", 8, r"unexpected '\ud800'"),
        ("conv\x00", 4, r"unexpected '\x00'"),
        # groups
        ("(conv -> dense", 0, "this '(' is never closed; expected ')'"),
        ("act -> ((conv -> dense)", 7, "this '(' is never closed"),
        ("conv)", 4, "unexpected ')'; expected an arrow or the end, for no '(' is open"),
        ("(conv))", 6, "unexpected ')'"),
        ("()", 1, "unexpected ')'; expected a step"),
        ("(conv ->)", 8, "unexpected ')'; expected a step"),
        ("(conv |)", 7, "unexpected ')'; expected a step"),
        ("(| conv)", 1, "unexpected '|'; expected a step"),
        ("(conv dense)", 6, "unexpected 'dense'; expected '->', '=>', '|' or ')'"),
        ("conv | dense", 5, "expected parentheses around alternatives"),
        ("(conv] -> dense", 5, "unexpected ']'"),
        # repetition
        ("* -> conv", 0, "unexpected '*'; expected a step"),
        ("conv**", 5, "unexpected '*'; expected an arrow: a step is repeated once"),
        ("conv*?", 5, "unexpected '?'"),
        ("(conv)+ +", 8, "unexpected '+'"),
        ("conv -> +", 8, "unexpected '+'; expected a step"),
        # roles and negation
        (":conv", 0, "unexpected ':'; expected a step"),
        ("x:", 2, "unexpected the end of the pattern; expected a kind"),
        ("x: -> conv", 3, "unexpected '->'; expected a kind"),
        ("x:(conv)", 2, "unexpected '('; expected a kind, for a group has no role or negation"),
        ("!(conv | act)", 1, "unexpected '('; expected a kind, for a group has no role"),
        ("!!conv", 1, "unexpected '!'; expected a kind"),
        ("!x:conv", 1, "unknown kind 'x'"),
        ("x:y:conv", 2, "unknown kind 'y'"),
        ("x!:conv", 0, "unknown kind 'x'"),
        ("x:conv -> act -> x:dense", 17, "role 'x' is named twice; expected another name"),
        ("x:conv*", 0, "role 'x' stands under '*', but a role names exactly one call"),
        ("conv -> (act -> x:norm)+", 16, "role 'x' stands under '+'"),
        ("x:conv -> ((y:act -> z:norm))?", 12, "role 'y' stands under '?'"),
        ("x:conv -> (act | y:norm)", 17, "role 'y' stands in one of several alternatives"),
        ("in:conv", 0, "'in' cannot name a role; expected another name"),
        ("None:conv", 0, "'None' cannot name a role"),
        ("model:conv", 0, "'model' cannot name a role"),
        ("config:conv", 0, "'config' cannot name a role"),
        ("ops.Add:conv", 0, "'ops.Add' cannot name a role"),
        # kinds
        ("dropot", 0, "unknown kind 'dropot'; expected a kind or the name of a class; did you"),
        ("conv -> batchnorm", 8, "did you mean 'batch_norm'?"),
        ("conv2d", 0, "did you mean 'conv'?"),
        ("xyzzy", 0, "unknown kind 'xyzzy'; expected a kind or the name of a class"),
        ("conv.Conv2d.conv", 0, "unknown kind 'conv.Conv2d.conv'"),
        ("_private", 0, "unknown kind '_private'"),
        ("conv -> identity -> conv", 8, "calls of kind 'identity' are looked through"),
        # predicates
        ("conv -> [rate > 1]", 8, "unexpected a predicate; expected a step"),
        ("x:[rate > 1]", 2, "unexpected a predicate; expected a kind"),
        ("conv[", 4, "this '[' is never closed; expected a predicate and ']'"),
        ("conv[rate in [1, 2] -> act", 4, "this '[' is never closed"),
        ("conv[name == ']'", 4, "this '[' is never closed"),
        ("conv[rate > 1]]", 14, "unexpected ']'"),
        ("conv[rate > 1][units > 1]", 14, "unexpected a predicate"),
        ("conv*[rate > 1]", 5, "unexpected a predicate"),
        ("(conv)[rate > 1]", 6, "unexpected a predicate"),
        ("conv[]", 5, "the predicate is empty"),
        ("act -> conv[ rtae > 1 ]", 13, "did you mean 'rate'?"),
        ("act -> conv[rate > ]", 18, "expected a condition"),
        ("act -> conv[rate = 1]", 17, "expected '=='"),
        ("act -> conv[(rate > 1]", 12, "'(' was never closed"),
        ("act -> conv[name == 'a] -> x", 20, "this string is never closed"),
        ("act[name == 'a] -> conv['b']", 26, "this string is never closed"),
        ("conv[other.rate > 1]", 5, "'other' has no attributes"),
    ],
)
def test_a_bad_pattern_is_refused_with_a_caret_under_the_fault(
    text: str, column: int, message: str
) -> None:
    with pytest.raises(RuleError) as error:
        parse(text)
    said, line, pointer = str(error.value).split("\n")
    assert message in said
    assert pointer.strip() == "^"
    assert pointer.index("^") - 2 == column
    assert line[2:] == text.rstrip().translate({0x00: "\ufffd", 0xA0: "\ufffd", 0xD800: "\ufffd"})


@pytest.mark.parametrize(
    ("text", "shown", "column"),
    [
        ("conv\n  -> (act | nrom)*\n  -> dense", "  -> (act | nrom)*", 12),
        ("conv\r\n  -> dens\r\n", "  -> dens", 5),
        ("conv[rate >\n\t 0.5 and unist > 1]\n", "\t 0.5 and unist > 1]", 10),
        ("conv ->\n\n", "conv ->", 7),
        ("conv\n -> (\n act | norm\n -> conv\n", " -> (", 4),
        ("\n\nx:conv\n -> x:act", " -> x:act", 4),
    ],
)
def test_the_caret_stands_in_the_right_one_of_several_lines(
    text: str, shown: str, column: int
) -> None:
    with pytest.raises(RuleError) as error:
        parse(text)
    _, line, pointer = str(error.value).split("\n")
    assert line == "  " + shown
    assert pointer.index("^") - 2 == column
    assert pointer[:-1].isspace()


@pytest.mark.parametrize("kind", sorted(KINDS - {"identity"}))
def test_every_kind_can_be_a_step(kind: str) -> None:
    (step,) = parse(kind).automaton.steps
    assert (step.kind, step.negated, step.predicate, step.role) == (kind, False, None, None)


@pytest.mark.parametrize("name", ["Conv2D", "ops.Add", "MyLayer", "_Custom", "Größe"])
def test_the_name_of_any_class_can_be_a_step(name: str) -> None:
    assert parse(name).automaton.steps[0].kind == name


def test_an_older_name_of_a_class_means_the_class_of_today() -> None:
    assert parse("Convolution2D").automaton.steps[0].kind == "Conv2D"


def test_roles_are_listed_in_the_order_of_the_text() -> None:
    pattern = parse(
        """
        last: conv[filters in [1, 2] and name != "]"]
          -> (act | !norm[rate > 0.5] => pool)*
          => (drop : ! any [ use_bias ] -> first:Dense)
        """
    )
    assert pattern.roles == ("last", "drop", "first")
    assert [step.kind for step in pattern.automaton.steps] == [
        "conv",
        "act",
        "norm",
        "pool",
        "any",
        "Dense",
    ]
    assert pattern.automaton.exclusive == (False, False, False, True, True, False)


def test_depth_and_number_of_steps_are_bounded() -> None:
    assert parse("(" * MAX_DEPTH + "conv" + ")" * MAX_DEPTH).roles == ()
    assert len(parse(" -> ".join(["conv"] * MAX_STEPS)).automaton.steps) == MAX_STEPS
    with pytest.raises(RuleError, match=f"nested more than {MAX_DEPTH} deep"):
        parse("(" * (MAX_DEPTH + 1) + "conv" + ")" * (MAX_DEPTH + 1))
    with pytest.raises(RuleError, match=f"more than {MAX_STEPS} steps"):
        parse(" -> ".join(["conv"] * (MAX_STEPS + 1)))
    for deep in ("(" * 100_000, "conv -> " * 100_000, "conv[" * 10_000, "!" * 100_000):
        with pytest.raises(RuleError):
            parse(deep)


PIECES = (
    *("conv", "act", "x:", "y:", "Conv2D", "ops.Add", "any", "dropot", "in", "->", "=>", "-", "="),
    *("(", ")", "|", "*", "+", "?", "!", ":", "[", "]", "[rate > 1]", "[rtae]", "[", "'", '"'),
    *("\n", "\t", "#", "é", "\\", "3"),
)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=20), st.sampled_from((" ", "")))
def test_no_sequence_of_tokens_gives_anything_but_a_rule_error(
    pieces: list[str], space: str
) -> None:
    _parses_or_points_at_the_fault(space.join(pieces))


@given(st.text(max_size=40))
def test_no_text_gives_anything_but_a_rule_error(text: str) -> None:
    _parses_or_points_at_the_fault(text)


def _parses_or_points_at_the_fault(text: str) -> None:
    try:
        parse(text)
    except RuleError as error:
        _, line, pointer = str(error).split("\n")
        assert pointer.strip() == "^"
        assert pointer.index("^") <= max(len(line), 2 + len(text))
