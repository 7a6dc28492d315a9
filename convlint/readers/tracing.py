"""Symbolic tracing: the graph of a model that only its ``call`` method knows.

``call`` is run on symbolic tensors, so that every layer and operation that it calls leaves a
node behind. :func:`unchanged` removes these nodes again, and takes back the automatic names.
"""

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from convlint.errors import InputError
from convlint.readers.library import Library


class Arguments(NamedTuple):
    """What a layer or model is called with; tensors in any nesting of sequences and dicts."""

    positional: tuple[Any, ...]
    named: dict[str, Any]


class Traced(NamedTuple):
    """Symbolic inputs and outputs of a model, in the structure in which it takes and gives them."""

    inputs: Any
    outputs: Any


def is_symbolic(value: object) -> bool:
    """Whether a value is a symbolic tensor that remembers which call it comes from."""
    return getattr(value, "_keras_history", None) is not None


def map_leaves(function: Callable[[Any], Any], structure: Any) -> Any:
    """Apply a function to the leaves of nested lists, tuples and dicts."""
    if isinstance(structure, Mapping):
        return {key: map_leaves(function, value) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        return [map_leaves(function, value) for value in structure]
    return function(structure)


def leaves(structure: Any) -> list[Any]:
    """The leaves of nested lists, tuples and dicts; those of dicts in the order of their keys."""
    if isinstance(structure, Mapping):
        return [leaf for key in sorted(structure) for leaf in leaves(structure[key])]
    if isinstance(structure, list | tuple):
        return [leaf for value in structure for leaf in leaves(value)]
    return [structure]


def trace(library: Library, model: Any, called_with: Arguments | None = None) -> Traced:
    """Run a model's ``call`` on symbolic tensors.

    Args:
        called_with: the arguments of a call of the model, whose shapes are used; without it,
            the shapes that the model was built with are.

    Raises:
        InputError: the model was not built, or its ``call`` cannot be run symbolically.
    """
    failure: Exception | None = None
    call = getattr(model.call, "python_function", model.call)  # without tf.function around it
    for arguments in _attempts(library, model, called_with):
        try:
            with _without_losses(model):
                outputs = call(*arguments.positional, **arguments.named)
        except Exception as error:
            failure = failure or error
            continue
        if any(is_symbolic(output) for output in leaves(outputs)):
            return Traced(_inputs(arguments), outputs)
        failure = failure or TypeError("it returns no symbolic tensor")
    if failure is None and model.built:
        # Keras 3 notes the input shape only where it could run call() symbolically itself.
        failure = TypeError("Keras noted no input shape")
    if failure is None:
        raise InputError(
            f"Model {model.name!r} is subclassed and not built, so its layers are not known; "
            "call it once on a batch of data, or build it with an input shape"
        )
    raise InputError(
        f"Model {model.name!r} is subclassed and its call() cannot be traced symbolically "
        f"({describe(failure)}); write it with keras.ops, or as a functional model, "
        "keras.Model(inputs, outputs)"
    )


@contextmanager
def _without_losses(model: Any) -> Iterator[None]:
    """Ignore the losses that ``call`` adds: Keras takes them from tensors with a value only."""
    vars(model)["add_loss"] = lambda *args, **kwargs: None
    try:
        yield
    finally:
        del vars(model)["add_loss"]


def _inputs(arguments: Arguments) -> Any:
    """The tensors among a call's arguments: a single positional one as it is, else a list."""
    named = [value for value in leaves(arguments.named) if is_symbolic(value)]
    if len(arguments.positional) == 1 and not named:
        return arguments.positional[0]
    return [value for value in leaves(arguments.positional) if is_symbolic(value)] + named


def describe(error: BaseException) -> str:
    """An exception in one line: its type and the first sentence of its message."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    sentence, stop, _ = text.partition(". ")
    text = sentence if stop else text.removesuffix(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


_RECORDS: Final = ("_inbound_nodes", "_outbound_nodes", "_losses")
"""Lists in which a layer notes its calls and what they added."""


@contextmanager
def unchanged(library: Library, model: Any) -> Iterator[None]:
    """Leave a model and the names that Keras hands out as they were, and give no warnings.

    Inside, automatic names start anew, so that those of a traced model are the same each time.
    """
    records = [
        getattr(layer, record)
        for layer in model._flatten_layers()
        for record in _RECORDS
        if hasattr(layer, record)
    ]
    records_before = [record.copy() for record in records]
    names_before = {id(names): names.copy() for names in _names(library)}
    try:
        for names in _names(library):
            names.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for record, before in zip(records, records_before, strict=True):
            record.clear()
            record += before
        for names in _names(library):
            names.clear()
            names.update(names_before.get(id(names), ()))


def _names(library: Library) -> list[Any]:
    """The counters and sets from which Keras makes automatic names unique."""
    if library.symbolic_operations:
        state = sys.modules.get(f"{library.package}.src.backend.common.global_state")
        counters = state and state.get_global_attribute("object_name_uids")
        return [] if counters is None else [counters]
    backend = sys.modules.get(f"{library.model_module.partition('.engine.')[0]}.backend")
    if backend is None:
        return []
    return [*backend.PER_GRAPH_OBJECT_NAME_UIDS.values(), backend.OBSERVED_NAMES]


def _attempts(library: Library, model: Any, called_with: Arguments | None) -> Iterator[Arguments]:
    """Symbolic arguments to try a model's ``call`` with, the most likely first."""
    accepted = inspect.signature(model.call).parameters
    # Whether the model trains is not its own affair: a flag that it hands on must stay open.
    mode = {"training": None} if "training" in accepted else {}
    if called_with is not None:
        specs = Arguments(*map_leaves(_spec_of_tensor, called_with))
        named = {name: value for name, value in specs.named.items() if name in accepted}
        yield _symbols(library, Arguments(specs.positional, {**named, **mode}))
        return
    built_with = _built_with(library, model)
    if built_with is None:
        return
    specs = Arguments(built_with.positional, {**built_with.named, **mode})
    # Keras 3 does not remember dtypes; a float does wherever the value is not an index.
    for dtype in (None, "int32"):
        for batch in (False, True):
            yield _symbols(library, specs, dtype=dtype, keep_batch=batch)


@dataclass(frozen=True, slots=True)
class _Spec:
    """What a model was called with in the place of one tensor."""

    shape: tuple[int | None, ...]
    dtype: str | None = None


def _spec_of_tensor(value: Any) -> Any:
    return _Spec(tuple(value.shape), value.dtype) if is_symbolic(value) else value


def _symbols(
    library: Library, specs: Arguments, *, dtype: str | None = None, keep_batch: bool = True
) -> Arguments:
    """New symbolic tensors for the specs in a call's arguments; other values are kept."""

    def symbol(value: Any) -> Any:
        if not isinstance(value, _Spec):
            return value
        shape = value.shape
        if shape and not keep_batch:
            shape = (None, *shape[1:])
        return library.public.Input(batch_shape=shape, dtype=value.dtype or dtype)

    positional, named = map_leaves(symbol, specs)
    return Arguments(tuple(positional), named)


def _built_with(library: Library, model: Any) -> Arguments | None:
    """The shapes of the arguments that a model was built with; ``None`` if it was not built."""
    graph_inputs = getattr(model, "_inputs_struct", getattr(model, "_nested_inputs", None))
    if graph_inputs is not None:
        return Arguments((map_leaves(_spec_of_tensor, graph_inputs),), {})
    if library.symbolic_operations:
        config = model.get_build_config() or {}
        if "shapes_dict" in config:
            shapes = config["shapes_dict"]
            named = {name.removesuffix("_shape"): _specs(shapes[name]) for name in shapes}
            return Arguments((), named)
        shape = config.get("input_shape")
        return None if shape is None else Arguments((_specs(shape),), {})
    saved = model.save_spec(dynamic_batch=False)
    if saved is not None:
        return Arguments(*map_leaves(lambda spec: _Spec(tuple(spec.shape), spec.dtype), saved))
    shape = model._build_input_shape
    return None if shape is None else Arguments((_specs(shape),), {})


def _specs(shapes: Any) -> Any:
    """Shapes in any nesting of sequences and dicts, as specs."""
    if isinstance(shapes, Mapping):
        return {key: _specs(value) for key, value in shapes.items()}
    dimensions = list(shapes)
    if all(dimension is None or isinstance(dimension, int) for dimension in dimensions):
        return _Spec(tuple(dimensions))
    return [_specs(value) for value in dimensions]
