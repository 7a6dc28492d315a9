"""Rule pages are read strictly, and say exactly where they are wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convlint.bibliography import parse_references
from convlint.checks import CHECKS, check
from convlint.errors import RuleError
from convlint.evidence import Strength, strongest
from convlint.facts.core import Facts
from convlint.finding import Confidence, Severity
from convlint.graph import Call, Graph, Tensor
from convlint.kinds import classify
from convlint.kleene import UNKNOWN
from convlint.message import fill, readable
from convlint.options import OptionValues
from convlint.page import parse_page, validate
from convlint.pattern import Match

FRONT = """\
code: TST101
name: two-denses
group: tests
summary: A dense layer after another
severity: warning
confidence: medium
default: on
since: "0.1"
pattern: |
  first:dense -> second:dense
at: second
message: |
  {second.name} follows
  {first.name}
help: merge them
fix: none
evidence:
  for:
    - {cite: somebody2018, strength: folklore, claim: "they say so"}
    - {cite: others2019, strength: ablation, claim: "they tried: it is so"}
  against: []
"""
BODY = """\
# two-denses
## What it does
## Why is this bad?
## When it is right to ignore this
## Bad
```python bad
# no heading
```
## Good
"""
SOURCE = "rules/TST101-two-denses.md"


def page(front: str = FRONT, body: str = BODY) -> str:
    return f"---\n{front}---\n{body}"


def changed(old: str, new: str) -> str:
    assert old in FRONT
    return page(FRONT.replace(old, new))


def denses(*names: str) -> Facts:
    """A chain of dense layers."""
    calls = [Call(0, "input", "InputLayer", classify("InputLayer", {}), {}, ())]
    for index, name in enumerate(names, start=1):
        config = {"units": 1000 * index, "kernel_size": (3, 3)}
        calls.append(
            Call(index, name, "Dense", classify("Dense", config), config, (Tensor(index - 1),))
        )
    return Facts(Graph("denses", tuple(calls)))


def test_a_page_becomes_a_rule() -> None:
    rule = parse_page(page(), SOURCE)
    validate(rule)
    assert (rule.code, rule.name, rule.default, rule.since) == (
        "TST101",
        "two-denses",
        True,
        "0.1",
    )
    assert (rule.severity, rule.confidence) == (Severity.WARNING, Confidence.MEDIUM)
    assert [citation.cite for citation in rule.evidence.for_] == ["somebody2018", "others2019"]
    assert rule.evidence.against == ()
    assert rule.cases[0].message == "{second.name} follows {first.name}"
    assert rule.body == BODY


def test_it_finds_what_its_pattern_says() -> None:
    rule = parse_page(page(), SOURCE)
    facts = denses("a", "b", "outer/c")
    found = [fill(case.message, facts, match.roles) for case, match in rule.find(facts)]
    assert found == ["b follows a", "c follows b"]


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_endings_do_not_matter(ending: str) -> None:
    rule = parse_page(page().replace("\n", ending), SOURCE)
    assert rule.cases[0].message == "{second.name} follows {first.name}"


def test_words_that_yaml_takes_for_something_else_stay_words() -> None:
    rule = parse_page(changed("default: on", "default: off").replace('"0.1"', "0.10"), SOURCE)
    assert not rule.default
    assert rule.since == "0.10"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("no front matter", "starts with front matter"),
        ("---\ncode: TST101\n", "starts with front matter"),
        ("---\n---\n", "is empty"),
        ("---\n[1, 2\n---\n", "not valid YAML"),
        ("---\n- a\n---\n", ":2: must be a mapping"),
        ("---\na: &x [*x]\n---\n", "a: unknown key"),
        (page("a: \x07\n"), "not valid YAML"),
        (changed("severity: warning", "severity: warn"), ":6: severity: 'warn' is not one of"),
        (changed("severity: warning", "severity: warn"), "did you mean 'warning'?"),
        (changed("severity: warning", "severity: [warning]"), ":6: severity: must be text"),
        (changed("severity: ", "sevrity: "), ":6: sevrity: unknown key; did you mean 'severity'?"),
        (changed("severity: warning\n", ""), "the key 'severity' is missing"),
        (changed("default: on", "default: true"), "default: 'true' is not one of on, off"),
        (changed("code: TST101", "code: tst1"), "code: 'tst1' does not look like CVL101"),
        (changed("name: two-denses", "name: Two Denses"), "name: 'Two Denses' does not look like"),
        (changed("fix: none", "fix: maybe"), "fix: 'maybe' is not one of exact-at-inference"),
        (changed("help: merge them", "help:"), "help: must not be empty"),
        (changed("help: merge them\n", ""), "the key 'help' is missing"),
        (changed("at: second\n", ""), "the key 'at' is missing"),
        (changed("at: second", "at: second\nat: first"), ":13: at: is given twice"),
        (changed("at: second", "at: second\ncheck: x"), "needs either a pattern or a check"),
        (changed("at: second", "cases: []"), ":10: pattern: move it into one of the cases"),
        (changed("strength: folklore", "strength: law"), "evidence.for[0].strength: 'law'"),
        (changed("strength: folklore, ", ""), "evidence.for[0]: the key 'strength' is missing"),
        (changed("  against: []\n", ""), "evidence: the key 'against' is missing"),
        (changed("against: []", "against: nobody"), "evidence.against: must be a list"),
        (changed("against: []", "against: [nobody]"), "evidence.against[0]: must be a mapping"),
    ],
)
def test_a_page_that_is_not_well_formed_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_page(text, SOURCE)
    assert str(caught.value).startswith(SOURCE)
    assert complaint in str(caught.value)


def test_evidence_for_it_is_required() -> None:
    front = FRONT[: FRONT.index("evidence:")] + "evidence: {for: [], against: []}\n"
    with pytest.raises(RuleError, match="a rule needs evidence"):
        parse_page(page(front), SOURCE)


def test_the_file_is_named_after_code_and_name() -> None:
    with pytest.raises(RuleError, match=r"should be called TST101-two-denses\.md"):
        parse_page(page(), "rules/TST101-three-denses.md")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (changed("first:dense ->", "first:dense ->>"), "pattern: "),
        (changed("at: second", "at: secnd"), "at: 'secnd' is no role of the pattern; did you mean"),
        (changed("at: second", 'at: second\nwhere: "first.units >"'), "where: "),
        (
            changed("{first.name}", "{frist.name}"),
            "message: {frist.name}: there is no role 'frist'",
        ),
        (changed("{first.name}", "{first.unis}"), "did you mean 'units'?"),
        (changed("{first.name}", "{first}"), "message: {first}: write {role.name}"),
        (changed("{first.name}", "{first.name"), "message: the message is not well formed"),
        (changed("{first.name}", "{first.units:.0z}"), "message: {first.units:.0z}: "),
        (changed("merge them", "'{model.nam}'"), "help: {model.nam}: there is no fact"),
        (page(body=BODY.replace("## Bad", "## Poor")), "'## Poor' stands where '## Bad' should"),
        (page(body=BODY.replace("## Good", "")), "expected ## Good"),
        (page(body=BODY + "## More\n"), "expected nothing after '## Good'"),
    ],
)
def test_validation_finds_what_is_only_compiled_when_needed(text: str, complaint: str) -> None:
    rule = parse_page(text, SOURCE)
    with pytest.raises(RuleError) as caught:
        validate(rule)
    assert str(caught.value).startswith(SOURCE)
    assert complaint in str(caught.value)


CASES = """\
cases:
  - pattern: dense -> dense -> third:dense
    at: third
    severity: error
    message: "{third.name} is the third"
  - pattern: "second:dense"
    at: second
    where: second.units >= 2000
    confidence: low
    help: stop here
