"""Classes of the file, and their objects."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Final

from convlint.kinds.layers import LAYERS
from convlint.readers.source import logic
from convlint.readers.source.calls import call_function
from convlint.readers.source.dispatch import (
    call,
    calls,
    evaluate,
    execute,
)
from convlint.readers.source.enumerations import enumerate_members, member_of
from convlint.readers.source.instances import lineage
from convlint.readers.source.keras_calls import call_unknown
from convlint.readers.source.keras_values import Chain, Layer, Traced
from convlint.readers.source.layer_calls import call_layer
from convlint.readers.source.models import fill_model, fill_sequential
from convlint.readers.source.names import Symbol, resolve
from convlint.readers.source.plain import plain_config
from convlint.readers.source.relevance import method_of
from convlint.readers.source.run import Run
from convlint.readers.source.scope import MISSING, Scope
from convlint.readers.source.sequences import elements, lose
from convlint.readers.source.values import (
    UNPACKED,
    Class,
    Dict,
    External,
    Function,
    Instance,
    List,
    Opaque,
    Partial,
    Set,
    Super,
    Value,
)

_DATA_CLASSES: Final = frozenset({"dataclasses.dataclass", "typing.NamedTuple"})


def make_class(run: Run, node: ast.ClassDef, scope: Scope) -> Class:
    """The class that a definition gives."""
    bases = tuple([logic.settle(run, evaluate(run, base, scope)) for base in node.bases])
    inner = Scope(outer=scope, function=scope.function, is_class=True)
    execute(run, node.body, inner)
    cls = Class(node.name, node, bases, inner.names)
    cls.lineage = lineage(cls)
    for member in inner.names.values():
        for function in (member, member.setter) if isinstance(member, Function) else ():
            if function is not None and function.owner is None:
                function.owner = cls
    if _is_data_class(run, node, bases, scope):
        inherited = next((base.fields for base in bases if isinstance(base, Class)), None) or ()
        own = [
            statement.target.id
            for statement in node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
        cls.fields = tuple(dict.fromkeys([*inherited, *own]))
    elif bases and isinstance(bases[0], Class):
        cls.fields = bases[0].fields
    enumerate_members(cls)
    _announce(run, cls, node, scope)
    return cls


def _announce(run: Run, cls: Class, node: ast.ClassDef, scope: Scope) -> None:
    """Tell the base class that it is extended: ``__init_subclass__``."""
    for base in cls.lineage[1:]:
        hook = base.namespace.get("__init_subclass__") if isinstance(base, Class) else None
        if isinstance(hook, Function):
            options = {
                keyword.arg: evaluate(run, keyword.value, scope)
                for keyword in node.keywords
                if keyword.arg is not None and keyword.arg != "metaclass"
            }
            call_function(run, hook, [cls], options, node)
            return


def _is_data_class(run: Run, node: ast.ClassDef, bases: tuple[Value, ...], scope: Scope) -> bool:
    if any(isinstance(base, External) and base.path in _DATA_CLASSES for base in bases):
        return True
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        value = evaluate(run, called, scope)
        if isinstance(value, External) and value.path in _DATA_CLASSES:
            return True
    return False


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
    if cls.members is not None and arguments:
        return member_of(cls, logic.settle(run, arguments[0]))
    for base in cls.lineage:
        if isinstance(base, Class) and base.node is not None:
            run.called.add(base.node)
    maker = method_of(cls, "__new__")
    if isinstance(maker, Function):
        instance = call_function(run, maker, [cls, *arguments], keywords, site)
        if not isinstance(instance, Instance) or instance.cls is not cls:
            return instance
    else:
        instance = new_instance(cls, site)
    constructor = method_of(cls, "__init__")
    if isinstance(constructor, Function):
        call_function(run, constructor, [instance, *arguments], keywords, site)
        if instance.layer is not None:
            instance.layer.config = _config(constructor, arguments, keywords)
    elif cls.fields is not None:
        _set_fields(run, cls, instance, arguments, keywords, site)
    elif instance.layer is not None:
        construct_base(run, instance, arguments, keywords)
    elif instance.native is not None and arguments:
        _fill(run, instance, arguments[0])
    if instance.layer is not None:
        _identify(run, instance.layer, cls, {})
    return instance


def new_instance(cls: Class, site: ast.AST) -> Instance:
    """An object before its constructor has run."""
    instance = Instance(cls, {})
    base = keras_base(cls)
    if base is not None:
        instance.layer = _keras_side(instance, base, site)
    for ancestor in cls.lineage:
        if isinstance(ancestor, External) and ancestor.path in _NATIVE:
            instance.native = _NATIVE[ancestor.path]()
    return instance


_NATIVE: Final[dict[str, Callable[[], List | Dict | Set]]] = {
    "builtins.list": lambda: List([]),
    "builtins.dict": lambda: Dict({}),
    "collections.OrderedDict": lambda: Dict({}),
    "builtins.set": lambda: Set({}),
}


def _fill(run: Run, instance: Instance, value: Value) -> None:
    values = elements(run, value)
    if isinstance(instance.native, List) and values is not None:
        instance.native.items.extend(values)
    elif isinstance(instance.native, Dict) and isinstance(value, Dict):
        instance.native.entries.update(value.entries)
        instance.native.open |= value.open
    elif instance.native is not None:
        lose(instance.native)


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
    run: Run,
    cls: Class,
    instance: Instance,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
) -> None:
    """What the constructor of a dataclass or named tuple does."""
    fields = cls.fields or ()
    instance.attributes.update(dict(zip(fields, arguments, strict=False)))
    for name, value in keywords.items():
        if name != UNPACKED:
            instance.attributes[name] = value
    for name in fields:
        if name not in instance.attributes:
            default = method_of(cls, name)
            if isinstance(default, Partial):
                default = call(run, default.function, [], {}, site)
            known = default is not MISSING and UNPACKED not in keywords
            instance.attributes[name] = default if known else Opaque()
    after = method_of(cls, "__post_init__")
    if isinstance(after, Function):
        call_function(run, after, [instance], {}, site)


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
    if own is not MISSING:
        return call(run, own, arguments, keywords, site)
    if instance.layer is not None:
        return call_layer(run, instance.layer, arguments, keywords, site)
    return call_unknown(run, instance.cls.name, arguments, keywords, site)


@calls(Super)
def _call_super(
    run: Run, proxy: Super, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    return Opaque()
