"""What the readers of ``Sequential`` and functional models share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from convlint import kinds
from convlint.graph import Shape
from convlint.readers.saved import SavedLayer
from convlint.readers.spec import LayerSpec, ModelSpec, NodeSpec
from convlint.readers.values import shape


def closed(
    layer: SavedLayer, calls: Sequence[NodeSpec], specs: Mapping[int, ModelSpec]
) -> LayerSpec:
    """A finished layer; ``specs`` are the models nested in its model, by their places."""
    return LayerSpec(
        name=layer.name,
        class_name=layer.class_name,
        config=layer.config,
        nodes=tuple(calls),
        trainable=layer.trainable,
        model=None if layer.model is None else specs[layer.model],
        wrapper=layer.wrapper,
        wrapper_config=layer.wrapper_config,
        location=layer.location,
        registered=layer.registered,
    )


def input_layer_shape(layer: SavedLayer) -> Shape | None:
    """The shape that an ``InputLayer`` states."""
    stated = shape(layer.config.get("batch_shape"))
    return stated if stated is not None else layer.input_shape


def states(producer: SavedLayer) -> bool:
    """Whether to believe the next layer's ``build_config`` about this one's output.

    It tells what that layer was first built with, which may have been in another model. So it
    is used only where nothing better exists: behind a layer whose output cannot be inferred.
    """
    return "unknown" in kinds.classify(producer.class_name, producer.config)
