"""The graph that is read from source, compared with the graph of the same model in memory.

A live model states every argument of every layer, source code only those that are written, and
some of them with a value that only a run can know. So a value that is missing in the static graph
must be the default in the live one, and UNKNOWN agrees with anything, but is counted.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Final

import keras

from convlint import kinds
from convlint.facts import Facts
from convlint.graph import OUTPUT, Call, Graph, Loss, Training
from convlint.kinds.layers import LAYERS, OLDER
from convlint.kinds.operations import OPERATIONS
from convlint.kleene import UNKNOWN

_DATA_FORMAT: Final = (None, "channels_last")
"""Data formats that mean the same in a default installation of Keras."""

_TRAINABLE_UNSAVED: Final = ("InputLayer", "SpatialDropout")
"""Layers without weights of which Keras does not save whether they are frozen."""

ROWS: Final = {**OPERATIONS, **OLDER, **LAYERS}

_OBJECTS: Final = {
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
}


@dataclass
class Comparison:
    """What differs between two graphs, and how many values of the static one are UNKNOWN."""

    differences: list[str] = field(default_factory=list)
    unknown: int = 0

    def note(self, where: str, static: object, live: object) -> None:
        self.differences.append(f"{where}: static {static!r}, live {live!r}")

    def value(self, where: str, static: Any, live: Any) -> None:
        """Compare two plain values; what is UNKNOWN counts."""
        agree, unknown = agreement(static, live)
        self.unknown += unknown
        if not agree:
            self.note(where, static, live)


def compare(static: Graph, live: Graph) -> Comparison:
    """Compare all that graphs say about their model, except source locations."""
    found = Comparison()
    if static.name != live.name:
        found.note("name of the model", static.name, live.name)
    if any(call.class_name == "Masking" or call.config.get("mask_zero") for call in live.calls):
        # Keras computes masks by operations of its own, which make other calls wait.
        static = _in_order_of(live, static)
    mine, other = _outline(static), _outline(live)
    if mine != other:
        common = sum(
            1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine, other, strict=False))
        )
        found.note(f"calls from {common} on", mine[common:], other[common:])
        return found
    for ours, theirs in zip(static.calls, live.calls, strict=True):
        _compare_calls(found, ours, theirs)
    _compare_training(found, static.training, live.training)
    if not found.differences:
        _compare_shapes(found, static, live)
    return found


def _in_order_of(model: Graph, graph: Graph) -> Graph:
    """The graph with its calls in the order of those of the same name in another one."""
    wanted = {key: position for position, key in enumerate(_keys(model))}
    keys = _keys(graph)
    if set(keys) != set(wanted):
        return graph
    new = [wanted[key] for key in keys]
    moved = (
        call.replace(
            index=new[call.index],
            inputs=tuple(tensor._replace(call=new[tensor.call]) for tensor in call.inputs),
        )
        for call in graph.calls
    )
    calls = tuple(sorted(moved, key=lambda call: call.index))
    return Graph(graph.name, calls, graph.training, graph.trainable)


def _keys(graph: Graph) -> list[tuple[str, str, int]]:
    """For each call its layer, its class, and how many of both came before."""
    seen: Counter[tuple[str, str]] = Counter()
    keys = []
    for call in graph.calls:
        name = call.layer, call.class_name
        keys.append((*name, seen[name]))
        seen[name] += 1
    return keys


def _outline(graph: Graph) -> list[str]:
    return [
        f"{call.layer}={call.label}({', '.join(f'{t.call}.{t.output}' for t in call.inputs)})"
        for call in graph.calls
    ]


def _compare_calls(found: Comparison, static: Call, live: Call) -> None:
    where = f"{live.index} {live.layer}"
    for name in ("kinds", "trainable", "model", "fused", "wrapper"):
        unsaved = name == "trainable" and live.class_name.startswith(_TRAINABLE_UNSAVED)
        if getattr(static, name) != getattr(live, name) and not unsaved:
            found.note(f"{where}.{name}", getattr(static, name), getattr(live, name))
    _compare_config(found, where, static.class_name, static.config, live.config)
    if live.wrapper is not None:
        _compare_config(found, where, live.wrapper, static.wrapper_config, live.wrapper_config)
    for name in {**static.arguments, **live.arguments}:
        if name not in static.arguments or name not in live.arguments:
            found.note(f"{where} argument {name}", static.arguments, live.arguments)
        else:
            found.value(f"{where} argument {name}", static.arguments[name], live.arguments[name])


def _compare_config(
    found: Comparison,
    where: str,
    class_name: str,
    static: Mapping[str, Any],
    live: Mapping[str, Any],
) -> None:
    row = ROWS.get(kinds.canonical(class_name))
    for name in sorted({*static, *live}):
        if name not in live:
            # A custom class need not save all its arguments, and Keras saves no input shapes.
            if row is not None and static[name] is not UNKNOWN:
                found.note(f"{where}.{name}", static[name], "nothing")
            continue
        if name in static:
            value = static[name]
        elif name == "dtype" and class_name == "InputLayer":
            value = "float32"
        elif row is None or name not in row.arguments:
            continue  # what every layer has, or a base class saves
        else:
            value = row.arguments[name]
            if value is UNKNOWN:
                found.note(f"{where}.{name}", "nothing", live[name])
                continue
        if not _same_setting(name, value, live):
            found.value(
                f"{where}.{name}",
                in_full(name, value),
                in_full(name, live[name]),
            )


def _same_setting(name: str, value: Any, live: Mapping[str, Any]) -> bool:
    """Whether a live layer has made something else of an argument that means the same."""
    stated = live[name]
    if name == "strides" and value is None:
        return stated in (live.get("pool_size"), live.get("size"))
    if name in ("attention_axes", "value_dim") and value is None:
        return True  # what it is then depends on the input
    if name == "zero_output_for_mask":
        return True  # what a wrapper wants
    if name in ("sparse", "ragged"):
        return not value and not stated
    if "factor" in name and isinstance(value, int | float) and isinstance(stated, tuple):
        return all(abs(end) in (0, value) for end in stated)
    if name == "backward_layer" and value is None:
        return str(stated["config"]["name"]).startswith("backward_")
    return False


def in_full(name: str, value: Any) -> Any:
    """An initializer, regularizer or constraint with all its arguments; else the value itself."""
    module = _OBJECTS.get(name.rpartition("_")[2])
    if module is None or value is None or value is UNKNOWN:
        if "activation" in name and kinds.activation_function(value) is not UNKNOWN:
            return kinds.activation_function(value)
        return value
    if isinstance(value, str):
        made = module.get(value)
        made = made() if isinstance(made, type) else made
        return {"class_name": type(made).__name__, "config": made.get_config()}
    unknown = {key for key, item in value["config"].items() if item is UNKNOWN}
    given = {key: item for key, item in value["config"].items() if key not in unknown}
    config = getattr(module, value["class_name"])(**given).get_config()
    return {**value, "config": {**config, **dict.fromkeys(unknown, UNKNOWN)}}


def agreement(static: Any, live: Any) -> tuple[bool, int]:
    """Whether two values agree, and how much of the first is UNKNOWN."""
    if static is UNKNOWN:
        return True, 1
    if isinstance(static, tuple) and isinstance(live, Mapping) and "config" in live:
        return agreement(static, live["config"].get("cells"))
    if isinstance(static, list | tuple) and isinstance(live, list | tuple):
        return _all(zip(static, live, strict=False), len(static) == len(live))
    if isinstance(static, Mapping) and isinstance(live, Mapping):
        # What a layer that is an argument does not state is not looked at.
        keys = [key for key in static if key in live]
        return _all(((static[k], live[k]) for k in keys), set(static) <= set(live))
    if isinstance(static, slice) and isinstance(live, slice):
        return agreement(
            (static.start, static.stop, static.step), (live.start, live.stop, live.step)
        )
    if isinstance(live, tuple) and live and isinstance(static, int):
        return all(item == static for item in live), 0
    if static in _DATA_FORMAT and live in _DATA_FORMAT:
        return True, 0
    if isinstance(static, float) or isinstance(live, float):
        numbers = isinstance(static, int | float) and isinstance(live, int | float)
        return numbers and math.isclose(static, live, rel_tol=1e-6), 0
    return bool(static == live), 0


def _all(pairs: Any, agree: bool) -> tuple[bool, int]:
    unknown = 0
    for static, live in pairs:
        one, more = agreement(static, live)
        agree, unknown = agree and one, unknown + more
    return agree, unknown


def _compare_training(found: Comparison, static: Training | None, live: Training | None) -> None:
    if static is None or live is None:
        if static is not live:
            found.note("training", static, live)
        return
    if list(map(_loss, static.losses)) != list(map(_loss, live.losses)):
        found.note("losses", static.losses, live.losses)
    # Of a function Keras saves the name alone, so that only source code knows that it is custom.
    named = [
        [[metric._replace(custom=False) for metric in metrics] for metrics in training.metrics]
        for training in (static, live)
    ]
    if named[0] != named[1]:
        found.note("metrics", static.metrics, live.metrics)
    if static.optimizer != live.optimizer:
        found.note("optimizer", static.optimizer, live.optimizer)
    if live.optimizer is None or static.optimizer != live.optimizer:
        return
    defaults = keras.optimizers.get(live.optimizer).get_config()
    for name in {**static.optimizer_config, **live.optimizer_config}.keys() - {"name"}:
        if name not in live.optimizer_config:
            found.note(f"optimizer's {name}", static.optimizer_config[name], "nothing")
            continue
        value = static.optimizer_config.get(name, defaults.get(name))
        found.value(f"optimizer's {name}", value, live.optimizer_config[name])


def _loss(loss: Loss | None) -> Loss | None:
    """A loss without the name of a custom one: of a method, Keras only says that it is one."""
    return Loss("custom", custom=True) if loss is not None and loss.custom else loss


def _compare_shapes(found: Comparison, static: Graph, live: Graph) -> None:
    ours, theirs = Facts(static), Facts(live)
    unclear = _unclear(static)
    for index in range(len(ours)):
        mine, other = ours.lookup(index, "shape"), theirs.lookup(index, "shape")
        if not _compatible(mine, other, clear=index not in unclear):
            found.note(f"shape of {index} {live.calls[index].layer}", mine, other)


def _unclear(graph: Graph) -> frozenset[int]:
    """Calls whose shape source code need not tell: of custom code, unknown values, and after."""
    unclear: set[int] = set()
    for call in graph.calls:
        if (
            "unknown" in call.kinds
            or _has_unknown(call.config)
            or _has_unknown(call.arguments)
            or any(tensor.call in unclear for tensor in call.inputs)
        ):
            unclear.add(call.index)
    return frozenset(unclear)


def _has_unknown(values: Any) -> bool:
    if isinstance(values, Mapping):
        return any(map(_has_unknown, values.values()))
    if isinstance(values, list | tuple):
        return any(map(_has_unknown, values))
    return values is UNKNOWN


def _compatible(static: Any, live: Any, *, clear: bool) -> bool:
    """Whether two shapes, or dimensions, agree; the static one may only be weaker if not clear."""
    if isinstance(static, tuple) and isinstance(live, tuple):
        return len(static) == len(live) and all(
            _compatible(mine, other, clear=clear) for mine, other in zip(static, live, strict=True)
        )
    # Keras may have stated less than follows.
    return static == live or live is UNKNOWN or (static is UNKNOWN and not clear)


def is_clear(graph: Graph) -> bool:
    """Whether source code tells everything about the graph."""
    return not _unclear(graph)


def layers(graph: Graph) -> Iterator[Call]:
    """The calls that a line of source code stands for."""
    for call in graph.calls:
        if call.class_name != OUTPUT:
            yield call
