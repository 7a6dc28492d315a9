"""A model in memory -> graph.

The model is written down as Keras would save it, and that document is read like any file, so
that a live model and its saved form give the same graph.
"""

from __future__ import annotations

from convlint.errors import InputError
from convlint.graph import Graph
from convlint.readers.assemble import assemble
from convlint.readers.config import model_spec
from convlint.readers.library import library_of
from convlint.readers.tracing import describe, unchanged
from convlint.readers.writing import LocationOf, write_model
from convlint.text import printable


def is_model(obj: object) -> bool:
    """Whether ``obj`` is a model of Keras 3, tf_keras or tf.keras; imports none of them."""
    return library_of(obj) is not None


def read_model(model: object, location_of: LocationOf = lambda _: None) -> Graph:
    """Read a model in memory; ``location_of`` a layer says where it was constructed.

    ``Sequential`` models need not be built. A subclassed model must be built and is traced by
    running its ``call`` on symbolic tensors; layers of it that were never built are built by
    that, as its first call would. Otherwise the model is left as it was.

    Raises:
        InputError: ``model`` is no Keras model or cannot be analysed; says what to do.
    """
    library = library_of(model)
    if library is None:
        raise InputError(f"A Keras model was expected, not an object of type {_type_name(model)}")
    try:
        with unchanged(library, model):
            document = write_model(library, model, location_of)
    except InputError:
        raise
    except Exception as error:  # whatever the code of a user's layers raises
        raise InputError(
            f"A model of type {_type_name(model)} cannot be read ({describe(error)})"
        ) from error
    try:
        return assemble(model_spec(document))
    except InputError as error:
        name = document["config"].get("name")
        raise InputError(f"Model {name!r} cannot be read: {printable(str(error))}") from error


def _type_name(obj: object) -> str:
    return f"{type(obj).__module__}.{type(obj).__qualname__}"
