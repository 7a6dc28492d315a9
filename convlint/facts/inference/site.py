"""What the shape of a call's outputs is inferred from."""

from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeAlias

from convlint import kinds
from convlint.facts.inference.dimensions import Dimension, TensorShape
from convlint.graph import Call
from convlint.kleene import UNKNOWN


def argument(call: Call, name: str) -> Any:
    """A constructor or call argument as stated, else Keras' default, else UNKNOWN."""
    for stated in (call.config, call.arguments):
        if name in stated:
            return stated[name]
    return kinds.default(call.class_name, name)


class Site(NamedTuple):
    """A call and the shapes of the tensors it consumes (per time step under TimeDistributed)."""

    call: Call
    inputs: tuple[TensorShape, ...]

    @property
    def data(self) -> TensorShape:
        """Shape of the first input."""
        return self.inputs[0] if self.inputs else UNKNOWN

    def argument(self, name: str) -> Any:
        """A constructor or call argument as stated, else Keras' default, else UNKNOWN."""
        return argument(self.call, name)

    @property
    def channels_first(self) -> bool:
        """Whether axis 1 is the channel axis, and not the last one."""
        return bool(self.argument("data_format") == "channels_first")

    @property
    def _unknown_format(self) -> bool:
        """Whether the format is given, but not known."""
        return self.call.config.get("data_format") is UNKNOWN

    def map_of(self, axes: int) -> tuple[Dimension, tuple[Dimension, ...], Dimension]:
        """The input as batch size, ``axes`` spatial dimensions and channels.

        All UNKNOWN for an input of another rank, and where it is not known which axis is which.
        """
        shape = self.data
        if shape is UNKNOWN or len(shape) != axes + 2 or self._unknown_format:
            return UNKNOWN, (UNKNOWN,) * axes, UNKNOWN
        if self.channels_first:
            return shape[0], shape[2:], shape[1]
        return shape[0], shape[1:-1], shape[-1]

    def map_shape(
        self, batch: Dimension, spatial: tuple[Dimension, ...], channels: Dimension
    ) -> TensorShape:
        """The reverse of :meth:`map_of`."""
        if self._unknown_format:
            return (batch, *(UNKNOWN,) * (len(spatial) + 1))
        if self.channels_first:
            return (batch, channels, *spatial)
        return (batch, *spatial, channels)


Result: TypeAlias = TensorShape | list[TensorShape]
"""The shape of the only output, or the list of the shapes of several."""

Inference: TypeAlias = Callable[[Site], Result]


def with_shape(infer: Callable[[Site, tuple[Dimension, ...]], Result]) -> Inference:
    """An inference from the shape of the first input; UNKNOWN without one of rank 1 or more."""

    @wraps(infer)
    def guarded(site: Site) -> Result:
        shape = site.data
        return UNKNOWN if shape is UNKNOWN or not shape else infer(site, shape)

    return guarded


def with_two_shapes(
    infer: Callable[[Site, tuple[Dimension, ...], tuple[Dimension, ...]], Result],
) -> Inference:
    """An inference from the shapes of exactly two inputs; UNKNOWN without them."""

    @wraps(infer)
    def guarded(site: Site) -> Result:
        if len(site.inputs) != 2:
            return UNKNOWN
        left, right = site.inputs
        return UNKNOWN if left is UNKNOWN or right is UNKNOWN else infer(site, left, right)

    return guarded
