"""How scripts spell Keras, and where in them a layer is."""

from __future__ import annotations

import pytest

from convlint.errors import SourceError
from convlint.kleene import UNKNOWN
from convlint.readers.source import mentions_keras, read_source
from tests.sources import chain, only, read, reasons

BODY = """
model = {models}Sequential()
model.add({layers}Conv2D(8, (3, 3), activation='relu', input_shape=(16, 16, 3)))
model.add({layers}Flatten())
model.add({layers}Dense(3))
"""


@pytest.mark.parametrize(
    ("imports", "models", "layers"),
    [
        ("import keras", "keras.", "keras.layers."),
        ("import keras.layers", "keras.models.", "keras.layers."),
        ("from keras import layers as L, models as M", "M.", "L."),
        ("from tensorflow import keras", "keras.", "keras.layers."),
        ("import tensorflow as tf", "tf.keras.", "tf.keras.layers."),
        ("import tensorflow.keras as tk", "tk.", "tk.layers."),
        ("import tensorflow.keras.layers as kl\nfrom keras import models", "models.", "kl."),
        ("from keras.models import *\nfrom keras.layers import *", "", ""),
        ("from keras.models import *\nfrom keras.layers.core import *", "", ""),
        (
            "from tensorflow.python.keras.models import Sequential\nfrom keras.layers import *",
            "",
            "",
        ),
        ("import tensorflow as tf\nlayers = tf.keras.layers", "tf.keras.models.", "layers."),
        ("import tf_keras as keras", "keras.", "keras.layers."),
        ("from numpy import *", "", ""),
        ("", "", ""),
        ("", "keras.", "layers."),
        ("", "models.", "tf.keras.layers."),
    ],
)
def test_every_spelling_of_an_import_gives_the_same_model(
    imports: str, models: str, layers: str
) -> None:
    code = f"{imports}\n{BODY.format(models=models, layers=layers)}"
    ((graph,),) = read_source(code, "x.py").models
    assert chain(graph) == ["Conv2D", "Flatten", "Dense"]
    assert [call.layer for call in graph.calls][:2] == ["input_layer", "conv2d"]


@pytest.mark.parametrize(
    "imports",
    [
        "from mxnet.gluon.nn import *",
        "from mine import *",
        "from .layers import *",
        "from torch.nn import Sequential, Conv2D, Flatten, Dense",
        "from mine import Sequential",
        "class Sequential: pass",
    ],
)
def test_a_name_that_something_else_may_define_is_not_taken_for_one_of_keras(imports: str) -> None:
    code = f"# keras\n{imports}\n{BODY.format(models='', layers='')}"
    assert read_source(code, "x.py").models == ()


@pytest.mark.parametrize(
    ("call", "config"),
    [
        ("layers.Conv2D(8, 3)", {"filters": 8, "kernel_size": (3, 3)}),
        ("layers.Conv2D(8, (3, 1), 2, 'SAME')", {"strides": (2, 2), "padding": "same"}),
        ("layers.Conv1D(8, 3, dilation_rate=2)", {"kernel_size": (3,), "dilation_rate": (2,)}),
        ("layers.Convolution2D(8, 3, 5)", {"filters": 8, "kernel_size": (3, 5)}),
        (
            "layers.Conv2D(8, 3, 3, border_mode='same', subsample=(2, 2), init='he_normal')",
            {"kernel_size": (3, 3), "padding": "same", "strides": (2, 2)},
        ),
        ("layers.MaxPool2D()", {}),
        ("layers.ZeroPadding2D(1)", {"padding": ((1, 1), (1, 1))}),
        ("layers.ZeroPadding2D((1, 2))", {"padding": ((1, 1), (2, 2))}),
        ("layers.Dropout(p=0.25)", {"rate": 0.25}),
        ("layers.LeakyReLU(alpha=0.1)", {"negative_slope": 0.1}),
        ("layers.Dense(output_dim=3, bias=False)", {"units": 3, "use_bias": False}),
        ("layers.Dense(3, kernel_regularizer=keras.regularizers.l2(0.1))", {"units": 3}),
        ("layers.Dense(3, **unknown)", {"units": 3, "activation": UNKNOWN, "use_bias": UNKNOWN}),
        ("layers.Dense(*unknown)", {"units": UNKNOWN, "activation": UNKNOWN}),
        ("layers.Dense(unknown, activation=unknown)", {"units": UNKNOWN, "activation": UNKNOWN}),
        ("layers.Activation('relu')", {"activation": "relu"}),
        ("layers.Reshape([4, -1])", {"target_shape": (4, -1)}),
        ("layers.Embedding(10, 4, input_length=7)", {"input_dim": 10, "output_dim": 4}),
        ("layers.Rescaling(1 / 4)", {"scale": 0.25}),
    ],
)
def test_arguments_are_configuration_under_todays_names(
    call: str, config: dict[str, object]
) -> None:
    graph = only(f"model = keras.Sequential([{call}])")
    assert {**graph.calls[1].config, **config} == graph.calls[1].config


