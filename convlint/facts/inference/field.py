"""Receptive fields and cumulative strides as values, and what a layer does to them.

The recurrences are those of Araujo, Norris and Sim, "Computing Receptive Fields of
Convolutional Neural Networks", Distill 2019, doi:10.23915/distill.00021: a window of extent
``k`` on a map of cumulative stride ``j`` adds ``(k - 1) * j`` to the field, and its stride
multiplies ``j``. Upsampling divides ``j``.
"""

from collections.abc import Callable, Sequence
from math import inf
from typing import Final, NamedTuple, TypeAlias

from convlint.facts.inference.dimensions import Rational

Number: TypeAlias = Rational | float
"""An exact number, or infinity."""


class Extent(NamedTuple):
    """Along one axis of the model's input: the field's size and the stride, in positions."""

    size: Number = 1
    stride: Number = 1

    def through(self, window: "Window") -> "Extent":
        """After a layer with this window. Infinite extents stay so."""
        if self.size == inf:
            return self
        return Extent(self.size + window.reach * self.stride, self.stride * window.step)


EVERYTHING: Final = Extent(inf, inf)
"""The whole axis, however long; there are no steps along it any more."""


class Window(NamedTuple):
    """What a layer reads and where: in positions of its own input.

    Attributes:
        reach: distance between the first and the last position it reads for one output.
        step: distance between the windows of neighbouring outputs; a fraction for upsampling.
    """

    reach: Rational
    step: Rational


STAY: Final = Window(0, 1)


class Field(NamedTuple):
    """Receptive field of a tensor's values, over all paths from the model's inputs.

    Attributes:
        low: for each spatial axis of the input the smallest extent over the paths.
        high: the largest.
        axes: the axes of the input that are still spatial axes of the tensor, in its order.
    """

    low: tuple[Extent, ...]
    high: tuple[Extent, ...]
    axes: tuple[int, ...]

    @property
    def is_everything(self) -> bool:
        """Every value depends on the whole of the input, on every path."""
        return all(extent.size == inf for extent in self.low)

    def through(self, windows: Sequence[Window]) -> "Field":
        """After a layer with one window for each of the tensor's spatial axes."""
        by_axis = dict(zip(self.axes, windows, strict=True))
        return self._replace(
            low=tuple(extent.through(by_axis.get(i, STAY)) for i, extent in enumerate(self.low)),
            high=tuple(extent.through(by_axis.get(i, STAY)) for i, extent in enumerate(self.high)),
        )

    def covering(self, axes: Sequence[int]) -> "Field":
        """After a layer that reads all positions along these axes of the input."""

        def cover(extents: tuple[Extent, ...]) -> tuple[Extent, ...]:
            return tuple(EVERYTHING if i in axes else extent for i, extent in enumerate(extents))

        return self._replace(low=cover(self.low), high=cover(self.high))

    def without(self, axes: Sequence[int]) -> "Field":
        """With these axes of the input no longer among the tensor's own."""
        return self._replace(axes=tuple(axis for axis in self.axes if axis not in axes))


def start(axes: int) -> Field:
    """The field of a model's input with so many spatial axes: each position sees itself."""
    return Field((Extent(),) * axes, (Extent(),) * axes, tuple(range(axes)))


def merge(fields: Sequence[Field]) -> Field | None:
    """Paths that meet elementwise; ``None`` if their axes do not correspond.

    Inputs without spatial axes add nothing. A tensor that has seen everything (the gate of a
    squeeze-and-excite block) has no axes to align.
    """
    spatial = [field for field in fields if field.low]
    if not spatial:
        return fields[0] if fields else None
    aligned = [field for field in spatial if not field.is_everything] or spatial[:1]
    first = aligned[0]
    same_axes = all(field.axes == first.axes for field in aligned)
    if not same_axes or any(len(field.low) != len(first.low) for field in spatial):
        return None

    def pick(choose: Callable[[Sequence[Number]], Number], end: str) -> tuple[Extent, ...]:
        columns = zip(*(getattr(field, end) for field in spatial), strict=True)
        return tuple(
            Extent(
                choose([extent.size for extent in column]),
                choose([extent.stride for extent in column]),
            )
            for column in columns
        )

    return Field(pick(min, "low"), pick(max, "high"), first.axes)
