"""The saved calls of a layer (``inbound_nodes``), of every era.

A reference to a tensor is ``[layer, node index, tensor index]``. Until Keras 3 a call is a list
of references, each followed by the keyword arguments of the call, in which further references may
stand. In Keras 3 a call has ``args`` and ``kwargs``, with tensors as ``__keras_tensor__``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from convlint.errors import InputError
from convlint.graph import Shape
from convlint.readers.operations import PREFIX, call_arguments
from convlint.readers.saved import SavedCall
from convlint.readers.spec import TensorRef
from convlint.readers.values import leaves, plain, shape

FIRST: Final = ""
"""The name of an argument that was passed by position and has no other."""

_CONSTANT: Final = "_CONSTANT_VALUE"

_ORDER: Final = {
    **dict.fromkeys(("inputs", "sequences", "images", "query", "condition", "xs"), 0),
    **dict.fromkeys(("x", "x1", "value"), 1),
    **dict.fromkeys(("y", "x2", "key", "indices"), 2),
}
"""The order of tensors that were passed by keyword, in whatever order the user wrote them."""

_TRAINING_DEFAULT_NONE: Final = frozenset(
    {
        "BatchNormalization",
        "Bidirectional",
        "Dense",
        "EinsumDense",
        "GroupedQueryAttention",
        "Lambda",
        "MultiHeadAttention",
        "TimeDistributed",
        "TorchModuleWrapper",
        "Sequential",
        "Functional",
        "Model",
    }
)
"""Classes whose ``call`` has ``training=None``.

