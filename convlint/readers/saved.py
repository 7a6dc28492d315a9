"""A saved model while it is being read: its layers and calls as the file states them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convlint.graph import Location, Shape
from convlint.readers.spec import TensorRef


class SavedCall:
    """One call of a layer; references still count nodes as the file does.

    Attributes:
        inputs: references passed by position, in argument order.
        named: references passed by keyword, in argument order.
        masks: references passed as a mask.
        arguments: what is not a tensor.
        keys: the names of ``inputs``, if they were passed as a mapping.
        shapes: what the call states about the shapes of the tensors it consumes.
    """

    def __init__(self) -> None:
        self.inputs: list[TensorRef] = []
        self.named: dict[str, list[TensorRef]] = {}
        self.masks: list[TensorRef] = []
        self.arguments: dict[str, Any] = {}
        self.keys: tuple[str, ...] = ()
        self.shapes: list[tuple[TensorRef, Shape | None]] = []

    def tensors(self) -> list[TensorRef]:
        """All references but masks, in argument order."""
        return [*self.inputs, *(reference for found in self.named.values() for reference in found)]


class SavedLayer:
    """A layer under today's names.

    Attributes:
        model: for a nested model, or a wrapper around one, its place among the models read.
        built_with: the input shape that the layer was first built with.
        input_shape: the input shape that it states as the first layer of a ``Sequential``.
        structured: whether its calls are in the form of Keras 3.
        location: where it was constructed; no file says that.
        registered: whether a custom class was registered with Keras, if the file tells.
    """

    def __init__(self, name: str, class_name: str, *, trainable: bool = True) -> None:
        self.name = name
        self.class_name = class_name
        self.config: dict[str, Any] = {}
        self.trainable = trainable
        self.calls: list[SavedCall] = []
        self.model: int | None = None
        self.wrapper: str | None = None
        self.wrapper_config: dict[str, Any] = {}
        self.built_with: Shape | None = None
        self.input_shape: Shape | None = None
        self.structured = False
        self.location: Location | None = None
        self.registered: bool | None = None


class SavedModel:
    """A model whose nested models are known by their places only.

    Attributes:
        config: the saved configuration, with ``layers``.
        branches: how many of the first layers are models that a Keras 1 ``Merge`` joins.
        input_keys: the names under which a functional model takes its inputs.
    """

    def __init__(
        self, name: str, *, sequential: bool, trainable: bool, config: Mapping[str, Any]
    ) -> None:
        self.name = name
        self.sequential = sequential
        self.trainable = trainable
        self.config = config
        self.layers: list[SavedLayer] = []
        self.branches = 0
        self.input_keys: tuple[str, ...] = ()
