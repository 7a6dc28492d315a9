"""Statements, but for those that branch."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.dispatch import (
    call,
    evaluate,
    executes,
)
from convlint.readers.source.expressions import combine, make_function
from convlint.readers.source.names import resolve
from convlint.readers.source.run import Raised, Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.sequences import bind, delete_item, elements
from convlint.readers.source.signals import BREAK, CONTINUE, Return
from convlint.readers.source.values import Bound, External, Function, List, Opaque, Value


@executes(ast.Expr)
def _expression(run: Run, node: ast.Expr, scope: Scope) -> Any:
    if type(node.value) is not ast.Constant:
        evaluate(run, node.value, scope)


@executes(ast.Assign)
def _assign(run: Run, node: ast.Assign, scope: Scope) -> Any:
    value = evaluate(run, node.value, scope)
    for target in node.targets:
        if type(target) is ast.Name:
            scope.bind(target.id, value)
        else:
            bind(run, target, value, scope)


@executes(ast.AnnAssign)
def _annotated(run: Run, node: ast.AnnAssign, scope: Scope) -> Any:
    if node.value is not None:
        bind(run, node.target, evaluate(run, node.value, scope), scope)


@executes(ast.AugAssign)
def _augmented(run: Run, node: ast.AugAssign, scope: Scope) -> Any:
    load = _as_load(node.target)
    left = evaluate(run, load, scope)
    right = evaluate(run, node.value, scope)
    if isinstance(left, List) and isinstance(node.op, ast.Add):
        # A list grows in place, and whoever else holds it sees that.
        more = elements(run, right)
        if more is None:
            left.open = True
        else:
            left.items.extend(more)
        return
    bind(run, node.target, combine(run, node, left, right), scope)


def _as_load(target: ast.expr) -> ast.expr:
    """The expression that reads what a target writes."""
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    return target


@executes(ast.Delete)
def _delete(run: Run, node: ast.Delete, scope: Scope) -> Any:
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.unbind(target.id)
        elif isinstance(target, ast.Subscript):
            container = logic.settle(run, evaluate(run, target.value, scope))
            delete_item(run, container, evaluate(run, target.slice, scope))


@executes(ast.Return)
def _return(run: Run, node: ast.Return, scope: Scope) -> Any:
    return Return(None if node.value is None else evaluate(run, node.value, scope))


@executes(ast.Break)
def _break(run: Run, node: ast.Break, scope: Scope) -> Any:
    return BREAK


@executes(ast.Continue)
def _continue(run: Run, node: ast.Continue, scope: Scope) -> Any:
    return CONTINUE


@executes(ast.Raise)
def _raise(run: Run, node: ast.Raise, scope: Scope) -> Any:
    value = None if node.exc is None else evaluate(run, node.exc, scope)
    raise Raised(value)


@executes(ast.Global)
def _global(run: Run, node: ast.Global, scope: Scope) -> Any:
    module = scope.module
    if scope is module:
        return
    scope.elsewhere.update(dict.fromkeys(node.names, module))
    for name in node.names:
        scope.names.pop(name, None)


@executes(ast.Nonlocal)
def _nonlocal(run: Run, node: ast.Nonlocal, scope: Scope) -> Any:
    for name in node.names:
        outer = scope.outer
        while outer is not None:
            if name in outer.names:
                scope.elsewhere[name] = outer
                break
            outer = outer.outer


@executes(ast.Import)
def _import(run: Run, node: ast.Import, scope: Scope) -> Any:
    for alias in node.names:
        if alias.asname is not None:
            scope.bind(alias.asname, External(alias.name))
        else:
            root = alias.name.partition(".")[0]
            scope.bind(root, External(root))


@executes(ast.ImportFrom)
def _import_from(run: Run, node: ast.ImportFrom, scope: Scope) -> Any:
    module = "." * node.level + (node.module or "")
    if module == "__future__":
        return
    for alias in node.names:
        if alias.name == "*":
            scope.module.stars.append(module)
        else:
            separator = "" if module.endswith(".") else "."
            scope.bind(alias.asname or alias.name, External(f"{module}{separator}{alias.name}"))


@executes(ast.FunctionDef, ast.AsyncFunctionDef)
def _function(run: Run, node: Any, scope: Scope) -> Any:
    function = make_function(run, node.name, node, scope)
    value: Value = function
    for decorator in reversed(node.decorator_list):
        value = _decorated(run, value, evaluate(run, decorator, scope), decorator)
    if isinstance(value, Opaque) and not scope.is_class:
        run.decorated.append(function)
    scope.bind(node.name, value)


def _decorated(run: Run, value: Value, decorator: Value, site: ast.AST) -> Value:
    """What a decorator makes of a function or class."""
    if isinstance(decorator, External):
        name = decorator.path.rpartition(".")[2]
        if isinstance(value, Function) and name in _KINDS:
            value.kind = name
            return value
        if resolve(decorator.path).kind == "keras":
            return value
    if isinstance(decorator, Bound) and isinstance(decorator.receiver, Function):
        getter = decorator.receiver
        is_setter = decorator.function == "setter" and isinstance(value, Function)
        return replace(getter, setter=value) if is_setter else getter
    if isinstance(decorator, Opaque):
        return value if decorator.origin in _EXPORTS else Opaque(origin=decorator.origin)
    return call(run, decorator, [value], {}, site)


_KINDS: Final = frozenset({"property", "cached_property", "staticmethod", "classmethod"})

_EXPORTS: Final = frozenset({"keras_export", "tf_export", "register_keras_serializable"})
"""What Keras and TensorFlow put on their own functions; it changes nothing."""


@executes(ast.ClassDef)
def _class(run: Run, node: ast.ClassDef, scope: Scope) -> Any:
    from convlint.readers.source.classes import make_class

    value: Value = make_class(run, node, scope)
    for decorator in reversed(node.decorator_list):
        value = _decorated(run, value, evaluate(run, decorator, scope), decorator)
    scope.bind(node.name, value)
