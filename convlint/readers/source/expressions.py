"""The values of expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from typing import Any, Final

from convlint.readers.source import logic
from convlint.readers.source.arithmetic import binary, has_large_width, unary
from convlint.readers.source.dispatch import (
    attribute,
    evaluate,
    evaluates,
)
from convlint.readers.source.keras_values import Tensor
from convlint.readers.source.known import unbound
from convlint.readers.source.operators import binary_operation, compare_operation, unary_operation
from convlint.readers.source.overloading import overloaded
from convlint.readers.source.relevance import has_effects
from convlint.readers.source.run import MAX_TEXT, Run
from convlint.readers.source.scope import MISSING, Scope
from convlint.readers.source.sequences import bind, elements, is_hashable, item
from convlint.readers.source.structures import is_moderate
from convlint.readers.source.values import (
    Dict,
    Function,
    Instance,
    List,
    Opaque,
    Set,
    Value,
    is_constant,
)


@evaluates(ast.Constant)
def _constant(run: Run, node: ast.Constant, scope: Scope) -> Value:
    return node.value


@evaluates(ast.Name)
def _name(run: Run, node: ast.Name, scope: Scope) -> Value:
    value = scope.find(node.id)
    return unbound(run, node.id, scope) if value is MISSING else value


@evaluates(ast.Attribute)
def _attribute(run: Run, node: ast.Attribute, scope: Scope) -> Value:
    return attribute(run, logic.settle(run, evaluate(run, node.value, scope)), node.attr)


@evaluates(ast.BinOp)
def _binary(run: Run, node: ast.BinOp, scope: Scope) -> Value:
    # A long sum leans to the left; it must not be as deep here as it is long.
    pending: list[ast.BinOp] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        pending.append(left)
        left = left.left
    value = evaluate(run, left, scope)
    for operation in reversed(pending):
        other = evaluate(run, operation.right, scope)
        value = combine(run, operation, value, other)
    return value


def combine(run: Run, node: Any, left: Value, right: Value) -> Value:
    """What the operator of a node makes of two values."""
    return combine_values(run, type(node.op), left, right, node)


def combine_values(run: Run, kind: type, left: Value, right: Value, node: ast.AST) -> Value:
    """``left <operator> right``."""
    if type(left) is Tensor or type(right) is Tensor:
        return binary_operation(run, kind, left, right, node)
    if type(left) is Instance or type(right) is Instance:
        result = overloaded(run, kind, left, right, node)
        if result is not MISSING:
            return result
    return binary(run, kind, left, right)


@evaluates(ast.UnaryOp)
def _unary(run: Run, node: ast.UnaryOp, scope: Scope) -> Value:
    value = evaluate(run, node.operand, scope)
    if isinstance(node.op, ast.Not):
        return logic.negated(run, value)
    if type(value) is Tensor:
        return unary_operation(run, type(node.op), value, node)
    return unary(type(node.op), value)


@evaluates(ast.BoolOp)
def _boolean(run: Run, node: ast.BoolOp, scope: Scope) -> Value:
    stop = isinstance(node.op, ast.Or)
    unknown: list[tuple[Hashable, Value]] = []  # the questions, and the parts that they are about
    value: Value = None
    for part in node.values:
        if unknown and has_effects(run, part, scope):
            # Whether it is evaluated at all, the parts before it decide.
            together = ("or" if stop else "and", *(key for key, _ in unknown))
            if run.decide(together) is stop:
                *before, (_, value) = unknown
                return _first(stop, before, value)
            unknown = []
        value = evaluate(run, part, scope)
        known = logic.truth(run, value)
        if known is True or known is False:
            if known is stop:
                break
            continue
        unknown.append((logic.question(known), value))
    if unknown and value is unknown[-1][1]:
        unknown.pop()
    if unknown and isinstance(value, bool) and value is stop:
        return value  # whatever the unknown parts are
    return _first(stop, unknown, value)


def _first(stop: bool, unknown: list[tuple[Hashable, Value]], last: Value) -> Value:
    """The first of the parts whose truth is ``stop``, or the last."""
    for key, value in reversed(unknown):
        test = Opaque(key)
        last = logic.select(test, *((value, last) if stop else (last, value)))
    return last


@evaluates(ast.Compare)
def _compare(run: Run, node: ast.Compare, scope: Scope) -> Value:
    left = evaluate(run, node.left, scope)
    keys = []
    for operator, operand in zip(node.ops, node.comparators, strict=True):
        right = evaluate(run, operand, scope)
        if type(left) is Tensor or type(right) is Tensor:
            result = compare_operation(run, type(operator), left, right, node)
        else:
            result = logic.compare(run, type(operator), left, right)
        if len(node.ops) == 1 or result is False:
            return result
        if result is not True:
            keys.append(logic.question(result))
        left = right
    return Opaque(("and", *keys)) if keys else True


@evaluates(ast.IfExp)
def _conditional(run: Run, node: ast.IfExp, scope: Scope) -> Value:
    test = logic.truth(run, evaluate(run, node.test, scope))
    if test is not True and test is not False:
        if not any(has_effects(run, part, scope) for part in (node.body, node.orelse)):
            yes, no = evaluate(run, node.body, scope), evaluate(run, node.orelse, scope)
            return logic.select(test, yes, no)
        test = run.decide(logic.question(test))
    return evaluate(run, node.body if test else node.orelse, scope)


@evaluates(ast.Tuple)
def _tuple(run: Run, node: ast.Tuple, scope: Scope) -> Value:
    items = _items(run, node.elts, scope)
    return Opaque() if items is None else make_tuple(items)


def make_tuple(items: list[Value]) -> Value:
    """A tuple; unknown if it is too large or nested too deeply to be compared."""
    made = tuple(items)
    if any(type(item) is tuple for item in made) and not is_moderate(made):
        return Opaque()
    return made


@evaluates(ast.List)
def _list(run: Run, node: ast.List, scope: Scope) -> Value:
    items = _items(run, node.elts, scope)
    return List([], open=True) if items is None else List(items)


@evaluates(ast.Set)
def _set(run: Run, node: ast.Set, scope: Scope) -> Value:
    items = _items(run, node.elts, scope)
    if items is None or not all(map(is_constant, items)):
        return Set({}, open=True)
    return Set(dict.fromkeys(items))


def _items(run: Run, nodes: list[ast.expr], scope: Scope) -> list[Value] | None:
    """The values of the parts of a display; None if it is not known how many they are."""
    values: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            more = elements(run, evaluate(run, node.value, scope))
            if more is None:
                return None
            values.extend(more)
        else:
            values.append(evaluate(run, node, scope))
    return values


@evaluates(ast.Dict)
def _dict(run: Run, node: ast.Dict, scope: Scope) -> Value:
    result = Dict({})
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = evaluate(run, value_node, scope)
        if key_node is None:
            value = logic.settle(run, value)
            if isinstance(value, Dict):
                result.entries.update(value.entries)
                result.open |= value.open
            else:
                result.open = True
            continue
        key = logic.settle(run, evaluate(run, key_node, scope))
        if is_hashable(key):
            result.entries[key] = value
        else:
            result.open = True
    return result


@evaluates(ast.Subscript)
def _subscript(run: Run, node: ast.Subscript, scope: Scope) -> Value:
    container = logic.settle(run, evaluate(run, node.value, scope))
    key = evaluate(run, node.slice, scope)
    return item(run, container, key, node)


@evaluates(ast.Slice)
def _slice(run: Run, node: ast.Slice, scope: Scope) -> Value:
    return slice(
        *(
            None if bound is None else logic.settle(run, evaluate(run, bound, scope))
            for bound in (node.lower, node.upper, node.step)
        )
    )


@evaluates(ast.JoinedStr)
def _formatted_string(run: Run, node: ast.JoinedStr, scope: Scope) -> Value:
    parts: list[str] = []
    known = True
    for part in node.values:
        value = part.value if isinstance(part, ast.Constant) else evaluate(run, part, scope)
        if isinstance(value, str):
            parts.append(value)
        else:
            known = False
    text = "".join(parts)
    return text if known and len(text) <= MAX_TEXT else Opaque()


_CONVERSIONS: Final[dict[int, Callable[[object], str]]] = {
    ord("r"): repr,
    ord("s"): str,
    ord("a"): ascii,
}


@evaluates(ast.FormattedValue)
def _formatted_value(run: Run, node: ast.FormattedValue, scope: Scope) -> Value:
    value = logic.settle(run, evaluate(run, node.value, scope))
    form = "" if node.format_spec is None else evaluate(run, node.format_spec, scope)
    if not is_constant(value) or not isinstance(form, str) or has_large_width(form):
        return Opaque()
    convert = _CONVERSIONS.get(node.conversion)
    try:
        return format(value if convert is None else convert(value), form)
    except (TypeError, ValueError, OverflowError):
        return Opaque()


@evaluates(ast.Lambda)
def _lambda(run: Run, node: ast.Lambda, scope: Scope) -> Value:
    return make_function(run, "<lambda>", node, scope)


def make_function(
    run: Run, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
) -> Function:
    """A function defined here, with its defaults evaluated."""
    arguments = node.args
    return Function(
        name,
        node,
        scope.closure,
        tuple([evaluate(run, default, scope) for default in arguments.defaults]),
        {
            argument.arg: evaluate(run, default, scope)
            for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            if default is not None
        },
    )


@evaluates(ast.NamedExpr)
def _named(run: Run, node: ast.NamedExpr, scope: Scope) -> Value:
    value = evaluate(run, node.value, scope)
    bind(run, node.target, value, scope)
    return value
