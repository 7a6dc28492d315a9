"""Shapes of a call's outputs, inferred from its configuration and its inputs.

:func:`output_shapes` never raises: whatever makes no sense gives UNKNOWN for the dimension, or
for the shape. To add a class, add a line to the table of its family.
"""

from __future__ import annotations

from typing import Final

from convlint.facts.inference.arithmetic import ARITHMETIC, elementwise
from convlint.facts.inference.core import CORE, same
from convlint.facts.inference.dimensions import TensorShape
from convlint.facts.inference.images import IMAGES
from convlint.facts.inference.preprocessing import PREPROCESSING
from convlint.facts.inference.rearranging import REARRANGING
from convlint.facts.inference.sequence import SEQUENCE, backward, merged
from convlint.facts.inference.site import Inference, Result, Site
from convlint.facts.inference.spatial import SPATIAL
from convlint.graph import Call
from convlint.kleene import UNKNOWN

_BY_CLASS: Final[dict[str, Inference]] = {
    **CORE,
    **SPATIAL,
    **SEQUENCE,
    **PREPROCESSING,
    **ARITHMETIC,
    **REARRANGING,
    **IMAGES,
}
_BY_KIND: Final[dict[str, Inference]] = {
    **dict.fromkeys(
        ("identity", "act", "norm", "dropout", "noise", "scale", "mask", "augment"), same
    ),
    **dict.fromkeys(("merge", "compare", "select", "math", "cast"), elementwise),
}
"""What holds for a whole kind, where the class is in no table."""


def output_shapes(call: Call, inputs: tuple[TensorShape, ...]) -> tuple[TensorShape, ...]:
    """Inferred shapes of the outputs of ``call``, given those of the tensors it consumes."""
    if call.wrapper == "TimeDistributed":
        result = _per_time_step(call, inputs)
    elif call.wrapper == "Bidirectional":
        result = _in_both_directions(Site(call, inputs))
    else:
        result = _infer(Site(call, inputs))
    outputs = result if isinstance(result, list) else [result]
    return tuple(outputs) or (UNKNOWN,)


def infers(call: Call) -> bool:
    """Whether there is a rule for the shape of this class at all."""
    return _rule(call) is not None


def is_elementwise(call: Call) -> bool:
    """Whether each value of the output depends on the value at its place in each input."""
    return _rule(call) in (same, elementwise)


def _rule(call: Call) -> Inference | None:
    rule = _BY_CLASS.get(call.class_name)
    if rule is None:
        rule = next((_BY_KIND[kind] for kind in _BY_KIND if kind in call.kinds), None)
    return rule


def _infer(site: Site) -> Result:
    rule = _rule(site.call)
    return UNKNOWN if rule is None else rule(site)


def _in_both_directions(site: Site) -> Result:
    other = backward(site)
    mode = site.call.wrapper_config.get("merge_mode", "concat")
    return merged(_infer(site), UNKNOWN if other is UNKNOWN else _infer(other), mode)


def _per_time_step(call: Call, inputs: tuple[TensorShape, ...]) -> Result:
    timed = [shape for shape in inputs if shape is not UNKNOWN and len(shape) > 1]
    steps = timed[0][1] if timed else UNKNOWN
    result = _infer(site(call, inputs))
    outputs = result if isinstance(result, list) else [result]
    return [
        UNKNOWN if shape is UNKNOWN or not shape else (shape[0], steps, *shape[1:])
        for shape in outputs
    ]


def site(call: Call, inputs: tuple[TensorShape, ...]) -> Site:
    """What the layer itself sees: under ``TimeDistributed`` one time step."""
    if call.wrapper != "TimeDistributed":
        return Site(call, inputs)
    return Site(
        call,
        tuple(
            UNKNOWN if shape is UNKNOWN or len(shape) < 2 else (shape[0], *shape[2:])
            for shape in inputs
        ),
    )
