"""Classes of the file, and their objects."""

from __future__ import annotations

import ast
from typing import Any

from convlint.kinds.layers import LAYERS
from convlint.readers.source import logic
from convlint.readers.source.calls import call_function
from convlint.readers.source.dispatch import attribute, calls, evaluate, execute, reads, writes
from convlint.readers.source.keras_calls import call_unknown
from convlint.readers.source.layer_calls import call_layer
from convlint.readers.source.models import fill_model, fill_sequential, set_trainable
from convlint.readers.source.names import Symbol, resolve
from convlint.readers.source.plain import plain_config
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import Run
from convlint.readers.source.scope import MISSING, Scope
from convlint.readers.source.values import (
    UNPACKED,
    Bound,
    Chain,
    Class,
    External,
    Function,
    Instance,
    Layer,
    Native,
    Opaque,
    Super,
    Traced,
    Value,
)

_DATA_CLASSES = frozenset({"dataclasses.dataclass", "typing.NamedTuple"})


def make_class(run: Run, node: ast.ClassDef, scope: Scope) -> Class:
    """The class that a definition gives."""
    bases = tuple([logic.settle(run, evaluate(run, base, scope)) for base in node.bases])
    inner = Scope(outer=scope, function=scope.function, is_class=True)
    execute(run, node.body, inner)
    cls = Class(node.name, node, bases, inner.names)
    cls.lineage = _lineage(cls)
    for member in inner.names.values():
        if isinstance(member, Function) and member.owner is None:
            member.owner = cls
    if _is_data_class(run, node, bases, scope):
        cls.fields = tuple(
            statement.target.id
            for statement in node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        )
    return cls


def _is_data_class(
    run: Run, node: ast.ClassDef, bases: tuple[Value, ...], scope: Scope
) -> bool:
    if any(isinstance(base, External) and base.path in _DATA_CLASSES for base in bases):
        return True
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        value = evaluate(run, called, scope)
        if isinstance(value, External) and value.path in _DATA_CLASSES:
            return True
    return False


def _lineage(cls: Class) -> tuple[Value, ...]:
    """The order in which names are looked up: depth first, shared bases last."""
    found: list[Value] = [cls]
    for base in cls.bases:
        for ancestor in base.lineage if isinstance(base, Class) else (base,):
            if ancestor in found:
                found.remove(ancestor)
            found.append(ancestor)
    return tuple(found)


def keras_base(cls: Class) -> Symbol | None:
    """The class of Keras that a class of the file extends, if it is a layer or a model."""
    for base in cls.lineage:
        if isinstance(base, External):
            symbol = resolve(base.path)
            if symbol.kind in ("layer", "model", "sequential") or symbol.name == "Layer":
                return symbol
    return None


