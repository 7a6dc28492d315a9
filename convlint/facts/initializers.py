"""What the weights of a layer start as: constants, and the moments of what is drawn.

Of dense layers and ordinary convolutions only. A depthwise kernel serves a single channel, and
the fans that Keras computes for it and for a transposed kernel are not the numbers of terms that
are summed.
"""

from collections.abc import Mapping
from math import prod
from typing import Any, Final, NamedTuple

from convlint.facts.core import Facts
from convlint.facts.inference import site
from convlint.facts.inference.dimensions import Dimension, compute, dimension, per_axis
from convlint.facts.registry import call_fact, model_fact
from convlint.facts.shapes import channels, input_shapes
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth, Unknown

_SCALING: Final[Mapping[str, tuple[float, str]]] = {
    "GlorotUniform": (1.0, "fan_avg"),
    "GlorotNormal": (1.0, "fan_avg"),
    "HeUniform": (2.0, "fan_in"),
    "HeNormal": (2.0, "fan_in"),
    "LecunUniform": (1.0, "fan_in"),
    "LecunNormal": (1.0, "fan_in"),
}
"""Scale and mode of the classes that Keras derives from ``VarianceScaling``."""

_ORDINARY: Final = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D"})
_STRUCTURED: Final = frozenset({"Orthogonal", "Identity", "STFT"})
_LARGEST: Final = 1e100
_TRUNCATED: Final = 0.87962566103423978
"""Standard deviation of a standard normal distribution truncated at 2: the constant that Keras
divides by in ``VarianceScaling`` but not in ``TruncatedNormal``."""


class Initializer(NamedTuple):
    """Class of an initializer and its arguments, without defaults filled in."""

    name: str
    arguments: Mapping[str, Any]

    def number(self, argument: str, default: float) -> float | Unknown:
        """The argument if it is a number, and one that can be squared."""
        value = self.arguments.get(argument, default)
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if known and abs(value) < _LARGEST else UNKNOWN


class Fans(NamedTuple):
    """Terms that a unit sums, and units that a term goes to, as Keras counts them."""

    into: Dimension
    out: Dimension


def initializer(facts: Facts, call: Call, argument: str) -> Initializer | None:
    """The initializer that the layer's ``argument`` names; ``None`` if that is not known."""
    value = facts.lookup(call.index, argument)
    if isinstance(value, str):
        return Initializer("".join(word.capitalize() for word in value.split("_")), {})
    if not isinstance(value, Mapping) or not isinstance(value.get("class_name"), str):
        return None
    config = value.get("config")
    name = value["class_name"].removesuffix("Initializer")
    return Initializer(name, config if isinstance(config, Mapping) else {})


@call_fact
def kernel_initializer_class(facts: Facts, call: Call) -> str | Unknown:
    """Keras' name of the class that draws the kernel, e.g. ``GlorotUniform``."""
    drawn = initializer(facts, call, "kernel_initializer")
    return UNKNOWN if drawn is None else drawn.name


@call_fact
def initial_kernel(facts: Facts, call: Call) -> float | Unknown | None:
    """The number that every entry of the kernel starts as; ``None`` if they differ.

    A distribution without spread counts as a constant.
    """
    if call.fused or call.class_name not in _ORDINARY:
        return UNKNOWN
    drawn = initializer(facts, call, "kernel_initializer")
    return UNKNOWN if drawn is None else _constant(drawn)


@call_fact
def initial_bias(facts: Facts, call: Call) -> float | Unknown | None:
    """The number that every bias starts as; ``None`` if there is no bias, or if they differ."""
    bias = facts.lookup(call.index, "use_bias")
    if not isinstance(bias, bool):
        return UNKNOWN
    drawn = initializer(facts, call, "bias_initializer")
    if not bias:
        return None
    return UNKNOWN if drawn is None else _constant(drawn)


@call_fact
def units_alike(facts: Facts, call: Call) -> Truth:
    """Has several units (output channels), all of which start with the same weights."""
    value, units = initial_kernel(facts, call), channels(facts, call)
    if value is UNKNOWN or value is None:
        return UNKNOWN if value is UNKNOWN else False
    return UNKNOWN if units is UNKNOWN else units > 1


@call_fact
def initial_gain(facts: Facts, call: Call) -> float | Unknown:
    """What the squares of the weights of one unit sum up to at the start, on average.

    It is the factor between the mean square of the layer's input and the variance of its output
    (He et al., arXiv:1502.01852, section 2.2), and the τ of Klambauer et al. (arXiv:1706.02515).
    UNKNOWN where the weights do not have the mean 0.
    """
    shape = kernel_shape(facts, call)
    drawn = initializer(facts, call, "kernel_initializer")
    if shape is None or drawn is None or call.wrapper not in (None, "TimeDistributed"):
        return UNKNOWN
    area = compute(lambda *sizes: prod(sizes), *shape[:-2])
    fans = Fans(*(compute(lambda n, a: n * a, size, area) for size in shape[-2:]))
    return _gain(drawn, fans, units=shape[-1])


