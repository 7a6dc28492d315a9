"""What the reader of source code knows about a value is what Python computes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint.kleene import UNKNOWN
from convlint.readers.source import read_source

UNKNOWN_VALUES: Final = ("0", "1", "3", "8", "-5")
"""What the environment may say where only a run can know."""

PREAMBLE: Final = """\
import os
import keras
from keras import layers
u = int(os.environ["X"])
half = lambda n: n // 2
i, s, l, d, b = 7, "conv_Block-3", [3, 1, 4, 1, 5], {"a": 1, "b": 2, "k3": 3}, True
"""
LEAVES: Final = {
    "int": ("0", "1", "2", "5", "-4", "17", "i", "u", "u"),
    "str": ("''", "'a'", "'Conv2D'", "'x_y'", "s"),
    "list": ("[]", "[2, 0]", "(1, 3)", "l", "range(4)"),
    "dict": ("{}", "{'a': 3}", "d"),
    "bool": ("True", "False", "b"),
}
OPERATIONS: Final = {
    "int": """
        (INT + INT); (INT - INT); (INT * INT); (INT // 3); (INT % -5); (INT & INT); (INT >> 1)
        (~INT)
        int(INT / 2); int(INT * 1.5); round(INT * 0.75); abs(INT); divmod(INT, 3)[1]
        len(LIST); len(STR); len(DICT); sum(LIST); max([*LIST, 2]); min(INT, INT); [*LIST, 9][0]
        half(INT); (u or half(INT)); (u and half(INT)); (INT if BOOL else half(INT))
        (INT if BOOL else INT); (INT or INT); (INT and INT); (BOOL + BOOL)
        DICT.get(STR, INT); dict(enumerate(LIST)).get(1, INT); list(LIST).count(INT)
        STR.count('o'); STR.find('_'); sorted([*LIST, 1], reverse=BOOL)[0]
        sum(x * x for x in LIST if x > 1); (lambda p, q=INT: p - q)(INT); len(set(LIST))
    """,
    "str": """
        (STR + STR); (STR * 2); str(INT); repr(STR); chr(97 + INT % 26); f'{i}_{s}'
        f'{u:03d}|{s!r}|{i + 1}'; ('%s-%d' % (STR, INT)); ('%(p)s' % dict(p=INT))
        '{}:{q}'.format(INT, q=STR); STR.upper(); STR.title(); STR.replace('o', STR)
        STR.split('_')[0]; STR.partition('-')[2]; (STR + 'abc')[1:]; STR[::-1]
        '_'.join(str(x) for x in LIST); (STR if BOOL else STR); (STR or STR)
    """,
    "list": """
        [*LIST, INT]; (list(LIST) + [INT]); list(LIST)[1:]; list(LIST)[::-1]
        [x + INT for x in LIST]; list(range(INT % 6)); sorted(LIST); list(DICT.values())
        list(map(lambda v: v * 2, LIST))
        [p - q for p, q in zip(LIST, LIST)]; [p * q for p, q in enumerate(LIST, start=1)]
        [len(w) for w in STR.split('_')]; list(filter(lambda v: v % 2, LIST)); (list(LIST) * 2)
    """,
    "dict": """
        {**DICT, STR: INT}; dict(DICT, z=INT); (DICT | DICT); {str(v): v for v in LIST}
        dict(zip(STR, LIST))
    """,
    "bool": """
        (INT < INT); (INT == INT); (0 < INT <= INT); (not INT); (not LIST); (INT in LIST)
        (STR in STR); (BOOL and BOOL); (BOOL or BOOL); any(v > 1 for v in LIST); (STR in DICT)
        all(v > 1 for v in LIST); isinstance(INT, int); STR.startswith('c'); (s is None)
    """,
}
_FUNCTION: Final = """\
def f(p, q=INT, *rest, k=INT, **kw):
    if p > 4:
        return p * 2 + len(rest)
    elif kw:
        return q + len(kw)
    return k
"""
STATEMENTS: Final = (
    _FUNCTION + "i = f(INT)\n",
    _FUNCTION + "i = f(INT, 3, INT, 5)\n",
    _FUNCTION + "i = f(INT, k=INT, z=1)\n",
    "for v in LIST:\n    if v == 1:\n        break\n    i += v\nelse:\n    i -= INT\n",
    "for v in LIST:\n    if v % 2:\n        continue\n    i = max(i, v)\n",
    "i = INT % 60\nwhile i > 5:\n    i = i // 2 - 1\n",
    "l = list(LIST)\nl.append(INT)\nl += [4]\n",
    "l = list(LIST)\nl[1:1] = [INT, 9]\nl.reverse()\n",
    "d = dict(DICT)\nd[STR] = INT\nd.setdefault('q', INT)\n",
    "i, *l = [*LIST, INT, 6]\n",
    "class C:\n    base = INT\n    def __init__(self, v):\n        self.v = v\n    @property\n"
    "    def twice(self):\n        return self.v * 2 + self.base\ni = C(INT).twice\n",
    "try:\n    i = DICT[STR]\nexcept KeyError:\n    i = INT\n",
    "if BOOL:\n    s = STR\nelse:\n    i = INT\n",
    "s = STR\nb = BOOL\n",
)
CARRIERS: Final = {
    "int": ("layers.Dense({}, name='q{}')", "units"),
    "str": ("layers.Activation({}, name='q{}')", "activation"),
    "bool": ("layers.Dense(1, use_bias={}, name='q{}')", "use_bias"),
}
"""Layers that carry a value of each type into the graph."""


def _expressions(kind: str, depth: int = 3) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(LEAVES[kind])
    if depth == 0:
        return leaves
    templates = OPERATIONS[kind].replace("\n", ";").split(";")
    operations = st.sampled_from([text.strip() for text in templates if text.strip()])
    return leaves | operations.flatmap(lambda text: _filled(text, depth - 1))


@st.composite
def _filled(draw: st.DrawFn, template: str, depth: int = 2) -> str:
    """The template with an expression in each place that names a type."""
    for kind in LEAVES:
        while kind.upper() in template:
            template = template.replace(kind.upper(), draw(_expressions(kind, depth)), 1)
    return template


def _statements() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(STATEMENTS).flatmap(_filled), max_size=4)


def _values() -> st.SearchStrategy[list[tuple[str, str]]]:
    kinds = st.sampled_from(sorted(CARRIERS))
    value = kinds.flatmap(lambda kind: st.tuples(st.just(kind), _expressions(kind)))
    return st.lists(value, min_size=1, max_size=3)


def computed(program: str, values: list[tuple[str, str]]) -> list[list[Any]]:
    """The values of the expressions after the program, for each thing the environment may say."""
    found = []
    saved = os.environ.get("X")
    for text in UNKNOWN_VALUES:
        os.environ["X"] = text
        namespace: dict[str, Any] = {}
        try:
            exec(program, namespace)  # noqa: S102
            found.append([eval(value, namespace) for _, value in values])  # noqa: S307
        except (ArithmeticError, LookupError, NameError, TypeError, ValueError):
            continue
    os.environ.pop("X")
    if saved is not None:
        os.environ["X"] = saved
    return found


def known(program: str, values: list[tuple[str, str]]) -> list[list[Any]]:
    """What the reader knows of the same values, for each variant of the model they are in."""
    layers = [
        f"x = {CARRIERS[kind][0].format(value, number)}(x)\n"
        for number, (kind, value) in enumerate(values)
    ]
    source = f"{program}x = start = keras.Input((4,))\n{''.join(layers)}keras.Model(start, x)\n"
    (variants,) = read_source(source, "program.py").models
    return [
        [
            call.config[CARRIERS[kind][1]]
            for number, (kind, _) in enumerate(values)
            for call in graph.calls
            if call.layer == f"q{number}" and not call.fused and call.class_name != "Output"
        ]
        for graph in variants
    ]


def _agrees(known: Any, computed: Any) -> bool:
    return known is UNKNOWN or (known == computed and type(known) is type(computed))


@settings(max_examples=400, deadline=None)
@given(_statements(), _values())
def test_what_is_known_of_a_value_is_what_python_computes(
    statements: list[str], values: list[tuple[str, str]]
) -> None:
    program = PREAMBLE + "".join(statements)
    truths = computed(program, values)
    if truths:
        variants = known(program, values)
        for truth in truths:
            assert any(all(map(_agrees, variant, truth)) for variant in variants)


def _features() -> dict[str, tuple[str, list[str]]]:
    """For each section of ``semantics.txt`` its program and its expressions."""
    text = Path(__file__).with_name("semantics.txt").read_text(encoding="utf-8")
    found = {}
    for section in text.split("\n== ")[1:]:
        name, *lines = section.splitlines()
        program = [line for line in lines if not line.startswith(">>> ")]
        shown = [line.removeprefix(">>> ") for line in lines if line.startswith(">>> ")]
        found[name] = "\n".join(program) + "\n", shown
    return found


FEATURES: Final = _features()


@pytest.mark.parametrize("feature", FEATURES)
def test_the_reader_does_what_python_does(feature: str) -> None:
    program, expressions = FEATURES[feature]
    values = [("str", expression) for expression in expressions]
    truth = computed(PREAMBLE + program, values)[0]
    (variant,) = known(PREAMBLE + program, values)
    wrong = [
        (expression, was, should)
        for expression, was, should in zip(expressions, variant, truth, strict=True)
        if not _agrees(was, should)
    ]
    assert not wrong
    assert any(value is not UNKNOWN for value in variant)
