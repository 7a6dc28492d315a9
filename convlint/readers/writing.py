"""A model in memory, written down as Keras 3 or tf.keras 2 would save it.

Unlike Keras, this also opens functional models of an own class, which save the arguments of
their constructor only, and traces subclassed ones; and one layer that cannot be saved does not
spoil the rest.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from convlint.errors import InputError
from convlint.graph import Location
from convlint.readers.library import (
    Library,
    layer_entry,
    library_of,
    serialise_or_stand_in,
    stand_in,
)
from convlint.readers.network import Chain, Network, node_arguments, node_inputs, structure
from convlint.readers.tracing import is_symbolic, map_leaves

Coordinates: TypeAlias = Callable[[Any], list[Any]]
"""A symbolic tensor -> the name of its layer, the number of the call, the number of the output."""


LocationOf: TypeAlias = Callable[[Any], Location | None]
"""A layer -> where it was constructed, if known."""


def write_model(library: Library, model: Any, location_of: LocationOf) -> dict[str, Any]:
    """The saved form of a model with all models nested in it, and with its compilation.

    Unlike in a file, the entry of a layer also has its ``location``.
    """
    writer = _Writer(library, location_of)
    document = writer.model(model, structure(library, model))
    writer.finish()
    document["compile_config"] = _compile_config(library, model)
    document["keras_version"] = getattr(library.public, "__version__", None)
    return document


class _Writer:
    """Writes models as documents: one at a time, so that nesting costs no stack."""

    def __init__(self, library: Library, location_of: LocationOf) -> None:
        self.library = library
        self.location_of = location_of
        self.pending: list[tuple[Any, Chain | Network, dict[str, Any]]] = []
        self.opened: dict[int, tuple[Any, dict[str, Any]]] = {}  # the model, kept alive

    def finish(self) -> None:
        """Fill in the configuration of every model that was mentioned so far or is in one."""
        while self.pending:
            model, structure, config = self.pending.pop()
            config |= {"name": model.name, "trainable": bool(model.trainable)}
            if isinstance(structure, Chain):
                self._fill_chain(structure, config)
            else:
                self._fill_network(structure, config)

    def model(self, model: Any, structure: Chain | Network) -> dict[str, Any]:
        """The document of a model, whose configuration follows on :meth:`finish`."""
        config: dict[str, Any] = {}
        document = {
            "module": "keras",
            "class_name": "Sequential" if isinstance(structure, Chain) else "Functional",
            "config": config,
            "registered_name": None,
        }
        self.opened[id(model)] = model, document
        self.pending.append((model, structure, config))
        return document

    def _entry(self, layer: Any, node: Any = None) -> dict[str, Any]:
        """The document of a layer; ``node`` is a call of it."""
        if type(layer).__name__ == "TimeDistributed" and self.library.owns(type(layer)):
            inner = self._opened(layer.layer, None)
            if inner is not None:
                entry = layer_entry(self.library, layer)
                entry["config"]["layer"] = inner
                return entry
        return self._opened(layer, node) or layer_entry(self.library, layer)

    def _opened(self, layer: Any, node: Any) -> dict[str, Any] | None:
        """The document of a nested model; ``None`` for a layer, or a model that stays closed."""
        if library_of(layer) is None:
            return None
        if id(layer) not in self.opened:
            called_with = None if node is None else node_arguments(self.library, node)
            try:
                self.model(layer, structure(self.library, layer, called_with))
            except InputError:
                return None  # known by its class name, like any custom layer
        return dict(self.opened[id(layer)][1])

    def _fill_chain(self, chain: Chain, config: dict[str, Any]) -> None:
        config["layers"] = [
            {
                **self._entry(layer, next(iter(layer._inbound_nodes), None)),
                "name": layer.name,
                "location": self.location_of(layer),
            }
            for layer in chain.layers
        ]
        if chain.input_shape is not None:
            config["build_input_shape"] = serialise_or_stand_in(self.library, chain.input_shape)

    def _fill_network(self, network: Network, config: dict[str, Any]) -> None:
        calls = [self._calls(network, layer) for layer in network.layers]
        entries = [
            self._entry(layer, next(iter(nodes), None))
            for layer, nodes in zip(network.layers, calls, strict=True)
        ]
        names = _unique_names(network.layers)
        functional: set[int] = set()
        positions: dict[tuple[int, int], int] = {}
        for layer, entry in zip(network.layers, entries, strict=True):
            if entry["class_name"] == "Functional":
                functional.add(id(layer))
            first = self._first_position(layer, entry)
            for position, index in enumerate(network.nodes.get(id(layer), ()), start=first):
                positions[id(layer), index] = position

        def coordinates(tensor: Any) -> list[Any]:
            layer, index, output = tensor._keras_history
            return [names[id(layer)], positions[id(layer), index], output]

        def end(tensor: Any) -> list[Any]:
            name, position, output = coordinates(tensor)
            # Keras 3 counts the calls of a nested functional model from 1 here, and only here.
            nested = id(tensor._keras_history[0]) in functional
            return [name, position + (nested and self.library.symbolic_operations), output]

        write = self._node_of_keras_3 if self.library.symbolic_operations else _node_of_keras_2
        config["layers"] = [
            {
                **entry,
                "name": names[id(layer)],
                "location": self.location_of(layer),
                "inbound_nodes": [write(node, coordinates) for node in nodes],
            }
            for layer, nodes, entry in zip(network.layers, calls, entries, strict=True)
        ]
        config["input_layers"] = self._ends(end, network.inputs)
        config["output_layers"] = self._ends(end, network.outputs)

    def _calls(self, network: Network, layer: Any) -> list[Any]:
        """The nodes of a layer that belong to the network, without that of an input layer."""
        nodes = (layer._inbound_nodes[index] for index in network.nodes.get(id(layer), ()))
        return [node for node in nodes if node_inputs(self.library, node)]

    def _first_position(self, layer: Any, entry: dict[str, Any]) -> int:
        """The number of a layer's first call: tf.keras 2 counts those of a model from 1."""
        if self.library.symbolic_operations or library_of(layer) is None:
            return 0
        return int(entry["class_name"] == "Functional" or layer._is_graph_network)

    def _ends(self, end: Coordinates, tensors: Any) -> Any:
        """The coordinates of a model's inputs or outputs, in the structure the model has them."""
        if is_symbolic(tensors) and not self.library.symbolic_operations:
            return [end(tensors)]
        return map_leaves(end, _only_symbolic(tensors))

    def _node_of_keras_3(self, node: Any, coordinates: Coordinates) -> dict[str, Any]:
        def value(leaf: Any) -> Any:
            if not is_symbolic(leaf):
                return serialise_or_stand_in(self.library, leaf)
            return {
                "class_name": "__keras_tensor__",
                "config": {
                    "shape": list(leaf.shape),
                    "dtype": leaf.dtype,
                    "keras_history": coordinates(leaf),
                },
            }

        args, kwargs = map_leaves(value, node_arguments(self.library, node))
        if kwargs.get("training") is False and _infers_by_default(node.operation):
            del kwargs["training"]
        return {"args": args, "kwargs": kwargs}


