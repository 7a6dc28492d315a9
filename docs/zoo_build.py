"""Build architectures of other people's packages and keep their configurations.

Runs as a process of its own for each package, ``python -m docs.zoo_build PACKAGE FOLDER``, since
packages want different environment variables and models are large. ``docs/zoo.py`` starts it.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

HERE: Final = Path(__file__).parent
ARCHITECTURES: Final = HERE / "zoo-architectures.yaml"
UNKNOWN_ENTRY: Final = {"class_name": "__unknown__"}


class Package(NamedTuple):
    """A package and how its architectures are constructed.

    ``setup`` are statements, and ``architectures`` maps a name to an expression that gives a
    model. ``environment`` are variables to set before anything is imported.
    """

    name: str
    distribution: str
    version: str
    setup: str
    environment: Mapping[str, str]
    architectures: Mapping[str, str]

    def installed(self) -> str | None:
        """The version that is installed here, if any."""
        try:
            return metadata.version(self.distribution)
        except metadata.PackageNotFoundError:
            return None

    def stamp(self, architecture: str) -> list[str]:
        """What a kept configuration was made from; it is stale if this has changed."""
        return [self.version, self.setup, self.architectures[architecture]]

    def kept(self, folder: Path, architecture: str) -> Path:
        """Where the configuration of an architecture is kept."""
        return folder / self.name / f"{architecture}.json"

    def to_build(self, folder: Path) -> Iterator[str]:
        """The architectures whose configuration is missing or stale."""
        for name in self.architectures:
            path = self.kept(folder, name)
            fresh = path.exists() and load(path)["zoo"] == self.stamp(name)
            if not fresh:
                yield name


def packages() -> list[Package]:
    """Every package of the list."""
    entries = yaml.safe_load(ARCHITECTURES.read_text(encoding="utf-8"))
    return [
        Package(
            name=entry["package"],
            distribution=entry.get("distribution", entry["package"]),
            version=entry["version"],
            setup=entry["setup"],
            environment=entry.get("environment", {}),
            architectures=entry["architectures"],
        )
        for entry in entries
    ]


def configuration(model: Any) -> dict[str, Any]:
    """A model as Keras would save it; own subclasses of its classes are opened.

    Raises:
        InputError: the object is no model, or cannot be analysed.
    """
    from convlint.errors import InputError
    from convlint.readers.library import library_of
    from convlint.readers.tracing import unchanged
    from convlint.readers.writing import write_model

    library = library_of(model)
    if library is None:
        raise InputError(f"{model!r} is no Keras model.")
    with unchanged(library, model):
        document = write_model(library, model, lambda _: None)
    library.public.backend.clear_session()
    return document


def load(path: Path) -> dict[str, Any]:
    """A configuration that was kept."""
    from convlint.kleene import UNKNOWN

    document: dict[str, Any] = json.loads(
        path.read_text(encoding="utf-8"),
        object_hook=lambda entry: UNKNOWN if entry == UNKNOWN_ENTRY else entry,
    )
    return document


def _unknown(value: object) -> dict[str, str]:
    """What stands in the file for a large constant or an argument that cannot be known."""
    from convlint.kleene import UNKNOWN

    if value is not UNKNOWN:
        raise TypeError(f"{type(value)} in a configuration")
    return UNKNOWN_ENTRY


def build(package: Package, folder: Path) -> int:
    """Build what is missing; the number of architectures that could not be built."""
    failures = 0
    namespace: dict[str, Any] = {}
    exec(package.setup, namespace)  # noqa: S102 - the list is part of this repository
    for name in package.to_build(folder):
        try:
            model = eval(package.architectures[name], namespace)  # noqa: S307
            document = configuration(model)
        except Exception as error:  # whatever other people's code raises; the next may do
            failures += 1
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            print(f"{package.name}/{name} failed: {reason[:300]}", flush=True)
            continue
        path = package.kept(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        document["zoo"] = package.stamp(name)
        path.write_text(json.dumps(document, default=_unknown), encoding="utf-8")
        print(f"{package.name}/{name} built", flush=True)
    return failures


def main() -> None:
    """Build one package of the list."""
    warnings.simplefilter("ignore")  # those of other people's code
    name, folder = sys.argv[1:]
    sys.path.insert(0, str(HERE.parent))
    (package,) = (package for package in packages() if package.name == name)
    sys.exit(min(build(package, Path(folder)), 100))


if __name__ == "__main__":
    main()
