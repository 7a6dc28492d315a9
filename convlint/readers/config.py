"""A saved model configuration, of any era of Keras, as a :class:`ModelSpec`.

Nested models are read breadth first into drafts and closed from the innermost outwards, so that
no depth of nesting meets Python's recursion limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from convlint import kinds
from convlint.errors import InputError
from convlint.graph import Shape
from convlint.kinds.layers import LAYERS
from convlint.kleene import UNKNOWN
from convlint.readers import legacy, nodes, operations
from convlint.readers.nodes import SavedCall
from convlint.readers.spec import LayerSpec, ModelSpec, NodeSpec, TensorRef
from convlint.readers.training import training as training_of
from convlint.readers.values import plain, shape, snake_case

_MODELS: Final = frozenset({"Sequential", "Functional", "Model", "Network", "Container"})
_WRAPPERS: Final = frozenset(
    {
        "TimeDistributed",
        "Bidirectional",
        "SpectralNormalization",
        "WeightNormalization",
        "Addons>SpectralNormalization",
        "Addons>WeightNormalization",
        "PruneLowMagnitude",
        "ClusterWeights",
        "QuantizeWrapper",
        "QuantizeWrapperV2",
    }
)
"""Wrappers whose output is the wrapped layer's, for one step in time or for all."""

_OPERATION_LAYERS: Final = frozenset({"TFOpLambda", "SlicingOpLambda"})
_DENSE_IN_TIME: Final = "TimeDistributedDense"
_KERAS: Final = frozenset({"keras", "tf_keras", "tensorflow", "builtins"})


@dataclass(slots=True)
class _Layer:
    """A saved layer: what it is, and which draft holds its model if it is one."""

    name: str
    class_name: str
    config: dict[str, Any]
    trainable: bool
    calls: list[SavedCall] = field(default_factory=list)
    model: int | None = None
    wrapper: str | None = None
    wrapper_config: dict[str, Any] = field(default_factory=dict)
    built_with: Shape | None = None
    input_shape: Shape | None = None
    structured: bool = False


@dataclass(slots=True)
class _Draft:
    """A model whose nested models are read but not closed yet."""

    name: str
    sequential: bool
    trainable: bool
    config: Mapping[str, Any]
    layers: list[_Layer] = field(default_factory=list)
    branches: int = 0
    input_keys: tuple[str, ...] = ()


def model_spec(
    document: Mapping[str, Any], *, training: Mapping[str, Any] | None = None
) -> ModelSpec:
    """Read the configuration of a ``Sequential`` or ``Functional`` model.

    Args:
        document: ``class_name`` and ``config``, as ``model.to_json()`` gives them.
        training: the ``training_config`` beside it, unless the document has a
            ``compile_config`` of its own.

    Raises:
        InputError: the document is no such model, or contradicts itself. The message names the
            layer, not the file.
    """
    class_name, config = _model_parts(document)
    drafts = [_draft(class_name, config, _text(document.get("name")))]
    for draft in drafts:  # grows as nested models are found
        _read_layers(draft, drafts)
    specs: dict[int, ModelSpec] = {}
    for number in range(len(drafts) - 1, -1, -1):
        specs[number] = _close(drafts[number], drafts, specs)
    root, spec = drafts[0], specs[0]
    compiled = document.get("compile_config") or training
    outputs = _outputs(root)
    keras_3 = any(layer.structured for layer in root.layers)
    return replace(spec, training=training_of(compiled, tuple(outputs), keras_3=keras_3))


# --- what is a model ----------------------------------------------------------------------------


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _model_parts(document: Mapping[str, Any]) -> tuple[str, Any]:
    class_name, config = document.get("class_name"), document.get("config")
    if not isinstance(class_name, str):
        raise InputError("it is not a Keras model: its configuration has no class_name")
    if _is_model(class_name, config):
        return class_name, config
    if class_name in _MODELS:
        raise InputError(f"the configuration of its {class_name} has no list of layers")
    if kinds.is_known(class_name):
        raise InputError(f"it is not a Keras model but a single layer, {class_name}")
    raise InputError(
        f"it stores the class {class_name} by its constructor arguments, not by its layers; "
        "if m is that model, save it as keras.Model(m.inputs, m.outputs).save(...)"
    )


