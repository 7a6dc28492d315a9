"""Whether a piece of code can have anything to do with a model.

Code that cannot is not followed both ways at a condition that nobody can decide, and not followed
through a thousand iterations of a training loop: what it assigns is then unknown, and no model
depends on it. The answer errs on the side of yes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, Final

from convlint.readers.source.keras_values import Hidden, Layer, Tensor
from convlint.readers.source.names import implicit, resolve
from convlint.readers.source.run import Run
from convlint.readers.source.scope import MISSING, Scope
from convlint.readers.source.summaries import Path, Use, summary
from convlint.readers.source.values import (
    Bound,
    Choice,
    Class,
    Dict,
    External,
    Function,
    Instance,
    List,
    Opaque,
    Partial,
    Set,
    Value,
)

BUILDING: Final = frozenset(
    {"layer", "input", "merge", "sequential", "model", "application", "policy"}
)
_LOADING: Final = frozenset({"load_model", "clone_model", "model_from_json", "model_from_yaml"})
INERT: Final = frozenset(
    """
    build count_params evaluate evaluate_generator fit fit_generator get_config get_weights history
    input_shape load_weights metrics_names name optimizer output_shape predict predict_generator
    predict_on_batch reset_metrics reset_states save save_model save_weights set_weights shape
    stop_training summary test_on_batch to_json to_yaml train_on_batch weights dtype
    trainable_weights trainable_variables non_trainable_weights variables
    """.split()
)
"""Attributes and methods of models and tensors that change nothing about the graph."""

_ENOUGH: Final = 200
"""How many items of a container are looked at."""


def is_relevant(run: Run, code: ast.AST | Sequence[ast.AST], scope: Scope) -> bool:
    """Whether a piece of code that is about to be executed may have to do with a model."""
    found = summary(run, code)
    if any(_is_model_like(run, scope.find(name)) for name in found.stores):
        return True
    return any(_matters(run, use, scope) for use in found.uses)


def has_effects(run: Run, code: ast.AST | Sequence[ast.AST], scope: Scope) -> bool:
    """Whether executing code may do more than compute values and assign names.

    That is if it has to do with a model, calls functions of the file, or changes an object.
    """
    if is_relevant(run, code, scope):
        return True
    found = summary(run, code)
    return any(_changes(path, scope) for path in found.changes) or any(
        isinstance(follow(use.path, scope)[0], Function | Class | Bound) for use in found.uses
    )


def _changes(path: Path, scope: Scope) -> bool:
    """Whether what a path leads to is an object that may be changed there."""
    value, _ = follow(path[:-1], scope)
    return isinstance(value, List | Dict | Set | Instance | Class)


def _matters(run: Run, use: Use, scope: Scope) -> bool:
    if use.callee is not None and _is_harmless(run, use.callee, scope):
        return False
    value, rest = follow(use.path, scope)
    if value is MISSING:
        return False
    if rest and isinstance(value, Layer | Tensor) and rest[0] in INERT:
        return False
    return _is_model_like(run, value)


def _is_harmless(run: Run, callee: Path, scope: Scope) -> bool:
    """Whether a callee does nothing to a model that it is given."""
    value, rest = follow(callee, scope)
    if isinstance(value, External):
        return resolve(value.path).kind in ("keras", "foreign", "object", "function")
    if value is MISSING:
        return True
    return isinstance(value, Layer) and bool(rest) and rest[0] in INERT


def follow(path: Path, scope: Scope) -> tuple[Value, Path]:
    """The value that a path leads to, and the attributes that are left.

    MISSING if its name is bound to nothing that could matter.
    """
    value = scope.find(path[0])
    if value is MISSING:
        external = implicit(path[0])
        if external is None:
            return MISSING, ()
        value = External(external)
    rest = path[1:]
    while rest:
        if isinstance(value, External):
            value = External(f"{value.path}.{rest[0]}")
        elif isinstance(value, Instance):
            found = value.attributes.get(rest[0], MISSING)
            if found is MISSING:
                found = method_of(value.cls, rest[0])
            if found is MISSING:
                return (value, rest) if value.layer is None else (value.layer, rest)
            value = found
        elif isinstance(value, Class):
            found = method_of(value, rest[0])
            if found is MISSING:
                return value, rest
            value = found
        else:
            break
        rest = rest[1:]
    return value, rest


def method_of(cls: Class, name: str) -> Value:
    """What a class or its bases define under a name, or MISSING."""
    for base in cls.lineage:
        if isinstance(base, Class) and name in base.namespace:
            return base.namespace[name]
    return MISSING


def _is_model_like(run: Run, value: Value) -> bool:
    """Whether a value is or holds, or if it is called builds, a part of a model."""
    for leaf in _leaves(value):
        if isinstance(leaf, Layer | Tensor | Hidden):
            return True
        if isinstance(leaf, Opaque):
            if leaf.tensor is not None or (leaf.members and ("layer",) in leaf.members):
                return True
        elif isinstance(leaf, External):
            symbol = resolve(leaf.path)
            if symbol.kind in BUILDING or symbol.name in _LOADING:
                return True
        elif isinstance(leaf, Function):
            if builds(run, leaf):
                return True
        elif isinstance(leaf, Class):
            if class_builds(run, leaf):
                return True
        elif isinstance(leaf, Instance) and (
            leaf.layer is not None
            or any(isinstance(item, Layer | Tensor) for item in leaf.attributes.values())
        ):
            return True
    return False


def _leaves(value: Value) -> Iterator[Value]:
    """What a value is made of, as far as it is looked at."""
    pending = [value]
    for _ in range(_ENOUGH):
        if not pending:
            return
        current = pending.pop()
        if isinstance(current, List):
            pending.extend(current.items[:_ENOUGH])
        elif isinstance(current, Dict):
            pending.extend(list(current.entries.values())[:_ENOUGH])
        elif isinstance(current, tuple):
            pending.extend(current[:_ENOUGH])
        elif isinstance(current, Choice):
            pending.extend((current.yes, current.no))
        elif isinstance(current, Bound):
            pending.extend((current.function, current.receiver))
        elif isinstance(current, Partial):
            pending.append(current.function)
        else:
            yield current


def builds(run: Run, function: Function) -> bool:
    """Whether a function of the file may build or change a part of a model."""
    known = run.building.get(function.node)
    if known is None:
        run.building[function.node] = False  # as far as its own recursion goes
        body: Any = function.node.body
        known = run.building[function.node] = is_relevant(run, body, function.scope)
    return known


def class_builds(run: Run, cls: Class) -> bool:
    """Whether objects of a class of the file may build or be a part of a model."""
    for base in cls.lineage:
        if isinstance(base, External) and resolve(base.path).kind in BUILDING:
            return True
        if isinstance(base, Class) and any(
            isinstance(member, Function) and builds(run, member)
            for member in base.namespace.values()
        ):
            return True
    return False
