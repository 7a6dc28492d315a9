"""The vocabulary of operations that are not layers: Keras 3's, with the prefix ``ops.``.

An operation's constructor arguments (``axis``, ``newshape``) are configuration; constants that
stand where a tensor could (``x2`` of ``x * 0.1``, ``key`` of ``x[:, 0]``) are call arguments.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "ops."
TENSORFLOW: Final = "tf."
"""The prefix of TensorFlow's operations that the vocabulary lacks."""
TENSORFLOW_LAYERS: Final = frozenset({"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"})
"""What tf.keras 2 saved such operations as."""

_BINARY: Final = ("x1", "x2")
_CALL_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        [
            "Add",
            "Subtract",
            "Multiply",
            "Divide",
            "TrueDivide",
            "DivideNoNan",
            "FloorDivide",
            "Mod",
            "Fmod",
            "Power",
            "Maximum",
            "Minimum",
            "Fmax",
            "Fmin",
            "Matmul",
            "Dot",
            "Inner",
            "Outer",
            "Vdot",
            "Kron",
            "Tensordot",
            "Cross",
            "Append",
            "Arctan2",
            "Hypot",
            "Equal",
            "NotEqual",
            "Greater",
            "GreaterEqual",
            "Less",
            "LessEqual",
            "LogicalAnd",
            "LogicalOr",
            "LogicalXor",
            "Logaddexp",
            "Isclose",
            "AllClose",
        ],
        _BINARY,
    ),
    "GetItem": ("x", "key"),
    "Where": ("condition", "x1", "x2"),
    "Take": ("x", "indices"),
    "TakeAlongAxis": ("x", "indices"),
    "Pad": ("x", "constant_values"),
    "Slice": ("inputs", "start_indices"),
    "SliceUpdate": ("inputs", "start_indices", "updates"),
    "FullLike": ("x", "fill_value"),
    "Average": ("x", "weights"),
    "DotProductAttention": ("query", "key", "value", "bias", "mask", "scale"),
}


def call_arguments(class_name: str) -> tuple[str, ...]:
    """Names of the positional arguments of an operation's call, as far as they matter."""
    return _CALL_ARGUMENTS.get(class_name.removeprefix(PREFIX), ())
