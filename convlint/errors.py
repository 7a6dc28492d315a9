"""The errors a user can cause. Each ends in one line that names the file and the cure."""

from __future__ import annotations


class ConvlintError(Exception):
    """Base of every error that is the input's fault and not ours."""


class InputError(ConvlintError):
    """An input that cannot be read as a model, or a model that is not a valid graph."""


def too_large(what: str, most: int) -> InputError:
    """The error about a part of an input that has more than ``most`` bytes."""
    return InputError(f"{what} is larger than {most // 2**20} MiB")


class ConfigError(ConvlintError):
    """A configuration file or command-line setting that cannot be obeyed."""


class RuleError(ConvlintError):
    """A rule page, pattern or predicate that is not well formed."""


class OutputError(ConvlintError):
    """Standard output cannot be written."""


class SourceError(InputError):
    """A source file that is not Python 3."""
