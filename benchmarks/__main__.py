"""python -m benchmarks: measure convlint and write the page of targets and verdicts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from benchmarks.measurements import Model
from benchmarks.page import page
from benchmarks.targets import MEASUREMENTS, measure

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/performance.md"


def make(model: Model, cache: Path) -> Path:
    """The model's file in the cache directory, made if it is not there."""
    path = cache / model.file
    if not path.exists():
        click.echo(f"making {path}", err=True)
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "benchmarks.models", model.recipe, path], check=True)
    return path


def install(folder: Path) -> None:
    """Put convlint into a folder as pip installs it, for all processes from now on.

    A checkout looks at its pages at every start, and whoever has one installed it for editing.
    """
    shutil.rmtree(folder, ignore_errors=True)
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--target", folder)
    subprocess.run([sys.executable, "-m", "pip", "install", *options, ROOT], check=True)
    os.environ["PYTHONPATH"] = str(folder)


@click.command()
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("~/.cache/convlint-benchmarks").expanduser(),
    show_default="~/.cache/convlint-benchmarks",
    help="Directory for the model files (2 GB), made on first use and kept.",
)
@click.option("--runs", default=11, show_default=True, help="Counted runs of each command.")
@click.option(
    "--only",
    type=click.Choice(list(MEASUREMENTS)),
    multiple=True,
    help="Take this measurement; may be repeated. Without it, all are taken.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Where to write the page.  [default: docs/performance.md, or - with --only]",
)
def main(cache: Path, runs: int, only: tuple[str, ...], output: Path | None) -> None:
    """Measure convlint as whole processes, in ratios to others that run in turn with it."""
    install(cache / "installed")
    results = []
    for result in measure(only or list(MEASUREMENTS), lambda model: make(model, cache), runs):
        click.echo(f"{result.title}: {result.measured} (target {result.target})", err=True)
        results.append(result)
    if output is None:
        output = Path("-") if only else PAGE
    with click.open_file(str(output), "w", encoding="utf-8") as out:
        out.write(page(results, runs))


if __name__ == "__main__":
    main()
