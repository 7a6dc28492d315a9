"""The example blocks of the rule pages, and how to run one under Keras or read it."""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convlint import catalog
from convlint.comments import in_source
from convlint.graph import Graph
from convlint.lint import lint
from convlint.readers.constructions import recorded
from convlint.readers.live import read_model
from convlint.readers.source import read_source
from convlint.rule import Rule
from convlint.suppress import settle

_FENCE = re.compile(r"^```python (bad|bad-refused|good)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"#\s*<-\s*(CVL\d+(?:\s*,\s*CVL\d+)*)")


@dataclass(frozen=True)
class Block:
    """One fenced example; ``expected`` are the (line, code) pairs that its comments mark.

    ``kind`` is ``bad``, ``good``, or ``bad-refused`` where Keras raises when the block is run.
    ``code`` is that of the page's rule.
    """

    name: str
    code: str
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
        yield Block(f"{rule.code}-{rule.name}-{number}-{kind}", rule.code, kind, source)


def findings_under_keras(block: Block, rule_paths: Sequence[Path] = ()) -> set[tuple[int, str]]:
    """Run the block and lint each model that it leaves in its namespace: (line, code) pairs.

    The rules are the page's own and those that are on by default, of ours and in ``rule_paths``.
    """
    import keras

    keras.utils.clear_session()
    namespace: dict[str, Any] = {"__name__": block.name}
    with recorded() as made:
        exec(compile(block.source, block.name, "exec"), namespace)  # noqa: S102
    models = {id(v): v for v in namespace.values() if isinstance(v, keras.Model)}
    graphs = [read_model(model, made.location_of) for model in models.values()]
    return _findings(block, graphs, rule_paths)


def lines_refused_by_keras(block: Block) -> range:
    """Run a block that Keras refuses: the lines of the statement at which it raises."""
    import keras

    keras.utils.clear_session()
    try:
        exec(compile(block.source, block.name, "exec"), {})  # noqa: S102
    except ValueError as error:
        raised_at = next(
            frame.lineno
            for frame in reversed(traceback.extract_tb(error.__traceback__))
            if frame.filename == block.name and frame.lineno is not None
        )
    else:
        raise AssertionError(f"Keras builds {block.name}")
    statements = ast.parse(block.source).body
    return next(
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in statements
        if node.lineno <= raised_at <= (node.end_lineno or node.lineno)
    )


def findings_in_source(block: Block, rule_paths: Sequence[Path] = ()) -> set[tuple[int, str]]:
    """The same from reading the block, without running it."""
    models = read_source(block.source, block.name).models
    assert all(len(variants) == 1 for variants in models), "the block leaves something open"
    return _findings(block, [graph for (graph,) in models], rule_paths)


def _findings(
    block: Block, graphs: Sequence[Graph], rule_paths: Sequence[Path]
) -> set[tuple[int, str]]:
    assert graphs, "the block builds no model"
    every = catalog.load(rule_paths)
    rules = catalog.select(every, extend_select=[block.code])
    found = [finding for graph in graphs for finding in lint(graph, rules)]
    comments = in_source(block.source.encode(), block.name)
    return {
        (finding.location.line, finding.code)
        for finding in settle(found, comments, every, rules, complete=True)
        if finding.location is not None
    }
