"""Models as the interpreter holds them -> the form that every reader produces."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from convlint.graph import Location, Shape
from convlint.kleene import UNKNOWN
from convlint.readers.source.instances import is_registered
from convlint.readers.source.keras_values import Chain, Layer, Network, Node, Tensor
from convlint.readers.source.nesting import Unreadable, name_traced, nested_first, network_of
from convlint.readers.source.network import ends, reached
from convlint.readers.source.objects import compile_document
from convlint.readers.source.shapes import tensor_shape
from convlint.readers.spec import LayerSpec, ModelSpec, NodeSpec, TensorRef
from convlint.readers.training import training

Locate: TypeAlias = Callable[[ast.AST | None], Location | None]
"""Where a call is in the file."""


def model_spec(model: Layer, locate: Locate) -> ModelSpec:
    """The description of a model and of all models nested in it.

    Raises:
        Unreadable: it has no layers, or depends on what was given up.
    """
    name_traced(model)
    order = nested_first(model)
    specs: dict[int, ModelSpec] = {}
    for current in order:
        specs[id(current)] = _Writer(specs, locate).write(current)
    spec = specs[id(model)]
    if all(layer.class_name == "InputLayer" for layer in spec.layers):
        raise Unreadable("it has no layers")
    if model.compiled is None:
        return spec
    names = [reference.layer for reference in spec.outputs]
    document = compile_document(model.compiled)
    spec.training = training(document, names, keras_3=True)
    return spec


class _Writer:
    """Describes one model, whose nested models are described already."""

    def __init__(self, specs: dict[int, ModelSpec], locate: Locate) -> None:
        self._specs = specs
        self._locate = locate
        self._names: dict[int, str] = {}
        self._used: set[str] = set()

    def write(self, model: Layer) -> ModelSpec:
        if model.given_up is not None:
            raise Unreadable(model.given_up)
        if isinstance(model.body, Chain):
            return self._chain(model, model.body)
        return self._graph(model, network_of(model))

    def _name(self, layer: Layer) -> str:
        """The layer's name, made distinct from those of the others in the model."""
        known = self._names.get(id(layer))
        if known is None:
            known = base = layer.name or layer.class_name.rpartition(".")[2].lower()
            count = 0
            while known in self._used:
                count += 1
                known = f"{base}_{count}"
            self._used.add(known)
            self._names[id(layer)] = known
        return known

    def _chain(self, model: Layer, chain: Chain) -> ModelSpec:
        first, rest = _head(chain)
        listed: list[LayerSpec] = []
        if first is not None:
            listed.append(self._layer(first, [NodeSpec((), output_shapes=_stated(first))]))
        elif not rest[0].branches:
            listed.append(self._input(f"{self._name(rest[0])}_input"))
        tensors = inputs = tuple(TensorRef(layer.name) for layer in listed)
        if first is None and rest[0].branches:
            inputs, tensors = self._branches(rest[0].branches, listed)
        calls: dict[int, list[NodeSpec]] = {}
        for layer in rest:
            if layer.given_up is not None:
                raise Unreadable(layer.given_up)
            made = calls.setdefault(id(layer), [])
            made.append(NodeSpec(tensors))
            tensors = (TensorRef(self._name(layer), len(made) - 1),)
        distinct = {id(layer): layer for layer in rest}
        listed.extend(self._layer(layer, calls[place]) for place, layer in distinct.items())
        return ModelSpec(model.name, tuple(listed), inputs, tensors, model.trainable)

    def _input(self, name: str, shape: Any = UNKNOWN) -> LayerSpec:
        """An input layer that Keras has not made yet."""
        while name in self._used:
            name += "_"
        self._used.add(name)
        stated = _known((shape,))
        config = {"batch_shape": shape}
        return LayerSpec(name, "InputLayer", config, (NodeSpec((), output_shapes=stated),))

    def _branches(
        self, branches: Sequence[Layer], listed: list[LayerSpec]
    ) -> tuple[tuple[TensorRef, ...], tuple[TensorRef, ...]]:
        """Add the models that a ``Merge`` joins; the inputs and the outputs of all of them."""
        names = [self._name(branch) for branch in branches]
        sources = [
            self._input(f"{name}_input", _input_shape(branch))
            for name, branch in zip(names, branches, strict=True)
        ]
        inputs = tuple(TensorRef(source.name) for source in sources)
        listed.extend(sources)
        listed.extend(
            self._layer(branch, [NodeSpec((start,))])
            for branch, start in zip(branches, inputs, strict=True)
        )
        return inputs, tuple(TensorRef(name) for name in names)

    def _graph(self, model: Layer, network: Network) -> ModelSpec:
        inputs, outputs = ends(network.inputs), ends(network.outputs)
        if not outputs:
            raise Unreadable("its outputs are not known")
        within = reached(network)
        starts: dict[tuple[int, int], Layer] = {}
        for tensor in inputs:
            if tensor.layer.class_name != "InputLayer":
                starts[id(tensor.layer), tensor.node] = _stand_in(tensor)
        positions = {
            (layer, number): position
            for layer, numbers in within.calls.items()
            for position, number in enumerate(n for n in numbers if (layer, n) not in starts)
        }

        def reference(tensor: Tensor) -> TensorRef:
            start = starts.get((id(tensor.layer), tensor.node))
            if start is not None:
                return TensorRef(self._name(start))
            position = positions[id(tensor.layer), tensor.node]
            return TensorRef(self._name(tensor.layer), position, tensor.output)

        listed = [
            self._layer(start, [NodeSpec((), output_shapes=_stated(start))])
            for start in starts.values()
        ]
        for layer in within.layers:
            if layer.given_up is not None:
                raise Unreadable(layer.given_up)
            numbers = [n for n in within.calls[id(layer)] if (id(layer), n) not in starts]
            if not numbers:
                continue
            calls = [self._node(layer, layer.nodes[n], reference) for n in numbers]
            listed.append(self._layer(layer, calls))
        return ModelSpec(
            model.name,
            tuple(listed),
            tuple(map(reference, inputs)),
            tuple(map(reference, outputs)),
            model.trainable,
        )

    def _node(self, layer: Layer, node: Node, reference: Callable[[Tensor], TensorRef]) -> NodeSpec:
        inputs: Sequence[Tensor] = node.inputs
        if node.keys and isinstance(layer.body, Network):
            inputs = _by_name(layer.body, node)
        shapes: tuple[Shape | None, ...] = ()
        if layer.class_name == "InputLayer":
            shapes = _stated(layer)
        elif layer.output_shape is not None:
            tensor_shape(Tensor(layer, layer.nodes.index(node)))
            shapes = _known(node.shapes)
        return NodeSpec(
            tuple(map(reference, inputs)),
            tuple(map(reference, node.masks)),
            node.arguments,
            shapes,
        )

    def _layer(self, layer: Layer, calls: Sequence[NodeSpec]) -> LayerSpec:
        target = layer.wrapped or layer
        model = self._specs.get(id(target)) if target.body is not None else None
        return LayerSpec(
            self._name(layer),
            layer.class_name,
            layer.config,
            tuple(calls),
            layer.trainable,
            model,
            layer.wrapper,
            layer.wrapper_config,
            self._locate(layer.site),
            None if layer.instance is None else is_registered(layer.instance.cls),
        )


