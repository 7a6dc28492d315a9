"""A saved functional model: its layers' calls, connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from convlint.errors import InputError
from convlint.graph import Shape
from convlint.readers import nodes
from convlint.readers.operations import TENSORFLOW_LAYERS
from convlint.readers.saved import SavedCall, SavedLayer, SavedModel
from convlint.readers.spec import ModelSpec, NodeSpec, TensorRef
from convlint.readers.stated import closed, input_layer_shape, states


def read_calls(model: SavedModel, saved_calls: Sequence[object]) -> None:
    """Read the ``inbound_nodes`` of each layer of the model.

    Raises:
        InputError: they have no form that Keras ever gave them.
    """
    names = {layer.name for layer in model.layers}
    for layer, saved in zip(model.layers, saved_calls, strict=True):
        if saved is None:
            continue
        if not isinstance(saved, list | tuple):
            raise InputError(f"the inbound_nodes of {layer.name} are no list")
        try:
            for node in saved:
                layer.calls.append(_read_call(layer, node, names))
        except InputError as error:
            raise InputError(f"the layer {layer.name} {error}") from None
        if layer.class_name in TENSORFLOW_LAYERS:
            from convlint.readers import tensorflow

            tensorflow.read_operation(layer)
            continue
        for call in layer.calls:
            call.arguments.pop(nodes.FIRST, None)
    model.input_keys = tuple(nodes.references(model.config.get("input_layers") or [], "inputs"))


def _read_call(layer: SavedLayer, node: object, names: set[str]) -> SavedCall:
    if isinstance(node, Mapping) and ("args" in node or "kwargs" in node):
        layer.structured = True
        return nodes.structured_call(node, layer.class_name, layer.model is not None)
    return nodes.listed_call(node, names)


def outputs(model: SavedModel) -> dict[str, TensorRef]:
    """The model's outputs by name, in order; references still count nodes as the file does.

    Raises:
        InputError: the model states none, or not in a form that Keras ever gave them.
    """
    found = nodes.references(model.config.get("output_layers"), "output_layers")
    if not found:
        raise InputError(f"the model {model.name} names no output_layers")
    return found


def close_functional(
    model: SavedModel, models: Sequence[SavedModel], specs: Mapping[int, ModelSpec]
) -> ModelSpec:
    """The finished model; ``specs`` are the models nested in it, by their places in ``models``.

    Raises:
        InputError: two layers of one name, or a reference to a layer or call that there is not.
    """
    layers = _by_name(model)
    stated_inputs = list(
        nodes.references(model.config.get("input_layers") or [], "inputs").values()
    )
    inputs = stated_inputs or [
        TensorRef(layer.name) for layer in model.layers if layer.class_name == "InputLayer"
    ]
    ends = list(outputs(model).values())
    for layer in model.layers:
        for call in layer.calls:
            _order_keys(layer, call, models)
    resolve = _Resolver(model, layers, [*inputs, *ends])
    shapes = _stated_shapes(model, layers, resolve)
    result = []
    for layer in model.layers:
        calls = [
            NodeSpec(
                inputs=tuple(resolve(reference, layer.name) for reference in call.tensors()),
                masks=tuple(resolve(reference, layer.name) for reference in call.masks),
                arguments=call.arguments,
                output_shapes=_in_order(shapes.get((layer.name, number), {})),
            )
            for number, call in enumerate(layer.calls or [SavedCall()])
        ]
        result.append(closed(layer, calls, specs))
    return ModelSpec(
        model.name,
        tuple(result),
        tuple(resolve(reference, None) for reference in inputs),
        tuple(resolve(reference, None) for reference in ends),
        model.trainable,
    )


def _by_name(model: SavedModel) -> dict[str, SavedLayer]:
    layers: dict[str, SavedLayer] = {}
    for layer in model.layers:
        if layer.name in layers:
            raise InputError(f"the model {model.name} has two layers of the name {layer.name}")
        layers[layer.name] = layer
    return layers


def _order_keys(layer: SavedLayer, call: SavedCall, models: Sequence[SavedModel]) -> None:
    """Put inputs that were passed by name in the order of the nested model's inputs."""
    tensors = call.tensors()
    if layer.model is None or len(call.keys) != len(tensors):
        return
    wanted = models[layer.model].input_keys
    if sorted(wanted) == list(call.keys):
        by_key = dict(zip(call.keys, tensors, strict=True))
        call.inputs, call.named = [by_key[key] for key in wanted], {}


