"""Mutations that keep an input in its format, so that a search gets beyond syntax errors.

An input is parsed to a tree; subtrees are deleted, doubled, swapped, taken from elsewhere or
replaced by something strange; the tree is written again. All of it follows from the seed.
"""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from fuzz.formats import FORMATS

FUZZ: Final = Path(__file__).parent

DEEP: Final = json.loads("[" * 200 + "]" * 200)
STRANGE: Final[tuple[Any, ...]] = (
    *(None, True, False, -1, 0, 1, 2, 10**9, 2**63, 10**400, 0.5, -0.0, 1e308),
    *(float("nan"), float("-inf"), "", "\ud800", "\x1b[31m[red]\n]]>%0A::", "a" * 300, "a/b:0"),
    *([], {}, [[]], [None], [None, None, 3], [-1, -1], [0, 0], [10**9] * 4, DEEP),
    *({"class_name": "Dense", "config": {}}, {"class_name": "Add"}, ["x", 0, 0, {}], ["x", 9, 9]),
    {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}},
    {"class_name": "Sequential", "config": {"layers": []}},
)
EXPRESSIONS: Final = r"""
None; -1; 1e999; 10**9; 'a' * 10**9; '\ud800'; []; (); {}; x; y; not x; x[0]; x[::-1]; x[..., None]
x.shape; x + y; x * 0.5; x == y; x or y; [*x]; {**x}; {x: y for x in y}; [i for i in range(9) if i]
lambda y: y; (x := 3); x if y else 0; f(*x, **y); f'{x!r:>{y}}'; range(10**9); zip(x, x); (yield x)
int(os.environ['X']); len(x); isinstance(x, int); super().__init__(); self.x; type(x); open('x')
layers.Dense(3); layers.Conv2D(4, 3, padding='same')(x); layers.add([x, x])
keras.Input((8, 8, 3)); keras.Model(x, y); keras.Sequential([layers.Dense(3), x])
keras.ops.add(x, y); m.layers[-1].output; layers.LSTM(3, return_sequences=True)(x)
layers.Bidirectional(layers.GRU(2)); m(x); m.get_layer('x'); layers.Lambda(lambda x: x + 1)(x)
layers.Dropout(rate=x); keras.applications.VGG16(weights=None)
"""
STATEMENTS: Final = r"""
pass; return x; break; continue; del x; global x; raise x; x += x; x.append(x); x, *y = y; assert x
for x in range(9): m.add(layers.Dense(x)); while x: x -= 1; if x: x = 1; with x as y: pass
def f(x): return f(x); def g(): yield from g(); import x; from keras.layers import *; f(f(x))
class A(keras.Model): call = lambda self, x: self(x); m = keras.Sequential(); m.pop(); m.add(m)
m.compile(loss='mse', metrics=['acc'], optimizer=keras.optimizers.Adam(1))
x = y = keras.Input((4,)); for l in m.layers: l.trainable = False; m.fit(x, y); m.build(x); x[0] = y
x: int = 3; f.x = f
"""


class Place(NamedTuple):
    """Where a subtree hangs; ``code`` if that is in Python's syntax."""

    holder: Any
    key: Any
    code: bool

    @property
    def value(self) -> Any:
        return self.holder[self.key]


def places(tree: Any) -> list[Place]:
    """All places of a tree that may be changed."""
    found: list[Place] = []
    pending = [(tree, False)]
    while pending:
        node, code = pending.pop()
        holder: Any = node
        keys: Iterable[Any] = ()
        if isinstance(node, ast.AST):
            holder, code = vars(node), True
            keys = [key for key in node._fields if key in holder]
        elif isinstance(node, dict):
            keys = node
        elif isinstance(node, list):
            keys = range(len(node))
        for key in keys:
            value = holder[key]
            pending.append((value, code))
            identifier = isinstance(value, str) and value.isidentifier()
            if not code or isinstance(value, ast.AST) or identifier:
                found.append(Place(holder, key, code))
    return found


_ALIKE: Final = (ast.stmt, ast.expr, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)


def _sort(value: Any) -> type:
    return next((kind for kind in _ALIKE if isinstance(value, kind)), type(value))


@cache
def words() -> tuple[str, ...]:
    """Words that convlint looks for in what it reads: classes, arguments, keys."""
    found: set[str] = set()
    for folder in ("kinds", "readers", "facts"):
        for path in (FUZZ.parent / "convlint" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                match node:
                    case ast.keyword(arg=str(text)) | ast.Constant(value=str(text)):
                        if re.fullmatch(r"\w+( \w+)*", text):
                            found.update(text.split())
    return tuple(sorted(found))


def _strange(place: Place, chance: Random) -> Any:
    """Something else for a place, which need not belong there."""
    value = place.value
    if not place.code:
        anything = chance.choice((chance.choice(STRANGE), chance.randint(-2, 9)))
        return copy.deepcopy(chance.choice((anything, chance.choice(words()))))
    if isinstance(value, str):
        return chance.choice(words())
    if isinstance(value, ast.expr):
        return ast.parse(_piece(EXPRESSIONS, chance), mode="eval").body
    if isinstance(value, ast.stmt):
        return ast.parse(_piece(STATEMENTS, chance)).body[0]
    return value


def _piece(text: str, chance: Random) -> str:
    return chance.choice(re.split(r"[;\n]\s*", text.strip()))


def _change(tree: Any, other: Any, chance: Random) -> None:
    """One change of a tree, for which ``other`` may give a subtree."""
    place = chance.choice(places(tree))
    holder, key = place.holder, place.key
    strict = place.code or chance.random() < 0.6
    source = chance.choice((tree, tree, other))
    similar = [
        item
        for item in places(source)
        if item.code == place.code and (not strict or _sort(item.value) is _sort(place.value))
    ]
    given = chance.choice(similar or [place])
    match chance.randrange(6):
        case 0 if isinstance(holder, list) or not place.code:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(chance.randrange(len(holder) + 1), copy.deepcopy(given.value))
        case 1 if not place.code:
            holder[chance.choice(words())] = copy.deepcopy(given.value)
        case 2 if source is tree:
            ours, theirs = copy.deepcopy(place.value), copy.deepcopy(given.value)
            holder[key], given.holder[given.key] = theirs, ours
        case 3 | 4:
            holder[key] = copy.deepcopy(given.value)
        case _:
            holder[key] = _strange(place, chance)


@cache
def _seeds(name: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted((FUZZ / "corpus" / name).glob("seed-*")))


def mutated(
    name: str, data: bytes, max_size: int, seed: int, mutate: Callable[[bytes, int], bytes]
) -> bytes:
    """An input of a harness, changed; ``mutate`` does it where the format is unknown or damaged."""
    chance = Random(seed)  # noqa: S311
    if name in FORMATS and chance.random() < 0.95:
        parse, write = FORMATS[name]
        for changes in (chance.choice((1, 1, 1, 2, 4)), 1, 1):
            with suppress(Exception):  # whatever a damaged document does to a parser
                tree = parse(data, chance)
                other = parse(chance.choice(_seeds(name)), chance)
                for _ in range(changes):
                    _change(tree, other, chance)
                changed = write(tree, chance)
                if len(changed) <= max_size:
                    return changed
    return mutate(data, max_size)
