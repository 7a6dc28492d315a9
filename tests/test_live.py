"""Models in memory: what is read of them, that they are left as they were, and what is refused."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow
import tf_keras
from keras import layers, ops

from convlint import kinds
from convlint.errors import InputError
from convlint.graph import Loss
from convlint.kleene import UNKNOWN
from convlint.readers.live import is_model, read_model
from tests import models
from tests.dumps import dump, outline

ALL = {
    **models.MODELS,
    **models.LIVE_ONLY,
    **models.TF_KERAS,
    **models.TF_KERAS_LIVE_ONLY,
}


def chain(model: Any) -> list[tuple[str, str]]:
    """Layer and class of every call of a model."""
    return [(layer, class_name) for layer, class_name, _ in outline(read_model(model))]


def classes(model: Any) -> list[str]:
    return [class_name for _, class_name in chain(model)]


# --- which objects are models -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sequential_unbuilt", "siamese", "subclassed", "tf_sequential"])
def test_a_model_of_either_keras_is_recognised(name: str) -> None:
    assert is_model(ALL[name]())


@pytest.mark.parametrize(
    "obj",
    [None, 3, "model.keras", {"class_name": "Sequential"}, keras.Model, layers.Dense(2), dump],
    ids=lambda obj: type(obj).__name__,  # a repr with an address differs between processes
)
def test_anything_else_is_no_model_and_the_error_says_what_it_is(obj: object) -> None:
    assert not is_model(obj)
    with pytest.raises(InputError, match=r"^A Keras model was expected, not an object of type "):
        read_model(obj)


def test_a_class_that_is_merely_called_model_is_no_model() -> None:
    assert not is_model(type("Model", (), {})())


def test_reading_imports_no_keras() -> None:
    program = (
        "import sys, convlint.readers.live as live; assert not live.is_model(object());"
        "print(sorted({'keras', 'tf_keras', 'tensorflow', 'numpy', 'h5py'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


# --- the model is left as it was ----------------------------------------------------------------


def state(model: Any) -> dict[str, Any]:
    """What can be observed of a model, without its weights."""
    flat = list(model._flatten_layers())
    try:
        document = model.to_json()
    except (NotImplementedError, KeyError):
        document = None
    return {
        "document": document,
        "nodes": [(len(layer._inbound_nodes), len(layer._outbound_nodes)) for layer in flat],
        "names": [layer.name for layer in flat],
        "trainable": [layer.trainable for layer in flat],
        "losses": len(model.losses) if model.built else None,
    }


def next_numbers() -> list[int]:
    """What the next automatic names count up to, for layers and inputs of both Keras."""
    names = [
        layers.Dense(1).name,
        layers.Add().name,
        keras.Input((1,)).name,
        tf_keras.layers.Dense(1).name,
        tf_keras.Input((1,)).name.partition(":")[0],
    ]
    suffixes = [name.rpartition("_")[2] for name in names]
    return [int(suffix) if suffix.isdigit() else 0 for suffix in suffixes]


@pytest.mark.parametrize("name", ALL)
def test_reading_leaves_the_model_and_automatic_names_alone(name: str) -> None:
    model = ALL[name]()
    weights = model.get_weights() if model.built else []
    before = state(model)
    numbers = next_numbers()
    graph = read_model(model)
    assert next_numbers() == [number + 1 for number in numbers]
    assert state(model) == before
    np.testing.assert_equal(model.get_weights() if model.built else [], weights)
    assert dump(read_model(model)) == dump(graph)


@pytest.mark.parametrize("name", ["frozen_base", "subclassed", "tf_subclassed", "tf_two_heads"])
def test_a_model_computes_and_learns_after_reading_as_before(name: str) -> None:
    model = ALL[name]()
    package = tf_keras if name.startswith("tf_") else keras
    random = np.random.default_rng(0)
    shapes = {"tf_two_heads": [(2, 8), (2, 4)]}.get(name, [(2, 8, 8, 3)])
    data = [random.normal(size=shape).astype("float32") for shape in shapes]
    inputs = data if len(data) > 1 else data[0]
    before = model.predict(inputs, verbose=0)
    read_model(model)
    np.testing.assert_equal(model.predict(inputs, verbose=0), before)
    model.compile(package.optimizers.SGD(0.1), "mse")
    assert np.isfinite(model.train_on_batch(inputs, before)).all()


# --- what is read -------------------------------------------------------------------------------


def test_a_sequential_without_input_shape_is_a_chain_of_its_layers() -> None:
    assert classes(models.sequential_unbuilt())[-4:] == ["Conv2D", "ReLU", "Dense", "Output"]


@pytest.mark.parametrize("build", [models.GraphSubclass, models.TfGraphSubclass])
def test_a_functional_model_of_an_own_class_shows_its_layers(build: Callable[[], Any]) -> None:
    assert ("stem", "Conv2D") in chain(build())


@pytest.mark.parametrize("build", [models.nested_graph_subclass, models.tf_nested_graph_subclass])
def test_a_nested_functional_model_of_an_own_class_is_inlined(build: Callable[[], Any]) -> None:
    assert ("backbone/stem", "Conv2D") in chain(build())


def test_a_subclassed_model_is_traced_through_the_models_that_it_calls() -> None:
    found = [
        (call.layer.rpartition("/")[0], call.class_name)
        for call in read_model(models.subclassed()).calls
        if call.class_name != "InputLayer" and not call.fused
    ]
    block = ["Conv2D", "ops.Relu", "Conv2D", "ops.Relu", "ops.Add", "BatchNormalization"]
    assert found == [
        ("", "Conv2D"),
        *[("block0", class_name) for class_name in block],
        *[("block1", class_name) for class_name in block],
        ("pooling", "GlobalAveragePooling2D"),
        ("pooling", "Dropout"),
        ("", "Dense"),
        ("", "Output"),
    ]


def test_a_model_with_an_own_call_is_not_taken_for_the_chain_of_its_layers() -> None:
    graph = read_model(models.sequential_with_its_own_call())
    (add,) = [call for call in graph.calls if call.class_name == "ops.Add"]
    assert len({tensor.call for tensor in add.inputs}) == 2


class Halved(keras.Model):  # type: ignore[misc]
    """A functional model that does something with the output of its graph."""

    def __init__(self) -> None:
        inputs = keras.Input((4,))
        super().__init__(inputs, layers.Dense(3)(inputs))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        return super().call(inputs) / 2.0


class TfHalved(tf_keras.Model):  # type: ignore[misc]
    """The same in tf.keras."""

    def __init__(self) -> None:
        inputs = tf_keras.Input((4,))
        super().__init__(inputs, tf_keras.layers.Dense(3)(inputs))

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        return super().call(inputs) / 2.0


@pytest.mark.parametrize("build", [Halved, TfHalved])
def test_a_functional_model_with_an_own_call_is_traced(build: Callable[[], Any]) -> None:
    found = classes(build())
    assert "Dense" in found
    assert found[-2:] == ["ops.TrueDivide", "Output"]


class WithLoss(keras.Model):  # type: ignore[misc]
    """Adds a loss where it is called."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(3, activity_regularizer="l2")

    def call(self, inputs: Any) -> Any:
        x = self.dense(inputs)
        self.add_loss(ops.mean(x))
        return x


