"""Weights that were trained before: what is frozen, what learns on, what scales its own input."""

from __future__ import annotations

import math
from typing import Any, Final

from convlint.facts.calls import training
from convlint.facts.core import Facts
from convlint.facts.inference.dimensions import Dimension, total
from convlint.facts.parameters import parameters
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.roles import in_body
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown, conjunction

APPLICATION: Final = "applications."
"""How the class of a backbone from ``keras.applications`` begins where it is one call."""

OWN_SCALE: Final = {"MobileNetV3": 1 / 127.5}
"""How a backbone scales the bytes of an image that it preprocesses itself; others by 1/255."""


def _of_application(call: Call, entry: str) -> Any:
    """An entry of a backbone's summary; False for every other call."""
    return call.config.get(entry, UNKNOWN) if call.class_name.startswith(APPLICATION) else False


@call_fact
def pretrained(facts: Facts, call: Call) -> Truth:
    """Is a backbone of ``keras.applications`` that gets weights trained before.

    Only source code says so; a saved model does not tell where its weights are from.
    """
    value: Truth = _of_application(call, "pretrained")
    return value


@model_fact
def starts_pretrained(facts: Facts) -> bool:
    """Some call may be :func:`pretrained`; for patterns that would look at every call otherwise."""
    return any(pretrained(facts, call) is not False for call in facts.graph.calls)


@call_fact
def ever_frozen(facts: Facts, call: Call) -> Truth:
    """Is a backbone of ``keras.applications`` that source code freezes, or a part of it."""
    value: Truth = _of_application(call, "ever_frozen")
    return value


@call_fact
def updates_statistics(facts: Facts, call: Call) -> Truth:
    """Has batch normalisation that takes its statistics from the batch while it trains.

    Batch normalisation that is frozen, or called with ``training=False``, uses its moving
    averages and leaves them as they are (docstring of ``keras.layers.BatchNormalization``).
    """
    normalizes = "batch_norm" in call.kinds or _of_application(call, "normalizes")
    told = training(facts, call)
    return conjunction(
        (normalizes, call.trainable, UNKNOWN if told is UNKNOWN else told is not False)
    )


@call_fact
def enclosing_model(facts: Facts, call: Call) -> str:
    """Path of the nested model that the call belongs to; empty for the outermost."""
    return call.model


@call_fact
def thawed_first(facts: Facts, call: Call) -> bool:
    """Is the first batch normalisation, of a nested model that is frozen in part, which is not.

    It was trained before if its first convolution is frozen, and some batch normalisation. Frozen
    projections elsewhere do not say so. Batch normalisation behind the convolutional body may
    be a new head's, and does not count.
    """
    return call.index in _thawed(facts)


@sweep
def _thawed(facts: Facts) -> frozenset[int]:
    starts: dict[str, bool] = {}
    statistics: set[str] = set()
    for call in facts.graph.calls:
        if call.model and "conv" in facts.kinds[call.index]:
            starts.setdefault(call.model, not call.trainable)
        elif "batch_norm" in call.kinds and not call.trainable:
            statistics.add(call.model)
    frozen = {model for model in statistics if starts.get(model)}
    first: dict[str, int] = {}
    for call in facts.graph.calls:
        if (
            call.model in frozen
            and "batch_norm" in call.kinds
            and updates_statistics(facts, call) is True
            and in_body(facts, call) is True
        ):
            first.setdefault(call.model, call.index)
    return frozenset(first.values())


@call_fact
def scaling(facts: Facts, call: Call) -> float | Unknown:
    """Factor by which the call changes the range of its input, as an absolute value.

    1 for an offset. Known for ``Rescaling``, ``Normalization`` with a stated variance, arithmetic
    with a constant, and a backbone that preprocesses images itself. Of several, one for each
    channel, it is the largest.
    """
    application = call.class_name.startswith(APPLICATION)
    if not application and not facts.kinds[call.index] & {"scale", "preprocess"}:
        return UNKNOWN
    if _of_application(call, "preprocesses") is True:
        name = call.class_name.removeprefix(APPLICATION)
        return next((f for prefix, f in OWN_SCALE.items() if name.startswith(prefix)), 1 / 255)
    if call.class_name == "Rescaling":
        return _largest(facts.lookup(call.index, "scale"))
    if call.class_name == "Normalization":
        if facts.lookup(call.index, "invert") is not False:
            return UNKNOWN
        variance = _smallest(facts.lookup(call.index, "variance"))
        return UNKNOWN if variance is UNKNOWN or variance <= 0 else 1 / math.sqrt(variance)
    if "scale" not in facts.kinds[call.index]:
        return UNKNOWN
    if call.class_name in ("ops.Add", "ops.Subtract"):
        return 1.0
    if call.class_name == "ops.Multiply":
        return _largest(call.arguments.get("x2", call.arguments.get("x1", UNKNOWN)))
    if call.class_name in ("ops.Divide", "ops.TrueDivide"):
        divisor = _smallest(call.arguments.get("x2", UNKNOWN))
        return UNKNOWN if divisor is UNKNOWN or not divisor else 1 / divisor
    return UNKNOWN


def _largest(value: Any) -> float | Unknown:
    numbers = _magnitudes(value)
    return max(numbers) if numbers else UNKNOWN


def _smallest(value: Any) -> float | Unknown:
    numbers = _magnitudes(value)
    return min(numbers) if numbers else UNKNOWN


def _magnitudes(value: Any) -> list[float] | None:
    """The absolute values of a number or of nested tuples of numbers; None for anything else."""
    found: list[float] = []
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending.extend(item)
        elif isinstance(item, bool) or not isinstance(item, int | float) or not math.isfinite(item):
            return None
        else:
            found.append(abs(float(item)))
    return found


@model_fact
def frozen_as_a_whole(facts: Facts) -> bool:
    """``trainable`` of the outermost model itself was set to false."""
    return not facts.graph.trainable


@model_fact
def trainable_parameters(facts: Facts) -> Dimension:
    """Parameters of the layers that are not frozen, each layer counted once."""
    layers = {
        (call.layer, call.fused): call
        for call in facts.graph.calls
        if call.trainable and "output" not in call.kinds
    }
    return total(parameters(facts, call) for call in layers.values())


@model_fact
def last_frozen_layer(facts: Facts) -> int | None:
    """The ``index`` of the last call of a frozen layer that has parameters, or may have."""
    for call in reversed(facts.graph.calls):
        if not call.trainable and not call.fused and "output" not in call.kinds:
            count = parameters(facts, call)
            if count is UNKNOWN or count > 0:
                return call.index
    return None
