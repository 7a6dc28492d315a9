"""Attributes of the file's classes and of their objects."""

from __future__ import annotations

import ast
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.calls import call_function
from convlint.readers.source.classes import construct_base, instantiate, new_instance
from convlint.readers.source.dispatch import attribute, reads, writes
from convlint.readers.source.models import set_trainable
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import Run
from convlint.readers.source.scope import MISSING
from convlint.readers.source.values import (
    UNPACKED,
    Bound,
    Class,
    Dict,
    Function,
    Instance,
    Native,
    Opaque,
    Super,
    Value,
)


@reads(Instance)
def _read_instance(run: Run, instance: Instance, name: str) -> Value:
    value = instance.attributes.get(name, MISSING)
    if value is not MISSING:
        return value
    member = method_of(instance.cls, name)
    if member is not MISSING:
        return bind_member(run, member, instance, instance.cls)
    if name == "__class__":
        return instance.cls
    if instance.layer is not None:
        return attribute(run, instance.layer, name)
    if instance.native is not None:
        return attribute(run, instance.native, name)
    if instance.cls.fields is not None and name in ("_replace", "_asdict"):
        return Native(name, _of_named_tuple(instance, name))
    if name == "__dict__":
        return Dict(instance.attributes)
    fallback = method_of(instance.cls, "__getattr__")
    if isinstance(fallback, Function):
        return call_function(run, fallback, [instance, name], {}, fallback.node)
    run.fails("AttributeError")
    value = instance.attributes[name] = Opaque()
    return value


def _of_named_tuple(instance: Instance, method: str) -> Any:
    def replace(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        attributes = {**instance.attributes, **keywords}
        if method == "_asdict" or UNPACKED in keywords:
            return Dict(dict(instance.attributes)) if method == "_asdict" else Opaque()
        return Instance(instance.cls, attributes)

    return replace


def bind_member(run: Run, member: Value, instance: Instance, cls: Class) -> Value:
    """A member of a class as an attribute of an object of it."""
    if not isinstance(member, Function):
        return member
    match member.kind:
        case "property":
            return call_function(run, member, [instance], {}, member.node)
        case "cached_property":
            value = call_function(run, member, [instance], {}, member.node)
            return instance.attributes.setdefault(member.name, value)
        case "staticmethod":
            return member
        case "classmethod":
            return Bound(member, cls)
    return Bound(member, instance)


@reads(Class)
def _read_class(run: Run, cls: Class, name: str) -> Value:
    member = method_of(cls, name)
    if member is MISSING:
        return _of_class(cls, name)
    if isinstance(member, Function) and (member.kind == "classmethod" or name in _IMPLICIT):
        return Bound(member, cls)
    return member


_IMPLICIT: Final = frozenset({"__init_subclass__", "__class_getitem__"})
"""Methods that are class methods without being told."""


def _of_class(cls: Class, name: str) -> Value:
    match name:
        case "__name__" | "__qualname__":
            return cls.name
        case "__new__":
            return Native(name, _new)
        case "from_config":
            return Native(name, _from_config(cls))
        case "__dict__":
            return Dict(dict(cls.namespace))
    return Opaque()


def _from_config(cls: Class) -> Any:
    def make(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
        config = arguments[0] if arguments else keywords.get("config")
        if not isinstance(config, Dict):
            return instantiate(run, cls, [], {UNPACKED: Opaque()}, site)
        given = {str(key): value for key, value in config.entries.items()}
        if config.open:
            given[UNPACKED] = Opaque()
        return instantiate(run, cls, [], given, site)

    return make


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
    if name == "__new__":
        return Native(name, _new)
    if not isinstance(receiver, Instance):
        return Native(name, _ignore)
    if name == "__init__":
        return Native(name, _base_constructor(receiver))
    if name == "__setattr__":
        return Native(name, _store_in(receiver))
    if receiver.native is not None:
        return attribute(run, receiver.native, name)
    if name in ("__call__", "call") or receiver.layer is None:
        return Native(name, _ignore) if name.startswith("__") else Opaque()
    return attribute(run, receiver.layer, name)


def _new(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    cls = arguments[0] if arguments else None
    return new_instance(cls, site) if isinstance(cls, Class) else Opaque()


def _ignore(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
    return None


def _base_constructor(instance: Instance) -> Any:
    def construct(
        run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
    ) -> Value:
        return construct_base(run, instance, arguments, keywords)

    return construct


def _store_in(instance: Instance) -> Any:
    def set_(run: Run, arguments: list[Value], keywords: dict[str, Value], site: ast.AST) -> Value:
        if len(arguments) == 2 and isinstance(arguments[0], str):
            store(run, instance, arguments[0], arguments[1])
        return None

    return set_


@writes(Instance)
def _write_instance(run: Run, instance: Instance, name: str, value: Value) -> None:
    own = method_of(instance.cls, "__setattr__")
    member = method_of(instance.cls, name)
    if isinstance(own, Function):
        call_function(run, own, [instance, name, value], {}, own.node)
    elif isinstance(member, Function) and member.setter is not None:
        call_function(run, member.setter, [instance, value], {}, member.setter.node)
    else:
        store(run, instance, name, value)


def store(run: Run, instance: Instance, name: str, value: Value) -> None:
    """Set an attribute as ``object.__setattr__`` does."""
    if instance.layer is not None and name == "trainable":
        set_trainable(instance.layer, logic.decided(run, value))
        return
    if instance.layer is not None and name in ("name", "_name") and isinstance(value, str):
        instance.layer.name = value
    instance.attributes[name] = value


@writes(Class)
def _write_class(run: Run, cls: Class, name: str, value: Value) -> None:
    cls.namespace[name] = value