@model_fact
def relies_on_initializers(facts: Facts) -> bool:
    """The model is trained from what its initializers give.

    A converter from another framework fills every kernel with the same constant, since it sets
    the weights afterwards. So a model that draws no kernel counts only if a loss is stated.
    """
    if facts.graph.training is not None:
        return True
    values = (
        initial_kernel(facts, facts.graph.calls[i]) for i in facts.calls_by_kind.get("weight", ())
    )
    return any(value is None or value is UNKNOWN for value in values)


def kernel_shape(facts: Facts, call: Call) -> tuple[Dimension, ...] | None:
    """The kernel of a dense layer or an ordinary convolution, as Keras shapes it.

    The last two axes are the inputs that a unit sees at one place, and the units.
    """
    if call.fused or call.class_name not in _ORDINARY:
        return None
    place = site(call, input_shapes(facts, call))
    if call.class_name == "Dense":
        features = UNKNOWN if place.data is UNKNOWN or not place.data else place.data[-1]
        return features, dimension(place.argument("units"))
    axes = int(call.class_name[len("Conv")])
    inputs = compute(
        lambda size, groups: size // groups if groups else -1,
        place.map_of(axes)[2],
        dimension(place.argument("groups")),
    )
    sizes = per_axis(place.argument("kernel_size"), axes)
    return *sizes, inputs, dimension(place.argument("filters"))


def _constant(drawn: Initializer) -> float | Unknown | None:
    match drawn.name:
        case "Zeros":
            return 0.0
        case "Ones":
            return 1.0
        case "Constant":
            return drawn.number("value", 0.0)
        case "RandomNormal" | "TruncatedNormal":
            return _if_no_spread(drawn.number("mean", 0.0), drawn.number("stddev", 0.05))
        case "RandomUniform":
            low, high = drawn.number("minval", -0.05), drawn.number("maxval", 0.05)
            spread = UNKNOWN if low is UNKNOWN or high is UNKNOWN else high - low
            return _if_no_spread(low, spread)
        case name if name in _SCALING or name in _STRUCTURED or name == "VarianceScaling":
            return None
    return UNKNOWN


def _if_no_spread(value: float | Unknown, spread: float | Unknown) -> float | Unknown | None:
    if spread is UNKNOWN:
        return UNKNOWN
    return value if spread == 0 else None


def _gain(drawn: Initializer, fans: Fans, units: Dimension) -> float | Unknown:
    match drawn.name:
        case "RandomNormal" | "TruncatedNormal":
            mean, spread = drawn.number("mean", 0.0), drawn.number("stddev", 0.05)
            if mean != 0 or spread is UNKNOWN or fans.into is UNKNOWN:
                return UNKNOWN
            shrunk = _TRUNCATED if drawn.name == "TruncatedNormal" else 1.0
            return fans.into * (spread * shrunk) ** 2
        case "RandomUniform":
            low, high = drawn.number("minval", -0.05), drawn.number("maxval", 0.05)
            if low is UNKNOWN or high is UNKNOWN or fans.into is UNKNOWN or low != -high:
                return UNKNOWN
            return fans.into * (high - low) ** 2 / 12
        case "Orthogonal":
            factor = drawn.number("gain", 1.0)
            if factor is UNKNOWN or fans.into is UNKNOWN or units is UNKNOWN or units == 0:
                return UNKNOWN
            # Columns of length 1, or rows of length 1 where there are fewer of those.
            return factor**2 * min(1.0, fans.into / units)
        case "VarianceScaling":
            scale, mode = drawn.number("scale", 1.0), drawn.arguments.get("mode", "fan_in")
            return _scaled(scale, mode, fans)
        case name if name in _SCALING:
            return _scaled(*_SCALING[name], fans)
    return UNKNOWN


def _scaled(scale: float | Unknown, mode: object, fans: Fans) -> float | Unknown:
    """The variance is ``scale`` divided by a fan, which the sum over ``fans.into`` multiplies."""
    if scale is UNKNOWN or mode == "fan_in":
        return scale
    if fans.into is UNKNOWN or fans.out is UNKNOWN or fans.out == 0:
        return UNKNOWN
    if mode == "fan_out":
        return scale * fans.into / fans.out
    return scale * 2 * fans.into / (fans.into + fans.out) if mode == "fan_avg" else UNKNOWN