Keras 3 saves the default of ``training`` as if the user had passed it, so that only for these
classes ``training: false`` was written by somebody.
"""

_TRAINING_DEFAULT_TRUE: Final = frozenset(
    {
        "AugMix",
        "AutoContrast",
        "CenterCrop",
        "ContrastLimitedAdaptiveHistogramEqualization",
        "CutMix",
        "Equalization",
        "MaxNumBoundingBoxes",
        "MixUp",
        "Pipeline",
        "RandAugment",
        "Resizing",
        "Solarization",
    }
)


def references(value: Any, what: str) -> dict[str, TensorRef]:
    """The references in ``input_layers`` or ``output_layers``, whatever their structure.

    Keys are names of a mapping, else the layers' names, made distinct as Keras does.

    Raises:
        InputError: it holds anything but references.
    """
    found: dict[str, TensorRef] = {}
    pending: list[tuple[str | None, Any]] = [(None, value)]
    while pending:
        key, item = pending.pop()
        reference = _reference(item)
        if reference is not None:
            name = base = key if key is not None else reference.layer
            repeat = 0
            while name in found:
                repeat += 1
                name = f"{base}_{repeat}"
            found[name] = reference
        elif isinstance(item, Mapping) and "class_name" not in item:
            pending.extend((str(key), item[key]) for key in sorted(item, key=str, reverse=True))
        elif isinstance(item, list | tuple):
            pending.extend((None, part) for part in reversed(item))
        elif isinstance(item, Mapping) and isinstance(item.get("items"), list):
            pending.append((key, item["items"]))
        else:
            raise InputError(f"its {what} do not name layers")
    return found


def _reference(value: Any) -> TensorRef | None:
    """``[layer, node, tensor]`` or, with keyword arguments, ``[layer, node, tensor, {}]``."""
    if not isinstance(value, list | tuple) or len(value) not in (3, 4):
        return None
    layer, node, output = value[:3]
    if not isinstance(layer, str) or type(node) is not int or type(output) is not int:
        return None
    if node < 0 or output < 0 or (len(value) == 4 and not isinstance(value[3], Mapping)):
        return None
    return TensorRef(layer, node, output)


def _is_constant(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) in (3, 4) and value[0] == _CONSTANT


def listed_call(node: Any, names: Collection[str]) -> SavedCall:
    """A call as saved until Keras 3.

    ``names`` are those of the model's layers: a list of three in the keyword arguments is a
    reference only if it begins with one of them.

    Raises:
        InputError: the node is not of that form.
    """
    call = SavedCall()
    keywords: Mapping[str, Any] = {}
    if isinstance(node, Mapping):
        call.keys = tuple(sorted(str(key) for key in node))
    pending = [node]
    first = True
    while pending:
        item = pending.pop()
        reference = _reference(item)
        if reference is not None or _is_constant(item):
            if first and len(item) == 4 and isinstance(item[3], Mapping):
                # The keyword arguments are repeated with every tensor of the first argument.
                keywords = item[3]
            if reference is not None:
                call.inputs.append(reference)
            elif first:
                call.arguments[FIRST] = plain(item[2])
            first = False
        elif isinstance(item, list | tuple):
            pending.extend(reversed(item))
        elif isinstance(item, Mapping):
            pending.extend(item[key] for key in sorted(item, key=str, reverse=True))
        else:
            raise InputError("has an inbound node that is no list of calls")
    _keyword_references(call, keywords, names)
    return call


def _keyword_references(
    call: SavedCall, keywords: Mapping[str, Any], names: Collection[str]
) -> None:
    for key in sorted(keywords, key=_rank):  # stable: else in the order they were written
        value = keywords[key]
        found = _references_in(value, names)
        if found:
            _take(call, key, found)
        elif value is not None and not _is_mask(key) and key != "name":
            call.arguments[key] = plain(value)


def _references_in(value: Any, names: Collection[str]) -> list[TensorRef]:
    found: list[TensorRef] = []
    pending = [value]
    while pending:
        item = pending.pop()
        reference = _reference(item)
        if reference is not None and len(item) == 3 and reference.layer in names:
            found.append(reference)
        elif isinstance(item, list | tuple):
            pending.extend(reversed(item))
        elif isinstance(item, Mapping):
            pending.extend(item[key] for key in sorted(item, key=str, reverse=True))
    return found


def structured_call(node: Mapping[str, Any], class_name: str, model: bool) -> SavedCall:
    """A call as Keras 3 saves it. ``model`` says that what is called is a nested model.

    Raises:
        InputError: the node is not of that form.
    """
    args, kwargs = node.get("args") or [], node.get("kwargs") or {}
    if not isinstance(args, list | tuple) or not isinstance(kwargs, Mapping):
        raise InputError("has an inbound node whose args and kwargs are no list and mapping")
    call = SavedCall()
    names = call_arguments(class_name) if class_name.startswith(PREFIX) else ()
    for position, value in enumerate(args):
        name = names[position] if position < len(names) else FIRST
        _argument(call, name, value, keyword=False)
    for key in sorted(kwargs, key=_rank):
        _argument(call, str(key), kwargs[key], keyword=True)
    training = call.arguments.get("training")
    if (training is False and class_name not in _TRAINING_DEFAULT_NONE and not model) or (
        training is True
        and (class_name in _TRAINING_DEFAULT_TRUE or class_name.startswith("Random"))
    ):
        del call.arguments["training"]
    return call


def _argument(call: SavedCall, name: str, value: Any, *, keyword: bool) -> None:
    if value is None:
        return
    tensors = [_tensor(leaf) for leaf in leaves(value)]
    found = [tensor for tensor in tensors if tensor is not None]
    if not found:
        if name != FIRST and not _is_mask(name):
            call.arguments[name] = plain(value)
        return
    call.shapes.extend(found)
    if isinstance(value, Mapping) and not call.tensors():
        call.keys = tuple(sorted(str(key) for key in value))
    references = [reference for reference, _ in found]
    if keyword:
        _take(call, name, references)
    else:
        call.inputs.extend(references)


def _take(call: SavedCall, name: str, references: list[TensorRef]) -> None:
    """Note tensors that were passed by keyword."""
    if _is_mask(name):
        call.masks.extend(references)
    else:
        call.named[name] = references


def _tensor(value: Any) -> tuple[TensorRef, Shape | None] | None:
    if not isinstance(value, Mapping) or value.get("class_name") != "__keras_tensor__":
        return None
    config = value.get("config")
    config = config if isinstance(config, Mapping) else {}
    reference = _reference(config.get("keras_history"))
    if reference is None:
        raise InputError("has an input that does not say which layer it comes from")
    return reference, shape(config.get("shape"))


def _rank(name: Any) -> int:
    return _ORDER.get(name, 3)


def _is_mask(name: str) -> bool:
    """Whether Keras itself may have passed this argument, to propagate a mask.

    ``attention_mask`` is not among them: only a user passes it.
    """
    return name == "mask" or name in ("query_mask", "value_mask", "key_mask")