"""


def cases() -> str:
    start, end = FRONT.index("pattern:"), FRONT.index("message:")
    return page(FRONT[:start] + CASES + FRONT[end:].replace("{first.name}", "one"))


def test_a_case_inherits_what_it_does_not_state() -> None:
    third, second = parse_page(cases(), SOURCE).cases
    assert (third.severity, third.confidence) == (Severity.ERROR, Confidence.MEDIUM)
    assert (third.message, third.help) == ("{third.name} is the third", "merge them")
    assert (second.severity, second.confidence) == (Severity.WARNING, Confidence.LOW)
    assert (second.message, second.help) == ("{second.name} follows one", "stop here")


def test_what_one_case_reports_a_later_one_does_not() -> None:
    rule = parse_page(cases(), SOURCE)
    validate(rule)
    found = [(match.at, case.severity) for case, match in rule.find(denses("a", "b", "c"))]
    assert found == [(3, Severity.ERROR), (2, Severity.WARNING)]


def test_a_fault_in_a_case_says_which() -> None:
    text = cases().replace("at: third", "at: fourth")
    with pytest.raises(RuleError, match=r"\.md:\d+: at: 'fourth' is no role"):
        validate(parse_page(text, SOURCE))
    with pytest.raises(RuleError, match=r"cases\[1\]\.hlp: unknown key"):
        parse_page(cases().replace("help: stop", "hlp: stop"), SOURCE)


CHECK_NAME = "tests-every-second-dense"


@check(CHECK_NAME, "odd")
def every_second_dense(facts: Facts, options: OptionValues) -> Iterator[Match]:
    for index in list(facts.calls_by_kind.get("dense", ()))[::2]:
        yield Match(index, (index,), {"odd": index})


def check_page(message: str = "{odd.name}") -> str:
    start, end = FRONT.index("pattern:"), FRONT.index("message:")
    front = f"{FRONT[:start]}check: {CHECK_NAME}\n{FRONT[end:]}"
    return page(front.replace("{second.name} follows\n  {first.name}", message))


def test_a_page_can_name_a_check_in_python() -> None:
    rule = parse_page(check_page(), SOURCE)
    validate(rule)
    assert [match.at for _, match in rule.find(denses("a", "b", "c"))] == [1, 3]


def test_a_check_has_to_be_registered_and_bind_the_roles_that_are_used() -> None:
    unknown = parse_page(check_page().replace(CHECK_NAME, CHECK_NAME + "s"), SOURCE)
    with pytest.raises(RuleError, match=f"there is no check .*did you mean '{CHECK_NAME}'"):
        validate(unknown)
    with pytest.raises(RuleError, match="there is no role 'even'"):
        validate(parse_page(check_page("{even.name}"), SOURCE))
    with pytest.raises(RuleError, match="at: a check decides this by itself"):
        parse_page(check_page().replace("help:", "at: odd\nhelp:"), SOURCE)
    assert CHECKS[CHECK_NAME].roles == ("odd",)
    with pytest.raises(ValueError, match="two checks"):
        check(CHECK_NAME)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.3, "0.3"),
        (0.30000001192092896, "0.3"),
        (1e-7, "1e-07"),
        (1234567, "1,234,567"),
        (25636712.0, "25,636,712"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (2**5000, "about 2^5001"),
        (True, "True"),
        (None, "None"),
        ("same", "same"),
        ((3, 3), "3×3"),
        ((8, UNKNOWN, 64), "8×?×64"),
        ((8, None, 64), "8×?×64"),
        (UNKNOWN, "?"),
        (("a", 0.5), "a, 0.5"),
        ((), ""),
        (frozenset({"b", "a"}), "a, b"),
        ({"class_name": "LeakyReLU", "config": {}}, "LeakyReLU"),
        ({"other": 1}, "…"),
        (([], ["a"]), "…, …"),
        (tuple(f"word{n}" for n in range(30)), None),
    ],
)
def test_values_are_readable(value: object, text: str | None) -> None:
    shown = readable(value)
    assert shown == text if text is not None else (len(shown) == 60 and shown.endswith("…"))


def test_a_nest_deeper_than_the_stack_is_readable() -> None:
    nest: list[object] = []
    for _ in range(100_000):
        nest = [nest]
    assert readable(nest) == "…"
    while nest:  # take it apart, or Python recurses when it frees it
        nest = nest.pop()  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("{a.name} {a.layer} {a.class_name}", "inner outer/inner Dense"),
        ("{a.units}", "1,000"),
        ("{a.units:.1e} {a.use_bias}", "1.0e+03 True"),
        ("{a.config.units} {a.config.nothing}", "1,000 ?"),
        ("{a.kernel_size}", "3×3"),
        ("{a.target_shape} {other.name}", "? ?"),
        ("{model.name} {{braces}}", "denses {braces}"),
    ],
)
def test_a_message_is_filled_from_facts_and_configuration(message: str, text: str) -> None:
    assert fill(message, denses("outer/inner"), {"a": 1}) == text


def test_a_shape_the_user_wrote_is_shown_as_written() -> None:
    config = {"noise_shape": (None, 1, 1, 64), "rate": 0.5, "target_shape": (1024,)}
    calls = (
        Call(0, "in", "InputLayer", classify("InputLayer", {}), {"batch_shape": (None, 4)}, ()),
        Call(1, "drop", "Dropout", classify("Dropout", config), config, (Tensor(0),)),
    )
    text = fill("{d.noise_shape} {d.target_shape}", Facts(Graph("g", calls)), {"d": 1})
    assert text == "(None, 1, 1, 64) (1024,)"


REFERENCES = """\
somebody2018:
  authors: Some Body
  year: 2018
  title: Is it so?
  venue: A Journal 5
  doi: 10.1/x
  verified: yes
  seen: abstract
