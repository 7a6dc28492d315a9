"""A saved ``Sequential``: the chain of its layers, with an input layer at its head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from convlint.graph import Shape
from convlint.readers.saved import SavedLayer, SavedModel
from convlint.readers.spec import LayerSpec, ModelSpec, NodeSpec, TensorRef
from convlint.readers.stated import closed, input_layer_shape, states
from convlint.readers.values import shape


def close_sequential(model: SavedModel, specs: Mapping[int, ModelSpec]) -> ModelSpec:
    """The finished model; ``specs`` are the models nested in it, by their places."""
    names = {layer.name for layer in model.layers}
    branches, chain = model.layers[: model.branches], model.layers[model.branches :]
    layers: list[LayerSpec] = []
    inputs: list[TensorRef] = []
    ends: list[TensorRef] = []
    for branch in branches:
        sources = [
            source._replace(name=_unused(f"{branch.name}_{source.name}", names))
            for source in _input_layers(closed(branch, (), specs).model)
        ]
        starts = tuple(TensorRef(source.name) for source in sources)
        layers += [*sources, closed(branch, [NodeSpec(starts)], specs)]
        inputs += starts
        ends.append(TensorRef(branch.name))
    first = chain[0]
    if first.class_name == "InputLayer":
        input_shape = input_layer_shape(first)
        inputs = [TensorRef(first.name)]
    elif not branches:
        input_shape = _input_shape(model, first, specs)
        name = _unused(f"{first.name}_input", names)
        config = {} if input_shape is None else {"batch_shape": input_shape}
        node = NodeSpec((), output_shapes=_one(input_shape))
        layers.append(LayerSpec(name, "InputLayer", config, (node,)))
        inputs = ends = [TensorRef(name)]
    else:
        input_shape = None
    for layer, stated in zip(chain, _output_shapes(chain, input_shape), strict=True):
        node = NodeSpec(tuple(ends), output_shapes=_one(stated))
        layers.append(closed(layer, [node], specs))
        ends = [TensorRef(layer.name)]
    return ModelSpec(model.name, tuple(layers), tuple(inputs), tuple(ends), model.trainable)


def _one(stated: Shape | None) -> tuple[Shape | None, ...]:
    return () if stated is None else (stated,)


def _unused(name: str, names: set[str]) -> str:
    while name in names:
        name += "_"
    names.add(name)
    return name


def _input_layers(model: ModelSpec | None) -> Iterator[LayerSpec]:
    """An input layer for each input of a model, like the model's own."""
    if model is None:
        return
    layers = {layer.name: layer for layer in model.layers}
    for reference in model.inputs:
        layer = layers.get(reference.layer)
        if layer is not None and layer.class_name == "InputLayer":
            yield layer
        else:
            yield LayerSpec(reference.layer, "InputLayer", {}, (NodeSpec(()),))


def _input_shape(
    model: SavedModel, first: SavedLayer, specs: Mapping[int, ModelSpec]
) -> Shape | None:
    stated = first.input_shape or shape(model.config.get("build_input_shape")) or first.built_with
    if stated is None and first.model is not None and first.wrapper is None:
        inputs = tuple(_input_layers(specs[first.model]))
        if len(inputs) == 1 and inputs[0].nodes[0].output_shapes:
            return inputs[0].nodes[0].output_shapes[0]
    return stated


def _output_shapes(
    chain: Sequence[SavedLayer], input_shape: Shape | None
) -> Iterator[Shape | None]:
    """The shape of each layer's output, as the build of the next one states it.

    A layer that was first built elsewhere states what it saw there, so nothing is believed if
    the first statement contradicts the model's input.
    """
    first = chain[0]
    is_input = first.class_name == "InputLayer"
    after_input = chain[1] if is_input and len(chain) > 1 else first
    contradicted = (
        input_shape is not None
        and after_input.built_with is not None
        and after_input.built_with != input_shape
    )
    for position, layer in enumerate(chain):
        following = chain[position + 1] if position + 1 < len(chain) else None
        if position == 0 and is_input:
            yield input_shape
        elif following is None or contradicted or not states(layer):
            yield None
        else:
            yield following.built_with
