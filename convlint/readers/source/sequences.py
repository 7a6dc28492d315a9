"""Containers: their elements, their items, and assignment to targets."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Sequence
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.dispatch import call, evaluate, set_attribute
from convlint.readers.source.keras_values import Hidden, Layer, Network, Tensor
from convlint.readers.source.network import reached
from convlint.readers.source.operators import index_tensor
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import MAX_ITEMS, MAX_TEXT, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.tensors import outputs_of
from convlint.readers.source.values import (
    Array,
    Bound,
    Class,
    Dict,
    External,
    Function,
    Instance,
    Iterator,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
)

_TYPES: Final = ("typing", "collections", "numpy.typing", "jaxtyping")
"""Packages whose names are indexed to make types."""

_SIZED: Final = frozenset({tuple, str, bytes, range})


def _length(value: Any) -> int:
    """The length of a sequence; that of a range may be more than Python can say."""
    if type(value) is range:
        return max(0, (value.stop - value.start) // value.step + 1)
    return len(value)


def elements(run: Run, value: Value) -> list[Value] | None:
    """What iteration over a value yields; None if that is not known."""
    value = logic.settle(run, value)
    kind = type(value)
    if kind in _SIZED:
        if _length(value) > MAX_TEXT:
            return None
        run.spend(len(value) >> 4)
        return list(value)
    if kind is List or kind is Set:
        run.spend(len(value.items) >> 4)
        if value.open:
            return None
        return value.items if kind is List else list(value.items)
    if kind is Dict:
        run.spend(len(value.entries) >> 4)
        return None if value.open else list(value.entries)
    if kind is Tensor:
        return outputs_of(value)
    if kind is Iterator:
        return _exhaust(run, value)
    if kind is Instance:
        return _of_instance(run, value)
    if kind is Class and value.members is not None:
        return list(value.members.values())
    return None


def _exhaust(run: Run, value: Iterator) -> list[Value] | None:
    """All that is left of an iterator; None if that is too much, or not known."""
    found: list[Value] = []
    if not value.open:
        for item in value.source:
            run.spend(1)
            found.append(item)
            if len(found) > MAX_ITEMS:
                value.open = True
                break
    return None if value.open else found


def _of_instance(run: Run, value: Instance) -> list[Value] | None:
    if value.native is not None:
        return elements(run, value.native)
    method = method_of(value.cls, "__iter__")
    if isinstance(method, Function):
        return elements(run, call(run, Bound(method, value), [], {}, method.node))
    return _fields(value)


def _from_the_end(layers: Hidden, key: Value) -> Value:
    """``model.layers[-1]`` of a model that begins with a backbone's layers; None for these."""
    body = layers.owner.body
    if layers.key is not None or not isinstance(body, Network) or type(key) is not int:
        return None
    known = [layer for layer in reached(body).layers if not layer.class_name.startswith("ops.")]
    tail = known[key:] if -len(known) <= key < 0 else []
    if not tail or any(layer.hidden is not None for layer in tail):
        return None
    return tail[0] if tail[0].instance is None else tail[0].instance


def _fields(value: Instance) -> list[Value] | None:
    """The fields of a named tuple."""
    if value.cls.fields is None:
        return None
    return [value.attributes.get(name, Opaque()) for name in value.cls.fields]


def item(run: Run, container: Value, key: Value, site: ast.AST) -> Value:
    """``container[key]``."""
    kind = type(container)
    if kind is Tensor:
        return index_tensor(run, container, key, site)
    if kind is External:
        if not logic.is_data(container) or container.path.startswith(_TYPES):
            return container  # list[int], Tuple[str, ...]
        container, kind = run.unbound.setdefault(container.path, Opaque(container)), Opaque
    key = logic.settle(run, key)
    if type(key) is slice and kind in (List, tuple, str):
        run.spend(len(container.items if kind is List else container) >> 6)
    if kind is Dict:
        return entry(run, container, key, site)
    if kind is List:
        if container.owner is not None and type(key) is slice and not _is_known(key):
            return Hidden(container.owner, Opaque())
        return _element(run, container.items, key, open_=container.open)
    if kind is tuple or kind is str or kind is bytes or kind is range:
        return _element(run, container, key, open_=False)
    if kind is Opaque:
        return member(container, ("item", key) if is_constant(key) else None)
    if kind is Array:
        return Array()
    if kind is Hidden:
        found = _from_the_end(container, key)
        return Hidden(container.owner, ("item", container.key, key)) if found is None else found
    if kind is Instance:
        return _item_of_instance(run, container, key, site)
    if kind is Class and container.members is not None and isinstance(key, str):
        return container.members.get(key, Opaque())
    return Opaque()


def _item_of_instance(run: Run, value: Instance, key: Value, site: ast.AST) -> Value:
    method = method_of(value.cls, "__getitem__")
    if isinstance(method, Function):
        return call(run, Bound(method, value), [key], {}, site)
    if value.native is not None:
        return item(run, value.native, key, site)
    values = _fields(value)
    return Opaque() if values is None else _element(run, values, key, open_=False)


def member(value: Opaque, key: Hashable) -> Value:
    """An attribute or item of an unknown value: the same one each time it is read."""
    if key is None:
        return Opaque(lost=value.lost)
    if value.members is None:
        value.members = {}
    if key not in value.members:
        value.members[key] = Opaque(lost=value.lost)
    return value.members[key]


