"""The models in a model: their order, and the names of what reading them makes."""

from __future__ import annotations

from convlint.readers.source.keras_values import Chain, Layer, Network, Traced
from convlint.readers.source.network import reached
from convlint.readers.source.run import snake_case


class Unreadable(Exception):  # noqa: N818 - the model is right, we cannot follow it
    """A model that cannot be described; says why."""


def nested_first(model: Layer) -> list[Layer]:
    """The models in a model, itself included, those that are nested in another before it."""
    found: list[Layer] = []
    finished: dict[int, bool] = {}  # False: its models are being looked at
    pending = [(model, False)]
    while pending:
        current, inner_done = pending.pop()
        if inner_done:
            finished[id(current)] = True
            found.append(current)
        elif id(current) not in finished:
            finished[id(current)] = False
            pending.append((current, True))
            for inner in _models_in(current):
                if finished.get(id(inner)) is False:
                    raise Unreadable("a model of it contains itself")
                pending.append((inner, False))
    return found


def _models_in(model: Layer) -> list[Layer]:
    inner = []
    for layer in layers_of(model):
        target = layer.wrapped or layer
        if target.body is not None and _is_open(target):
            inner.append(target)
    return inner


def name_traced(model: Layer) -> None:
    """Name what Keras makes when it reads subclassed models, in the order in which it does.

    Then automatic names start anew.
    """
    counters: dict[str, int] = {}
    pending = [model]
    seen = {id(model)}
    _name_made(model, counters)
    while pending:
        for layer in layers_of(pending.pop()):
            target = layer.wrapped or layer
            if target.body is not None and _is_open(target) and id(target) not in seen:
                seen.add(id(target))
                _name_made(target, counters)
                pending.append(target)


def _name_made(model: Layer, counters: dict[str, int]) -> None:
    if isinstance(model.body, Traced):
        for layer, class_name in model.body.made:
            prefix = snake_case(class_name)
            count = counters.get(prefix, 0)
            counters[prefix] = count + 1
            layer.name = f"{prefix}_{count}" if count else prefix


def _is_open(layer: Layer) -> bool:
    """Whether a nested model is expanded, and not one unknown call."""
    return not isinstance(layer.body, Traced) or layer.body.network is not None


def layers_of(model: Layer) -> list[Layer]:
    """The layers and operations directly in a model; Unreadable if they are not known."""
    if isinstance(model.body, Chain):
        return [*model.body.layers, *(b for layer in model.body.layers for b in layer.branches)]
    network = network_of(model)
    return reached(network).layers


def network_of(model: Layer) -> Network:
    body = model.body
    if isinstance(body, Traced):
        if body.failure is not None:
            raise Unreadable(body.failure)
        body = body.network
    if not isinstance(body, Network):
        raise Unreadable("it is not known what its call does")
    return body
