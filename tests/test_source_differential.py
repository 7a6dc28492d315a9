"""What is read from source code is what running it builds.

Every script in ``tests/scripts`` and every example of the rule pages is read statically and run
under Keras. Both must give the same models: the same graphs with the same findings in the same
places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from convlint import catalog, check
from convlint.config import Config
from convlint.graph import Graph, Location, Tensor
from convlint.kleene import UNKNOWN
from convlint.lint import lint
from convlint.readers.source import SourceModels, read_notebook, read_source
from tests.backbones import comparable, is_backbone
from tests.blocks import Block, blocks
from tests.comparing import Comparison, compare, is_clear, layers
from tests.essence import essence
from tests.running import Header, LiveModel, header, run

FOLDER: Final = Path(__file__).parent / "scripts"
SCRIPTS: Final = sorted(
    [*FOLDER.glob("*.py"), *FOLDER.glob("*.ipynb"), *(FOLDER / "legacy").glob("*_today.py")]
)
LEGACY: Final = sorted(set((FOLDER / "legacy").glob("*.py")) - set(SCRIPTS))

RULES: Final = catalog.load()
BLOCKS: Final = [block for rule in RULES for block in blocks(rule) if block.kind != "bad-refused"]


def static(path: Path) -> SourceModels:
    if path.suffix == ".ipynb":
        return read_notebook(path.read_bytes(), path.name)
    return read_source(path.read_text(encoding="utf-8"), path.name)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_read_is_the_same_models_as_the_script_run(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    about = header(path)
    live = run(path, about.calls)
    assert live, "the script builds no model"
    read = static(path)
    assert list(differences(read, live, about)) == []
    exact = not about.undecided and all(is_clear(graph) for model in read.models for graph in model)
    assert list(misreported(path, live, exact=exact and not about.given_up)) == []


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.name)
def test_an_example_of_a_rule_read_is_the_same_models_as_the_example_run(
    block: Block, tmp_path: Path
) -> None:
    path = tmp_path / "example.py"
    path.write_text(block.source, encoding="utf-8")
    live = run(path)
    assert live, "the example builds no model"
    assert list(differences(static(path), live, Header())) == []


def differences(read: SourceModels, live: list[LiveModel], about: Header) -> Iterator[str]:
    """What differs between the models read and the models run; each is used once."""
    if about.given_up:
        if read.models or not read.notes:
            yield f"{len(read.models)} models, {len(read.notes)} notes"
        return
    left = list(read.models)
    unknown = 0
    for model in live:
        best: tuple[int, Comparison, Graph, tuple[Graph, ...]] | None = None
        for variants in left:
            for graph in variants:
                compared = compare(*comparable(graph, model.graph, model.backbone))
                distance = len(compared.differences) + 1000 * (graph.name != model.graph.name)
                if best is None or distance < best[0]:
                    best = distance, compared, graph, variants
        if best is None:
            yield f"{model.graph.name} is not found"
            continue
        _, compared, graph, variants = best
        yield from (f"{model.graph.name}: {difference}" for difference in compared.differences)
        unknown += compared.unknown
        left.remove(variants)
        if not compared.differences:
            yield from misplaced(graph, model)
            yield from different_findings(graph, model, exact=is_clear(graph))
        if len(variants) > 1 and not about.undecided:
            yield f"{model.graph.name} has {len(variants)} variants"
    if unknown > about.unknown:
        yield f"{unknown} values are UNKNOWN, not {about.unknown}"
    if not about.undecided:
        yield from (f"{variants[0].name} is one too many" for variants in left)


def misplaced(static: Graph, live: LiveModel) -> Iterator[str]:
    """The layers whose location is not the line that made them.

    An input layer may have none.
    """
    for call in layers(static):
        if call.location is None:
            if call.class_name != "InputLayer":
                yield f"{call.layer} has no location"
            continue
        place = _place(call.location)
        if is_backbone(call):
            if place not in live.backbone.values():
                yield f"{call.layer} is placed at {place}, not at {set(live.backbone.values())}"
        elif call.name not in live.places:
            # A Sequential makes its own input; a subclassed model its operations when it is read.
            if call.class_name != "InputLayer" and not call.class_name.startswith("ops."):
                yield f"{call.layer} is made by no line"
        elif place not in live.places[call.name]:
            yield f"{call.layer} is placed at {place}, not at {set(live.places[call.name])}"


def different_findings(static: Graph, live: LiveModel, *, exact: bool) -> Iterator[str]:
    """Findings of one graph that the other does not have.

    If not ``exact``, something is not known statically, and the findings may be fewer.
    """
    ours = {(f.code, f.layer, f.message if exact else "") for f in lint(static, RULES)}
    theirs = {(f.code, f.layer, f.message if exact else "") for f in lint(live.graph, RULES)}
    yield from (f"only the source has {finding}" for finding in sorted(ours - theirs))
    if exact:
        yield from (f"only the run has {finding}" for finding in sorted(theirs - ours))


def misreported(path: Path, live: list[LiveModel], *, exact: bool) -> Iterator[str]:
    """What a check of the file reports although the models do not have it, and conversely.

    If not ``exact``, something is not known statically, and less may be reported.
    """
    reported = {
        (finding.code, finding.layer.rpartition("/")[2], _place(finding.location))
        for finding in check(path, select="ALL", config=Config())
    }
    expected = {
        (finding.code, name, tuple(place))
        for model in live
        for finding in lint(model.graph, RULES)
        for name in [finding.layer.rpartition("/")[2]]
        for place in model.places[name]
    }
    yield from (f"{finding} is reported" for finding in sorted(reported - expected, key=str))
    if exact:
        # A layer that several models share is reported once, under one of its names.
        found = {(code, place) for code, _, place in reported}
        for code, name, place in sorted(expected, key=str):
            if (code, place) not in found:
                yield f"{code} at {name} in {place} is not reported"


def _place(location: Location | None) -> tuple[int | None, ...]:
    assert location is not None
    return (location.cell, location.line, location.column, location.end_line)


@pytest.mark.parametrize("path", LEGACY, ids=lambda path: path.stem)
def test_a_script_of_an_older_era_is_the_same_models_as_its_twin_of_today(path: Path) -> None:
    twin = path.with_name(f"{path.stem}_today.py")
    old, today = static(path).models, static(twin).models
    assert today
    assert [[essence(graph) for graph in model] for model in old] == [
        [essence(graph) for graph in model] for model in today
    ]
    assert [[_losses(graph) for graph in model] for model in old] == [
        [_losses(graph) for graph in model] for model in today
    ]


def _losses(graph: Graph) -> object:
    return graph.training and (graph.training.losses, graph.training.optimizer)


def _with(graph: Graph, index: int, **changes: Any) -> Graph:
    calls = list(graph.calls)
    calls[index] = calls[index].replace(**changes)
    return Graph(graph.name, tuple(calls), graph.training, graph.trainable)


def _moved(graph: Graph) -> Graph:
    location = graph.calls[1].location
    assert location is not None
    return _with(graph, 1, location=location._replace(line=location.line + 1))


def _configured(graph: Graph, **config: Any) -> Graph:
    return _with(graph, 1, config={**graph.calls[1].config, **config})


MISTAKES: Final[dict[str, Callable[[Graph], tuple[tuple[Graph, ...], ...]]]] = {
    "no model": lambda graph: (),
    "a model too many": lambda graph: ((graph,), (graph,)),
    "two variants": lambda graph: ((graph, graph),),
    "another name": lambda graph: ((Graph("other", graph.calls, graph.training),),),
    "a call too few": lambda graph: ((Graph(graph.name, graph.calls[:-1], graph.training),),),
    "another class": lambda graph: ((_with(graph, 1, class_name="Conv1D"),),),
    "another input": lambda graph: ((_with(graph, 3, inputs=(Tensor(1),)),),),
    "other kinds": lambda graph: ((_with(graph, 1, kinds=frozenset({"unknown"})),),),
    "another setting": lambda graph: ((_configured(graph, filters=33),),),
    "a setting that is not the default": lambda graph: ((_configured(graph, padding="same"),),),
    "a setting that is not known": lambda graph: ((_configured(graph, filters=UNKNOWN),),),
    "an argument": lambda graph: ((_with(graph, 1, arguments={"training": False}),),),
    "a frozen layer": lambda graph: ((_with(graph, 1, trainable=False),),),
    "another line": lambda graph: ((_moved(graph),),),
    "no location": lambda graph: ((_with(graph, 1, location=None),),),
    "no training": lambda graph: ((Graph(graph.name, graph.calls),),),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_comparison_notices(mistake: str) -> None:
    path = FOLDER / "mnist_tutorial.py"
    read, live = static(path), run(path)
    ((graph,),) = read.models
    assert list(differences(read, live, Header())) == []
    wrong = SourceModels(MISTAKES[mistake](graph), ())
    assert list(differences(wrong, live, Header())) != []
