"""Dependencies point one way, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convlint import catalog, shipped

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "convlint"
MODULES = sorted(path.relative_to(ROOT) for path in PACKAGE.rglob("*.py"))
HEAVY = {"keras", "tf_keras", "tensorflow", "numpy", "h5py", "rich", "fsspec", "aiohttp"}

LAYERS = [
    {
        *("compiled", "crash", "errors", "files", "garbage", "graph", "kleene", "suggest"),
        *("text", "terminal", "urls"),
    },
    {"finding", "kinds"},
    {"yamltext", "evidence", "options"},
    {"bibliography"},
    {"facts", "readers"},
    {"operators", "predicate"},
    {"pattern"},
    {"checks", "message"},
    {"rule", "comments", "plugins"},
    {"page", "shipped"},
    {"catalog", "globs", "lint"},
    {"report"},
    {"reporters"},
    {"config"},
    {"baseline", "discover", "suppress", "targets"},
    {"engine"},
    {"arguments", "batch", "testing", "callbacks"},
    {"command"},
    {"cli"},
]
"""Every part of the package may import from its own row and those above."""

RANK = {part: rank for rank, row in enumerate(LAYERS) for part in row}
READERS_MAY_USE = {
    *("graph", "kinds", "kleene", "errors", "files", "readers", "suggest", "text", "urls"),
}
REPORTERS_MAY_USE = {
    *("__version__", "evidence", "finding", "graph", "options", "report", "reporters", "rule"),
    *("text", "urls"),
}
PUBLIC = {"__init__", "__main__"}
NEEDS_KERAS = {"callbacks": {"keras", "tf_keras"}}
"""A callback inherits from Keras' class; nothing of ours imports the module."""


def part_of(path: Path) -> str:
    """The part of the package that a file belongs to: ``facts`` for ``convlint/facts/core.py``."""
    return path.relative_to("convlint").parts[0].removesuffix(".py")


def imports(tree: ast.AST, *, top_level: bool = False) -> Iterator[str]:
    """The dotted names that a module imports; with ``top_level`` those imported with it."""
    pending = list(ast.iter_child_nodes(tree))
    while pending:
        node = pending.pop()
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pending.extend(node.orelse)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if top_level:
                continue
            case _:
                pending.extend(ast.iter_child_nodes(node))


def own_imports(path: Path) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = (name.split(".") for name in imports(tree))
    return {name[1] for name in names if name[0] == "convlint" and len(name) > 1}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_point_one_way(path: Path) -> None:
    part = part_of(path)
    if part in PUBLIC:
        return
    assert part in RANK, f"give {part} its place in LAYERS"
    own = own_imports(path) - {"__version__"}
    # A report can render itself; it asks for its reporter only then.
    own -= {"reporters"} if part == "report" else set()
    assert not own & NEEDS_KERAS.keys()
    assert {name for name in own if RANK[name] > RANK[part]} == set()


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_readers_and_reporters_know_little(path: Path) -> None:
    allowed = {"readers": READERS_MAY_USE, "reporters": REPORTERS_MAY_USE}.get(part_of(path))
    if path == Path("convlint/readers/source/shapes.py"):
        allowed = READERS_MAY_USE | {"facts"}  # a script may ask for the shape of a tensor
    if allowed is not None:
        assert own_imports(path) <= allowed


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nothing_heavy_is_imported_at_the_top_of_a_module(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names = {name.partition(".")[0] for name in imports(tree, top_level=True)}
    assert names & HEAVY == NEEDS_KERAS.get(part_of(path), set())


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own, to its sound end."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that are loaded when a command ends."""
    program = (
        "import sys\n"
        "from convlint.__main__ import exit_code\n"
        "exit_code()\n"
        "print('loaded:', *{name.partition('.')[0] for name in sys.modules})\n"
    )
    ran = run(program, *arguments)
    assert "Traceback" not in ran.stderr
    return set(ran.stdout.rpartition("loaded:")[2].split())


def test_the_version_is_quick() -> None:
    loaded = loaded_by("--version")
    assert "click" in loaded
    assert loaded & (HEAVY | {"yaml", "json", "zipfile", "tomllib"}) == set()


def test_importing_the_package_imports_none_of_its_parts() -> None:
    program = "import sys, convlint; print(*(n for n in sys.modules if n.startswith('convlint')))"
    ran = run(program)
    assert ran.stdout.split() == ["convlint"]


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["examples/transfer-learning.keras"], set()),
        (["--color", "always", "examples/transfer-learning.keras"], {"rich"}),
        (["--output-format", "json", "examples/transfer-learning.keras"], set()),
        (["--output-format", "concise", "examples/unet.h5"], set()),
        (["--list-rules"], set()),
        (["--explain", "CVL101"], set()),
    ],
    ids=lambda value: " ".join(sorted(value) if isinstance(value, set) else value),
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], needed: set[str]) -> None:
    loaded = loaded_by(*arguments)
    assert loaded >= needed
    assert loaded & HEAVY <= needed
    assert not loaded & {"keras", "tensorflow", "tf_keras"}


@pytest.fixture(scope="module")
def rules_are_compiled() -> None:
    """Nobody has written the file since the last installation, and a page may have changed."""
    folder = ROOT / "rules"
    shipped.write(str(folder), catalog.from_pages(folder), catalog.bibliography(folder))


@pytest.mark.usefixtures("rules_are_compiled")
@pytest.mark.parametrize("file", ["transfer-learning.keras", "unet.h5"])
@pytest.mark.parametrize("output_format", ["full", "concise", "github"])
def test_hooks_and_gates_load_no_more_than_that(file: str, output_format: str) -> None:
    loaded = loaded_by("--output-format", output_format, f"examples/{file}")
    slow = {"click", "copy", "dataclasses", "inspect", "pathlib", "yaml", "zipfile"}
    assert loaded & (HEAVY | slow) == set()


@pytest.mark.usefixtures("rules_are_compiled")
@pytest.mark.parametrize("output_format", ["full", "concise", "github"])
def test_a_run_compiles_no_annotations(output_format: str) -> None:
    program = (
        "import sys\n"
        "from convlint.__main__ import exit_code\n"
        "def hook(event, args):\n"
        "    ours = event == 'compile' and args[1] == '<string>'\n"
        "    if ours and not args[0].startswith(b'lambda _cls, '):\n"
        "        sys.stderr.write(f'compiled: {args[0]!r}\\n')\n"
        "sys.addaudithook(hook)\n"
        "exit_code()\n"
    )
    model = "examples/transfer-learning.keras"
    arguments = ["--isolated", "--output-format", output_format, model]
    ran = run(program, *arguments)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_design_names_every_module() -> None:
    design = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    modules = {path.name for path in MODULES if path.stem not in ("__init__", "__main__")}
    tables = {path.name for path in MODULES if path.parent.name == "inference"}
    source = {path.name for path in MODULES if path.parent.name == "source"}
    assert {name for name in modules - tables - source if name not in design} == set()
