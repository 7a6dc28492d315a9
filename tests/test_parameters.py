"""Numbers of parameters against ``count_params()`` of Keras."""

from __future__ import annotations

from typing import Any

import pytest
from keras import layers

from convlint.facts.inference import site
from convlint.facts.inference.dimensions import product
from convlint.facts.inference.weights import weights
from tests.layer_cases import IDS, LAYERS, SERIES, Shape, call_of_layer, known, shapes_by_keras


@pytest.mark.parametrize(("layer", "inputs"), LAYERS, ids=IDS)
def test_a_layer_has_the_parameters_that_keras_counts(layer: Any, inputs: list[Shape]) -> None:
    shapes_by_keras(layer, inputs)
    call = call_of_layer(layer, {})
    count = weights(site(call, tuple(map(known, inputs))))
    if call.wrapper == "Bidirectional":
        count = product((2, count))
    assert count == layer.count_params()
