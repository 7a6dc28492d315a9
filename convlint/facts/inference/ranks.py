"""Ranks of the inputs that layers take: what both Keras 3 and tf.keras 2 refuse is out of bounds.

From the ``input_spec`` of the layers. Where the two differ, the wider of both: ``Conv1D`` of
tf.keras 2 takes any number of batch axes, that of Keras 3 exactly one.
"""

from functools import cache
from typing import Final, NamedTuple

from convlint import kinds
from convlint.graph import Call


class Ranks(NamedTuple):
    """Least and greatest rank, the batch axis included; ``None`` where there is no bound."""

    least: int | None
    most: int | None


ANY: Final = Ranks(None, None)

_EXACTLY: Final = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU", "STFTSpectrogram"), 3),
    "RepeatVector": 2,
}
_AT_LEAST: Final = {"Dense": 2, "BatchNormalization": 2, "RNN": 3, "UpSampling3D": 4}

_EXACT_FAMILIES: Final = frozenset(
    {
        *("SeparableConv", "DepthwiseConv", "LocallyConnected", "SpatialDropout"),
        *("MaxPooling", "AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling"),
        *("ZeroPadding", "Cropping", "UpSampling"),
    }
)


def accepted_ranks(call: Call) -> Ranks:
    """Ranks that the first input of a call may have; its time axis counts, if it has one."""
    ranks = _of_layer(call)
    if call.wrapper != "TimeDistributed":
        return ranks
    least, most = ranks
    return Ranks(max((least or 0) + 1, 3), None if most is None else most + 1)


def _of_layer(call: Call) -> Ranks:
    if call.class_name == "Permute":
        order = call.config.get("dims")
        return Ranks(len(order) + 1, len(order) + 1) if isinstance(order, tuple) else ANY
    # Names of other classes are not kept: a hostile one may have megabytes.
    return _of_class(call.class_name) if kinds.is_known(call.class_name) else ANY


@cache
def _of_class(name: str) -> Ranks:
    if name in _EXACTLY:
        return Ranks(_EXACTLY[name], _EXACTLY[name])
    if name in _AT_LEAST:
        return Ranks(_AT_LEAST[name], None)
    family, axes, variant = kinds.by_rank(name)
    rank = axes + 2
    if family == "ConvLSTM":
        return Ranks(rank + 1, rank + 1)
    if family == "Conv":
        return Ranks(rank, rank if variant else None)
    return Ranks(rank, rank) if family in _EXACT_FAMILIES else ANY
