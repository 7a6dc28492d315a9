"""The benchmark command works; it is never a test of time."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from benchmarks import architectures, store
from benchmarks.growth import fitted_exponent
from benchmarks.manyfiles import ManyFiles, run_and_read
from benchmarks.measurements import PYTHON, Model, PeakMemory, Ratio, Result, Table
from benchmarks.models import main as make
from benchmarks.page import WORDS, page
from benchmarks.process import Usage, interleaved, median_ratio, run
from benchmarks.targets import MEASUREMENTS
from convlint.graph import OUTPUT
from convlint.readers import read

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="wait4 is not on Windows")


def located(model: Model) -> Path:
    return Path("elsewhere", model.file)


def test_a_run_counts_wall_clock_and_processor_time_and_memory() -> None:
    idle = run([PYTHON, "-c", "import time; time.sleep(0.5)"])
    assert idle.wall >= 0.5 > idle.cpu
    busy = run([PYTHON, "-c", "held = b'x' * 300_000_000; sum(range(20_000_000))"])
    assert busy.cpu > idle.cpu
    assert busy.peak > 300_000_000


def test_a_failing_command_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended with exit code 2"):
        run([PYTHON, "-c", "raise SystemExit(2)"])


def test_two_commands_run_in_turn(tmp_path: Path) -> None:
    log = tmp_path / "log"
    first, second = (
        [PYTHON, "-c", f"open({str(log)!r}, 'a').write({letter!r})"] for letter in "AB"
    )
    interleaved(first, second, 2)
    assert log.read_text(encoding="utf-8") == "AB" + "ABAB"


def test_the_ratio_is_the_median_of_the_ratios_of_neighbours() -> None:
    pairs = [
        (Usage(wall=first, cpu=1, peak=1), Usage(wall=second, cpu=1, peak=1))
        for first, second in ((2, 1), (20, 10), (9, 3), (3, 3), (8, 2))
    ]
    assert median_ratio(pairs, lambda usage: usage.wall) == 2


def test_a_verdict_compares_with_the_target() -> None:
    sleep = (PYTHON, "-c", "import time; time.sleep(0.5)")
    start = (PYTHON, "-c", "pass")
    assert Ratio("sleep / start", sleep, start, least=1).measure(located, 1).met
    assert not Ratio("sleep / start", sleep, start, most=1).measure(located, 1).met
    assert PeakMemory("start", start, most=1000).measure(located, 1).met
    assert not PeakMemory("start", start, most=1).measure(located, 1).met


@pytest.mark.parametrize("shape", architectures.BLOCKS)
@pytest.mark.parametrize("calls", [1, 200])
def test_a_graph_has_the_calls_and_edges_it_says(shape: str, calls: int, tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    make(f"graph-{shape}-{calls}", path)
    size = architectures.size(architectures.graph(shape, calls))
    ((graph,),) = read(path)
    layers = [call for call in graph.calls if call.class_name != OUTPUT and not call.fused]
    assert len(layers) == size.calls >= calls
    assert sum(len(call.inputs) for call in layers) == size.edges
    assert len({call.layer for call in layers}) == size.calls
    assert sum(not consumers for consumers in graph.consumers) == len(graph.outputs) == 1


def test_a_dense_graph_has_more_edges_than_a_residual_one_and_that_more_than_a_chain() -> None:
    chain, residual, dense = (
        architectures.size(architectures.graph(shape, 10_000)) for shape in architectures.BLOCKS
    )
    assert chain.edges == chain.calls - 1
    assert residual.edges > 1.1 * residual.calls
    assert dense.edges > 5 * dense.calls


@pytest.mark.parametrize("shape", architectures.BLOCKS)
def test_keras_reads_a_graph(shape: str) -> None:
    import keras

    text = io.StringIO()
    architectures.write("model", architectures.graph(shape, 20), text)
    model = keras.models.model_from_json(text.getvalue())
    said = list(architectures.graph(shape, 20))
    assert [layer.name for layer in model.layers] == [layer.output.layer for layer in said]
    assert [layer.output.shape for layer in model.layers] == [
        (None, *layer.output.shape) for layer in said
    ]


def test_the_models_of_a_store_differ_and_convlint_reads_them_all(tmp_path: Path) -> None:
    make("store-120", tmp_path / "store")
    files = sorted(path for path in (tmp_path / "store").rglob("*") if path.is_file())
    assert [path.suffix for path in files[:4]] == [".keras", ".keras", ".keras", ".json"]
    graphs = [read(path)[0][0] for path in files]
    assert len(graphs) == 120
    seen = {str([(call.class_name, call.config) for call in graph.calls]) for graph in graphs}
    assert len(seen) == 120
    for number in range(120):
        assert 10 <= architectures.size(store.model(number)).calls <= 60


def test_keras_reads_a_model_of_a_store(tmp_path: Path) -> None:
    import keras

    make("store-3", tmp_path / "store")
    for number, path in enumerate(sorted((tmp_path / "store").rglob("*.keras"))):
        with ZipFile(path) as archive:
            model = keras.models.model_from_json(archive.read("config.json").decode())
        assert len(model.layers) == architectures.size(store.model(number)).calls


@pytest.mark.parametrize("exponent", [0.5, 1, 2])
def test_the_exponent_is_that_of_a_power(exponent: float) -> None:
    weights = [2_000, 21_000, 190_000]
    times = [3e-6 * weight**exponent for weight in weights]
    assert fitted_exponent(weights, times) == pytest.approx(exponent)


def test_the_exponent_is_that_of_the_line_nearest_to_the_points() -> None:
    assert fitted_exponent([1, 10, 100], [1, 100, 100]) == pytest.approx(1)


def test_output_is_compared_whatever_the_number_of_processes(tmp_path: Path) -> None:
    folder = Model("store-6", "store-6")
    make("store-6", tmp_path / "store-6")
    result = ManyFiles(folder, 6).measure(lambda model: tmp_path / model.file, 1)
    assert result.met
    assert result.measured == "the same"
    assert [row[0] for row in result.rows] == ["plain loop", "`convlint -j 1`", "`convlint`"]


def test_output_can_be_kept(tmp_path: Path) -> None:
    command = [PYTHON, "-c", "print('a' * 5)"]
    (tmp_path / "output").write_text("longer than what is printed")
    run(command, tmp_path / "output")
    assert (tmp_path / "output").read_text() == "aaaaa\n"
    assert run_and_read(command)[1] == sha256(b"aaaaa\n").digest()


def test_a_page_has_words_targets_and_details_of_one_kind_together() -> None:
    shown = Table("Growth", "What grows.", ("graph", "time"))
    results = [
        Result("start", "1.20", "≤ 1.6", True, "20 ms / 17 ms"),
        Result("chain", "1.05", "≤ 1.1", True, "see", shown, (("chain", "1 s"),)),
        Result("dense", "1.90", "≤ 1.1", False, "see", shown, (("dense", "2 s"), ("dense", "9 s"))),
    ]
    text = page(results, 3)
    assert text.startswith("# Performance\n")
    assert "Runs of each command: 3," in text
    assert "keras 3." in text
    assert "| start | 1.20 | ≤ 1.6 | yes | 20 ms / 17 ms |\n" in text
    assert "| dense | 1.90 | ≤ 1.1 | **no** | see |\n" in text
    details = "| graph | time |\n|---|---|\n| chain | 1 s |\n| dense | 2 s |\n| dense | 9 s |\n"
    assert text.endswith("## Growth\n\nWhat grows.\n\n" + details)


def test_a_page_has_no_table_of_details_that_nothing_was_measured_for() -> None:
    text = page([Result("start", "1.20", "≤ 1.6", True, "20 ms / 17 ms")], 3)
    assert text.count("\n## ") == 1


def test_the_committed_page_has_the_words_and_every_measurement() -> None:
    text = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    assert text.startswith(WORDS)
    targets = text.partition("## Targets")[2].partition("\n## ")[0]
    assert targets.count("\n| ") == 1 + len(MEASUREMENTS)


def test_the_command_writes_a_page(tmp_path: Path) -> None:
    # A model that is there is not made again; a small one does for this test.
    shutil.copy(ROOT / "examples/transfer-learning.keras", tmp_path / "resnet50.keras")
    command: list[str | Path] = [sys.executable, "-m", "benchmarks", "--cache", tmp_path]
    output = tmp_path / "page.md"
    subprocess.run(
        [*command, "--runs", "1", "--only", "keras-file", "--output", output], cwd=ROOT, check=True
    )
    text = output.read_text(encoding="utf-8")
    assert "| convlint resnet50.keras / " in text
    assert text.count("\n| ") == 2
