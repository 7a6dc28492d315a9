"""The example that scans a store: its table says what convlint says of each model."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest

from convlint import check
from examples import scan_store
from tests.store import Store, serving

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a bad model, a good one below it, and one that is none."""
    (tmp_path / "more").mkdir()
    shutil.copy(EXAMPLES / "transfer-learning.keras", tmp_path / "bad.keras")
    shutil.copy(EXAMPLES / "unet.h5", tmp_path / "more" / "good.h5")
    (tmp_path / "broken.keras").write_bytes(b"PK\x03\x04")
    (tmp_path / "notes.txt").write_text("no model", encoding="utf-8")
    return tmp_path


@pytest.fixture(params=["threads", "processes"])
def scheduler(request: pytest.FixtureRequest) -> Iterator[str]:
    with dask.config.set(scheduler=request.param, num_workers=2):
        yield request.param


def test_a_folder_is_scanned_into_a_table(
    folder: Path, scheduler: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = tmp_path_factory.mktemp("table") / f"{scheduler}.csv"
    scan_store.main(str(folder), str(table))
    with table.open(encoding="utf-8", newline="") as file:
        found = [scan_store.Row(**row) for row in csv.DictReader(file)]
    bad, broken = folder / "bad.keras", folder / "broken.keras"
    expected = [(str(bad), finding.code, finding.layer, finding.message) for finding in check(bad)]
    assert expected
    assert [(r.file, r.code, r.layer, r.message) for r in found if r.code] == expected
    assert [(r.file, r.error) for r in found if r.error] == [
        (str(broken), check([broken]).errors[0].message)
    ]


def test_a_store_is_scanned_as_a_folder_is(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = tmp_path_factory.mktemp("table") / "store.csv"
    with serving(Store(folder)) as store, dask.config.set(scheduler="threads", num_workers=2):
        scan_store.main(f"{store.url}/", str(table))
    assert capsys.readouterr().out == "3 models: 1 with findings, 1 could not be checked\n"
    assert f"{store.url}/bad.keras,CVL601,error," in table.read_text(encoding="utf-8")


def test_a_folder_without_models_gives_an_empty_table(tmp_path: Path) -> None:
    scan_store.main(str(tmp_path), str(tmp_path / "table.csv"))
    assert (tmp_path / "table.csv").read_text(encoding="utf-8") == (
        "file,code,severity,layer,message,error\n"
    )
