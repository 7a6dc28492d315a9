"""In which number type a layer computes."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown

MIXED: Final = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}
"""Policies that keep their weights in float32, and the type that they compute in."""


@call_fact
def dtype_policy(facts: Facts, call: Call) -> str | Unknown:
    """Name of the layer's dtype policy, such as ``float32`` or ``mixed_float16``.

    UNKNOWN where it is not stated: the default is a setting of the program. A fused activation
    has that of its layer.
    """
    if call.fused:
        return dtype_policy(facts, facts.graph.calls[call.inputs[0].call])
    config = call.wrapper_config if call.wrapper and "dtype" in call.wrapper_config else call.config
    stated = config.get("dtype", UNKNOWN)
    return stated if isinstance(stated, str) else UNKNOWN


@call_fact
def output_policy(facts: Facts, call: Call) -> str | Unknown:
    """Of an output, the dtype policy of the layer that computes it last.

    ``Activation("linear", dtype="float32")`` counts, although it computes nothing: it casts.
    """
    if "output" not in call.kinds:
        return UNKNOWN
    return dtype_policy(facts, facts.graph.calls[call.inputs[0].call])


@call_fact
def computes_in(facts: Facts, call: Call) -> str | Unknown:
    """The type that the layer computes in, such as ``float16`` under ``mixed_float16``."""
    policy = dtype_policy(facts, call)
    return policy if policy is UNKNOWN else MIXED.get(policy, policy)
