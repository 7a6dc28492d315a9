"""Recurrent layers: how many steps they take, what bounds their state."""

from __future__ import annotations

from typing import Final

from convlint import kinds as kinds_table
from convlint.facts.core import Facts
from convlint.facts.inference.dimensions import Dimension
from convlint.facts.registry import call_fact, model_fact
from convlint.facts.shapes import input_shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown

UNBOUNDED: Final = frozenset(
    """
    relu leaky_relu elu selu celu gelu silu mish softplus squareplus exponential
    """.split()
)
"""Activations that grow without limit for large inputs."""

CLIPPING: Final = ("clipnorm", "global_clipnorm", "clipvalue")
"""Arguments of Keras' optimizers that bound the gradient."""


@call_fact
def time_steps(facts: Facts, call: Call) -> Dimension:
    """Number of steps that a recurrent layer takes; UNKNOWN if it is not static."""
    shape = input_shape(facts, call)
    if "rnn" not in call.kinds or shape is UNKNOWN or len(shape) < 3:
        return UNKNOWN
    return shape[1]


@call_fact
def state_activation(facts: Facts, call: Call) -> str | Unknown:
    """The activation that a recurrent layer applies inside its recurrence."""
    if "rnn" not in call.kinds:
        return UNKNOWN
    stated = facts.lookup(call.index, "activation")
    return UNKNOWN if stated is UNKNOWN else kinds_table.activation_function(stated)


@call_fact
def gate_activation(facts: Facts, call: Call) -> str | Unknown:
    """The activation of the gates of an LSTM or GRU."""
    stated = facts.lookup(call.index, "recurrent_activation")
    return UNKNOWN if stated is UNKNOWN else kinds_table.activation_function(stated)


@call_fact
def unbounded_state(facts: Facts, call: Call) -> Truth:
    """The activation inside the recurrence has no upper limit.

    ``linear`` does not count: a linear recurrence is rarely an oversight.
    """
    name = state_activation(facts, call)
    return UNKNOWN if name is UNKNOWN else name in UNBOUNDED


@call_fact
def recurrence_starts_as_identity(facts: Facts, call: Call) -> Truth:
    """The recurrent kernel starts as a multiple of the identity matrix."""
    stated = facts.lookup(call.index, "recurrent_initializer")
    if isinstance(stated, str):
        return stated.lower() == "identity"
    if isinstance(stated, dict):
        name = stated.get("class_name")
        return name in ("Identity", "IdentityInitializer") if isinstance(name, str) else UNKNOWN
    return UNKNOWN


@model_fact
def clips_gradients(facts: Facts) -> Truth:
    """The optimizer bounds gradients; UNKNOWN if none is stated."""
    training = facts.graph.training
    if training is None or training.optimizer is None:
        return UNKNOWN
    values = [training.optimizer_config.get(name) for name in CLIPPING]
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    return any(value is not None for value in values)


@model_fact
def schedules_learning_rate(facts: Facts) -> Truth:
    """The optimizer's learning rate is a schedule; UNKNOWN if no optimizer is stated."""
    training = facts.graph.training
    if training is None or training.optimizer is None:
        return UNKNOWN
    rate = training.optimizer_config.get("learning_rate")
    return UNKNOWN if rate is UNKNOWN else isinstance(rate, dict)