def _node_of_keras_2(node: Any, coordinates: Coordinates) -> list[Any]:
    """A call as a list of ``[layer, node, output, arguments]``, which tf.keras writes itself."""
    tensors = node.keras_inputs
    where = [coordinates(tensor) for tensor in tensors]
    keys = [(tensor._keras_history[0].name, tensor._keras_history[1]) for tensor in tensors]
    positions = {key: position for key, (_, position, _) in zip(keys, where, strict=True)}
    try:
        written = node.serialize(lambda name, index: (name, index), positions)
        document: list[Any] = json.loads(json.dumps(written, default=stand_in, skipkeys=True))
    except Exception:  # an argument that cannot be written; the tensors can
        return [[*coordinate, {}] for coordinate in where]
    return document


def _infers_by_default(layer: Any) -> bool:
    """Whether a subclassed model says ``def call(self, inputs, training=False)``.

    Keras writes that default into every call that says nothing, and replaces it when it trains.
    """
    if library_of(layer) is None:
        return False
    accepted = inspect.signature(layer.call).parameters
    return "training" in accepted and accepted["training"].default is False


def _only_symbolic(structure: Any) -> Any:
    """Nested lists, tuples and dicts without those leaves that are no symbolic tensors."""
    if isinstance(structure, Mapping):
        return {key: _only_symbolic(value) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        return [
            _only_symbolic(value)
            for value in structure
            if is_symbolic(value) or isinstance(value, Mapping | list | tuple)
        ]
    return structure


def _unique_names(layers: list[Any]) -> dict[int, str]:
    """Names by identity of the layer; a subclassed model may have two layers of one name."""
    names: dict[int, str] = {}
    used: set[str] = set()
    for layer in layers:
        name = str(layer.name)
        count = 1
        while name in used:
            name = f"{layer.name}_{count}"
            count += 1
        used.add(name)
        names[id(layer)] = name
    return names


def _compile_config(library: Library, model: Any) -> dict[str, Any] | None:
    """What ``compile`` was told, as far as it can be written down; ``None`` if not compiled."""
    try:
        config = model.get_compile_config()
    except Exception:  # an argument that cannot be written; the others can
        config = getattr(getattr(model, "_compile_config", None), "config", None)
    if not config:
        return None
    written: dict[str, Any] = serialise_or_stand_in(library, config)
    # Saving as HDF5 takes the optimizer out of Keras' own record.
    if written.get("optimizer") is None and getattr(model, "optimizer", None) is not None:
        written["optimizer"] = serialise_or_stand_in(library, model.optimizer)
    return written
