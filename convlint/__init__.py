"""convlint: the architecture linter for Keras."""

__version__ = "0.1.0"
