"""Dilated convolutions that leave positions of their map out.

A convolution of dilation rate r reads positions r apart. Of a chain of them, each output depends
only on positions whose distance is a multiple of the greatest common divisor g of the rates. With
g > 1 the map falls apart into g interleaved ones along the axis that never meet: the gridding of
Wang et al., arXiv:1702.08502, section 3.2. One convolution without dilation joins them, wherever
it stands in the chain. A chain ends where the map changes its size.
"""

from collections.abc import Sequence
from math import gcd
from typing import Final, NamedTuple, TypeAlias

from convlint.facts.core import Facts
from convlint.facts.registry import call_fact, sweep
from convlint.facts.windows import windows
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Unknown


class Chain(NamedTuple):
    """Along one axis, the convolutions since the map last changed its size.

    ``rate`` is the greatest common divisor of their dilation rates, 0 if there are none;
    ``dilated`` the largest number of dilated ones on one path.
    """

    rate: int = 0
    dilated: int = 0


Chains: TypeAlias = tuple[Chain, ...] | Unknown
"""One for each axis; none where a chain begins and nothing is known of the axes yet."""

_POINTWISE: Final = frozenset(
    {
        *("identity", "output", "act", "norm", "dropout", "noise", "scale", "augment"),
        *("pad", "crop", "dense", "global_pool", "Normalization"),
    }
)
_MERGES: Final = frozenset({"add", "subtract", "multiply", "average", "maximum", "concat"})
_RESIZING: Final = frozenset(
    {"upsample", "resize", "transposed_conv", "depth_to_space", "space_to_depth", "embedding"}
)


@call_fact
def common_dilation(facts: Facts, call: Call) -> int | Unknown:
    """Greatest common divisor of the dilation rates since the map last changed its size.

    Over all paths, along the axis where it is largest; 1 if there is no convolution, or one
    without dilation. A global pooling has that of what it pools.
    """
    chains = _chains(facts)[call.index]
    return UNKNOWN if chains is UNKNOWN else max((chain.rate for chain in chains), default=1) or 1


@call_fact
def dilated_convs(facts: Facts, call: Call) -> int | Unknown:
    """Dilated convolutions on the longest path since the map last changed its size."""
    chains = _chains(facts)[call.index]
    return UNKNOWN if chains is UNKNOWN else max((chain.dilated for chain in chains), default=0)


@sweep
def _chains(facts: Facts) -> tuple[Chains, ...]:
    found: list[Chains] = []
    for call in facts.graph.calls:
        found.append(_after(facts, call, [found[tensor.call] for tensor in call.inputs]))
    return tuple(found)


def _after(facts: Facts, call: Call, incoming: Sequence[Chains]) -> Chains:
    known = [chains for chains in incoming if chains is not UNKNOWN]
    if call.kinds & _RESIZING or not incoming or _takes_steps(facts, call):
        return ()
    if len(known) < len(incoming):
        return UNKNOWN
    if call.kinds & _MERGES:
        return _merged(known)
    if call.kinds & {"conv", "pool"}:
        return _windowed(facts, call, known[0])
    return known[0] if call.kinds & _POINTWISE else UNKNOWN


def _takes_steps(facts: Facts, call: Call) -> bool:
    """Whether it makes the map smaller, whatever came before."""
    along = windows(facts, call)
    return along is not UNKNOWN and any(window.stride > 1 for window in along)


def _merged(incoming: Sequence[tuple[Chain, ...]]) -> Chains:
    begun = [chains for chains in incoming if chains]
    if len({len(chains) for chains in begun}) > 1:
        return UNKNOWN
    return tuple(
        Chain(gcd(*(chain.rate for chain in along)), max(chain.dilated for chain in along))
        for along in zip(*begun, strict=True)
    )


def _windowed(facts: Facts, call: Call, before: tuple[Chain, ...]) -> Chains:
    along = windows(facts, call)
    if along is UNKNOWN:
        return UNKNOWN
    before = before or (Chain(),) * len(along)
    if len(before) != len(along):
        return UNKNOWN
    return tuple(
        chain
        if window.kernel == 1
        else Chain(gcd(chain.rate, window.dilation), chain.dilated + (window.dilation > 1))
        for chain, window in zip(before, along, strict=True)
    )
