"""``package.module:build_model``: the user's code is run, and findings know its lines."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import pytest
import tf_keras

from convlint import InputError, cli, discover, targets
from convlint.graph import OUTPUT, Graph, Location
from convlint.readers import live
from tests.pages import write_page

ROOT = Path(__file__).parent.parent

Module = Callable[..., str]
"""Writes a module of that code, and gives the name by which it can be imported."""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    """A current folder for modules, which are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    keras.utils.clear_session()
    loaded = set(sys.modules)

    def write(code: str, path: str = "built_here.py") -> str:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(code), encoding="utf-8")
        return path.removesuffix(".py").replace("/", ".")

    yield write
    for name in set(sys.modules) - loaded:
        if getattr(sys.modules[name], "__file__", None) is None or str(tmp_path) in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]


def graphs(target: str) -> list[Graph]:
    with targets.built(target) as built:
        where = built.constructions.location_of
        return [live.read_model(model, where) for model in built.models]


def lines(graph: Graph) -> dict[str, int | None]:
    """Layer -> the line it is constructed in."""
    return {
        call.layer: None if call.location is None else call.location.line
        for call in graph.calls
        if call.class_name != OUTPUT
    }


def marked(file: str) -> dict[str, int]:
    """Layer -> line, as the comments of a file say: ``# -> conv``."""
    text = Path(file).read_text(encoding="utf-8")
    return {
        name.strip(): number
        for number, line in enumerate(text.splitlines(), start=1)
        if "# -> " in line
        for name in line.partition("# -> ")[2].split(",")
    }


STYLES = {
    "functional": """
        from keras import Model, layers
        def build():
            image = layers.Input((8, 8, 3), name="image")  # -> image
            x = layers.Conv2D(4, 3, name="conv")(image)  # -> conv
            return Model(image, layers.Flatten(name="flat")(x))  # -> flat
        """,
    "a list": """
        import keras
        L = keras.layers
        def build():
            return keras.Sequential([
                L.Input((4,), name="in"),  # -> in
                L.Dense(3, name="a"),  # -> a
                L.Dense(2, name="b"),  # -> b
            ])
        """,
    "add": """
        import keras
        from keras.layers import *
        def build():
            model = keras.Sequential()
            model.add(Input((4,), name="in"))  # -> in
            model.add(Dense(3, name="a"))  # -> a
            model.add(
                Dense(  # -> b
                    2,
                    name="b"))
            return model
        """,
    "a loop and a function": """
        from keras import Model, layers
        def block(x, n):
            return layers.Dense(n, name=f"dense{n}")(x)  # -> dense2, dense3
        def build():
            x = inputs = layers.Input((4,), name="in")  # -> in
            for n in (2, 3):
                x = block(x, n)
            return Model(inputs, x)
        """,
    "a comprehension and a lambda": """
        import keras
        from keras import layers
        make = lambda n: layers.Dense(n, name=f"d{n}")  # -> d1, d2
        def build():
            return keras.Sequential([
                layers.Input((4,), name="in"),  # -> in
                *[make(n) for n in (1, 2)]])
        """,
    "nested": """
        import keras
        from keras import layers
        def build():
            inner = keras.Sequential([
                layers.Input((4,)),
                layers.Dense(3, name="a")], name="inner")  # -> inner/a
            x = layers.Input((4,), name="in")  # -> in
            return keras.Model(x, layers.Dense(1, name="a")(inner(x)))  # -> a
        """,
    "wrapped": """
        import keras
        from keras import layers
        def build():
            inner = keras.Sequential([
                layers.Input((4,)),
                layers.Dense(3, name="a")])  # -> each/a
            return keras.Sequential([
                layers.Input((5, 4), name="in"),  # -> in
                layers.TimeDistributed(inner, name="each"),
                layers.Bidirectional(layers.LSTM(2), name="both")])  # -> both
        """,
    "subclassed": """
        import keras
        from keras import layers
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.a = layers.Dense(3, name="a")  # -> a
                self.b = layers.Dense(3, name="b")  # -> b
            def call(self, x):
                return self.b(self.a(x)) + 1  # -> add
        def build():
            net = Net()
            net(keras.ops.ones((1, 4)))
            return net
        """,
    "an own layer": """
        import keras
        from keras import layers
        class Twice(layers.Dense):
            def __init__(self, n, **kwargs):
                super().__init__(2 * n, **kwargs)
        class Net:
            @staticmethod
            def build():
                return keras.Sequential([
                    layers.Input((4,), name="in"),  # -> in
                    Twice(2, name="twice")])  # -> twice
        build = Net.build
        """,
    "an application": """
        import keras
        def build():
            inputs = keras.Input((64, 64, 3), name="in")  # -> in
            base = keras.applications.MobileNetV2(
                input_tensor=inputs, weights=None, include_top=False)
            return keras.Model(inputs, base.get_layer("block_1_add" if 0 else "Conv1").output)
        """,
    "tf_keras": """
        import tf_keras
        from tf_keras import layers
        class Net(tf_keras.Model):
            def __init__(self):
                super().__init__()
                self.c = layers.Dense(3, name="c")  # -> net/c
            def call(self, x):
                return self.c(x)
        def build():
            x = layers.Input((4,), name="in")  # -> in
            y = layers.Dense(3, name="a")(x)  # -> a
            return tf_keras.Model(x, Net()(y))
        """,
}


