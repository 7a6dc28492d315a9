"""Search for a crash of one harness: ``python fuzz/run.py json --seconds 1800``.

It begins with the corpus, and what it finds beyond that goes to ``fuzz/found/NAME``, so that the
next search goes on from there. A crash is written to ``fuzz/found/NAME-crash-…``.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

FUZZ = Path(__file__).parent
CORPUS = FUZZ / "corpus"
sys.path.insert(0, str(FUZZ.parent))


def main() -> None:
    """Read the command line, and search until the time is over or something is found."""
    import atheris

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[path.name for path in sorted(CORPUS.iterdir())])
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--longest", type=int, default=4096, help="bytes of an input")
    options = parser.parse_args()
    with atheris.instrument_imports(include=["convlint"]):
        from convlint import facts, reporters
        from fuzz.harnesses import HARNESSES

        # What is only imported when it is needed must be imported here to be followed.
        for package in (facts, reporters):
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                importlib.import_module(module.name)
        for path in (CORPUS / options.name).iterdir():
            HARNESSES[options.name](path.read_bytes())
    from fuzz.mutate import mutated

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        return mutated(options.name, data, max_size, seed, atheris.Mutate)

    found = FUZZ / "found" / options.name
    found.mkdir(parents=True, exist_ok=True)
    arguments = [
        sys.argv[0],
        str(found),
        str(CORPUS / options.name),
        f"-max_total_time={options.seconds}",
        f"-max_len={options.longest}",
        f"-artifact_prefix={found}-",
        "-timeout=60",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
    ]
    atheris.Setup(arguments, HARNESSES[options.name], custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
