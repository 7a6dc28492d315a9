"""What can be loaded again from a file, and what cannot."""

from __future__ import annotations

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth


@call_fact
def stores_bytecode(facts: Facts, call: Call) -> Truth:
    """Is a ``Lambda`` whose function is saved as Python bytecode, not by its name."""
    if call.class_name != "Lambda":
        return False
    stored = call.config.get("bytecode", UNKNOWN)
    return stored if isinstance(stored, bool) else UNKNOWN


@call_fact
def registered(facts: Facts, call: Call) -> Truth:
    """Its custom class is registered with Keras; UNKNOWN for Keras' own classes."""
    return UNKNOWN if call.registered is None else call.registered
