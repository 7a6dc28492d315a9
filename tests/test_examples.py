"""The example models are what their script makes, and their table tells the truth."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from convlint.graph import Call, Graph
from convlint.readers import looks_like_model, read
from convlint.readers.live import read_model
from docs import generate

EXAMPLES = Path(__file__).parent.parent / "examples"
FILES = sorted(
    path.relative_to(EXAMPLES).as_posix()
    for path in EXAMPLES.rglob("*")
    if path.suffix in {".json", ".keras", ".h5"}
)
ARTICLE_MODELS = 15


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return importlib.import_module("examples.make_models")


def described(call: Call) -> tuple[Any, ...]:
    """What one call is, without the initializers and defaults that differ between versions."""
    return (
        call.layer,
        call.class_name,
        call.kinds,
        call.inputs,
        call.trainable,
        call.model,
        dict(call.arguments),
        {
            key: call.config.get(key)
            for key in ("filters", "units", "rate", "activation", "padding")
        },
    )


def architecture(graph: Graph) -> tuple[Any, ...]:
    assert graph.training is not None
    return (
        graph.name,
        [described(call) for call in graph.calls],
        graph.training.losses,
        graph.training.optimizer,
    )


def test_every_committed_model_is_made_by_the_script(script: ModuleType) -> None:
    assert sorted(script.MODELS) == FILES
    article = [name for name in FILES if name.startswith("article/")]
    assert len(article) == ARTICLE_MODELS


@pytest.mark.parametrize("name", FILES)
def test_the_script_still_makes_the_architecture_of(name: str, script: ModuleType) -> None:
    ((committed,),) = read(EXAMPLES / name)
    rebuilt = read_model(script.MODELS[name]())
    assert architecture(committed) == architecture(rebuilt)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # h5 in Keras
@pytest.mark.parametrize("suffix", [".json", ".keras", ".h5"])
def test_the_script_writes_files_that_read_as_the_model(
    suffix: str, script: ModuleType, tmp_path: Path
) -> None:
    model = script.unet()
    path = tmp_path / f"model{suffix}"
    script.WRITERS[suffix](model, path)
    ((written,),) = read(path)
    assert architecture(written) == architecture(read_model(model))


@pytest.mark.parametrize("name", FILES)
def test_a_walk_over_the_examples_finds(name: str) -> None:
    assert looks_like_model(EXAMPLES / name)


@pytest.mark.parametrize("name", FILES)
def test_it_is_small(name: str) -> None:
    assert (EXAMPLES / name).stat().st_size < 100_000


def test_the_table_lists_every_model_and_what_convlint_finds_in_it() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"]({name}) |" in text for name in FILES)
    ((_, current, right),) = generate.parts("examples/README.md")
    assert current == right, "run python docs/generate.py"
