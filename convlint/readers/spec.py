"""What every reader produces: a model as its layers and their calls, nested models unexpanded.

Readers differ in where this comes from (a saved configuration of some era, a live model,
source code); :func:`convlint.readers.assemble.assemble` turns it into the graph, so that the
same model gives the same graph whichever way it was read.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from convlint.graph import NOTHING, Location, Shape, Training


class TensorRef(NamedTuple):
    """Output ``output`` of the ``node``-th call of the layer named ``layer`` in the same model."""

    layer: str
    node: int = 0
    output: int = 0


class NodeSpec(NamedTuple):
    """One call of a layer.

    Attributes:
        inputs: the tensors it consumes, in argument order.
        masks: tensors passed as its ``mask``. Keras 3 computes and passes masks on its own, so
            one that an operation produces is no edge of the graph.
        arguments: call arguments that are not tensors (``training``, ``axis`` of an operation).
        output_shapes: shapes the input states for its outputs; empty if it states none.
        location: where the call is made, if known.
    """

    inputs: tuple[TensorRef, ...]
    masks: tuple[TensorRef, ...] = ()
    arguments: Mapping[str, Any] = NOTHING
    output_shapes: tuple[Shape | None, ...] = ()
    location: Location | None = None


class ModelSpec:
    """A ``Sequential`` or ``Functional`` model; a Sequential is the chain of its layers."""

    def __init__(
        self,
        name: str,
        layers: "tuple[LayerSpec, ...]",
        inputs: tuple[TensorRef, ...],
        outputs: tuple[TensorRef, ...],
        trainable: bool = True,
        training: Training | None = None,
    ) -> None:
        self.name = name
        self.layers = layers
        self.inputs = inputs
        self.outputs = outputs
        self.trainable = trainable
        self.training = training

    # Readings of source are told apart by what they come to.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, ModelSpec) and vars(self) == vars(other)


class LayerSpec(NamedTuple):
    """A layer under today's Keras names, with all its calls.

    ``model`` is set for a nested model (and for a wrapper around one), whose own layers are
    expanded in place. ``wrapper`` names a ``TimeDistributed`` or ``Bidirectional`` around the
    layer that ``class_name`` and ``config`` describe. ``registered`` says whether a custom class
    is known to Keras by a name of its own; it is None for Keras' classes, and if nothing tells.
    """

    name: str
    class_name: str
    config: Mapping[str, Any]
    nodes: tuple[NodeSpec, ...]
    trainable: bool = True
    model: ModelSpec | None = None
    wrapper: str | None = None
    wrapper_config: Mapping[str, Any] = NOTHING
    location: Location | None = None
    registered: bool | None = None
