"""Source code that is deep, endless or huge is given up in bounded time, and never a traceback."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType

import pytest

from convlint.errors import SourceError
from convlint.readers.source import SourceModels, interpret, read_notebook, read_source
from tests.sources import PREAMBLE

MODEL = "\nmodel = keras.Sequential([keras.Input((8,)), layers.Dense(4)])\n"
BUILD = "\n    layers.Dense(1)"
MAX_CALLS = 30_000_000
"""Calls of functions of Python while a file is read."""

CASES = {
    "parentheses": "x = " + "(" * 100_000 + "1" + ")" * 100_000,
    "brackets": "x = " + "[" * 90 + "1" + "]" * 90,
    "signs": "x = " + "-" * 100_000 + "1",
    "fewer signs": "x = " + "-" * 2_000 + "1",
    "sum": "x = " + " + ".join(["1"] * 100_000),
    "shorter sum": "x = " + " + ".join(["1"] * 2_000),
    "or": "x = " + " or ".join(["y"] * 100_000),
    "methods": "x = a" + ".b()" * 2_000,
    "attributes": "x = a" + ".b" * 2_000,
    "conditional expressions": "x = " + "1 if a else " * 1_000 + "1",
    "elif": "if a: pass\n" + "".join(f"elif a == {i}: x = {i}\n" for i in range(900)),
    "functions": "".join(" " * i + f"def f{i}():\n" for i in range(90)) + " " * 90 + "pass",
    "conditions": "".join(" " * i + "if a:\n" for i in range(90)) + " " * 90 + "pass",
    "loops": "".join(" " * i + f"for i{i} in range(10):\n" for i in range(19))
    + " " * 19
    + "layers.Dense(3)",
    "cases": "match x:\n" + "".join(f"    case {i}: y = {i}\n" for i in range(1_000)),
    "string": "x = 'a' * 10**12\ny = x + x",
    "integer": "x = 10**10**10\ny = 2 << 10**9\nz = 9**9**9**9",
    "growing integer": f"x = 3\nwhile x:\n    x = x * x{BUILD}",
    "growing string": f"x = 'ab'\nfor i in range(10**9):\n    x += x{BUILD}",
    "growing list": f"x = [1]\nwhile True:\n    x += x{BUILD}",
    "list in itself": "x = []\nx.append(x)\nkeras.Sequential(x)\nkeras.Model(x, x)\n"
    "layers.Dense(x)(x)",
    "dict in itself": "x = {}\nx['a'] = x\nkeras.Model(x, x)\nlayers.Dense(x)(x)",
    "doubling tuple": f"t = ()\nfor i in range(99):\n    t = (t, t){BUILD}\nlayers.Dense(t)\n"
    "t == t",
    "nesting tuple": f"t = ()\nfor i in range(9999):\n    t = (t,){BUILD}\nlayers.Dense(t)\nt == t",
    "doubling list": f"t = []\nfor i in range(99):\n    t = [t, t]{BUILD}\nkeras.Model(t, t)",
    "recursion": "def f(n):\n    layers.Dense(1)\n    return f(n + 1)\nf(0)",
    "two recursions": "def f(n):\n    layers.Dense(1)\n    return f(n - 1) + f(n - 2)\nf(30)",
    "unknown depth": "def f(x, n):\n    if n == 0: return layers.Dense(1)(x)\n"
    "    return layers.add([f(x, n - 1), f(f(x, n - 1), n - 1)])\nf(keras.Input((1,)), unknown)",
    "endless loop": f"while True:{BUILD}",
    "endless idle loop": "while True:\n    x = 3",
    "long range": f"for i in range(10**18):{BUILD}",
    "comprehension": "x = [i for i in range(10**9)]\n"
    "y = [[j for j in range(9999)] for i in range(9999)]",
    "building comprehension": "y = [layers.Dense(3) for i in range(9000) for j in range(9000)]",
    "product": "import itertools\nx = list(itertools.product(range(100), repeat=50))",
    "generator": "def g():\n    while True:\n        yield layers.Dense(1)\nx = list(g())",
    "recursive generator": "def g():\n    yield from g()\nx = list(g())",
    "widths": "a = '%1000000000d' % 1\nb = '{:>1000000000}'.format(1)\nc = f'{1:>1000000000}'\n"
    "d = 'a'.center(10**9)\ne = '{:{}}'.format(1, 999999999)",
    "property": "class A:\n    @property\n    def x(self): return self.x\nA().x",
    "operator": "class A:\n    def __add__(self, o): return self + o\nA() + 1",
    "length": "class A:\n    def __len__(self): return len(self)\nif A(): pass",
    "decorator": "def d(f): return d(f)\n@d\ndef g(): pass",
    "model in itself": "m = keras.Sequential()\nm.add(layers.Dense(3))\nm.add(m)\n"
    "m(keras.Input((3,)))",
    "call in itself": "class A(keras.Model):\n    def call(self, x): return self(x)\n"
    "A()(keras.Input((3,)))",
    "nested models": "m = keras.Sequential([keras.Input((4,)), layers.Dense(4)])\n"
    "for i in range(1000):\n    m = keras.Sequential([m, layers.Dense(4)])",
    "deep model": "x = i = keras.Input((4,))\nfor k in range(9000):\n    x = layers.Dense(4)(x)\n"
    "m = keras.Model(i, x)",
    "shapes": "x = i = keras.Input((4,))\nfor k in range(5000):\n"
    "    x = layers.Dense(x.shape[-1])(x)\n"
    "m = keras.Model(i, x)",
    "many models": "for i in range(3000): keras.Sequential([keras.Input((8,)), layers.Dense(4)])",
    "sorting": f"x = list(range(9000))\nwhile True:\n    x.sort(){BUILD}",
    "searching": f"x = list(range(9000))\nwhile True:\n    -1 in x{BUILD}",
    "slicing": f"x = list(range(9000))\nwhile True:\n    x[1:] + x[2:]{BUILD}",
    "names": "del x\ndel keras.x\nglobals().clear()\nglobal y\nx",
    "numbers": "import math\nx = int(math.inf)\nlayers.Reshape((-1, 10**50))\nlen(range(10**30))\n"
    "m = keras.Sequential([layers.Dropout(math.nan), layers.Dense(math.inf)])",
    "surrogate": "x = '\\ud800'\nm = keras.Sequential([layers.Dense(3, name=x)])",
}


@pytest.mark.parametrize("code", CASES.values(), ids=CASES.keys())
def test_hostile_code_is_read_or_given_up_in_bounded_time(code: str) -> None:
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        said = outcome(lambda: read_source(PREAMBLE + code + MODEL, "x.py"))
    finally:
        sys.setprofile(before)
    assert said
    assert "\n" not in said
    assert calls < MAX_CALLS


def test_memory_does_not_grow_with_the_square_of_the_questions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interpret, "MAX_STEPS", 4_000)
    code = "x = zip(x, x)\nwhile x:\n    y, e = b[1:] or None\n    layers.Dropout(rate=x)\n"
    tracemalloc.start()
    read_source(PREAMBLE + code, "x.py")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 * 2**20


def outcome(read: Callable[[], SourceModels]) -> str:
    """What became of a file: how many models it has, or why it cannot be read."""
    try:
        found = read()
    except SourceError as error:
        return str(error)
    return f"{len(found.models)} models" if found.models or found.notes else ""


WRONG = """
layers.Conv2D() ; layers.Conv2D(None, None) ; layers.Conv2D([], {}, (), 'x')
layers.Bidirectional()
layers.Bidirectional(3) ; layers.TimeDistributed(keras.Sequential()) ; layers.add() ; layers.add(3)
keras.Model() ; keras.Model(1) ; keras.Model(1, 2, 3, 4, 5) ; keras.Input() ; keras.Input('a')
keras.Input(-1) ; keras.Sequential(3) ; keras.Sequential('abc') ; keras.Sequential([1, 'a', None])
m = keras.Sequential() ; m.add() ; m.add(1, 2) ; m.pop() ; m.compile(1, 2, 3, 4, 5, 6) ; m.build()
m.fit() ; m.get_layer() ; m.get_layer(5) ; m.layers[99] ; m.summary(1) ; m() ; m(1) ; m.output
keras.ops.reshape() ; keras.ops.concatenate() ; layers.Lambda() ; layers.RNN() ; layers.Dense(3)()
layers.MultiHeadAttention()(1) ; layers.Dense(3)(None) ; layers.Embedding() ; keras.losses.get()
layers.Conv2D(filters=3, nb_row=3, dim_ordering='th', name=3, trainable='x') ; layers.Merge()
layers.Convolution2D(3, 3, 3, 3, 3, 3, 3, 3, 3) ; layers.merge([1], mode=3)
layers.ZeroPadding2D(3.5)
layers.Permute(2)(keras.Input((1, 2))) ; keras.applications.ResNet50(1, 2, 3, 4, 5)
keras.applications.MobileNet(alpha='x', input_shape=4)
keras.applications.vgg16.preprocess_input()
keras.models.clone_model() ; layers.Dense.from_config(3) ; super() ; super().x ; range('a') ; zip(1)
enumerate() ; map() ; max() ; sorted() ; int('x') ; len() ; isinstance(1) ; getattr(1)
type() ; open() ; next() ; iter() ; dict([1]) ; tuple(None) ; set([[]]) ; {[]: 1} ; {**1} ; [*1]
(lambda x: x)()
"""


@pytest.mark.parametrize("call", [part.strip() for part in WRONG.replace("\n", ";").split(";")])
def test_a_call_with_senseless_arguments_is_no_crash(call: str) -> None:
    code = f"{PREAMBLE}m = keras.Sequential()\n{call}{MODEL}"
    assert read_source(code, "x.py").models


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"cells": 3}',
        '{"cells": [3, {}, {"cell_type": "code"}, {"cell_type": "code", "source": 3}]}',
        '{"cells": [{"cell_type": "code", "source": ["x = (", 3]}]}',
        '{"worksheets": [3, {"cells": [{"cell_type": "code", "input": "x = 1"}]}]}',
    ],
)
def test_a_damaged_notebook_is_no_crash(document: str) -> None:
    said = outcome(lambda: read_notebook(document, "x.ipynb"))
    assert "models" not in said
    assert "\n" not in said


def notebook(*cells: str) -> str:
    return json.dumps(
        {
            "nbformat": 4,
            "cells": [
                {"cell_type": "markdown", "source": "# title"},
                *({"cell_type": "code", "source": cell} for cell in cells),
            ],
        }
    )


def test_cells_run_in_order_and_magics_are_skipped() -> None:
    document = notebook(
        "%matplotlib inline\nimport keras\n!pip install x\nfiles = !ls\nkeras?",
        "%%bash\nthis is no python (",
        "%%time\nmodel = keras.Sequential(\n    [keras.layers.Dense(3)])",
        "model.add(keras.layers.ReLU())",
    )
    ((graph,),) = read_notebook(document, "x.ipynb").models
    places = [call.location for call in graph.calls[1:3]]
    assert [(place.cell, place.line) for place in places if place is not None] == [(4, 3), (5, 1)]


def test_a_fault_in_a_notebook_is_placed_in_its_cell() -> None:
    with pytest.raises(SourceError, match="cell 3, line 2: it is not Python 3"):
        read_notebook(notebook("import keras", "x = 1\nprint 'x'"), "x.ipynb")