def _is_model(class_name: str, config: object) -> bool:
    if isinstance(config, list | tuple):
        return class_name == "Sequential"
    if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list | tuple):
        return False
    return class_name in _MODELS or ("input_layers" in config and "output_layers" in config)


def _draft(class_name: str, config: Any, name: str | None) -> _Draft:
    if not isinstance(config, Mapping):
        config = {"layers": config}
    sequential = class_name == "Sequential" or "output_layers" not in config
    return _Draft(
        name=_text(config.get("name")) or name or snake_case(class_name),
        sequential=sequential,
        trainable=config.get("trainable") is not False,
        config=config,
    )


# --- layers -------------------------------------------------------------------------------------


def _read_layers(draft: _Draft, drafts: list[_Draft]) -> None:
    entries = draft.config["layers"]
    if not entries:
        raise InputError(f"the model {draft.name} has no layers")
    saved_calls: list[object] = []
    for position, entry in enumerate(entries):
        if not isinstance(entry, Mapping):
            raise InputError(f"entry {position + 1} of the layers of {draft.name} is no layer")
        layer = _layer(entry, f"entry {position + 1} of the layers of {draft.name}", drafts)
        if not layer.name:
            layer.name = f"{snake_case(layer.class_name)}_{position + 1}"
        draft.layers.append(layer)
        saved_calls.append(entry.get("inbound_nodes"))
    if draft.sequential:
        _branches(draft, entries[0], drafts)
        return
    names = {layer.name for layer in draft.layers}
    for layer, saved in zip(draft.layers, saved_calls, strict=True):
        _read_calls(layer, saved, names)
    inputs = draft.config.get("input_layers")
    if inputs:
        draft.input_keys = tuple(nodes.references(inputs, "input_layers"))


def _layer(entry: Mapping[str, Any], where: str, drafts: list[_Draft]) -> _Layer:
    class_name, config = entry.get("class_name"), entry.get("config")
    if not isinstance(class_name, str):
        raise InputError(f"{where} has no class_name")
    inner_config = config if isinstance(config, Mapping) else {}
    name = _text(entry.get("name")) or _text(inner_config.get("name")) or ""
    class_name = _class_name(entry, class_name, inner_config)
    layer = _Layer(name, class_name, {}, inner_config.get("trainable") is not False)
    layer.built_with = _built_with(entry)
    layer.input_shape = shape(inner_config.get("batch_input_shape"))
    if class_name == _DENSE_IN_TIME:
        layer.wrapper, class_name = _DENSE_IN_TIME, "Dense"
    wrapped = inner_config.get("layer")
    if class_name in _WRAPPERS and isinstance(wrapped, Mapping):
        inner_class = wrapped.get("class_name")
        if isinstance(inner_class, str):
            outside = {key: value for key, value in inner_config.items() if key != "layer"}
            layer.wrapper = class_name.rpartition(">")[2]
            layer.wrapper_config = legacy.layer(class_name, outside)[1]
            config = wrapped.get("config")
            inner_config = config if isinstance(config, Mapping) else {}
            class_name = _class_name(wrapped, inner_class, inner_config)
            layer.trainable = layer.trainable and inner_config.get("trainable") is not False
            if layer.wrapper == "Bidirectional" and layer.input_shape is None:
                layer.input_shape = shape(inner_config.get("batch_input_shape"))
    if _is_model(class_name, config):
        layer.class_name, layer.model = class_name, len(drafts)
        drafts.append(_draft(class_name, config, name))
        layer.name = name or (drafts[-1].name if isinstance(config, Mapping) else "")
        return layer
    layer.class_name, layer.config = legacy.layer(class_name, inner_config)
    if layer.input_shape is None and layer.wrapper in (None, "Bidirectional", _DENSE_IN_TIME):
        layer.input_shape = _implied_input(layer.class_name, inner_config)
    if layer.wrapper == _DENSE_IN_TIME:
        layer.wrapper = "TimeDistributed"
    return layer