def test_a_location_is_the_construction_in_characters_from_one() -> None:
    graph = only(
        "'é' ; model = keras.Sequential([\n"
        "    layers.Dense(\n        3,\n    ), layers.ReLU(),\n])\n"
    )
    dense, relu = (call.location for call in graph.calls[1:3])
    assert dense is not None
    assert (dense.file, dense.line, dense.column, dense.end_line) == ("script.py", 4, 5, 6)
    assert relu is not None
    assert (relu.line, relu.column) == (6, 8)
    same_line = only("'é'; m = keras.Sequential([layers.Dense(3)])").calls[1].location
    assert same_line is not None
    assert same_line.column == 28


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("print 'x'\n", "line 1: it is not Python 3"),
        ("x = 1\nexec 'y'\n", "line 2: it is not Python 3"),
        ("def f(:\n", "line 1"),
        ("x = 1\0\n", "null bytes"),
        ("\ufeffx = (\n", "line 1"),
    ],
)
def test_what_is_no_python_is_said_in_one_line(code: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_source(code, "x.py")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        (b"import keras", True),
        (b"import tensorflow as tf", True),
        (b"model.add(Dense(3))", True),
        (b"Sequential([", True),
        (b"import torch\nclass Net: pass", False),
        (b"", False),
    ],
)
def test_a_word_of_keras_makes_a_file_worth_reading(text: bytes, mentioned: bool) -> None:
    assert mentions_keras(text) is mentioned


@pytest.mark.parametrize("code", ["", "x = 1", "keras.Sequential()", "keras.Input((3,))"])
def test_no_model_is_no_fault(code: str) -> None:
    assert read(code).models == ()


def test_a_model_that_is_a_part_of_another_is_not_given_twice() -> None:
    found = read(
        "base = keras.Sequential([keras.Input((8,)), layers.Dense(4)], name='base')\n"
        "x = keras.Input((8,))\n"
        "model = keras.Model(x, layers.Dense(2)(base(x)), name='outer')\n"
        "wrapped = keras.Sequential([layers.TimeDistributed(base)], name='wrapped')\n"
    )
    assert [graph.name for (graph,) in found.models] == ["outer", "wrapped"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("m = keras.Sequential(unknown)", "which layers its Sequential is given"),
        (
            "x = keras.Input((3,))\nfor i in unknown: x = layers.Dense(3)(x)\nkeras.Model(x, x)",
            "loop",
        ),
        ("m = keras.Sequential()\nfor i in unknown: m.add(layers.Dense(3))", "loop"),
        ("m = keras.Sequential([layers.Dense(3)])\nadd_head(m)", "add_head may have added"),
        ("m = keras.Sequential([layers.Dense(3)])\nf(m)\nm.add(layers.ReLU())", "not known"),
        ("x = []\nf(x)\nkeras.Sequential([layers.Dense(3), *x])", "which layers"),
        ("m = keras.Sequential([layers.Dense(3)])\nm.add(m)", "contains itself"),
        ("class M(keras.Model):\n  pass\nM()", "no call"),
    ],
)
def test_what_cannot_be_followed_is_given_up_with_a_reason(code: str, reason: str) -> None:
    found = read(code)
    assert found.models == ()
    assert any(reason in given for given in reasons(found))
