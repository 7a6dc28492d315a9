"""python -m benchmarks: measure convlint and print a table of targets and verdicts."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import click

from benchmarks.measurements import MEASUREMENTS, Model, Result, measure


def make(model: Model, cache: Path) -> Path:
    """The model's file in the cache directory, made if it is not there."""
    path = cache / model.file
    if not path.exists():
        click.echo(f"making {path}", err=True)
        cache.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "benchmarks.models", model.recipe, path], check=True)
    return path


def machine() -> str:
    """What the figures were measured on: processor, system and versions."""
    packages = ("convlint", "click", "rich", "h5py", "keras", "tensorflow")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{os.cpu_count()} × {processor()}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def processor() -> str:
    """The processor's model name, where the system states it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, "unknown processor")


def write_table(results: list[Result], runs: int, out: TextIO) -> None:
    """Write the results as a Markdown table."""
    out.write("# Results\n\n")
    out.write(f"Made by `python -m benchmarks`, {runs} runs each.\n\n{machine()}\n\n")
    out.write("| measured | result | target | met | medians |\n|---|---|---|---|---|\n")
    for result in results:
        met = "yes" if result.met else "no"
        out.write(
            f"| {result.title} | {result.measured} | {result.target} | {met} | {result.detail} |\n"
        )


@click.command()
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("~/.cache/convlint-benchmarks").expanduser(),
    show_default="~/.cache/convlint-benchmarks",
    help="Directory for the model files (1.4 GB), made on first use and kept.",
)
@click.option("--runs", default=11, show_default=True, help="Counted runs of each command.")
@click.option(
    "--only",
    type=click.Choice(list(MEASUREMENTS)),
    multiple=True,
    help="Take this measurement; may be repeated. Without it, all are taken.",
)
@click.option("--output", type=click.File("w", encoding="utf-8", lazy=True), default="-")
def main(cache: Path, runs: int, only: tuple[str, ...], output: TextIO) -> None:
    """Measure convlint as whole processes, in ratios to others that run in turn with it."""
    results = []
    for result in measure(only or list(MEASUREMENTS), lambda model: make(model, cache), runs):
        click.echo(f"{result.title}: {result.measured} (target {result.target})", err=True)
        results.append(result)
    write_table(results, runs, output)


if __name__ == "__main__":
    main()