class Compiled(keras.Model):  # type: ignore[misc]
    """Its call is a ``tf.function``."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(3)

    @tensorflow.function  # type: ignore[untyped-decorator]
    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)


def test_a_call_that_is_a_tf_function_is_traced() -> None:
    model = Compiled()
    model(np.ones((2, 3), "float32"))
    assert classes(model) == ["InputLayer", "Dense", "Output"]


def test_losses_that_a_model_adds_do_not_stop_the_tracing_and_stay() -> None:
    model = WithLoss()
    model(np.ones((2, 3), "float32"))
    before = len(model.losses)
    assert classes(model) == ["InputLayer", "Dense", "Output"]
    assert len(model.losses) == before > 0


@pytest.mark.parametrize("name", ["subclassed", "nested_subclassed", "tf_subclassed"])
def test_whether_a_traced_model_trains_stays_open(name: str) -> None:
    graph = read_model(ALL[name]())
    assert all(call.arguments.get("training") is None for call in graph.calls)


def test_the_training_default_of_a_nested_model_is_no_argument_that_somebody_gave() -> None:
    inputs = keras.Input((8, 8, 3))
    net = models.SubclassedNet(name="net")
    graph = read_model(keras.Model(inputs, keras.layers.Flatten()(net(inputs))))
    assert [call.arguments for call in graph.calls if call.class_name == "Dropout"] == [{}]


def test_what_a_subclassed_model_was_told_when_compiled_is_read() -> None:
    training = read_model(models.subclassed()).training
    assert training is not None
    assert training.losses == (Loss("sparse_categorical_crossentropy", from_logits=True),)
    assert training.optimizer == "adam"


class OneHot(keras.Model):  # type: ignore[misc]
    """Can be traced on integers only."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, inputs: Any) -> Any:
        return self.dense(ops.one_hot(inputs, 10))


