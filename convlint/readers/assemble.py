"""From a model's layers and their calls to the graph: nested models are expanded in place."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from convlint import kinds
from convlint.errors import InputError
from convlint.graph import OUTPUT, Call, Graph, Shape, Tensor
from convlint.readers import legacy
from convlint.readers.order import Node, Plan, is_operation, plan
from convlint.readers.spec import LayerSpec, ModelSpec, NodeSpec, TensorRef

MAX_CALLS: Final = 500_000
"""Most calls that nested models are expanded to; shared nesting can double it with each level."""


def assemble(model: ModelSpec) -> Graph:
    """Expand a model to the graph of its calls.

    Calls are in the order of the saved layers, as far as that is topological. Masks that Keras 3
    computes by operations of its own are left out, and so are those operations.

    Raises:
        InputError: a duplicate name, a dangling reference, a cycle, or a nested model that is
            called with too few inputs. The message names the layer, not the file.
    """
    builder = _Builder()
    outputs = builder.expand(model)
    for reference, tensor in zip(model.outputs, outputs, strict=True):
        stated = builder.shape(tensor)
        builder.emit(
            layer=reference.layer,
            class_name=OUTPUT,
            kinds=kinds.classify(OUTPUT, {}),
            config={},
            inputs=(tensor,),
            output_shapes=() if stated is None else (stated,),
        )
    return Graph(model.name, tuple(builder.calls), model.training, model.trainable)


class _Frame:
    """A model that is being expanded: one call of a nested model, or the outermost model."""

    def __init__(
        self,
        model: ModelSpec,
        plan: Plan,
        path: str,
        trainable: bool,
        arguments: Mapping[str, Any],
        wrapper: str | None,
        wrapper_config: Mapping[str, Any],
        shapes_hold: bool,
    ) -> None:
        self.model = model
        self.plan = plan
        self.path = path
        self.trainable = trainable and model.trainable
        self.arguments = arguments
        self.wrapper = wrapper
        self.wrapper_config = wrapper_config
        self.shapes_hold = shapes_hold
        self.position = 0
        self.values: dict[Node, list[Tensor] | int] = {}
        self.caller: tuple[_Frame, Node, NodeSpec] | None = None


class _Parts(NamedTuple):
    """What is the same for every call of one layer: itself and the activation split off it."""

    kinds: frozenset[str]
    class_name: str
    config: Mapping[str, Any]
    activation: tuple[str, Mapping[str, Any], frozenset[str]] | None


class _Builder:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._plans: dict[int, Plan] = {}
        self._parts: dict[tuple[int, bool], _Parts] = {}

    def emit(self, **attributes: Any) -> int:
        index = len(self.calls)
        if index >= MAX_CALLS:
            raise InputError(f"its nested models expand to more than {MAX_CALLS} calls")
        self.calls.append(Call(index, **attributes))
        return index

    def shape(self, tensor: Tensor) -> Shape | None:
        shapes = self.calls[tensor.call].output_shapes
        return shapes[tensor.output] if tensor.output < len(shapes) else None

    def expand(self, model: ModelSpec) -> list[Tensor]:
        """Emit all calls of the model; returns its outputs."""
        stack = [_Frame(model, self._plan(model), "", True, {}, None, {}, True)]
        while True:
            frame = stack[-1]
            if frame.position < len(frame.plan.order):
                node = frame.plan.order[frame.position]
                frame.position += 1
                if node not in frame.values:
                    inner = self._step(frame, node)
                    if inner is not None:
                        stack.append(inner)
                continue
            outputs = [
                _value(frame, end, f"the model {frame.model.name}") for end in frame.model.outputs
            ]
            stack.pop()
            if frame.caller is None:
                return outputs
            outer, node, call = frame.caller
            outer.values[node] = outputs
            self._state(outputs, call.output_shapes if outer.shapes_hold else ())

    def _plan(self, model: ModelSpec) -> Plan:
        known = self._plans.get(id(model))
        if known is None:
            known = self._plans[id(model)] = plan(model)
        return known

    def _step(self, frame: _Frame, node: Node) -> _Frame | None:
        """Emit one call, or open the nested model that it calls."""
        layer = frame.model.layers[node[0]]
        call = layer.nodes[node[1]]
        user = f"the layer {layer.name}"
        inputs = [_value(frame, reference, user) for reference in call.inputs]
        arguments = {**frame.arguments, **call.arguments}
        path = f"{frame.path}/{layer.name}" if frame.path else layer.name
        if layer.model is None:
            inputs += [
                _value(frame, reference, user)
                for reference in call.masks
                if not is_operation(frame.model.layers[frame.plan.positions[reference.layer]])
            ]
            frame.values[node] = self._call(frame, layer, call, path, inputs, arguments)
            return None
        wrapper, wrapper_config = frame.wrapper, frame.wrapper_config
        if layer.wrapper is not None:
            wrapper, wrapper_config = layer.wrapper, layer.wrapper_config
        inner = _Frame(
            layer.model,
            self._plan(layer.model),
            path,
            frame.trainable and layer.trainable,
            arguments,
            wrapper,
            wrapper_config,
            frame.shapes_hold and layer.wrapper is None and _shapes_are_final(layer.model),
        )
        if len(inputs) < len(layer.model.inputs):
            raise InputError(
                f"the model {path} has {len(layer.model.inputs)} inputs, "
                f"but is called with {len(inputs)}"
            )
        for reference, tensor in zip(layer.model.inputs, inputs, strict=False):
            position = inner.plan.positions[reference.layer]
            inner.values[position, reference.node] = [tensor]
        inner.caller = (frame, node, call)
        return inner

    def _call(
        self,
        frame: _Frame,
        layer: LayerSpec,
        call: NodeSpec,
        path: str,
        inputs: Sequence[Tensor],
        arguments: Mapping[str, Any],
    ) -> int:
        inside_wrapper = frame.wrapper is not None
        key = (id(layer), inside_wrapper)
        parts = self._parts.get(key)
        if parts is None:
            parts = self._parts[key] = _parts(layer, inside_wrapper)
        common: dict[str, Any] = {
            "layer": path,
            "arguments": arguments,
            "output_shapes": call.output_shapes if frame.shapes_hold else (),
            "trainable": frame.trainable and layer.trainable,
            "model": frame.path,
            "wrapper": layer.wrapper if frame.wrapper is None else frame.wrapper,
            "wrapper_config": (
                layer.wrapper_config if frame.wrapper is None else frame.wrapper_config
            ),
            "location": call.location or layer.location,
            "masked": bool(call.masks),
            "registered": layer.registered,
        }
        index = self.emit(
            class_name=parts.class_name,
            kinds=parts.kinds,
            config=parts.config,
            inputs=tuple(inputs),
            **common,
        )
        if parts.activation is not None:
            class_name, config, names = parts.activation
            index = self.emit(
                class_name=class_name,
                kinds=names,
                config=config,
                inputs=(Tensor(index),),
                fused=True,
                **common,
            )
        return index

    def _state(self, outputs: Sequence[Tensor], shapes: Sequence[Shape | None]) -> None:
        """Note what the call of a nested model states about the calls that end it."""
        for tensor, stated in zip(outputs, shapes, strict=False):
            if stated is not None and tensor.output == 0:
                call = self.calls[tensor.call]
                if not call.output_shapes:
                    self.calls[tensor.call] = call.replace(output_shapes=(stated,))


def _label(class_name: str) -> str:
    """The class name; that of the ends of graphs is ours, and a class of the user's gets another.

    It is the name under which Keras registers such a class.
    """
    return f"Custom>{OUTPUT}" if class_name == OUTPUT else class_name


def _value(frame: _Frame, reference: TensorRef, user: str) -> Tensor:
    position = frame.plan.positions[reference.layer]
    value = frame.values[position, reference.node]
    if isinstance(value, int):
        return Tensor(value, reference.output)
    if reference.output >= len(value):
        raise InputError(
            f"{user} takes output {reference.output} of {reference.layer}, which has "
            f"{len(value)} outputs"
        )
    return value[reference.output]


def _shapes_are_final(model: ModelSpec) -> bool:
    """Whether the shapes inside a model hold wherever it is called.

    A model that takes images of any size states "any" inside, while its call may know better.
    """
    layers = {layer.name: layer for layer in model.layers}
    for reference in model.inputs:
        layer = layers[reference.layer]
        shapes = layer.nodes[reference.node].output_shapes
        if not shapes or shapes[0] is None or None in shapes[0][1:]:
            return False
    return True


def _parts(layer: LayerSpec, inside_wrapper: bool) -> _Parts:
    class_name, config = _label(layer.class_name), layer.config
    if inside_wrapper and layer.wrapper is not None:
        # A call has one wrapper. Inside a wrapped model, the layer's own stays its class.
        inner = {"class_name": class_name, "config": config}
        class_name, config = layer.wrapper, {**layer.wrapper_config, "layer": inner}
    activation = None
    if kinds.has_fused_activation(class_name):
        activation = _activation(config.get("activation"))
    return _Parts(kinds.classify(class_name, config), class_name, config, activation)


def _activation(value: Any) -> tuple[str, Mapping[str, Any], frozenset[str]] | None:
    if kinds.activation_function(value) == "linear":
        return None
    class_name: str = "Activation"
    config: Mapping[str, Any] = {"activation": value}
    if isinstance(value, Mapping):
        name, inner = value.get("class_name"), value.get("config")
        if isinstance(name, str) and isinstance(inner, Mapping) and kinds.is_known(name):
            class_name, config = legacy.layer(name, inner)
    class_name = _label(class_name)
    return class_name, config, kinds.classify(class_name, config)
