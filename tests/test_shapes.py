"""Inferred shapes against those that Keras computes."""

from __future__ import annotations

from typing import Any

import pytest

from convlint.facts.inference import output_shapes
from tests.layer_cases import IDS, LAYERS, Shape, call_of_layer, known, shapes_by_keras


@pytest.mark.parametrize(("layer", "inputs"), LAYERS, ids=IDS)
def test_a_layer_has_the_shapes_that_keras_gives_it(layer: Any, inputs: list[Shape]) -> None:
    inferred = output_shapes(call_of_layer(layer, {}), tuple(map(known, inputs)))
    assert list(inferred) == shapes_by_keras(layer, inputs)