def _head(chain: Chain) -> tuple[Layer | None, list[Layer]]:
    """The input layer of a Sequential, if it has one, and the layers behind it."""
    first: Layer | None = None
    rest = list(chain.layers)
    if rest and rest[0].class_name == "InputLayer":
        first = rest.pop(0)
    if not rest:
        raise Unreadable("it has no layers")
    return first, rest


def _input_shape(model: Layer) -> Any:
    """The shape that a Sequential's input layer states; UNKNOWN if it has none."""
    first = model.body.layers[0] if isinstance(model.body, Chain) and model.body.layers else None
    return UNKNOWN if first is None else first.config.get("batch_shape", UNKNOWN)


def _stand_in(tensor: Tensor) -> Layer:
    """The input layer that Keras makes for an input that is another layer's output."""
    shape = tensor.layer.nodes[tensor.node].shapes
    config: dict[str, Any] = {"batch_shape": UNKNOWN}
    if shape is not None and tensor.output < len(shape) and isinstance(shape[tensor.output], tuple):
        config["batch_shape"] = shape[tensor.output]
    return Layer("InputLayer", config, f"{tensor.layer.name}_input", tensor.layer.site)


def _by_name(body: Network, node: Node) -> Sequence[Tensor]:
    """Inputs that were passed as a dict, in the order of the nested model's inputs."""
    wanted = [tensor.layer.name for tensor in ends(body.inputs)]
    if sorted(wanted) != list(node.keys) or len(node.keys) != len(node.inputs):
        return node.inputs
    by_key = dict(zip(node.keys, node.inputs, strict=True))
    return [by_key[name] for name in wanted]


def _stated(layer: Layer) -> tuple[Shape | None, ...]:
    """The shape that an input layer states."""
    shape = layer.config.get("batch_shape")
    if not isinstance(shape, tuple):
        return ()
    return _known((shape,))


def _known(shapes: tuple[Any, ...] | None) -> tuple[Shape | None, ...]:
    found: list[Shape | None] = []
    for shape in shapes or ():
        if not isinstance(shape, tuple):
            found.append(None)
            continue
        found.append(
            tuple(
                size if isinstance(size, int) and not isinstance(size, bool) else None
                for size in shape
            )
        )
    return tuple(found) if any(shape is not None for shape in found) else ()
