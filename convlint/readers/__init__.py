"""Readers turn an input into a :class:`convlint.graph.Graph`."""
