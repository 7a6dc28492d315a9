"""Facts about the calls of a graph and about the model; importing this registers them all."""

from __future__ import annotations

from convlint.facts import shapes as shapes
from convlint.facts.core import Facts as Facts
