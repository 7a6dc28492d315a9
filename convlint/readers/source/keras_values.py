"""What a script holds of Keras: layers, models, symbolic tensors, as Keras itself keeps them.

These objects are mutated as Keras mutates its own, and read off at the end.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from convlint.readers.source.values import Instance

Value: TypeAlias = Any


@dataclass(slots=True, eq=False)
class Hidden:
    """A layer inside a backbone, by name or index, or several; ``key`` is None for all."""

    owner: Layer
    key: Value


@dataclass(slots=True, eq=False)
class KerasObject:
    """An initializer, regularizer, loss, optimizer …: a class of Keras and its arguments."""

    section: str
    class_name: str
    config: dict[str, Value]


@dataclass(slots=True, eq=False)
class Tensor:
    """Output ``output`` of a call of a layer; ``node`` counts the calls of the layer."""

    layer: Layer
    node: int = 0
    output: int = 0


@dataclass(slots=True, eq=False)
class Node:
    """One call of a layer on symbolic tensors; ``shapes`` of its outputs once they were asked."""

    inputs: tuple[Tensor, ...]
    masks: tuple[Tensor, ...] = ()
    arguments: dict[str, Any] = field(default_factory=dict)
    shapes: tuple[Any, ...] | None = None
    keys: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Chain:
    """The body of a Sequential.

    ``tensors`` are its symbolic input and the output of each layer, once they were asked for;
    ``called`` is how many of the first layers are known to have been called.
    """

    layers: list[Layer]
    called: int = 0
    tensors: list[Tensor] | None = None


@dataclass(slots=True, eq=False)
class Network:
    """The body of a functional model: the structures of tensors that it was made from.

    ``reached`` is what lies between them, once that was asked; it never changes.
    """

    inputs: Value
    outputs: Value
    reached: Any = None


@dataclass(slots=True, eq=False)
class Traced:
    """The body of a subclassed model.

    Attributes:
        network: what its ``call`` does, once that was followed.
        made: the layers that got no name meanwhile, and their classes.
        shape: the shape that it was built for.
        built: whether its own ``build`` was called.
        failure: why its ``call`` could not be followed.
    """

    network: Network | None = None
    made: list[tuple[Layer, str]] = field(default_factory=list)
    shape: Value = None
    built: bool = False
    failure: str | None = None


@dataclass(slots=True, eq=False)
class Layer:
    """A layer, an operation or a model, as Keras would hold it.

    Attributes:
        class_name: today's class; with the prefix ``ops.`` for an operation.
        config: plain configuration under today's argument names.
        site: the call that constructed it.
        outputs: how many tensors a call gives; 0 if that is not known.
        structure: the lists and dicts in which a custom layer gives several.
        input_shape: what it states about its input as the first layer of a Sequential.
        wrapper: class of the wrapper, of which this is what ``class_name`` is for.
        body: what a model consists of.
        wrapped: the model that a wrapper wraps.
        branches: the models that Keras 1's ``Merge`` joins at the start of a Sequential.
        instance: the object of the file's own class whose Keras side this is.
        compiled: arguments of ``compile``.
        given_up: why a model cannot be read.
        called: whether it was called, so that what it makes for itself is made.
        handed: whether a function that nobody knows was given it.
        hidden: for a backbone, the outputs that stand for results of its inner layers.
        output_shape: the shapes of its outputs for those of its inputs, where its class does not
            tell.
    """

    class_name: str
    config: dict[str, Any]
    name: str
    site: ast.AST | None
    trainable: bool = True
    nodes: list[Node] = field(default_factory=list)
    outputs: int = 1
    structure: Value = None
    input_shape: Value = None
    wrapper: str | None = None
    wrapper_config: dict[str, Any] = field(default_factory=dict)
    body: Chain | Network | Traced | None = None
    wrapped: Layer | None = None
    branches: tuple[Layer, ...] = ()
    instance: Instance | None = None
    compiled: dict[str, Any] | None = None
    given_up: str | None = None
    called: bool = False
    handed: bool = False
    output_shape: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None = None
    hidden: dict[Any, int] | None = None
