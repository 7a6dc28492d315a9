"""How many files a run checks in a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.measurements import CONVLINT, PYTHON, Locate, Model, Result, Table
from benchmarks.process import Usage, run

READ_CONFIGS: Final = """\
import json, os, sys, zipfile
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith(".keras"):
            with zipfile.ZipFile(path) as archive:
                json.loads(archive.read("config.json"))
        else:
            with open(path, "rb") as file:
                json.loads(file.read())
"""
"""The plain loop: nothing is done with what is read."""

TABLE: Final = Table(
    "Many files",
    "A folder of models of 10 to 60 layers (plain convolutions, residual blocks, dense layers; "
    "no two the same; three of four as `.keras` without weights, the others as `.json`), checked "
    "with all default rules. The plain loop is one Python process that opens each file and parses "
    "its configuration, and does nothing with it. Speeds are also told as multiples of that of one "
    "process and of the loop. What is printed is compared byte for byte.",
    ("command", "files per second", "of one process", "of the loop", "time"),
)

MOST_ROUNDS: Final = 3
"""A round takes a minute and a half."""


@dataclass(frozen=True, slots=True)
class ManyFiles:
    """A folder of ``count`` models; the target is the same output from however many processes."""

    folder: Model
    count: int

    def measure(self, locate: Locate, runs: int) -> Result:
        """Run the loop, one process and the default in turn, and one more number of processes."""
        folder = str(locate(self.folder))
        commands = {
            "plain loop": (PYTHON, "-c", READ_CONFIGS, folder),
            "`convlint -j 1`": (CONVLINT, "-j", "1", folder),
            "`convlint`": (CONVLINT, folder),
        }
        outputs = set()
        rounds = []
        for _ in range(min(runs, MOST_ROUNDS)):
            usages = []
            for name, command in commands.items():
                usage, output = run_and_read(command)
                usages.append(usage)
                if "convlint" in name:
                    outputs.add(output)
            rounds.append(usages)
        outputs.add(run_and_read((CONVLINT, "-j", "3", folder))[1])
        walls = [median(usage.wall for usage in usages) for usages in zip(*rounds, strict=True)]
        loop, one, default = walls
        rows = tuple(
            (
                name,
                f"{self.count / wall:,.0f}",
                f"{one / wall:.2f}",
                f"{loop / wall:.3f}",
                f"{wall:.1f} s",
            )
            for name, wall in zip(commands, walls, strict=True)
        )
        return Result(
            f"output of convlint on {self.count:,} models with -j 1, -j 3 and the default",
            "the same" if len(outputs) == 1 else "different",
            "the same",
            len(outputs) == 1,
            f"{self.count / default:,.0f} files per second, see [Many files](#many-files)",
            TABLE,
            rows,
        )


def run_and_read(command: Sequence[str]) -> tuple[Usage, bytes]:
    """Run a command; what it took, and the digest of what it printed."""
    with TemporaryDirectory() as folder:
        output = Path(folder, "output")
        usage = run(command, output)
        return usage, sha256(output.read_bytes()).digest()