many2020:
  authors: Ann One, Bob Two, Cid Three
  year: 2020
  title: It is
  arxiv: "2001.1"
  verified: no
"""


def test_references_have_a_short_and_a_full_form_and_a_link() -> None:
    found = parse_references(REFERENCES, "references.yaml")
    one, many = found["somebody2018"], found["many2020"]
    assert (one.short, many.short) == ("Body 2018", "One et al. 2020")
    assert one.full == "Some Body: Is it so? A Journal 5, 2018."
    assert many.full == "Ann One, Bob Two, Cid Three: It is. 2020."
    assert (one.link, many.link) == ("https://doi.org/10.1/x", "https://arxiv.org/abs/2001.1")
    assert (one.verified, many.verified) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("  title: It is\n", "", "many2020: the key 'title' is missing"),
        ("year: 2020", "year: twenty", "many2020.year: 'twenty' is not a year"),
        ('  arxiv: "2001.1"\n', "", "many2020: needs a doi, arxiv or url"),
        ("many2020", "somebody2018", "somebody2018: is given twice"),
        ("verified: no", "verified: No", "'No' is not one of yes, no; did you mean 'no'?"),
        ("venue", "venu", "somebody2018.venu: unknown key; did you mean 'venue'?"),
    ],
)
def test_a_reference_that_is_not_complete_is_refused(old: str, new: str, complaint: str) -> None:
    assert old in REFERENCES
    with pytest.raises(RuleError) as caught:
        parse_references(REFERENCES.replace(old, new), "references.yaml")
    assert complaint in str(caught.value)


def test_the_strongest_evidence_is_the_first_of_the_highest_grade() -> None:
    evidence = parse_page(page(), SOURCE).evidence
    best = strongest(evidence.for_)
    assert best is not None
    assert (best.cite, best.strength) == ("others2019", Strength.ABLATION)
    assert strongest(evidence.against) is None