def _stated_shapes(
    model: SavedModel, layers: Mapping[str, SavedLayer], resolve: _Resolver
) -> dict[tuple[str, int], dict[int, Shape | None]]:
    """Shapes of tensors, by the call they come from and their place among its outputs."""
    found: dict[tuple[str, int], dict[int, Shape | None]] = {}

    def note(reference: TensorRef, stated: Shape | None) -> None:
        found.setdefault((reference.layer, reference.node), {}).setdefault(reference.output, stated)

    for layer in model.layers:
        if layer.class_name == "InputLayer":
            note(TensorRef(layer.name), input_layer_shape(layer))
        for call in layer.calls:
            for reference, stated in call.shapes:
                note(resolve(reference, layer.name), stated)
        only = layer.calls[0].tensors() if len(layer.calls) == 1 else []
        if layer.built_with and len(only) == 1:
            producer = resolve(only[0], layer.name)
            if states(layers[producer.layer]):
                note(producer, layer.built_with)
    return found


def _in_order(shapes: Mapping[int, Shape | None]) -> tuple[Shape | None, ...]:
    if all(stated is None for stated in shapes.values()):
        return ()
    # An output's number comes from the file, and may be absurd.
    return tuple(shapes.get(output) for output in range(min(max(shapes), 1000) + 1))


class _Resolver:
    """From the file's node indices to positions in a layer's list of calls.

    Keras counts the calls of a nested model from 1 (its own construction is call 0): until
    Keras 3 in every reference, since then in ``output_layers`` only. Keras 3.0 saved indices that
    count calls outside the model too; they are still in the order of the calls.
    """

    def __init__(
        self, model: SavedModel, layers: Mapping[str, SavedLayer], ends: Sequence[TensorRef]
    ) -> None:
        self._model = model.name
        self._layers = layers
        inner: dict[str, set[int]] = {}
        for layer in model.layers:
            for call in layer.calls:
                for reference in (*call.tensors(), *call.masks):
                    inner.setdefault(reference.layer, set()).add(reference.node)
        outer: dict[str, set[int]] = {}
        for reference in ends:
            outer.setdefault(reference.layer, set()).add(reference.node)
        self._inner: dict[str, dict[int, int]] = {}
        self._outer: dict[str, dict[int, int]] = {}
        for name in inner.keys() | outer.keys():
            if name in layers:
                self._index(layers[name], inner.get(name, set()), outer.get(name, set()))

    def _index(self, layer: SavedLayer, inner: set[int], outer: set[int]) -> None:
        count = max(len(layer.calls), 1)
        nested = layer.model is not None and layer.wrapper is None
        if not layer.structured:
            used = inner | outer
            offset = 1 if nested and max(used) == count else 0
            self._inner[layer.name] = {node: node - offset for node in used}
            self._outer[layer.name] = self._inner[layer.name]
            return
        offset = 1 if nested and layer.class_name != "Sequential" and 0 not in outer else 0
        used = inner | {node - offset for node in outer}
        positions = {node: node for node in used}
        if max(used) >= count and len(used) == count:
            positions = {node: position for position, node in enumerate(sorted(used))}
        self._inner[layer.name] = {node: positions[node] for node in inner}
        self._outer[layer.name] = {node: positions[node - offset] for node in outer}

    def __call__(self, reference: TensorRef, consumer: str | None) -> TensorRef:
        """Resolve a reference by a layer or, if ``consumer`` is None, by the model itself."""
        layer = self._layers.get(reference.layer)
        user = f"the layer {consumer}" if consumer is not None else f"the model {self._model}"
        if layer is None:
            raise InputError(
                f"{user} refers to {reference.layer}, a layer that {self._model} does not have"
            )
        table = self._outer if consumer is None else self._inner
        position = table[layer.name][reference.node]
        if not 0 <= position < max(len(layer.calls), 1):
            raise InputError(
                f"{user} refers to call {reference.node} of the layer {layer.name}, "
                "which has no such call"
            )
        return TensorRef(layer.name, position, reference.output)