@calls(Class)
def instantiate(
    run: Run, cls: Class, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """An object of a class of the file."""
    run.called.add(cls.node)
    instance = Instance(cls, {})
    base = keras_base(cls)
    if base is not None:
        instance.layer = _keras_side(instance, base, site)
    elif any(not isinstance(one, Class) and not _is_plain(one) for one in cls.lineage):
        instance.attributes["__class__"] = cls
    constructor = method_of(cls, "__init__")
    if isinstance(constructor, Function):
        call_function(run, constructor, [instance, *arguments], keywords, site)
        if instance.layer is not None and constructor.node.args:
            instance.layer.config = _config(constructor, arguments, keywords)
    elif cls.fields is not None:
        _set_fields(cls, instance, arguments, keywords)
    elif instance.layer is not None:
        construct_base(run, instance, arguments, keywords)
    if instance.layer is not None:
        _identify(run, instance.layer, cls, {})
    return instance


def _is_plain(base: Value) -> bool:
    return isinstance(base, External) and base.path in ("builtins.object", "abc.ABC")


def _keras_side(instance: Instance, base: Symbol, site: ast.AST) -> Layer:
    name = instance.cls.name
    # A class of the file that is called like one of Keras must not pass for it.
    layer = Layer(f"Custom>{name}" if name in LAYERS else name, {}, "", site, outputs=0)
    layer.instance = instance
    if base.kind == "sequential":
        layer.body = Chain([])
        layer.class_name = "Sequential"
    elif base.kind == "model":
        layer.body = Traced()
    return layer


def _config(
    constructor: Function, arguments: list[Value], keywords: dict[str, Value]
) -> dict[str, Any]:
    """The constructor's arguments, which Keras saves of a class that does not say better."""
    names = [parameter.arg for parameter in constructor.node.args.args][1:]
    given = dict(zip(names, arguments, strict=False))
    given.update({name: value for name, value in keywords.items() if name != UNPACKED})
    return plain_config(
        {name: value for name, value in given.items() if name not in ("name", "trainable")}
    )


def _set_fields(
    cls: Class, instance: Instance, arguments: list[Value], keywords: dict[str, Value]
) -> None:
    fields = cls.fields or ()
    instance.attributes.update(dict(zip(fields, arguments, strict=False)))
    for name, value in keywords.items():
        if name != UNPACKED:
            instance.attributes[name] = value
    for name in fields:
        if name not in instance.attributes:
            default = cls.namespace.get(name, Opaque())
            instance.attributes[name] = Opaque() if UNPACKED in keywords else default


def construct_base(
    run: Run, instance: Instance, arguments: list[Value], keywords: dict[str, Value]
) -> Value:
    """``super().__init__(...)`` of a class of Keras."""
    layer = instance.layer
    if layer is None:
        return None
    _identify(run, layer, instance.cls, keywords)
    if "trainable" in keywords:
        layer.trainable = logic.decided(run, keywords["trainable"])
    if isinstance(layer.body, Chain):
        layers = arguments[0] if arguments else keywords.get("layers")
        fill_sequential(run, layer, layer.body, layers)
    elif isinstance(layer.body, Traced) and (
        len(arguments) >= 2 or keywords.keys() & {"inputs", "outputs", "input", "output"}
    ):
        fill_model(run, layer, arguments, keywords)
        layer.class_name = "Functional"
    return None


def _identify(run: Run, layer: Layer, cls: Class, keywords: dict[str, Value]) -> None:
    """Give the Keras side of an object its name, and a model its place among the models."""
    if layer.name:
        return
    name = keywords.get("name")
    layer.name = name if isinstance(name, str) and name else run.name(cls.name)
    if layer.body is not None:
        run.models.append(layer)


@reads(Instance)
def _read_instance(run: Run, instance: Instance, name: str) -> Value:
    value = instance.attributes.get(name, MISSING)
    if value is not MISSING:
        return value
    member = method_of(instance.cls, name)
    if member is not MISSING:
        return bind_member(run, member, instance, instance.cls)
    if instance.layer is not None:
        return attribute(run, instance.layer, name)
    if name == "__class__":
        return instance.cls
    value = instance.attributes[name] = Opaque()
    return value


def bind_member(run: Run, member: Value, instance: Instance, cls: Class) -> Value:
    """A member of a class as an attribute of an object of it."""
    if not isinstance(member, Function):
        return member
    match member.kind:
        case "property":
            return call_function(run, member, [instance], {}, member.node)
        case "staticmethod":
            return member
        case "classmethod":
            return Bound(member, cls)
    return Bound(member, instance)


@reads(Class)
def _read_class(run: Run, cls: Class, name: str) -> Value:
    member = method_of(cls, name)
    if member is MISSING:
        return cls.name if name == "__name__" else Opaque()
    if isinstance(member, Function) and member.kind == "classmethod":
        return Bound(member, cls)
    return member


@reads(Super)
def _read_super(run: Run, proxy: Super, name: str) -> Value:
    receiver = proxy.receiver
    lineage = receiver.cls.lineage if isinstance(receiver, Instance) else proxy.cls.lineage
    after = lineage[lineage.index(proxy.cls) + 1 :] if proxy.cls in lineage else ()
    for base in after:
        if isinstance(base, Class) and name in base.namespace:
            member = base.namespace[name]
            if isinstance(receiver, Instance):
                return bind_member(run, member, receiver, receiver.cls)
            return Bound(member, receiver) if isinstance(member, Function) else member
    if not isinstance(receiver, Instance):
        return Opaque()
    if name == "__init__":
        return Native(name, _base_constructor(receiver))
    if name in ("__call__", "call") or receiver.layer is None:
        return Opaque()
    return attribute(run, receiver.layer, name)


def _base_constructor(instance: Instance) -> Any:
    def construct(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        return construct_base(run, instance, arguments, keywords)

    return construct


@writes(Instance)
def _write_instance(run: Run, instance: Instance, name: str, value: Value) -> None:
    if instance.layer is not None and name == "trainable":
        set_trainable(instance.layer, logic.decided(run, value))
        return
    if instance.layer is not None and name in ("name", "_name") and isinstance(value, str):
        instance.layer.name = value
    instance.attributes[name] = value


@writes(Class)
def _write_class(run: Run, cls: Class, name: str, value: Value) -> None:
    cls.namespace[name] = value


@calls(Instance)
def _call_instance(
    run: Run,
    instance: Instance,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> Value:
    own = method_of(instance.cls, "__call__")
    if isinstance(own, Function):
        return call_function(run, own, [instance, *arguments], keywords, site)
    if instance.layer is not None:
        return call_layer(run, instance.layer, arguments, keywords, site)
    return call_unknown(run, instance.cls.name, arguments, keywords, site)


@calls(Super)
def _call_super(
    run: Run, proxy: Super, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return Opaque()