class FixedBatch(keras.Model):  # type: ignore[misc]
    """Can be traced with the batch size that it was called with only."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, inputs: Any) -> Any:
        return self.dense(ops.reshape(inputs, (2, inputs.shape[0] // 2)))


class TwoArguments(keras.Model):  # type: ignore[misc]
    """Takes two tensors and states the shapes of both."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = layers.Dense(2)

    def build(self, image_shape: Any, scale_shape: Any) -> None:
        self.dense.build(image_shape)

    def call(self, image: Any, scale: Any) -> Any:
        return self.dense(image) * scale


@pytest.mark.parametrize(
    ("build", "arguments"),
    [
        (OneHot, [np.zeros((2, 3), "int32")]),
        (FixedBatch, [np.zeros((4, 1), "float32")]),
        (TwoArguments, [np.zeros((4, 3), "float32"), np.zeros((4, 1), "float32")]),
    ],
)
def test_a_subclassed_model_is_traced_on_what_it_was_called_with(
    build: Callable[[], Any], arguments: list[Any]
) -> None:
    model = build()
    model(*arguments)
    assert "Dense" in classes(model)
    assert classes(model).count("InputLayer") == len(arguments)


def test_a_subclassed_model_need_not_have_been_called_if_its_input_shape_is_known() -> None:
    model = models.SubclassedNet()
    with pytest.warns(UserWarning, match="does not have a `build"):
        model.build((None, 8, 8, 3))
    assert classes(model).count("Conv2D") == 5


