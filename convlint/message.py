"""What a rule says about one place: ``{role.fact}`` in a message becomes readable text.

Format specifications of Python work where the value is a number (``{head.parameter_share:.0%}``).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from convlint.errors import RuleError
from convlint.facts.core import Facts
from convlint.facts.registry import call_fact_named, call_fact_names, model_fact_names
from convlint.kleene import UNKNOWN
from convlint.options import NO_OPTIONS, OptionValues
from convlint.suggest import did_you_mean

_OF_A_LAYER: Final = ("name", "layer", "class_name")
_SHAPES_WITH_BATCH: Final = frozenset({"shape", "input_shape"})
_LONGEST: Final = 60
_FORMAT: Final = r"(,?(\.[0-9])?[efg%])?"


class Placeholder(NamedTuple):
    """``{role.name}``, ``{role.config.name}``, ``{model.name}`` or ``{option.name}``.

    Each may have a format for numbers.
    """

    role: str
    name: str
    config: bool
    format: str


def check_placeholders(
    message: str, roles: Collection[str], options: OptionValues = NO_OPTIONS
) -> None:
    """RuleError unless every placeholder is well formed and names a role and a known value."""
    for part in _parts(message):
        if isinstance(part, str):
            continue
        bound = (*roles, "model", "option")
        if part.role not in bound:
            raise RuleError(
                f"{{{part.role}.{part.name}}}: there is no role {part.role!r}"
                f"{did_you_mean(part.role, bound)}"
            )
        _check_format(part)
        if part.config:
            continue
        known = _known_names(part.role, options)
        if part.name not in known:
            what = "option" if part.role == "option" else "fact or argument"
            raise RuleError(
                f"{{{part.role}.{part.name}}}: there is no {what} {part.name!r}"
                f"{did_you_mean(part.name, known)}"
            )


def _known_names(role: str, options: OptionValues) -> Collection[str]:
    from convlint import kinds

    if role == "option":
        return options
    if role == "model":
        return {"name", *model_fact_names()}
    return {*_OF_A_LAYER, *call_fact_names(), *kinds.ARGUMENTS}


def _check_format(part: Placeholder) -> None:
    if not re.fullmatch(_FORMAT, part.format):
        raise RuleError(
            f"{{{part.role}.{part.name}:{part.format}}}: write a number's format like .2f or .0%"
        )


def fill(
    message: str, facts: Facts, roles: Mapping[str, int], options: OptionValues = NO_OPTIONS
) -> str:
    """The message with its placeholders replaced; what is not known shows as ``?``."""
    return "".join(
        part if isinstance(part, str) else _shown(part, _value(part, facts, roles, options))
        for part in _parsed(message)
    )


@cache
def _parsed(message: str) -> tuple[str | Placeholder, ...]:
    """The parts of a message; a rule says the same of many places."""
    return tuple(_parts(message))


def _parts(message: str) -> Iterator[str | Placeholder]:
    import string

    try:
        parsed = list(string.Formatter().parse(message))
    except ValueError as error:
        raise RuleError(f"the message is not well formed: {error}") from error
    for literal, field, format_spec, conversion in parsed:
        if literal:
            yield literal
        if field is None:
            continue
        match field.split("."):
            case [role, "config", name] if role and name and not conversion:
                yield Placeholder(role, name, config=True, format=format_spec or "")
            case [role, name] if role and name and not conversion:
                yield Placeholder(role, name, config=False, format=format_spec or "")
            case _:
                raise RuleError(f"{{{field}}}: write {{role.name}} or {{model.name}}")


def _value(part: Placeholder, facts: Facts, roles: Mapping[str, int], options: OptionValues) -> Any:
    if part.role == "option":
        return options[part.name]
    if part.role == "model":
        return facts.graph.name if part.name == "name" else facts.model(part.name)
    if part.role not in roles:
        return UNKNOWN  # a role in an alternative that this match did not take
    index = roles[part.role]
    call = facts.graph.calls[index]
    if part.config:
        return call.config.get(part.name, UNKNOWN)
    match part.name:
        case "name":
            return call.name
        case "layer":
            return call.layer
        case "class_name":
            return call.label
        case name:
            return facts.lookup(index, name)


def _shown(part: Placeholder, value: Any) -> str:
    if part.format and isinstance(value, (int, float)):
        try:
            return format(value, part.format)
        except (ValueError, OverflowError):  # e.g. an integer too large for a fraction
            return readable(value)
    if isinstance(value, (tuple, list)) and part.name.endswith("shape"):
        if part.config or call_fact_named(part.name) is None:
            return _literal(value)  # noise_shape, target_shape: as the user wrote it
        if part.name in _SHAPES_WITH_BATCH:
            return dimensions(value[1:])
    return readable(value)


def dimensions(shape: Sequence[Any]) -> str:
    """``8×8×64``, with ``?`` for a dimension that is not known; ``scalar`` for none at all."""
    return "×".join(_size(size) for size in shape) or "scalar"


def readable(value: Any) -> str:
    """A value as a sentence shows it: ``0.3``, ``1,234,567``, ``3×3``, ``?`` for UNKNOWN."""
    match value:
        case tuple() | list() if value and all(_is_dimension(item) for item in value):
            return dimensions(value)
        case tuple() | list():
            return _shortened(", ".join(map(_scalar, value)))
        case frozenset() | set():
            return _shortened(", ".join(sorted(map(_scalar, value))))
        case Mapping() if isinstance(value.get("class_name"), str):
            return _shortened(str(value["class_name"]))
        case _:
            return _scalar(value)


def _scalar(value: Any) -> str:
    # Containers stop here: a configuration may be nested deeper than Python's stack.
    match value:
        case str():
            return value
        case bool() | None:
            return str(value)
        case int():
            bits = value.bit_length()
            return f"{value:,}" if bits <= 64 else f"about 2^{bits}"
        case float():
            return f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:,.6g}"
        case _ if value is UNKNOWN:
            return "?"
        case _:
            return "…"


def _is_dimension(value: Any) -> bool:
    is_size = isinstance(value, int) and not isinstance(value, bool)
    return value is UNKNOWN or value is None or is_size


def _size(value: Any) -> str:
    return "?" if value is None else _scalar(value)


def _literal(value: Sequence[Any]) -> str:
    items = ", ".join(_scalar(item).replace(",", "") for item in value)
    return _shortened(f"({items},)" if len(value) == 1 else f"({items})")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
