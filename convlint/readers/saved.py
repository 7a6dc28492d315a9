"""A saved model while it is being read: its layers and calls as the file states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from convlint.graph import Location, Shape
from convlint.readers.spec import TensorRef


@dataclass(slots=True, repr=False, eq=False)
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

    inputs: list[TensorRef] = field(default_factory=list)
    named: dict[str, list[TensorRef]] = field(default_factory=dict)
    masks: list[TensorRef] = field(default_factory=list)
    arguments: dict[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    shapes: list[tuple[TensorRef, Shape | None]] = field(default_factory=list)

    def tensors(self) -> list[TensorRef]:
        """All references but masks, in argument order."""
        return [*self.inputs, *(reference for found in self.named.values() for reference in found)]


@dataclass(slots=True, repr=False, eq=False)
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

    name: str
    class_name: str
    config: dict[str, Any] = field(default_factory=dict)
    trainable: bool = True
    calls: list[SavedCall] = field(default_factory=list)
    model: int | None = None
    wrapper: str | None = None
    wrapper_config: dict[str, Any] = field(default_factory=dict)
    built_with: Shape | None = None
    input_shape: Shape | None = None
    structured: bool = False
    location: Location | None = None
    registered: bool | None = None


@dataclass(slots=True, repr=False, eq=False)
class SavedModel:
    """A model whose nested models are known by their places only.

    Attributes:
        config: the saved configuration, with ``layers``.
        branches: how many of the first layers are models that a Keras 1 ``Merge`` joins.
        input_keys: the names under which a functional model takes its inputs.
    """

    name: str
    sequential: bool
    trainable: bool
    config: Mapping[str, Any]
    layers: list[SavedLayer] = field(default_factory=list)
    branches: int = 0
    input_keys: tuple[str, ...] = ()
