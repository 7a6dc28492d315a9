"""Patterns: regular path queries over the graph of calls."""

from convlint.pattern.match import Match as Match
from convlint.pattern.match import find as find