def _class_name(entry: Mapping[str, Any], class_name: str, config: Mapping[str, Any]) -> str:
    """Today's name of a saved class, distinct from Keras' own if it is somebody else's."""
    module = entry.get("module")
    if "module" not in entry:
        # HDF5 files of Keras 3 leave the module out. Operations have none of a layer's entries.
        operation = operations.PREFIX + class_name
        structured = _is_structured(entry.get("inbound_nodes"))
        if structured and kinds.is_known(operation) and not {"trainable", "dtype"} & set(config):
            return operation
        return class_name
    if isinstance(module, str) and module.partition(".")[0] in _KERAS:
        parts = module.split(".")
        return operations.PREFIX + class_name if "ops" in parts[1:3] else class_name
    if class_name not in LAYERS and class_name not in _MODELS:
        return class_name
    if class_name in _MODELS:
        return class_name
    registered = entry.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        return registered
    return f"Custom>{class_name}"


def _is_structured(saved: object) -> bool:
    return (
        isinstance(saved, list)
        and bool(saved)
        and isinstance(saved[0], Mapping)
        and ("args" in saved[0] or "kwargs" in saved[0])
    )


def _built_with(entry: Mapping[str, Any]) -> Shape | None:
    build = entry.get("build_config")
    return shape(build.get("input_shape")) if isinstance(build, Mapping) else None


def _implied_input(class_name: str, config: Mapping[str, Any]) -> Shape | None:
    """The input shape that old first layers state as ``input_dim`` and ``input_length``."""
    partial = shape(config.get("input_shape"))
    if partial is not None:
        return (None, *partial)
    length, size = config.get("input_length"), config.get("input_dim")
    length = length if type(length) is int else None
    if class_name == "Embedding":
        return None if "input_length" not in config else (None, length)
    if type(size) is not int:
        return None
    if "input_length" in config or class_name in ("LSTM", "GRU", "SimpleRNN", "Conv1D"):
        return (None, length, size)
    return (None, size)


# --- calls --------------------------------------------------------------------------------------


def _read_calls(layer: _Layer, saved: object, names: set[str]) -> None:
    if saved is None:
        return
    if not nodes.is_call_list(saved):
        raise InputError(f"the inbound_nodes of {layer.name} are no list")
    assert isinstance(saved, Sequence)
    try:
        for node in saved:
            if isinstance(node, Mapping) and ("args" in node or "kwargs" in node):
                layer.structured = True
                model = layer.model is not None
                layer.calls.append(nodes.structured_call(node, layer.class_name, model))
            else:
                layer.calls.append(nodes.listed_call(node, names))
    except InputError as error:
        raise InputError(f"the layer {layer.name} {error}") from None
    _read_operation(layer)


def _read_operation(layer: _Layer) -> None:
    """Give a TensorFlow operation that stands for a layer its name in the vocabulary."""
    if layer.class_name in _OPERATION_LAYERS:
        symbol = layer.config.get("function")
        function = operations.function(symbol) if isinstance(symbol, str) else None
        if function is None:
            layer.class_name = f"tf.{symbol}" if isinstance(symbol, str) else layer.class_name
            layer.config = {}
            return
        layer.class_name = operations.PREFIX + function.name
        configs = []
        for call in layer.calls:
            constants = dict(call.arguments)
            if nodes.FIRST in constants:
                constants[function.call[0]] = constants.pop(nodes.FIRST)
            config, call.arguments = operations.rename(function, constants)
            configs.append(config)
        layer.config = _common(configs)
    elif layer.class_name == "TensorFlowOpLayer":
        _read_node_def(layer)
    else:
        for call in layer.calls:
            call.arguments.pop(nodes.FIRST, None)


def _read_node_def(layer: _Layer) -> None:
    node_def = layer.config.get("node_def")
    constants = layer.config.get("constants")
    operation = node_def.get("op") if isinstance(node_def, Mapping) else None
    layer.config = {}
    if not isinstance(node_def, Mapping) or not isinstance(operation, str):
        return
    attributes = node_def.get("attr")
    name, layer.config, arguments = operations.node_def(
        operation,
        attributes if isinstance(attributes, Mapping) else {},
        constants if isinstance(constants, Mapping) else {},
    )
    layer.class_name = operations.PREFIX + name if name else f"tf.{operation}"
    for call in layer.calls:
        call.arguments = dict(arguments)


