"""What the source reader does where only running the script could tell."""

from __future__ import annotations

import pytest

from convlint.graph import Graph
from convlint.kleene import UNKNOWN
from tests.sources import chain, only, read, reasons

START = (
    "import sys\nflag, other = sys.argv[1], sys.argv[2]\nx = keras.Input((8, 8, 3))\nstart = x\n"
)
END = "\nmodel = keras.Model(start, layers.Dense(2)(layers.Flatten()(x)))\n"


def variants(body: str) -> list[Graph]:
    (found,) = read(START + body + END).models
    return list(found)


def ways(body: str) -> set[tuple[str, ...]]:
    return {tuple(chain(graph)[:-2]) for graph in variants(body)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if flag: x = layers.ReLU()(x)", {(), ("ReLU",)}),
        (
            "if flag: x = layers.ReLU()(x)\nelse: x = layers.Softmax()(x)",
            {("ReLU",), ("Softmax",)},
        ),
        (
            "if flag == 'a': x = layers.ReLU()(x)\nelif flag == 'b': x = layers.Softmax()(x)",
            {(), ("ReLU",), ("Softmax",)},
        ),
        ("x = layers.ReLU()(x) if flag else x", {(), ("ReLU",)}),
        ("x = (layers.ReLU() if flag else layers.Softmax())(x)", {("ReLU",), ("Softmax",)}),
        (
            "flag and print(1)\nx = (flag and layers.ReLU() or layers.Softmax())(x)",
            {("ReLU",), ("Softmax",)},
        ),
        # The same question has the same answer.
        (
            "if flag: x = layers.ReLU()(x)\nif flag: x = layers.Softmax()(x)",
            {(), ("ReLU", "Softmax")},
        ),
        (
            "if flag: x = layers.ReLU()(x)\nif not flag: x = layers.Softmax()(x)",
            {("ReLU",), ("Softmax",)},
        ),
        (
            "if flag == 'a': x = layers.ReLU()(x)\nif flag != 'a': x = layers.Softmax()(x)",
            {("ReLU",), ("Softmax",)},
        ),
        (
            "if flag == 'a': x = layers.ReLU()(x)\nif flag in ('a', 'b'): x = layers.Softmax()(x)",
            {("ReLU", "Softmax"), ("Softmax",), ()},
        ),
        (
            "if flag and other: x = layers.ReLU()(x)\nif other: x = layers.Softmax()(x)",
            {("ReLU", "Softmax"), ("Softmax",), ()},
        ),
        # A choice between data is made where something depends on it.
        (
            "n = 1 if flag else 2\nfor i in range(n): x = layers.ReLU()(x)",
            {("ReLU",), ("ReLU", "ReLU")},
        ),
        (
            "if flag: n = 1\nelse: n = 2\nif n > 1: x = layers.ReLU()(x)",
            {(), ("ReLU",)},
        ),
        (
            "if flag: units = [1]\nelse: units = [1, 2]\nfor u in units: x = layers.ReLU()(x)",
            {("ReLU",), ("ReLU", "ReLU")},
        ),
        # What has nothing to do with the model is no reason for a variant.
        ("if flag: print(x)\nwhile other: other = input()", {()}),
        ("if flag: raise ValueError\nx = layers.ReLU()(x)", {("ReLU",)}),
        ("if not flag: sys.exit()\nx = layers.ReLU()(x)", {("ReLU",)}),
        ("assert flag\nx = layers.ReLU()(x)", {("ReLU",)}),
        ("for i in range(10**9): flag = i\nx = layers.ReLU()(x)", {("ReLU",)}),
        ("for line in open(flag):\n  if line: break\nx = layers.ReLU()(x)", {("ReLU",)}),
    ],
)
def test_both_ways_of_a_condition_that_matters_are_followed(
    body: str, expected: set[tuple[str, ...]]
) -> None:
    assert ways(body) == expected


def test_a_value_that_differs_is_unknown_where_nothing_depends_on_it() -> None:
    (graph,) = variants("if flag: n = 3\nelse: n = 5\nx = layers.Conv2D(n, 3)(x)")
    assert graph.calls[1].config["filters"] is UNKNOWN


def test_a_setting_that_a_condition_tells_is_known_in_its_variant() -> None:
    graphs = variants(
        "x = layers.Conv2D(3, 3, use_bias=not flag)(x)\nif flag: x = layers.BatchNormalization()(x)"
    )
    biased = {chain(graph)[1] == "BatchNormalization": graph.calls[1].config for graph in graphs}
    assert {norm: config["use_bias"] for norm, config in biased.items()} == {
        True: False,
        False: True,
    }


def test_what_a_skipped_branch_may_have_changed_is_not_known() -> None:
    body = (
        "sizes = [1]\nn = 1\nclass C: k = 1\nc = C()\n"
        "def more():\n    global n\n    n = 2\n"
        "if flag:\n    sizes.append(2)\n    more()\n    c.k = 2\n"
        "x = layers.Conv2D(n, 3)(x)\nx = layers.Conv2D(sum(sizes), c.k)(x)"
    )
    (graph,) = variants(body)
    first, second = (call.config for call in graph.calls[1:3])
    assert first["filters"] is UNKNOWN
    assert second["filters"] is UNKNOWN


