"""What Keras' classes are, and the defaults of their arguments.

The tables are data: :mod:`convlint.kinds.layers` and :mod:`convlint.kinds.operations`. Names in
them are those that a saved model states (``GroupedQueryAttention``); other names of a class are
in ``ALIASES``.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from convlint.graph import OUTPUT, Call
from convlint.kinds.activations import activation_function as activation_function
from convlint.kinds.layers import ALIASES, LAYERS, OLDER
from convlint.kinds.operations import OPERATIONS
from convlint.kinds.table import Row, row
from convlint.kleene import UNKNOWN

_TABLE: Final[dict[str, Row]] = {**LAYERS, **OLDER, **OPERATIONS, OUTPUT: row("output")}
KINDS: Final = frozenset({"any"}).union(*(entry.kinds for entry in _TABLE.values()))
"""The vocabulary of kinds, without class names."""

_COMMON: Final[dict[str, Any]] = {"activity_regularizer": None, "trainable": True, "autocast": True}
_UNKNOWN: Final = frozenset({"unknown"})

ARGUMENTS: Final = frozenset({"name", "dtype", *_COMMON}).union(
    *(entry.arguments for entry in _TABLE.values())
)
"""The names of all arguments of all known classes."""


def canonical(class_name: str) -> str:
    """Today's name of a layer class; a name that is not an alias is returned as it is."""
    return ALIASES.get(class_name, class_name)


class ByRank(NamedTuple):
    """The name of a class taken apart: ``("Conv", 2, "Transpose")`` for ``Conv2DTranspose``.

    ``axes`` is 0, and all else empty, in a name that states no number of spatial axes.
    """

    family: str
    axes: int
    variant: str


def by_rank(class_name: str) -> ByRank:
    """What a class is called that is named after its number of spatial axes."""
    name = class_name.removesuffix("Transpose")
    if name[-2:] not in ("1D", "2D", "3D"):
        return ByRank("", 0, "")
    return ByRank(name[:-2], int(name[-2]), class_name[len(name) :])


def is_known(class_name: str) -> bool:
    """Whether the class is in the tables, under this name or another."""
    return canonical(class_name) in _TABLE


def classify(class_name: str, config: Mapping[str, Any]) -> frozenset[str]:
    """What a class with this configuration is, its own name included.

    A class that the tables do not know is ``unknown``. A class that hands its input on
    unchanged with this configuration (``Dropout`` with rate 0) is ``identity``.
    """
    name = canonical(class_name)
    if name not in _TABLE:
        # The name of a custom class must not pass for a kind.
        return _UNKNOWN if name in KINDS else _UNKNOWN | {name}
    kinds = _kinds(name)
    refine = _REFINEMENTS.get(name)
    return kinds if refine is None else refine(kinds, config)


@cache
def _kinds(name: str) -> frozenset[str]:
    return _TABLE[name].kinds | {name}


def default(class_name: str, argument: str) -> Any:
    """Keras' default of a constructor argument.

    UNKNOWN if the class is not known, has no such argument, or requires it.
    """
    name = canonical(class_name)
    return _default(name, argument) if name in _TABLE else UNKNOWN


def setting(call: Call, argument: str) -> Any:
    """A constructor argument as the call's configuration states it, or else Keras' default."""
    if argument in call.config:
        return call.config[argument]
    return default(call.class_name, argument)


@cache
def _default(name: str, argument: str) -> Any:
    return _TABLE[name].arguments.get(argument, _COMMON.get(argument, UNKNOWN))


def has_fused_activation(class_name: str) -> bool:
    """Whether the class has an ``activation`` argument that it applies to its output.

    Recurrent layers apply theirs inside the recurrence, ``Highway`` inside its gate.
    """
    name = canonical(class_name)
    entry = _TABLE.get(name)
    return (
        entry is not None
        and "weight" in entry.kinds
        and "activation" in entry.arguments
        and name != "Highway"
    )


_Refinement: TypeAlias = Callable[[frozenset[str], Mapping[str, Any]], frozenset[str]]
"""Kinds of a class and a configuration -> kinds of the class so configured."""


def _identity_if(condition: Callable[[Mapping[str, Any]], bool]) -> _Refinement:
    def refine(kinds: frozenset[str], config: Mapping[str, Any]) -> frozenset[str]:
        # Only the class's own name stays: what is looked through is of no other kind.
        return (kinds - KINDS) | {"identity"} if condition(config) else kinds

    return refine


def _zero(argument: str) -> Callable[[Mapping[str, Any]], bool]:
    def condition(config: Mapping[str, Any]) -> bool:
        value = config.get(argument)
        return isinstance(value, int | float) and not isinstance(value, bool) and value == 0

    return condition


def _linear(config: Mapping[str, Any]) -> bool:
    return "activation" in config and activation_function(config["activation"]) == "linear"


def _floating(config: Mapping[str, Any]) -> bool:
    dtype = config.get("dtype")
    return isinstance(dtype, str) and "float" in dtype


def _adaptive_pool(kinds: frozenset[str], config: Mapping[str, Any]) -> frozenset[str]:
    size = config.get("output_size")
    sizes = tuple(size) if isinstance(size, list | tuple) else (size,)
    collapses = bool(sizes) and all(item == 1 for item in sizes)
    return (kinds - {"pool"}) | {"global_pool"} if collapses else kinds


_REFINEMENTS: Final[dict[str, _Refinement]] = {
    "Activation": _identity_if(_linear),
    "GaussianNoise": _identity_if(_zero("stddev")),
    "ops.Cast": _identity_if(_floating),
    "ops.SaturateCast": _identity_if(_floating),
    **{
        name: _identity_if(_zero("rate"))
        for name, entry in LAYERS.items()
        if "dropout" in entry.kinds
    },
    **{name: _adaptive_pool for name in _TABLE if "Adaptive" in name},
}
