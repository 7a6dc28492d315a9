"""Facts about the calls of a graph and about the model."""

from convlint.facts.core import Facts as Facts