def test_more_outcomes_than_are_followed_give_up_the_models_they_touch() -> None:
    conditions = "".join(f"if sys.argv[{i}]: x = layers.ReLU()(x)\n" for i in range(10, 16))
    found = read(START + conditions + END + "\nkeras.Sequential([layers.Dense(1)], name='free')\n")
    assert [graph.name for (graph,) in found.models] == ["free"]
    assert any("conditions" in reason for reason in reasons(found))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "def build(n, rate=0.5):\n"
            "    return keras.Sequential([layers.Dense(n), layers.Dropout(rate)])\n",
            [("Dense", UNKNOWN), ("Dropout", 0.5)],
        ),
        (
            "class Net:\n"
            "    def __init__(self, units=3): self.units = units\n"
            "    def build(self):\n"
            "        return keras.Sequential([layers.Dense(self.units), layers.Dropout(0.1)])\n",
            [("Dense", 3), ("Dropout", 0.1)],
        ),
        (
            "class Net(keras.Model):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.a, self.b = layers.Dense(3), layers.Dropout(0.1)\n"
            "    def call(self, inputs, training=None):\n"
            "        x = self.a(inputs)\n"
            "        if training: x = self.b(x)\n"
            "        return self.b(x, training=training)\n",
            [("Dense", 3), ("Dropout", 0.1)],
        ),
        (
            "@unknown.decorator\n"
            "def build(n=3):\n"
            "    return keras.Sequential([layers.Dense(n), layers.Dropout(0.1)])\n"
            "build()\n",
            [("Dense", UNKNOWN), ("Dropout", 0.1)],
        ),
        (
            "def outer():\n    return inner(3)\n"
            "def inner(n):\n"
            "    return keras.Sequential([layers.Dense(n), layers.Dropout(0.1)])\n",
            [("Dense", 3), ("Dropout", 0.1)],
        ),
        (
            "def main():\n"
            "    return keras.Sequential([layers.Dense(3), layers.Dropout(0.1)])\n"
            "if __name__ == '__main__':\n    main()\n",
            [("Dense", 3), ("Dropout", 0.1)],
        ),
    ],
    ids=["function", "method", "subclass", "decorated", "callee", "main"],
)
def test_what_nothing_calls_is_called_with_its_defaults(
    code: str, expected: list[tuple[str, object]]
) -> None:
    graphs = [variants[0] for variants in read(code).models]
    for graph in graphs[:1]:
        dense, dropout = graph.calls[1:3]
        found = [("Dense", dense.config["units"]), ("Dropout", dropout.config["rate"])]
        assert found == expected
    assert graphs


def test_a_tensor_of_unknown_origin_has_a_source_of_its_own() -> None:
    graph = only(
        "base = keras.models.load_model('x.keras')\n"
        "x = layers.Dense(3)(base.output)\n"
        "model = keras.Model(base.input, layers.add([x, base.output]))\n"
    )
    unknown = [call for call in graph.calls if "unknown" in call.kinds]
    added = next(call for call in graph.calls if call.class_name == "Add")
    assert len(unknown) == 1
    assert added.inputs[1].call == unknown[0].index


def test_an_unknown_operand_may_be_a_tensor_so_that_no_edge_is_claimed() -> None:
    graph = only("x = keras.Input((3,))\nmodel = keras.Model(x, layers.Dense(2)(x * scale))\n")
    assert "unknown" in graph.calls[1].kinds


def test_freezing_an_unknown_part_of_a_model_is_both_ways() -> None:
    (found,) = read(
        "import sys\nm = keras.Sequential([layers.Dense(3), layers.BatchNormalization()])\n"
        "for layer in m.layers[:int(sys.argv[1])]: layer.trainable = False\n"
    ).models
    assert {graph.calls[2].trainable for graph in found} == {True, False}


@pytest.mark.parametrize(
    ("loss", "name", "custom"),
    [
        ("'mse'", "mean_squared_error", False),
        ("keras.losses.mse", "mean_squared_error", False),
        ("keras.losses.MeanSquaredError()", "mean_squared_error", False),
        ("keras.losses.get('mse')", "mean_squared_error", False),
        ("lambda a, b: a", "__lambda__", True),
        ("my_loss", "unknown", True),
    ],
)
def test_compile_is_read_wherever_it_is_called(loss: str, name: str, custom: bool) -> None:
    graph = only(
        "def make():\n    return keras.Sequential([layers.Dense(3)])\n"
        "class Holder: pass\nholder = Holder()\nholder.model = make()\n"
        f"options = dict(loss={loss}, optimizer='adam')\nholder.model.compile(**options)\n"
    )
    assert graph.training is not None
    (found,) = graph.training.losses
    assert found is not None
    assert (found.name, found.custom) == (name, custom)