class Doubled(keras.Model):  # type: ignore[misc]
    """Two layers of one name, which only a subclassed model can have."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = layers.Dense(3, name="dense"), layers.Dense(4, name="dense")

    def call(self, inputs: Any) -> Any:
        return self.second(self.first(inputs))


def test_layers_of_one_name_are_told_apart() -> None:
    model = Doubled()
    model(np.zeros((1, 2), "float32"))
    dense = [call for call in read_model(model).calls if call.class_name == "Dense"]
    assert [(call.layer, call.config["units"]) for call in dense] == [("dense", 3), ("dense_1", 4)]


def test_a_layer_that_cannot_be_saved_is_known_by_its_class() -> None:
    graph = read_model(models.unserialisable_layer())
    (call,) = [call for call in graph.calls if call.layer == "table_lookup"]
    assert call.class_name == "Unserialisable"
    assert "unknown" in call.kinds
    assert ("dense", "Dense") in [
        (c.layer.rpartition("_")[0] or c.layer, c.class_name) for c in graph.calls
    ]


class NoConfig:
    """Something callable that Keras cannot save."""

    def __call__(self, x: Any) -> Any:
        return x


@pytest.mark.parametrize("package", [keras, tf_keras])
def test_a_standard_layer_with_an_argument_that_cannot_be_saved_keeps_the_others(
    package: Any,
) -> None:
    layer = package.layers.Dense(7, activation=NoConfig(), use_bias=False, name="dense")
    graph = read_model(package.Sequential([package.layers.Input((3,)), layer]))
    dense = next(call for call in graph.calls if call.class_name == "Dense")
    assert (dense.config["units"], dense.config["use_bias"]) == (7, False)
    (fused,) = [call for call in graph.calls if call.fused]
    assert kinds.activation_function(fused.config["activation"]) is UNKNOWN


def test_large_constants_are_not_read() -> None:
    inputs = keras.Input((1000,))
    graph = read_model(keras.Model(inputs, inputs * np.ones((3, 1000), "float32")))
    (product,) = [call for call in graph.calls if call.class_name == "ops.Multiply"]
    assert UNKNOWN in product.arguments.values()


# --- compilation --------------------------------------------------------------------------------


class NoConfigLoss:
    def __call__(self, y_true: Any, y_pred: Any) -> Any:
        return ops.mean(y_true - y_pred)


@pytest.mark.parametrize(
    "loss",
    [lambda y_true, y_pred: y_pred, NoConfigLoss(), models.plain_loss],
    ids=["lambda", "object", "function"],
)
def test_a_loss_that_cannot_be_saved_is_a_custom_one_and_the_optimizer_is_kept(loss: Any) -> None:
    model = models.one_head()
    model.compile("sgd", loss)
    training = read_model(model).training
    assert training is not None
    assert [entry is not None and entry.custom for entry in training.losses] == [True]
    assert training.optimizer == "sgd"


def test_the_optimizer_is_known_even_after_the_model_was_saved_as_hdf5(tmp_path: Path) -> None:
    model = models.loss_by_name()
    before = read_model(model).training
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras calls the format legacy
        model.save(tmp_path / "model.h5")
    assert read_model(model).training == before


def test_a_model_that_was_not_compiled_has_no_training() -> None:
    for model in (models.siamese(), models.sequential_unbuilt(), models.tf_siamese()):
        assert read_model(model).training is None


# --- what is refused ----------------------------------------------------------------------------


class Branching(keras.Model):  # type: ignore[misc]
    """Looks at values, which symbolic tensors do not have."""

    def call(self, inputs: Any) -> Any:
        return inputs if ops.convert_to_numpy(inputs).sum() > 0 else inputs * 2.0


class Failing(keras.Model):  # type: ignore[misc]
    """Its call has a bug that shows with symbolic tensors."""

    def call(self, inputs: Any) -> Any:
        if isinstance(inputs, keras.KerasTensor):
            raise KeyError("no such thing.\nAnd here is why: ...")
        return inputs


class Constant(keras.Model):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return ops.ones((1, 2))


class TfBranching(tf_keras.Model):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return inputs if inputs.numpy().sum() > 0 else inputs * 2.0


class BranchingWithLayers(keras.Model):  # type: ignore[misc]
    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.first, self.second = keras.layers.Dense(2), keras.layers.Dense(2)

    def call(self, inputs: Any) -> Any:
        return self.first(inputs) if ops.sum(inputs) > 0 else self.second(inputs)


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (Branching, "ValueError"),
        (BranchingWithLayers, "Keras noted no input shape"),
        (Failing, r"KeyError: 'no such thing"),
        (Constant, "TypeError: it returns no symbolic tensor"),
        (TfBranching, "AttributeError"),
    ],
)
def test_a_subclassed_model_that_cannot_be_traced_is_refused_with_reason_and_cure(
    build: Callable[..., Any], reason: str
) -> None:
    model = build(name="net")
    model(np.zeros((2, 3), "float32"))
    with pytest.raises(InputError, match=reason) as caught:
        read_model(model)
    message = str(caught.value)
    assert message.startswith("Model 'net' is subclassed and its call() cannot be traced")
    assert message.endswith("or as a functional model, keras.Model(inputs, outputs)")
    assert "\n" not in message


@pytest.mark.parametrize("build", [models.SubclassedNet, models.TfSubclassed])
def test_a_subclassed_model_that_is_not_built_is_refused_with_the_cure(
    build: Callable[..., Any],
) -> None:
    with pytest.raises(
        InputError, match=r"'net' is subclassed and not built.*build it with an input shape"
    ):
        read_model(build(name="net"))


class Autoencoder(keras.Model):  # type: ignore[misc]
    """Trains its parts by a step of its own; has no call."""

    def __init__(self) -> None:
        super().__init__(name="net")
        self.encoder, self.decoder = models.conv_net(), models.conv_net()


class TfAutoencoder(tf_keras.Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(name="net")
        self.encoder = models.tf_conv_net()


@pytest.mark.parametrize("build", [Autoencoder, TfAutoencoder])
def test_a_model_without_call_is_refused_and_its_parts_can_be_checked(
    build: Callable[[], Any],
) -> None:
    model = build()
    with pytest.raises(InputError, match=r"'net' has no call\(\) .*; check the models that it"):
        read_model(model)
    assert "Conv2D" in classes(model.encoder)


def test_a_model_without_layers_is_refused() -> None:
    with pytest.raises(InputError, match=r"^Model 'empty' cannot be read: .* has no layers$"):
        read_model(keras.Sequential(name="empty"))


def test_a_nested_model_that_cannot_be_traced_is_one_unknown_call() -> None:
    inputs = keras.Input((3,))
    graph = read_model(keras.Model(inputs, layers.Dense(2)(Failing(name="closed")(inputs))))
    (call,) = [call for call in graph.calls if call.layer == "closed"]
    assert call.class_name == "Failing"
    assert "unknown" in call.kinds


class Hostile(keras.Sequential):  # type: ignore[misc]
    """Raises something unexpected from a place that is not its call."""

    @property
    def trainable(self) -> bool:
        raise ZeroDivisionError("of all things")

    @trainable.setter
    def trainable(self, value: bool) -> None:
        pass


def test_an_error_in_the_code_of_a_model_is_one_sentence() -> None:
    model = Hostile([layers.Dense(2)])
    with pytest.raises(
        InputError, match=r"Hostile cannot be read \(ZeroDivisionError: of all things\)$"
    ):
        read_model(model)


# --- size ---------------------------------------------------------------------------------------


def test_deep_nesting_does_not_exhaust_the_stack() -> None:
    model = keras.Sequential([layers.Dense(2)])
    for _ in range(1500):
        model = keras.Sequential([model])
    assert classes(model)[-2:] == ["Dense", "Output"]


def test_long_chains_do_not_exhaust_the_stack() -> None:
    model = keras.Sequential([layers.Activation("relu") for _ in range(2000)])
    assert classes(model).count("Activation") == 2000
