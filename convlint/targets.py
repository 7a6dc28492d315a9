"""``package.module:build_model``: models that code of the user builds.

This is the one place where convlint runs code that it did not bring.
"""

import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from typing import Any, Final, NamedTuple

from convlint.errors import InputError
from convlint.readers import constructions
from convlint.readers.constructions import Constructions
from convlint.readers.library import library_of
from convlint.readers.tracing import describe
from convlint.suggest import did_you_mean

_CONTAINERS: Final = (list, tuple, set, frozenset)


class Built(NamedTuple):
    """What a target gave: its models, the file of its module, and where layers were made."""

    models: tuple[Any, ...]
    file: str | None
    constructions: Constructions


@contextmanager
def built(target: str) -> Iterator[Built]:
    """Import the module of a target, get or call what it names, and give the models.

    The current folder can be imported from, as with ``python -m``. While this is open,
    whatever is printed goes to standard error, and what is constructed is noted.

    Raises:
        InputError: there is no such module or attribute, the code raises, or gives no model. The
            message begins with the target; so does that of an InputError while this is open.
    """
    module_name, _, attribute = target.partition(":")
    with _environment(target), constructions.recorded(_root(module_name)) as made:
        try:
            module = _imported(module_name, made)
            found = _attribute(module, module_name, attribute)
            result = found if _is_model(found) else _called(found, target, made)
            models = tuple(_models(result))
            if not models:
                kind = type(result).__name__
                raise InputError(f"{attribute} gives no Keras model, but an object of type {kind}")
            file = getattr(module, "__file__", None)
            yield Built(models, None if file is None else constructions.readable(file), made)
        except InputError as error:
            raise InputError(f"{target}: {error}") from error


@contextmanager
def _environment(target: str) -> Iterator[None]:
    """What the user's code sees: its folder to import from, and arguments that are not ours."""
    path, arguments = list(sys.path), sys.argv
    sys.path.insert(0, os.getcwd())
    sys.argv = [target]
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.path[:] = path
        sys.argv = arguments


def _root(module: str) -> str | None:
    """The folder of a module's outermost package, if that is one and can be found."""
    from importlib.util import find_spec

    try:
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError, AttributeError):
        return None
    folders = None if spec is None else spec.submodule_search_locations
    return next(iter(folders), None) if folders else None


def _imported(name: str, made: Constructions) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(f"{missing}."):
            cure = "run convlint in the folder that holds it"
            if name.endswith(".py"):
                cure = "name a module as import does, without .py and with dots for slashes"
            raise InputError(
                f"there is no module {missing!r} in {os.getcwd()} or among the installed "
                f"packages; {cure}"
            ) from error
        raise InputError(
            f"the module needs {missing!r}, which is not installed beside convlint"
        ) from error
    except (Exception, SystemExit) as error:
        raise InputError(_failure(error, made, "the import", f"import {name}")) from error


def _attribute(module: Any, module_name: str, dotted: str) -> Any:
    found = module
    for name in dotted.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            near = did_you_mean(name, dir(found))
            raise InputError(f"there is no {name!r} in {module_name}{near}") from None
    return found


def _called(builder: Any, target: str, made: Constructions) -> Any:
    module, _, attribute = target.partition(":")
    if not callable(builder):
        return builder
    needed = _needed_arguments(builder)
    if needed:
        raise InputError(
            f"{attribute} cannot be called without {', '.join(needed)}; "
            "name a function that needs no arguments"
        )
    try:
        return builder()
    except (Exception, SystemExit) as error:
        call = f"import {module}; {module}.{attribute}()"
        raise InputError(_failure(error, made, f"{attribute}()", call)) from error


def _needed_arguments(function: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C
        return []
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty and parameter.kind not in variadic
    ]


def _failure(error: BaseException, made: Constructions, what: str, code: str) -> str:
    """Where the user's code failed, and how to see more."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    frame = next((frame for frame in frames if made.is_own(frame.filename)), None)
    where = f" at {constructions.readable(frame.filename)}:{frame.lineno}" if frame else ""
    return f'{what} fails{where} with {describe(error)}; to see more: python -c "{code}"'


def _models(value: Any) -> Iterator[Any]:
    """The models in a value, each once, without those that are only part of another."""
    if isinstance(value, Mapping):
        value = list(value.values())
    candidates = list(value) if isinstance(value, _CONTAINERS) else [value]
    models = list({id(item): item for item in candidates if _is_model(item)}.values())
    parts = {part for model in models for part in constructions.contained(model)}
    return (model for model in models if id(model) not in parts)


def _is_model(value: object) -> bool:
    return library_of(value) is not None
