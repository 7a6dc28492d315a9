"""Rules that other packages bring: their pages, and the checks in Python that these name.

A package declares an entry point of the group ``convlint.plugins`` that names one of its
packages. Importing it registers its ``@check`` functions, its folder ``rules`` has the pages.
Only plugins that the settings name are looked for and imported: what a run reports does not
depend on what else is installed, and nobody waits for the others.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from convlint.errors import ConfigError
from convlint.suggest import did_you_mean

GROUP: Final = "convlint.plugins"


@cache
def pages(name: str) -> Path:
    """The folder of rule pages of an installed plugin, whose checks are then registered.

    Raises:
        ConfigError: no such plugin is installed, it cannot be imported, or it has no pages.
    """
    from importlib.metadata import entry_points  # slow, and most runs have no plugins

    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        hint = did_you_mean(name, found) or f" (installed: {', '.join(sorted(found)) or 'none'})"
        raise ConfigError(f"plugins: no installed package offers {name!r}{hint}")
    try:
        module = found[name].load()
    except Exception as error:  # whatever somebody else's code may raise
        raise ConfigError(
            f"plugins: {name!r} ({found[name].value}) cannot be imported: "
            f"{type(error).__name__}: {error}"
        ) from error
    file = getattr(module, "__file__", None)
    folder = Path(file).parent / "rules" if file else None
    if folder is None or not folder.is_dir():
        raise ConfigError(
            f"plugins: {name!r} ({found[name].value}) is no package with a folder of rules"
        )
    return folder
