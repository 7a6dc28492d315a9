"""Transformers: where order enters, and where their blocks normalise."""

from __future__ import annotations

from typing import Final

from convlint.facts.core import Facts
from convlint.facts.inference.dimensions import product
from convlint.facts.registry import call_fact, model_fact, sweep
from convlint.facts.shapes import input_rank, input_spatial_shape, rank, spatial_shape
from convlint.graph import Call
from convlint.kleene import UNKNOWN, Truth

TOKENWISE: Final = frozenset({"act", "norm", "dropout", "noise", "scale", "cast", "math"})
"""Kinds that treat every token alike, and by itself."""

MERGES: Final = frozenset({"add", "subtract", "multiply", "divide", "average", "maximum"})
ORDERLESS: Final = frozenset({"global_pool", "output"})
"""Kinds whose result does not depend on the order of the tokens, or where the model ends."""


@call_fact
def self_attention(facts: Facts, call: Call) -> bool:
    """Is an attention whose query, key and value are one tensor, and that is given no mask."""
    return (
        "attention" in call.kinds
        and len(call.inputs) > 1
        and len(set(facts.producers[call.index])) == 1
        and not call.arguments.get("use_causal_mask")
        and not call.arguments.keys() & {"attention_mask", "mask"}
        and facts.lookup(call.index, "sliding_window") in (None, UNKNOWN)
        and facts.lookup(call.index, "attention_axes") in (None, UNKNOWN, 1, (1,))
    )


@call_fact
def blind_to_order(facts: Facts, call: Call) -> Truth:
    """Is a self-attention on tokens to which nothing has said where they stand.

    Self-attention, and every layer that treats tokens alike, is equivariant: permuted tokens give
    the same result, permuted (Lee et al., arXiv:1810.00825). Tokens begin as the output of an
    embedding of the model's input or of a convolution that cuts an image into patches.
    """
    if not self_attention(facts, call):
        return False
    root = _roots(facts)[facts.producers[call.index][0]]
    return False if root is None else root is not UNKNOWN


@call_fact
def order_enters_later(facts: Facts, call: Call) -> bool:
    """Some layer behind may tell the tokens apart by their place before they are pooled."""
    return _order_enters(facts)[call.index]


@sweep
def _roots(facts: Facts) -> tuple[object, ...]:
    """For each call the call that its tokens, still without a place, come from.

    ``None`` if it gives no such tokens, UNKNOWN if it may.
    """
    roots: list[object] = []
    for call in facts.graph.calls:
        kinds = facts.kinds[call.index]
        before = [roots[index] for index in facts.producers[call.index]]
        if call.index in facts.transparent:
            roots.append(before[0])
        elif _is_tokenizer(facts, call):
            roots.append(call.index)
        elif not before or all(root is None for root in before):
            roots.append(None)
        elif "unknown" in kinds or UNKNOWN in before:
            roots.append(UNKNOWN)
        elif len(set(before)) == 1 and _treats_alike(facts, call):
            roots.append(before[0])
        else:
            roots.append(None)
    return tuple(roots)


def _treats_alike(facts: Facts, call: Call) -> bool:
    kinds = facts.kinds[call.index]
    if call.class_name == "Dense" or kinds & MERGES or call.class_name == "Concatenate":
        axis = call.config.get("axis", -1)
        return call.class_name != "Concatenate" or axis in (-1, 2)
    if "attention" in kinds:
        return self_attention(facts, call)
    if "scale" in kinds and call.class_name.startswith("ops."):
        # What is added may be a table of positions; a number is not.
        return all(isinstance(value, int | float) for value in call.arguments.values())
    if call.class_name in ("Reshape", "ops.Reshape"):
        return _flattens_map(facts, call)
    return bool(kinds & TOKENWISE)


def _flattens_map(facts: Facts, call: Call) -> bool:
    """Makes a sequence of a map, channels kept."""
    before, after = input_spatial_shape(facts, call), spatial_shape(facts, call)
    return (
        before is not UNKNOWN
        and after is not UNKNOWN
        and (len(before), len(after)) == (2, 1)
        and after[0] in (product(before), UNKNOWN)
    )


def _is_tokenizer(facts: Facts, call: Call) -> bool:
    """Makes tokens of the model's input: an embedding of numbers, or patches of an image."""
    starts = facts.producers[call.index]
    if "embedding" in call.kinds:
        from_input = bool(starts) and "input" in facts.kinds[starts[0]]
        return from_input and input_rank(facts, call) == 2 and rank(facts, call) == 3
    if "conv" not in call.kinds or "depthwise" in call.kinds or call.wrapper is not None:
        return False
    size, strides = call.config.get("kernel_size"), facts.lookup(call.index, "strides")
    return (
        isinstance(size, tuple)
        and size == strides
        and all(isinstance(side, int) and side > 1 for side in size)
        and bool(starts)
        and bool(facts.kinds[starts[0]] & {"input", "augment", "preprocess", "scale"})
    )


@sweep
def _order_enters(facts: Facts) -> tuple[bool, ...]:
    values = [False] * len(facts)
    for index in reversed(range(len(facts))):
        found = False
        for consumer in facts.consumers[index]:
            if facts.kinds[consumer] & ORDERLESS:
                continue
            # What other tensors bring in, such as a table of positions, ends the tokens' root.
            alike = isinstance(_roots(facts)[consumer], int)
            found = found or not alike or values[consumer]
        values[index] = found
    return tuple(values)


@sweep
def _post_norms(facts: Facts) -> tuple[int, ...]:
    """The layer normalisations right behind the addition of a self-attention to its own input."""
    found = []
    for index in facts.calls_by_kind.get("layer_norm", ()):
        (before,) = facts.producers[index][:1] or (None,)
        if before is None or "add" not in facts.kinds[before]:
            continue
        around = facts.producers[before]
        attentions = [end for end in (_attention_of(facts, side) for side in around) if end]
        if len(around) == 2 and len(attentions) == 1:
            query = facts.producers[attentions[0]][0]
            if query in around:
                found.append(index)
    return tuple(found)


def _attention_of(facts: Facts, index: int) -> int | None:
    """The attention whose result a side of an addition is, past dropout and a projection."""
    for _ in range(4):
        kinds = facts.kinds[index]
        if "attention" in kinds:
            return index
        if not (kinds & {"dropout", "scale", "dense"}) or not facts.producers[index]:
            return None
        index = facts.producers[index][0]
    return None


@model_fact
def post_norm_blocks(facts: Facts) -> int:
    """Number of transformer blocks that normalise behind the addition (post-LN)."""
    return len(_post_norms(facts))


@model_fact
def first_post_norm(facts: Facts) -> int | None:
    """The ``index`` of the first layer normalisation of such a block."""
    return next(iter(_post_norms(facts)), None)
