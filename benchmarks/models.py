"""Make what is measured: python -m benchmarks.models NAME FILE

Run in a process of its own, so that the measuring process never holds Keras.
"""

from __future__ import annotations

import calendar
import sys
from pathlib import Path

from benchmarks import architectures
from benchmarks.store import write_store


def application(name: str, path: Path) -> None:
    """Save a model of ``keras.applications`` with random weights, in the format of the suffix.

    ``.json`` is its architecture alone.
    """
    import keras

    model = getattr(keras.applications, name)(weights=None)
    if path.suffix == ".json":
        path.write_text(model.to_json(), encoding="utf-8")
    else:
        model.save(path)


def source(path: Path, *, empty: bool) -> None:
    """Write a file of about 1,000 lines: scripts that build ten models, and other code.

    The scripts are the first of those that the tests read, without conditions that only running
    them decides (each takes another pass); the other code is the module ``calendar`` of Python.
    If ``empty``, only the first line is written: a model with a finding, so that whatever a run
    loads is loaded for one line too.
    """
    text = (
        "import keras; keras.Sequential([keras.Input((4,)), "
        "keras.layers.Dense(1, activation='softmax')])\n"
    )
    for script in sorted((Path(__file__).parent.parent / "tests/scripts").glob("*.py")):
        code = script.read_text(encoding="utf-8")
        if text.count("\n") < 200 and "__future__" not in code and "# undecided" not in code:
            text += code
    text += Path(calendar.__file__).read_text(encoding="utf-8")
    if empty:
        text = text.splitlines(keepends=True)[0]
    path.write_text(text, encoding="utf-8")


def main(name: str, path: Path) -> None:
    """Make a model by name.

    ``graph-SHAPE-N`` is a graph of a shape with N calls, ``store-N`` a folder of N models,
    ``source`` is source code and ``source-empty`` next to none, others are of
    ``keras.applications``.
    """
    # Keras takes the format from the suffix, so the unfinished file must have the same.
    unfinished = path.with_stem(path.stem + "-unfinished")
    kind, *rest = name.split("-")
    if kind == "graph":
        shape, calls = rest
        with unfinished.open("w", encoding="utf-8") as out:
            architectures.write(shape, architectures.graph(shape, int(calls)), out)
    elif kind == "store":
        write_store(unfinished, int(rest[0]))
    elif kind == "source":
        source(unfinished, empty=rest == ["empty"])
    else:
        application(name, unfinished)
    unfinished.rename(path)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
