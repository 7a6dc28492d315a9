"""Names that the file does not bind: Python's own, those of star imports, and Keras' by custom."""

from __future__ import annotations

import builtins
from typing import Final

from convlint.readers.source.names import exported, implicit, resolve
from convlint.readers.source.run import Run
from convlint.readers.source.scope import Scope
from convlint.readers.source.values import External, Opaque, Value

_CONSTANTS: Final[dict[str, Value]] = {
    "__name__": "__main__",
    "__debug__": True,
    "__doc__": None,
    "NotImplemented": None,
    "Ellipsis": ...,
}


def unbound(run: Run, name: str, scope: Scope) -> Value:
    """What a name stands for that nothing in the file binds.

    Known Keras names are taken for Keras' own only if no star import could have bound them.
    """
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    stars = scope.module.stars
    for module in reversed(stars):
        path = exported(module, name)
        if path is not None:
            return External(path)
    if hasattr(builtins, name) or name == "xrange":
        return External(f"builtins.{name}")
    path = implicit(name)
    if path is not None and all(_is_familiar(module) for module in stars):
        return External(path)
    if name not in run.unbound:
        run.unbound[name] = Opaque(origin=name)
    return run.unbound[name]


def _is_familiar(module: str) -> bool:
    """Whether we know what a star import binds, so that a name is not among it by chance."""
    return resolve(module).kind != "foreign" or module.partition(".")[0] in _PLAIN


_PLAIN: Final = frozenset({"numpy", "math", "os", "matplotlib", "pylab", "sklearn", "pandas"})
