"""The example blocks of the rule pages, and how to run one under Keras."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from convlint import Report, check
from convlint.rule import Rule

_FENCE = re.compile(r"^```python (bad|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"#\s*<-\s*(CVL\d+(?:\s*,\s*CVL\d+)*)")


@dataclass(frozen=True)
class Block:
    """One fenced example; ``expected`` are the (line, code) pairs that its comments mark."""

    name: str
    kind: str
    source: str

    @property
    def expected(self) -> set[tuple[int, str]]:
        """Lines count from 1."""
        return {
            (number, code.strip())
            for number, line in enumerate(self.source.splitlines(), start=1)
            for mark in _MARK.findall(line)
            for code in mark.split(",")
        }


def blocks(rule: Rule) -> Iterator[Block]:
    """The page's example blocks in order."""
    for number, (kind, source) in enumerate(_FENCE.findall(rule.body), start=1):
        yield Block(f"{rule.code}-{rule.name}-{number}-{kind}", kind, source)


@contextmanager
def recorded_lines(filename: str) -> Iterator[dict[str, set[int]]]:
    """While open, note for each Keras layer name the line of ``filename`` that made the layer."""
    import keras

    lines: dict[str, set[int]] = {}
    made: list[tuple[Any, int]] = []
    construct = keras.Operation.__new__

    def recording(cls: type, *args: Any, **kwargs: Any) -> Any:
        instance = construct(cls, *args, **kwargs)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != filename:
            frame = frame.f_back
        if frame is not None:
            made.append((instance, frame.f_lineno))
        return instance

    keras.Operation.__new__ = staticmethod(recording)
    try:
        yield lines
    finally:
        keras.Operation.__new__ = construct
        for layer, line in made:
            lines.setdefault(layer.name, set()).add(line)


def findings_under_keras(block: Block) -> set[tuple[int, str]]:
    """Run the block and lint each model that it leaves in its namespace."""
    import keras

    keras.utils.clear_session()
    namespace: dict[str, Any] = {}
    with recorded_lines(block.name) as lines:
        exec(compile(block.source, block.name, "exec"), namespace)  # noqa: S102
    models = {id(v): v for v in namespace.values() if isinstance(v, keras.Model)}
    assert models, "the block builds no model"
    found: set[tuple[int, str]] = set()
    for model in models.values():
        report: Report = check(model)
        for finding in report:
            (line,) = lines[finding.layer.rpartition("/")[2]]
            found.add((line, finding.code))
    return found