@pytest.mark.parametrize("style", STYLES)
def test_layers_know_the_line_that_constructs_them(style: str, module: Module) -> None:
    name = module(STYLES[style])
    (graph,) = graphs(f"{name}:build")
    found = lines(graph)
    expected = marked(f"{name}.py")
    assert {layer: found[layer] for layer in expected} == expected
    others = {found[layer] for layer in found if layer not in expected}
    assert others <= ({5} if style == "an application" else {None})


def test_the_place_is_that_of_the_call_in_the_syntax_tree(module: Module) -> None:
    code = """
        from keras import Model, layers
        def build():
            ä = "ß"; x = y = layers.Input((8, 8, 3))
            for _ in range(2):
                y = layers.Conv2D(
                    3, 3, padding="same",
                    activation="relu",
                )(y)
            y = layers.Add(
                name="sum")([y, layers.Dense(3)(x)])
            return Model(x, y)
        """
    name = module(code)
    text = Path(f"{name}.py").read_text(encoding="utf-8")
    calls = {
        (
            node.func.attr,
            Location(
                f"{name}.py",
                node.lineno,
                len(text.splitlines()[node.lineno - 1].encode()[: node.col_offset].decode()) + 1,
                node.end_lineno,
            ),
        )
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    (graph,) = graphs(f"{name}:build")
    found = {
        (call.class_name.removesuffix("Layer"), call.location)
        for call in graph.calls
        if call.class_name != OUTPUT and not call.fused
    }
    assert len(found) == 4
    assert found <= calls


def test_the_line_is_that_of_the_user_and_not_of_a_library(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(
        """
        from keras import layers
        def dense():
            return layers.Dense(3, name="a")
        """,
        "lib/site-packages/blocks_of_others.py",
    )
    monkeypatch.syspath_prepend("lib/site-packages")
    name = module(
        """
        import keras, blocks_of_others
        def build():
            return keras.Sequential([keras.Input((4,)),
                                     blocks_of_others.dense()])  # -> a
        """
    )
    (graph,) = graphs(f"{name}:build")
    assert lines(graph)["a"] == marked(f"{name}.py")["a"]


def test_the_package_of_the_target_is_the_users_own_even_if_it_is_installed(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(
        """
        import keras
        def build():
            return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="a")])
        """,
        "lib/site-packages/installed_here/models.py",
    )
    monkeypatch.syspath_prepend("lib/site-packages")
    (graph,) = graphs("installed_here.models:build")
    assert lines(graph)["a"] == 4


@pytest.mark.filterwarnings("ignore:`build.+` was called on layer")
def test_what_the_user_did_not_construct_has_no_line(module: Module) -> None:
    name = module(
        """
        import keras
        from keras import layers
        class Pair(layers.Layer):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.one = layers.Dense(3, name="same")
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.pair = Pair()
                self.two = layers.Dense(3, name="same")
            def call(self, x):
                return self.two(self.pair.one(x))
        def build():
            net = Net()
            net(keras.ops.ones((1, 3)))
            return net
        """
    )
    (graph,) = graphs(f"{name}:build")
    # We construct the input layer ourselves, to trace the model.
    assert lines(graph) == {"input_layer": None, "same": 7, "same_1": 12}


@pytest.mark.parametrize(
    ("returned", "names"),
    [
        ("model('a')", ["a"]),
        ("[model('a'), model('b')]", ["a", "b"]),
        ("(model('a'), {'history': 1})", ["a"]),
        ("{'x': model('a'), 'y': model('b')}", ["a", "b"]),
        ("[a := model('a'), a]", ["a"]),
        ("[a := model('a'), keras.Sequential([a], name='b')]", ["b"]),
        (
            "[a := model('a'), keras.Sequential([keras.Sequential([a]), model('c')], name='b')]",
            ["b"],
        ),
    ],
)
def test_a_builder_may_return_several_models(
    returned: str, names: list[str], module: Module
) -> None:
    name = module(
        f"""
        import keras
        def model(name):
            return keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)], name=name)
        def build():
            return {returned}
        """
    )
    assert [graph.name for graph in graphs(f"{name}:build")] == names


def test_a_target_may_be_a_model_or_lie_in_a_class_or_package(module: Module) -> None:
    code = """
        import keras
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, name="a")])
        class Models:
            small = model
            @classmethod
            def build(cls, size=1): return cls.small
        """
    module("", "pack/__init__.py")
    name = module(code, "pack/deep/models.py")
    for target in ("model", "Models.small", "Models.build"):
        (graph,) = graphs(f"{name}:{target}")
    assert graph.calls[-2].layer == "a"


FAILING = """
    import keras
    number = 3
    def needs(width, *, depth, extra=1): pass
    def raises():
        return keras.layers.Dense("three")
    def leaves(): raise SystemExit("bye")
    def recurses(): return recurses()
    def nothing(): pass
    def layer(): return keras.layers.Dense(3)
    def unbuilt():
        class Net(keras.Model):
            def call(self, x): return x
        return Net()
    class Odd(keras.Model):
        @property
        def layers(self): raise RuntimeError("no")
    """


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("nowhere_to_be_found:x", "there is no module 'nowhere_to_be_found' in "),
        ("built_here.deep:x", "there is no module 'built_here.deep' in "),
        ("built_here.py:x", "name a module as import does, without .py"),
        ("built_here:raise_", "there is no 'raise_' in built_here; did you mean 'raises'?"),
        ("built_here:number.a", "there is no 'a' in built_here"),
        ("built_here:number", "number gives no Keras model, but an object of type int"),
        ("built_here:nothing", "nothing gives no Keras model, but an object of type NoneType"),
        ("built_here:layer", "layer gives no Keras model, but an object of type Dense"),
        ("built_here:needs", "needs cannot be called without width, depth; name a function"),
        ("built_here:raises", "raises() fails at built_here.py:6 with ValueError: "),
        ("built_here:leaves", "leaves() fails at built_here.py:7 with SystemExit: bye"),
        ("built_here:recurses", "recurses() fails at built_here.py:8 with RecursionError: "),
        ("built_here:unbuilt", "is subclassed and not built"),
        ("built_here:Odd", "Model 'odd' has no call()"),
        ("broken_import:x", "the module needs 'not_installed_here', which is not installed"),
        ("broken_code:x", "the import fails with SyntaxError: "),
        ("broken_start:x", "the import fails at broken_start.py:1 with ZeroDivisionError"),
        ("os.path:join", "join cannot be called without a"),
    ],
)
def test_what_goes_wrong_is_one_line(
    target: str, complaint: str, module: Module, capsys: pytest.CaptureFixture[str]
) -> None:
    module(FAILING)
    module("import not_installed_here", "broken_import.py")
    module("x = = 1", "broken_code.py")
    module("1 / 0", "broken_start.py")
    with pytest.raises(SystemExit) as caught:
        cli.main(["--output-format", "concise", target])
    assert caught.value.code == 2
    printed = capsys.readouterr()
    announced, *errors = printed.err.splitlines()
    assert announced == f"{target}: running this code to build the model"
    (error,) = errors
    assert error.startswith(f"error: {target}: ")
    assert complaint in error
    assert "Traceback" not in printed.out


def test_the_cure_for_a_failure_shows_the_whole_traceback(module: Module) -> None:
    name = module(FAILING)
    with pytest.raises(InputError, match=r'-c "import built_here; built_here.leaves\(\)"$'):
        graphs(f"{name}:leaves")


def state() -> tuple[object, ...]:
    return (
        vars(keras.Operation).get("__new__"),
        vars(tf_keras.layers.Layer).get("__new__"),
        list(sys.meta_path),
        list(sys.path),
        sys.argv,
        sys.stdout,
    )


@pytest.mark.parametrize("function", ["fine", "raises"])
def test_everything_is_as_it_was_afterwards(function: str, module: Module) -> None:
    name = module(
        """
        import sys, keras
        sys.path.append("elsewhere")
        def raises(): 1 / 0
        def fine(): return keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
        """
    )
    before = state()
    try:
        graphs(f"{name}:{function}")
    except InputError:
        assert function == "raises"
    assert state() == before


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pkg.mod:build", True),
        ("mod:Class.build", True),
        ("größe:bäue", True),
        ("pkg/mod.py:build", False),
        ("pkg.mod:", False),
        (":build", False),
        ("pkg..mod:build", False),
        ("pkg.mod:build()", False),
        ("a:b:c", False),
        ("model.keras", False),
        ("C:\\x", False),
        ("C:\\models\\m.keras", False),
        ("C:/x", False),
        ("http://x", False),
        ("<stdin>", False),
        ("there:is", False),
    ],
)
def test_a_target_is_not_confused_with_a_file(
    name: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there:is").touch()
    assert discover.is_target(name) is expected


def test_one_letter_is_a_drive_where_there_are_drives() -> None:
    assert discover.is_target("m:model", drives=False)
    assert not discover.is_target("m:model.keras", drives=True)
    assert discover.is_target("mm:model", drives=True)


DROPOUT = """
    import argparse, sys
    print("on the way")
    assert argparse.ArgumentParser().parse_args() is not None
    {keras}
    def build():
        print("building")
        return keras.Sequential([
            keras.layers.Input((32, 32, 3)),
            keras.layers.Conv2D(8, 3),
            keras.layers.Dropout(0.5),
            keras.layers.Conv2D(8, 3),
        ])
    """


@pytest.mark.parametrize("library", ["import keras", "import tf_keras as keras"])
def test_a_fresh_process_meets_keras_when_the_user_imports_it(
    library: str, module: Module, tmp_path: Path
) -> None:
    module("", "pack/__init__.py")
    name = module(DROPOUT.format(keras=library), "pack/models.py")
    command = [sys.executable, "-m", "convlint", "--output-format", "concise"]
    ran = subprocess.run(
        [*command, "--select", "CVL101", f"{name}:build"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    file = os.path.join("pack", "models.py")
    assert ran.stdout.startswith(f"{file}:11:9: dropout: CVL101 ")
    assert "building" not in ran.stdout
    assert "on the way\n" in ran.stderr
    assert "building\n" in ran.stderr


def test_settings_hold_for_the_files_of_the_layers(
    module: Module, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_page(tmp_path / "rules", pattern="found:dense")
    (tmp_path / "convlint.toml").write_text(
        "select = ['TST101']\nrule-paths = ['rules']\n[per-file-ignores]\n'parts.py' = ['TST']",
        encoding="utf-8",
    )
    module("from keras import layers\ndef part():\n    return layers.Dense(1)", "parts.py")
    name = module(
        """
        import keras, parts
        def build():
            return keras.Sequential([keras.Input((3,)), parts.part(), keras.layers.Dense(2)])
        """
    )
    with pytest.raises(SystemExit):
        cli.main(["--output-format", "concise", "-q", f"{name}:build"])
    printed = capsys.readouterr()
    assert printed.out == f"{name}.py:4:63: dense_1: TST101 dense_1 is dense\n"
    assert printed.err == ""  # nothing, when told to be quiet
