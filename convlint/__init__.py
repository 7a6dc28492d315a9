"""convlint: the architecture linter for Keras.

>>> from convlint import check
>>> report = check("model.keras")  # or a keras.Model
>>> report.ok
False
>>> for finding in report:
...     print(finding.code, finding.layer, finding.message)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convlint.config import Config as Config
    from convlint.engine import check as check
    from convlint.errors import ConfigError as ConfigError
    from convlint.errors import ConvlintError as ConvlintError
    from convlint.errors import InputError as InputError
    from convlint.errors import RuleError as RuleError
    from convlint.finding import Confidence as Confidence
    from convlint.finding import Finding as Finding
    from convlint.finding import Severity as Severity
    from convlint.report import Report as Report

__version__ = "0.1.0"

_HOMES = {
    "check": "engine",
    "Config": "config",
    "Confidence": "finding",
    "Finding": "finding",
    "Severity": "finding",
    "Report": "report",
    "ConvlintError": "errors",
    "ConfigError": "errors",
    "InputError": "errors",
    "RuleError": "errors",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``convlint --version`` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
