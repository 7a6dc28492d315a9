"""The options of a rule: its thresholds, each with a default that a configuration may change.

A page declares them under ``options:``. Predicates and messages call them ``option.highest_rate``,
settings files ``highest-rate`` in the table ``[options.name-of-the-rule]``.
"""

import math
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from convlint.errors import ConfigError
from convlint.suggest import did_you_mean

if TYPE_CHECKING:
    from convlint.yamltext import Value

OptionValue: TypeAlias = bool | int | float
OptionValues: TypeAlias = Mapping[str, OptionValue]
"""Values by the name that predicates use."""

NO_OPTIONS: Final[OptionValues] = MappingProxyType({})

_NAME: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_INTEGER: Final = r"-?[0-9]{1,15}"
_FRACTION: Final = r"-?[0-9]{1,15}\.[0-9]{1,15}"
_TRUTHS: Final = {"true": True, "false": False}


class Option(NamedTuple):
    """One threshold or switch of a rule.

    ``default`` tells its type: an integer, a fraction, or true or false.
    """

    name: str
    default: OptionValue
    about: str

    @property
    def identifier(self) -> str:
        """Its name in predicates and messages."""
        return self.name.replace("-", "_")

    def converted(self, value: Any) -> OptionValue:
        """The value if it is of the option's type; ConfigError if it is not."""
        if isinstance(self.default, bool):
            valid, expected = isinstance(value, bool), "true or false"
        elif isinstance(self.default, int):
            valid, expected = type(value) is int, "an integer"
        else:
            valid = type(value) in (int, float) and math.isfinite(value)
            expected = "a number"
        if not valid:
            raise ConfigError(f"{self.name}: must be {expected}, like {toml(self.default)}")
        converted: OptionValue = value
        return converted


def toml(value: OptionValue) -> str:
    """The value as settings files spell it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def parse_options(declared: "Value") -> tuple[Option, ...]:
    """The options that a page declares; RuleError with file and line for one that is not right."""
    options = tuple(_options(declared))
    names = [option.name for option in options]
    for name in names:
        if names.count(name) > 1:
            raise declared.error(f"there are two options {name!r}")
    return options


def _options(declared: "Value") -> Iterator[Option]:
    for entry in declared.items():
        fields = entry.fields(required=("name", "default", "about"))
        name = fields["name"].text()
        if not re.fullmatch(_NAME, name):
            raise fields["name"].error(f"{name!r} does not look like highest-rate")
        yield Option(name, _default(fields["default"]), fields["about"].sentence())


def _default(value: "Value") -> OptionValue:
    text = value.text()
    if text in _TRUTHS:
        return _TRUTHS[text]
    if re.fullmatch(_INTEGER, text):
        return int(text)
    if re.fullmatch(_FRACTION, text):
        return float(text)
    raise value.error(f"{text!r} is not an integer, a fraction such as 0.5, true or false")


def settle(options: tuple[Option, ...], settings: Mapping[str, Any]) -> OptionValues:
    """The values of all options: what the settings say, defaults for the others.

    Raises:
        ConfigError: a setting for an option that there is not, or of another type.
    """
    known = {option.name: option for option in options}
    for name in settings:
        if name not in known:
            listed = f" (it has {', '.join(known)})" if known else " (it has none)"
            near = did_you_mean(name, known)
            raise ConfigError(f"there is no option {name!r}{near or listed}")
    return {
        option.identifier: option.converted(settings.get(option.name, option.default))
        for option in options
    }
