"""Operators on symbolic tensors, which Keras records as operations: ``x + y``, ``x[:, 0]``."""

from __future__ import annotations

import ast
from typing import Final

from convlint.readers.operations import PREFIX
from convlint.readers.source import logic
from convlint.readers.source.keras_values import Layer, Tensor
from convlint.readers.source.run import Run
from convlint.readers.source.structures import tensors_in
from convlint.readers.source.tensors import apply_unknown, as_tensor, outputs_of, record
from convlint.readers.source.values import Choice, Opaque, Value

_BINARY: Final[dict[type, str]] = {
    ast.Add: "Add",
    ast.Sub: "Subtract",
    ast.Mult: "Multiply",
    ast.Div: "TrueDivide",
    ast.FloorDiv: "FloorDivide",
    ast.Mod: "Mod",
    ast.Pow: "Power",
    ast.MatMult: "Matmul",
    ast.BitAnd: "LogicalAnd",
    ast.BitOr: "LogicalOr",
    ast.BitXor: "LogicalXor",
}
_COMPARISONS: Final[dict[type, str]] = {
    ast.Lt: "Less",
    ast.LtE: "LessEqual",
    ast.Gt: "Greater",
    ast.GtE: "GreaterEqual",
    ast.NotEq: "NotEqual",
}
_UNARY: Final[dict[type, str]] = {ast.USub: "Negative", ast.Invert: "LogicalNot"}


def operation(
    run: Run,
    class_name: str,
    config: dict[str, object],
    arguments: list[Value],
    keywords: dict[str, Value],
    site: ast.AST,
    outputs: int = 1,
    prefix: str = PREFIX,
) -> Value:
    """Record an operation on symbolic tensors; an unknown value if there are none."""
    operands = [*arguments, *keywords.values()]
    if not any(tensors_in(operand) for operand in operands):
        return Opaque()
    unknown = [operand for operand in operands if type(operand) is Opaque]
    if any(operand.tensor is None for operand in unknown):
        # It may be a tensor as well as a number, and then there is an edge more.
        tensors = [tensor for operand in operands for tensor in tensors_in(operand)]
        return apply_unknown(run, class_name.lower(), tensors, site)
    arguments = [as_tensor(value) if type(value) is Opaque else value for value in arguments]
    layer = Layer(prefix + class_name, config, "", site, outputs=outputs)
    run.christen(layer, class_name, symbolic=True)
    node = record(run, layer, arguments, keywords)
    return Opaque() if node is None else Tensor(layer, node)


def _answered(run: Run, value: Value) -> Value:
    return logic.settle(run, value) if type(value) is Choice else value


def binary_operation(run: Run, kind: type, left: Value, right: Value, site: ast.AST) -> Value:
    """``left <operator> right`` where at least one is a symbolic tensor."""
    name = _BINARY.get(kind)
    operands = [_answered(run, left), _answered(run, right)]
    if name is None:
        return apply_unknown(run, kind.__name__.lower(), tensors_in(tuple(operands)), site)
    return operation(run, name, {}, operands, {}, site)


def compare_operation(run: Run, kind: type, left: Value, right: Value, site: ast.AST) -> Value:
    """A comparison where at least one side is a symbolic tensor."""
    name = _COMPARISONS.get(kind)
    if name is None:
        # `is`, `in` and `==` compare the objects.
        return logic.compare(run, kind, left, right)
    return operation(run, name, {}, [_answered(run, left), _answered(run, right)], {}, site)


def unary_operation(run: Run, kind: type, value: Tensor, site: ast.AST) -> Value:
    """``-value`` or ``~value`` of a symbolic tensor."""
    name = _UNARY.get(kind)
    return value if name is None else operation(run, name, {}, [value], {}, site)


def index_tensor(run: Run, tensor: Tensor, key: Value, site: ast.AST) -> Value:
    """``tensor[key]``: one of several outputs, or a slice of the only one."""
    if tensor.output == 0 and tensor.layer.outputs != 1:
        values = outputs_of(tensor)
        if values is not None and isinstance(key, int) and -len(values) <= key < len(values):
            return values[key]
        return apply_unknown(run, "getitem", [tensor], site)
    if type(key) is Opaque:
        return apply_unknown(run, "getitem", [tensor], site)
    return operation(run, "GetItem", {}, [tensor, key], {}, site)
