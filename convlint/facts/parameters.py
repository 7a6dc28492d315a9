"""Numbers of parameters: what ``layer.count_params()`` says, without building the layer.

They are those of all weights, whether trained or not (the moving averages of batch normalization
are not).
"""

from __future__ import annotations

from convlint.facts.core import Facts
from convlint.facts.inference import site
from convlint.facts.inference.dimensions import Dimension, total
from convlint.facts.inference.sequence import backward
from convlint.facts.inference.weights import spectral_vector, weights
from convlint.facts.registry import call_fact, model_fact
from convlint.facts.shapes import input_shapes
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown


@call_fact
def parameters(facts: Facts, call: Call) -> Dimension:
    """Number of parameters of the layer; each call of a shared layer has all of them."""
    place = site(call, input_shapes(facts, call))
    if call.fused or call.wrapper is None or call.wrapper == "TimeDistributed":
        return weights(place)
    if call.wrapper == "SpectralNormalization":
        return total((weights(place), spectral_vector(place)))
    other = backward(place) if call.wrapper == "Bidirectional" else UNKNOWN
    return UNKNOWN if other is UNKNOWN else total((weights(place), weights(other)))


@model_fact
def total_parameters(facts: Facts) -> Dimension:
    """Number of parameters of the model, each layer counted once.

    UNKNOWN if that of any layer is: a lower bound is no total.
    """
    # A layer's fused activation counts by itself: a PReLU has parameters.
    layers = {
        (call.layer, call.fused): call for call in facts.graph.calls if "output" not in call.kinds
    }
    return total(parameters(facts, call) for call in layers.values())


@call_fact
def parameter_share(facts: Facts, call: Call) -> float | Unknown:
    """The layer's parameters as a fraction of the model's, from 0 to 1."""
    own, every = parameters(facts, call), total_parameters(facts)
    if own is UNKNOWN or every is UNKNOWN or not every:
        return UNKNOWN
    return own / every
