"""Check all models of a store on as many machines as Dask has, and write a table of findings.

    python examples/scan_store.py s3://bucket/models findings.csv

The store is a folder of this machine or whatever else fsspec opens: s3://, gs://, hf://,
https://… Of each model only its architecture is fetched. Needs ``pip install dask`` and for a
URL ``pip install 'convlint[remote]'``. Dask uses the cores of this machine; after
``dask.distributed.Client(address)`` those of a cluster, on which the same must be installed.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import NamedTuple

import dask.bag
import fsspec

from convlint import check

SUFFIXES = (".keras", ".h5", ".hdf5")
MODELS_PER_TASK = 32
"""Enough for a task to take seconds, few enough for a lost one not to matter."""


class Row(NamedTuple):
    """A finding, or a file that could not be checked: then only ``error`` says something."""

    file: str
    code: str
    severity: str
    layer: str
    message: str
    error: str


def models_in(store: str) -> list[str]:
    """The paths or URLs of all models in a store, by their names."""
    files, root = fsspec.core.url_to_fs(store)
    found = sorted(name for name in files.find(root) if name.endswith(SUFFIXES))
    return [files.unstrip_protocol(name) for name in found] if "://" in store else found


def rows(model: str) -> list[Row]:
    """What is found in a model; nothing if all is well."""
    report = check([model])  # in a list, so that an error is a part of the report
    return [
        *(Row(str(f.file), f.code, str(f.severity), f.layer, f.message, "") for f in report),
        *(Row(str(error.file), "", "", "", "", error.message) for error in report.errors),
    ]


def scan(models: Sequence[str]) -> dask.bag.Bag:
    """A table of all findings, lazily: ``compute()`` it, or make it a ``to_dataframe()``."""
    tasks = dask.bag.from_sequence(models, partition_size=MODELS_PER_TASK)
    return tasks.map(rows).flatten()


def main(store: str, table: str) -> None:
    """Scan a store and write the table to a file."""
    models = models_in(store)
    found = scan(models).compute() if models else []
    with open(table, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Row._fields)
        writer.writerows(found)
    flagged = len({row.file for row in found if row.code})
    failed = sum(1 for row in found if row.error)
    print(f"{len(models)} models: {flagged} with findings, {failed} could not be checked")


if __name__ == "__main__":
    main(*sys.argv[1:])