def answer(value: Opaque, name: str, arguments: Sequence[Value]) -> Value:
    """What ``value.get(...)`` gives: the same for the same constants, as they ask for the same."""
    return member(value, ("answer", name, *arguments) if is_constant(tuple(arguments)) else None)


def entry(run: Run, container: Dict, key: Value, site: ast.AST) -> Value:
    """The value of a key; what is made for it if it is missing."""
    if not is_hashable(key):
        return Opaque()
    if key in container.entries:
        return container.entries[key]
    if container.open:
        # Read again, it is the same unknown value.
        container.entries[key] = Opaque()
    elif container.factory is not None:
        container.entries[key] = call(run, container.factory, [], {}, site)
    else:
        run.fails("KeyError")
        return Opaque()
    return container.entries[key]


def is_hashable(key: Value) -> bool:
    """Whether a value can be the key of a dict here: a constant, or an object by identity."""
    return is_constant(key) or isinstance(
        key, Layer | Tensor | Function | Class | Instance | External
    )


def _is_known(key: slice) -> bool:
    return all(bound is None or isinstance(bound, int) for bound in (key.start, key.stop, key.step))


def _element(run: Run, items: Any, key: Value, *, open_: bool) -> Value:
    if isinstance(key, slice):
        if open_ or not _is_known(key):
            return List([], open=True) if isinstance(items, list) else Opaque()
        try:
            part = items[key]
        except ValueError:
            return Opaque()
        return List(part) if isinstance(items, list) else part
    if not isinstance(key, int) or open_:
        return Opaque()
    try:
        return items[key]
    except IndexError:
        run.fails("IndexError")
        return Opaque()


def set_item(run: Run, container: Value, key: Value, value: Value) -> None:
    """``container[key] = value``."""
    key = logic.settle(run, key)
    if isinstance(container, Instance):
        method = method_of(container.cls, "__setitem__")
        if isinstance(method, Function):
            call(run, Bound(method, container), [key, value], {}, method.node)
            return
        container = container.native
    if isinstance(container, Dict):
        if is_hashable(key):
            container.entries[key] = value
        else:
            container.entries.clear()
            container.open = True
    elif isinstance(container, List):
        if isinstance(key, int) and -len(container.items) <= key < len(container.items):
            container.items[key] = value
        elif isinstance(key, slice):
            _set_slice(run, container, key, value)
        else:
            lose(container)
    elif isinstance(container, Opaque) and is_constant(key):
        if container.members is None:
            container.members = {}
        container.members["item", key] = value


def _set_slice(run: Run, container: List, key: slice, value: Value) -> None:
    values = elements(run, value)
    try:
        container.items[key] = values if values is not None else []
    except (TypeError, ValueError):
        values = None
    if values is None:
        lose(container)


def delete_item(run: Run, container: Value, key: Value) -> None:
    """``del container[key]``."""
    key = logic.settle(run, key)
    if isinstance(container, Dict) and is_hashable(key):
        container.entries.pop(key, None)
    elif isinstance(container, List) and isinstance(key, int | slice):
        try:
            del container.items[key]
        except (IndexError, ValueError, TypeError):
            lose(container)
    else:
        lose(container)


def lose(value: Value) -> None:
    """Forget what a container holds: something unknown happened to it."""
    if isinstance(value, List):
        value.items = []
        value.open = True
    elif isinstance(value, Dict):
        value.entries = {}
        value.open = True
    elif isinstance(value, Set):
        value.items = {}
        value.open = True


def bind(run: Run, target: ast.expr, value: Value, scope: Scope) -> None:
    """Assign a value to a target."""
    if isinstance(target, ast.Name):
        scope.bind(target.id, value)
    elif isinstance(target, ast.Attribute):
        set_attribute(run, evaluate(run, target.value, scope), target.attr, value)
    elif isinstance(target, ast.Subscript):
        container = logic.settle(run, evaluate(run, target.value, scope))
        set_item(run, container, evaluate(run, target.slice, scope), value)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(run, target.elts, value, scope)
    elif isinstance(target, ast.Starred):
        bind(run, target.value, value, scope)


def _unpack(run: Run, targets: list[ast.expr], value: Value, scope: Scope) -> None:
    value = logic.settle(run, value)
    parts = _parts(run, value, targets)
    for target, part in zip(targets, parts, strict=True):
        bind(run, target, part, scope)


def _parts(run: Run, value: Value, targets: list[ast.expr]) -> list[Value]:
    star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    count = len(targets)
    if type(value) is Tensor:
        values: list[Value] | None = outputs_of(value, count if star is None else None)
    elif type(value) is Opaque:
        return [
            List([], open=True) if place == star else member(value, ("item", place))
            for place in range(count)
        ]
    else:
        values = elements(run, value)
    if values is None:
        return [List([], open=True) if place == star else Opaque() for place in range(count)]
    if star is None:
        if len(values) == count:
            return values
        return [Opaque() for _ in range(count)]
    after = count - star - 1
    if len(values) < count - 1:
        return [Opaque() for _ in range(count)]
    middle = List(values[star : len(values) - after])
    return [*values[:star], middle, *values[len(values) - after :]]