def _common(configs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The entries of several configurations, UNKNOWN where they differ."""
    if len(configs) == 1:
        return configs[0]
    keys = dict.fromkeys(key for config in configs for key in config)
    result: dict[str, Any] = {}
    for key in keys:
        values = [config.get(key, UNKNOWN) for config in configs]
        result[key] = values[0] if all(value == values[0] for value in values) else UNKNOWN
    return result


# --- closing a model ----------------------------------------------------------------------------


def _close(draft: _Draft, drafts: list[_Draft], specs: Mapping[int, ModelSpec]) -> ModelSpec:
    if draft.sequential:
        return _close_sequential(draft, specs)
    return _close_functional(draft, drafts, specs)


def _spec(layer: _Layer, calls: Sequence[NodeSpec], specs: Mapping[int, ModelSpec]) -> LayerSpec:
    return LayerSpec(
        name=layer.name,
        class_name=layer.class_name,
        config=layer.config,
        nodes=tuple(calls),
        trainable=layer.trainable,
        model=None if layer.model is None else specs[layer.model],
        wrapper=layer.wrapper,
        wrapper_config=layer.wrapper_config,
    )


def _branches(draft: _Draft, first: Mapping[str, Any], drafts: list[_Draft]) -> None:
    """Read the models that Keras 1's ``Merge`` holds at the start of a ``Sequential``."""
    config = first.get("config")
    branches = config.get("layers") if isinstance(config, Mapping) else None
    if first.get("class_name") != "Merge" or not isinstance(branches, list) or not branches:
        return
    models = []
    for number, branch in enumerate(branches, 1):
        if not isinstance(branch, Mapping):
            raise InputError(f"branch {number} of {draft.layers[0].name} is no model")
        class_name = branch.get("class_name")
        if not isinstance(class_name, str) or not _is_model(class_name, branch.get("config")):
            # A single layer may stand for a branch.
            branch = {"class_name": "Sequential", "config": [branch]}
        layer = _layer(branch, f"branch {number} of {draft.layers[0].name}", drafts)
        layer.name = layer.name or f"branch_{number}"
        models.append(layer)
    draft.layers[:0] = models
    draft.branches = len(models)


def _close_sequential(draft: _Draft, specs: Mapping[int, ModelSpec]) -> ModelSpec:
    names = {layer.name for layer in draft.layers}
    branches, chain = draft.layers[: draft.branches], draft.layers[draft.branches :]
    layers: list[LayerSpec] = []
    inputs: list[TensorRef] = []
    ends: list[TensorRef] = []
    input_shape = None
    for branch in branches:
        assert branch.model is not None
        model = specs[branch.model]
        starts = []
        for source in _input_layers(model):
            name = _unused(f"{branch.name}_{source.name}", names)
            layers.append(replace(source, name=name))
            starts.append(TensorRef(name))
        inputs.extend(starts)
        layers.append(_spec(branch, [NodeSpec(tuple(starts))], specs))
        ends.append(TensorRef(branch.name))
    if not branches and chain[0].class_name != "InputLayer":
        input_shape = _sequential_input(draft, chain[0], specs)
        name = _unused(f"{chain[0].name}_input", names)
        config = {} if input_shape is None else {"batch_shape": input_shape}
        shapes = () if input_shape is None else (input_shape,)
        layers.append(LayerSpec(name, "InputLayer", config, (NodeSpec((), output_shapes=shapes),)))
        inputs.append(TensorRef(name))
        ends = [TensorRef(name)]
    for layer, stated in zip(chain, _chain_shapes(chain, input_shape), strict=True):
        shapes = () if stated is None else (stated,)
        layers.append(_spec(layer, [NodeSpec(tuple(ends), output_shapes=shapes)], specs))
        ends = [TensorRef(layer.name)]
        if not inputs:
            inputs = ends
    return ModelSpec(
        draft.name, tuple(layers), tuple(inputs), tuple(ends), trainable=draft.trainable
    )


def _unused(name: str, names: set[str]) -> str:
    while name in names:
        name += "_"
    names.add(name)
    return name


def _input_layers(model: ModelSpec) -> Iterator[LayerSpec]:
    layers = {layer.name: layer for layer in model.layers}
    for reference in model.inputs:
        layer = layers[reference.layer]
        if layer.class_name == "InputLayer":
            yield layer
        else:
            yield LayerSpec(layer.name, "InputLayer", {}, (NodeSpec(()),))


def _sequential_input(draft: _Draft, first: _Layer, specs: Mapping[int, ModelSpec]) -> Shape | None:
    stated = first.input_shape or shape(draft.config.get("build_input_shape")) or first.built_with
    if stated is None and first.model is not None and first.wrapper is None:
        inputs = tuple(_input_layers(specs[first.model]))
        if len(inputs) == 1 and inputs[0].nodes[0].output_shapes:
            return inputs[0].nodes[0].output_shapes[0]
    return stated


def _chain_shapes(chain: Sequence[_Layer], input_shape: Shape | None) -> list[Shape | None]:
    """The output shape of each layer of a Sequential, as the next layer's build states it.

    A layer that was first built elsewhere states what it saw there, so nothing is believed if
    the first statement contradicts the model's input.
    """
    shapes: list[Shape | None] = [*(layer.built_with for layer in chain[1:]), None]
    first = chain[0]
    if first.class_name == "InputLayer":
        input_shape, statement = _batch_shape(first), shapes[0]
    else:
        statement = first.built_with
    if input_shape is not None and statement is not None and statement != input_shape:
        shapes = [None] * len(chain)
    if first.class_name == "InputLayer":
        shapes[0] = input_shape
    return shapes


def _batch_shape(layer: _Layer) -> Shape | None:
    stated = shape(layer.config.get("batch_shape"))
    return stated if stated is not None else layer.input_shape


def _outputs(draft: _Draft) -> dict[str, TensorRef]:
    if draft.sequential:
        return {draft.layers[-1].name: TensorRef(draft.layers[-1].name)}
    return nodes.references(draft.config.get("output_layers"), "output_layers")


def _close_functional(
    draft: _Draft, drafts: list[_Draft], specs: Mapping[int, ModelSpec]
) -> ModelSpec:
    layers = {layer.name: layer for layer in draft.layers}
    if len(layers) != len(draft.layers):
        seen: set[str] = set()
        for layer in draft.layers:
            if layer.name in seen:
                raise InputError(f"{draft.name} has two layers of the name {layer.name}")
            seen.add(layer.name)
    stated_inputs = draft.config.get("input_layers")
    inputs = (
        list(nodes.references(stated_inputs, "input_layers").values())
        if stated_inputs
        else [TensorRef(layer.name) for layer in draft.layers if layer.class_name == "InputLayer"]
    )
    outputs = list(_outputs(draft).values())
    if not outputs:
        raise InputError(f"the model {draft.name} names no output_layers")
    resolve = _Resolver(draft, layers, [*inputs, *outputs])
    shapes: dict[TensorRef, Shape | None] = {}
    for layer in draft.layers:
        for call in layer.calls:
            _order_keys(layer, call, drafts)
            for reference, stated in call.shapes:
                shapes[resolve(reference, layer.name)] = stated
        if len(layer.calls) == 1 and len(layer.calls[0].inputs) == 1 and layer.built_with:
            shapes.setdefault(resolve(layer.calls[0].inputs[0], layer.name), layer.built_with)
        if layer.class_name == "InputLayer":
            shapes[TensorRef(layer.name)] = _batch_shape(layer)
    by_call: dict[tuple[str, int], dict[int, Shape | None]] = {}
    for reference, stated in shapes.items():
        by_call.setdefault((reference.layer, reference.node), {})[reference.output] = stated
    result = []
    for layer in draft.layers:
        calls = [
            NodeSpec(
                inputs=tuple(resolve(reference, layer.name) for reference in call.inputs),
                masks=tuple(resolve(reference, layer.name) for reference in call.masks),
                arguments=call.arguments,
                output_shapes=_dense(by_call.get((layer.name, number), {})),
            )
            for number, call in enumerate(layer.calls or [SavedCall()])
        ]
        result.append(_spec(layer, calls, specs))
    return ModelSpec(
        draft.name,
        tuple(result),
        tuple(resolve(reference, None) for reference in inputs),
        tuple(resolve(reference, None) for reference in outputs),
        trainable=draft.trainable,
    )


def _dense(shapes: Mapping[int, Shape | None]) -> tuple[Shape | None, ...]:
    if not shapes or all(stated is None for stated in shapes.values()):
        return ()
    return tuple(shapes.get(output) for output in range(max(shapes) + 1))


def _order_keys(layer: _Layer, call: SavedCall, drafts: list[_Draft]) -> None:
    """Put inputs that were passed by name in the order of the nested model's inputs."""
    if layer.model is None or not call.keys:
        return
    wanted = drafts[layer.model].input_keys
    if len(call.inputs) == len(call.keys) and sorted(wanted) == list(call.keys):
        by_key = dict(zip(call.keys, call.inputs, strict=True))
        call.inputs = [by_key[key] for key in wanted]


class _Resolver:
    """From saved node indices to positions in a layer's list of calls.

    Keras counts the calls of a nested model from 1 (its own construction is call 0): until
    Keras 3 in every reference, since then in ``output_layers`` only. Keras 3.0 saved indices that
    count calls outside the model too; they are still in the order of the calls.
    """

    def __init__(
        self, draft: _Draft, layers: Mapping[str, _Layer], ends: Sequence[TensorRef]
    ) -> None:
        self._model = draft.name
        self._layers = layers
        inner: dict[str, set[int]] = {}
        for layer in draft.layers:
            for call in layer.calls:
                for reference in (*call.inputs, *call.masks):
                    inner.setdefault(reference.layer, set()).add(reference.node)
        outer: dict[str, set[int]] = {}
        for reference in ends:
            outer.setdefault(reference.layer, set()).add(reference.node)
        self._inner: dict[str, dict[int, int]] = {}
        self._outer: dict[str, dict[int, int]] = {}
        for name in inner.keys() | outer.keys():
            if name in layers:
                within, at_ends = inner.get(name, set()), outer.get(name, set())
                self._index(layers[name], within, at_ends)

    def _index(self, layer: _Layer, within: set[int], at_ends: set[int]) -> None:
        count = max(len(layer.calls), 1)
        nested = layer.model is not None and layer.wrapper is None
        if layer.structured:
            counted = nested and layer.class_name != "Sequential" and 0 not in at_ends
            offset = 1 if counted else 0
            raw = within | {node - offset for node in at_ends}
            ranks = {node: node for node in raw}
            if raw and max(raw) >= count and len(raw) == count:
                ranks = {node: rank for rank, node in enumerate(sorted(raw))}
            self._inner[layer.name] = {node: ranks[node] for node in within}
            self._outer[layer.name] = {node: ranks[node - offset] for node in at_ends}
        else:
            nodes_used = within | at_ends
            offset = 1 if nested and max(nodes_used) == count else 0
            self._inner[layer.name] = {node: node - offset for node in nodes_used}
            self._outer[layer.name] = self._inner[layer.name]

    def __call__(self, reference: TensorRef, consumer: str | None) -> TensorRef:
        layer = self._layers.get(reference.layer)
        user = f"the layer {consumer}" if consumer else f"the model {self._model}"
        if layer is None:
            raise InputError(
                f"{user} refers to {reference.layer}, a layer that {self._model} does not have"
            )
        table = self._inner if consumer else self._outer
        node = table[layer.name][reference.node]
        if not 0 <= node < max(len(layer.calls), 1):
            raise InputError(
                f"{user} refers to call {reference.node} of {layer.name}, which is not called "
                f"that often"
            )
        return TensorRef(layer.name, node, reference.output)
