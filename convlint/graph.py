"""The layer graph: an immutable directed acyclic graph of layer calls.

A node is one *call* of a layer, so a shared layer that is called twice is two nodes.
Nested models are inlined. Each model output is a node too, of class :data:`OUTPUT`, so that
"feeds an output" is an edge like any other. Nothing here imports anything else of ours.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

Shape: TypeAlias = tuple[int | None, ...]
"""A tensor's shape with its batch axis; ``None`` is a dimension that is not static."""

NOTHING: Final[Mapping[str, Any]] = {}  # no proxy, which could be neither copied nor pickled

OUTPUT: Final = "Output"
"""Class name of the calls that mark the model's outputs; they hand their input on unchanged."""


class Tensor(NamedTuple):
    """Output number ``output`` of call number ``call``."""

    call: int
    output: int = 0


class Location(NamedTuple):
    """A place in source code. Lines and columns count from 1, in a notebook within ``cell``."""

    file: str
    line: int
    column: int | None = None
    end_line: int | None = None
    cell: int | None = None


class Call:
    """One call of a layer.

    Attributes:
        index: position in :attr:`Graph.calls`, a topological order.
        layer: path of the layer, ``outer/inner/conv1``; equal for all calls of one layer.
        class_name: today's Keras class (``Conv2D``), ``ops.Add`` for an operation that is
            not a layer, the name of a custom class, or :data:`OUTPUT`. For a wrapped layer,
            the wrapped class.
        kinds: what the call is; see :mod:`convlint.kinds`.
        config: the layer's configuration under today's argument names, without defaults
            filled in. Sequences are tuples.
        inputs: the tensors it consumes, in argument order.
        arguments: call arguments that are not tensors, e.g. ``{"training": False}``,
            including those inherited from the call of an enclosing nested model.
        output_shapes: shapes that the input states, one for each output; empty if none.
        trainable: false if the layer or an enclosing model is frozen.
        model: path of the nested model it was inlined from; ``""`` for the outermost.
        fused: an activation that was split off from the layer it is an argument of.
        wrapper: class of the wrapper around the layer (``TimeDistributed``, ``Bidirectional``).
        wrapper_config: configuration of that wrapper.
        location: where the layer was constructed, if known.
        masked: a mask was passed, by the user or by Keras 3 on its own. The one that an operation
            computed is no input.
        registered: whether the custom class is registered with Keras, so that a saved model can
            be loaded; ``None`` for Keras' own classes, and if it is not known.
    """

    __slots__ = (
        "arguments",
        "class_name",
        "config",
        "fused",
        "index",
        "inputs",
        "kinds",
        "layer",
        "location",
        "masked",
        "model",
        "output_shapes",
        "registered",
        "trainable",
        "wrapper",
        "wrapper_config",
    )

    def __init__(
        self,
        index: int,
        layer: str,
        class_name: str,
        kinds: frozenset[str],
        config: Mapping[str, Any],
        inputs: tuple[Tensor, ...],
        arguments: Mapping[str, Any] = NOTHING,
        output_shapes: tuple[Shape | None, ...] = (),
        trainable: bool = True,
        model: str = "",
        fused: bool = False,
        wrapper: str | None = None,
        wrapper_config: Mapping[str, Any] = NOTHING,
        location: Location | None = None,
        masked: bool = False,
        registered: bool | None = None,
    ) -> None:
        self.index = index
        self.layer = layer
        self.class_name = class_name
        self.kinds = kinds
        self.config = config
        self.inputs = inputs
        self.arguments = arguments
        self.output_shapes = output_shapes
        self.trainable = trainable
        self.model = model
        self.fused = fused
        self.wrapper = wrapper
        self.wrapper_config = wrapper_config
        self.location = location
        self.masked = masked
        self.registered = registered

    def __repr__(self) -> str:
        return f"<Call {self.index}: {self.layer} ({self.label})>"

    def replace(self, **changes: Any) -> "Call":
        """The call with other values of some attributes."""
        return Call(**{name: getattr(self, name) for name in self.__slots__} | changes)

    @property
    def name(self) -> str:
        """The layer's own name, the last part of its path."""
        return self.layer.rpartition("/")[2]

    @property
    def label(self) -> str:
        """The class as a user wrote it: ``Conv2D``, ``TimeDistributed(Conv2D)``."""
        return f"{self.wrapper}({self.class_name})" if self.wrapper else self.class_name


class Loss(NamedTuple):
    """A loss function under its snake_case name, e.g. ``categorical_crossentropy``.

    ``from_logits`` is ``None`` where the loss has no such argument or it is not stated
    (a loss given by name uses Keras' default, which is false, and says so here). ``axis`` is the
    one that a categorical loss sums over, ``None`` if it is not stated.
    """

    name: str
    from_logits: bool | None = None
    custom: bool = False
    axis: int | None = -1


class Metric(NamedTuple):
    """A metric under its snake_case name, e.g. ``binary_accuracy``.

    Attributes:
        automatic: it was asked for as ``"accuracy"``; Keras picks the kind by the shapes of
            labels and output. Without it, ``accuracy`` is ``keras.metrics.Accuracy``.
        custom: it is certainly not Keras' own.
        threshold: the value above which an output counts as positive; ``None`` where the metric
            has none or several, or it is not stated.
        from_logits: as for a loss.
        k: of a top-k metric, how many classes it looks at.
        of_classes: it takes the output for numbers of classes, not for scores.
    """

    name: str
    automatic: bool = False
    custom: bool = False
    threshold: float | None = None
    from_logits: bool | None = None
    k: int | None = None
    of_classes: bool = False


class Training(NamedTuple):
    """What ``compile`` was told.

    Attributes:
        losses: one entry for each model output; ``None`` for an output without a loss.
        metrics: the metrics of each model output, weighted ones included.
        optimizer: snake_case name, or ``None`` if it is not stated.
        optimizer_config: the optimizer's configuration.
    """

    losses: tuple[Loss | None, ...]
    metrics: tuple[tuple[Metric, ...], ...] = ()
    optimizer: str | None = None
    optimizer_config: Mapping[str, Any] = NOTHING


class Graph:
    """The calls of one model in a deterministic topological order.

    Attributes:
        name: the model's name.
        calls: every call; ``calls[i].index == i`` and its inputs have smaller indices. The
            last ones are the model's outputs, in order; the ``layer`` of such a call is the
            layer (of the outermost model) that the output belongs to.
        training: the compile configuration, or ``None`` if the input states none.
        trainable: false if the outermost model itself is frozen, and with it all its layers.
    """

    def __init__(
        self,
        name: str,
        calls: tuple[Call, ...],
        training: Training | None = None,
        trainable: bool = True,
    ) -> None:
        self.name = name
        self.calls = calls
        self.training = training
        self.trainable = trainable

    def __repr__(self) -> str:
        return f"<Graph {self.name}: {len(self.calls)} calls>"

    @cached_property
    def outputs(self) -> tuple[Call, ...]:
        """The calls that mark the model's outputs, in order."""
        return tuple(call for call in self.calls if call.class_name == OUTPUT)

    @cached_property
    def consumers(self) -> tuple[tuple[int, ...], ...]:
        """For each call the calls that consume any of its outputs, ascending, without repeats."""
        found: list[list[int]] = [[] for _ in self.calls]
        for call in self.calls:
            for producer in dict.fromkeys(tensor.call for tensor in call.inputs):
                found[producer].append(call.index)
        return tuple(map(tuple, found))
