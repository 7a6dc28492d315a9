"""Small real models, one for every way of building a Keras model that a reader must understand.

``MODELS`` maps a name to a function that builds a Keras 3 model which can be saved in every
format; ``LIVE_ONLY`` those whose saved form says less than the model in memory, or that cannot
be saved at all; ``TF_KERAS`` and ``TF_KERAS_LIVE_ONLY`` are the same for tf.keras 2. Nothing
depends on weights: all of them are as initialised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import keras
import tf_keras
from keras import layers, ops

Build = Callable[[], Any]

MODELS: Final[dict[str, Build]] = {}
LIVE_ONLY: Final[dict[str, Build]] = {}
TF_KERAS: Final[dict[str, Build]] = {}
TF_KERAS_LIVE_ONLY: Final[dict[str, Build]] = {}


def into(registry: dict[str, Build]) -> Callable[[Build], Build]:
    """Register a building function under its own name."""

    def register(build: Build) -> Build:
        registry[build.__name__] = build
        return build

    return register


@keras.saving.register_keras_serializable(package="tests")
class RegisteredScale(layers.Layer):  # type: ignore[misc]
    """A custom layer that Keras can name when it saves it."""

    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class PlainScale(layers.Layer):  # type: ignore[misc]
    """A custom layer that nobody registered."""

    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class Unserialisable(layers.Layer):  # type: ignore[misc]
    """A custom layer whose ``get_config`` fails."""

    def __init__(self, table: object, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.table = table

    def call(self, inputs: Any) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        raise KeyError("table")


class Blend(layers.Layer):  # type: ignore[misc]
    """A custom layer with two tensor arguments and a number."""

    def call(self, inputs: Any, other: Any = None, share: float = 0.5) -> Any:
        return inputs * share + other * (1.0 - share)


class CustomDropout(layers.Dropout):  # type: ignore[misc]
    """A subclass of a layer that Keras has."""


@keras.saving.register_keras_serializable(package="tests")  # type: ignore[untyped-decorator]
def registered_activation(x: Any) -> Any:
    return ops.sigmoid(x) * x


@keras.saving.register_keras_serializable(package="tests")  # type: ignore[untyped-decorator]
def registered_loss(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


def plain_loss(y_true: Any, y_pred: Any) -> Any:
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


def conv_net(name: str | None = None, units: int = 3) -> Any:
    """A small functional model to nest in others."""
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(units)(x), name=name)


# --- Sequential ---------------------------------------------------------------------------------


@into(MODELS)
def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


@into(MODELS)
def sequential_unbuilt() -> Any:
    return keras.Sequential([layers.Conv2D(8, 3), layers.ReLU(), layers.Dense(2)])


@into(MODELS)
def sequential_built_later() -> Any:
    model = keras.Sequential([layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(2)])
    model.build((None, 16, 16, 1))
    return model


@into(MODELS)
def sequential_in_sequential() -> Any:
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dropout(0.5)])
    return keras.Sequential([keras.Input((6,)), inner, layers.Dense(1, activation="sigmoid")])


@into(MODELS)
def sequential_with_functional_first() -> Any:
    return keras.Sequential([conv_net("features"), layers.Dense(2, activation="softmax")])


@into(MODELS)
def causal_conv1d() -> Any:
    return keras.Sequential(
        [
            keras.Input((None, 4)),
            layers.Conv1D(8, 3, padding="causal", dilation_rate=2, activation="relu"),
            layers.Conv1D(8, 3, padding="causal", dilation_rate=4),
            layers.GlobalMaxPooling1D(),
            layers.Dense(1),
        ]
    )


@into(MODELS)
def channels_first() -> Any:
    return keras.Sequential(
        [
            keras.Input((3, 16, 16)),
            layers.ZeroPadding2D(1, data_format="channels_first"),
            layers.Permute((2, 3, 1)),
            layers.Conv2D(4, 3),
            layers.Permute((3, 1, 2)),
            layers.BatchNormalization(axis=1),
            layers.UpSampling2D(2, data_format="channels_first"),
            layers.GlobalAveragePooling2D(data_format="channels_first"),
        ]
    )


@into(MODELS)
def activation_as_layer() -> Any:
    return keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(4, activation=layers.LeakyReLU(negative_slope=0.2)),
            layers.Dense(3, activation=layers.ReLU(max_value=6.0)),
            layers.Activation(layers.ELU(alpha=0.5)),
        ]
    )


@into(MODELS)
def activation_as_function() -> Any:
    return keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(4, activation=keras.activations.gelu),
            layers.Dense(4, activation=ops.relu),
            layers.Dense(4, activation=registered_activation),
            layers.Activation(keras.activations.silu),
        ]
    )


@into(MODELS)
def regularised() -> Any:
    return keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(
                4,
                kernel_initializer=keras.initializers.HeNormal(seed=1),
                kernel_regularizer=keras.regularizers.L2(1e-4),
                activity_regularizer="l1",
                kernel_constraint=keras.constraints.MaxNorm(2),
            ),
            layers.Dense(2, bias_initializer="ones"),
        ]
    )


@into(MODELS)
def text_classifier() -> Any:
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(100, 8, mask_zero=True),
            layers.Bidirectional(layers.LSTM(6, return_sequences=True)),
            layers.Bidirectional(layers.GRU(4), merge_mode="sum"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


@into(MODELS)
def recurrent_cells() -> Any:
    return keras.Sequential(
        [
            keras.Input((7, 3)),
            layers.Masking(mask_value=0.0),
            layers.RNN([layers.LSTMCell(4), layers.GRUCell(4)], return_sequences=True),
            layers.SimpleRNN(3),
        ]
    )


@into(MODELS)
def preprocessing() -> Any:
    return keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.Resizing(16, 16),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.Rescaling(1 / 255, offset=-0.5),
            layers.Conv2D(4, 3),
        ]
    )


# --- functional: nesting and sharing ------------------------------------------------------------


@into(MODELS)
def nested_three_deep() -> Any:
    innermost = conv_net("innermost", units=6)
    inputs = keras.Input((8, 8, 3))
    middle = keras.Model(inputs, layers.Dropout(0.1)(innermost(inputs)), name="middle")
    inputs = keras.Input((8, 8, 3))
    outer = keras.Model(inputs, layers.ReLU()(middle(inputs)), name="outer")
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, layers.Dense(1)(outer(inputs)))


@into(MODELS)
def siamese() -> Any:
    tower = conv_net("tower")
    left, right = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    distance = layers.Subtract()([tower(left), tower(right)])
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(distance))


@into(MODELS)
def shared_layers() -> Any:
    inputs = keras.Input((10, 4))
    dense = layers.Dense(4, activation="tanh")
    norm = layers.LayerNormalization()
    x = norm(dense(inputs))
    x = norm(dense(x))
    return keras.Model(inputs, layers.Add()([x, dense(inputs)]))


@into(MODELS)
def shared_at_different_shapes() -> Any:
    conv = layers.Conv2D(3, 3, padding="same")
    inputs = keras.Input((16, 16, 3))
    small = layers.AveragePooling2D(2)(inputs)
    pooled = [layers.GlobalMaxPooling2D()(conv(x)) for x in (inputs, small)]
    return keras.Model(inputs, layers.Concatenate()(pooled))


@into(MODELS)
def part_of_a_bigger_graph() -> Any:
    """Layers with calls before and after that do not belong to the model."""
    dense = layers.Dense(4)
    other = keras.Input((4,))
    dense(other)
    inputs = keras.Input((4,))
    x = dense(inputs)
    outside = dense(layers.ReLU()(x))
    layers.Softmax()(outside)
    x = dense(layers.Dropout(0.2)(x))
    return keras.Model(inputs, x)


@into(MODELS)
def nested_part_of_a_bigger_graph() -> Any:
    """A nested model with a call that belongs to no model, before the one that does."""
    tower = conv_net("tower")
    tower(keras.Input((8, 8, 3)))
    inputs = keras.Input((8, 8, 3))
    return keras.Model(inputs, layers.ReLU()(tower(inputs)))


@into(MODELS)
def frozen_base() -> Any:
    base = conv_net("base")
    base.trainable = False
    inputs = keras.Input((8, 8, 3))
    x = base(inputs, training=False)
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(x))


@into(MODELS)
def frozen_layers() -> Any:
    model = conv_net()
    for layer in model.layers[:-1]:
        layer.trainable = False
    return model


@into(MODELS)
def nested_with_several_outputs() -> Any:
    inputs = keras.Input((8, 8, 3))
    first = layers.Conv2D(4, 3, name="first")(inputs)
    second = layers.Conv2D(4, 3, name="second")(first)
    backbone = keras.Model(inputs, [first, second], name="backbone")
    inputs = keras.Input((8, 8, 3))
    shallow, deep = backbone(inputs)
    return keras.Model(inputs, [layers.GlobalAveragePooling2D()(deep), layers.Flatten()(shallow)])


@into(MODELS)
def nested_with_named_inputs() -> Any:
    named = {"a": keras.Input((4,), name="a"), "b": keras.Input((4,), name="b")}
    joined = layers.Add()([named["a"], named["b"]])
    inner = keras.Model(named, {"sum": joined, "half": layers.Dense(2)(joined)}, name="inner")
    x, y = keras.Input((4,), name="x"), keras.Input((4,), name="y")
    out = inner({"b": x, "a": y})
    return keras.Model([x, y], layers.Concatenate()([out["half"], out["sum"]]))


@into(MODELS)
def output_is_also_used_inside() -> Any:
    inputs = keras.Input((4,))
    x = layers.Dense(4, activation="relu", name="hidden")(inputs)
    return keras.Model(inputs, [x, layers.Dense(1, name="score")(x), inputs])


@into(MODELS)
def head_on_the_output_of_a_model() -> Any:
    """The other way to transfer: the layers of the base become layers of the new model."""
    base = conv_net("base")
    for layer in base.layers:
        layer.trainable = False
    x = layers.Dropout(0.2)(base.output)
    return keras.Model(base.input, layers.Dense(2, activation="softmax")(x))


@into(MODELS)
def part_of_a_model() -> Any:
    base = conv_net("base")
    return keras.Model(base.input, base.get_layer(index=2).output)


@into(MODELS)
def shared_sequential() -> Any:
    tower = keras.Sequential([layers.Conv2D(4, 3, activation="relu"), layers.Flatten()])
    inputs = keras.Input((8, 8, 3))
    flipped = layers.RandomFlip()(inputs)
    return keras.Model(inputs, layers.Dot(-1)([tower(inputs), tower(flipped)]))


@into(MODELS)
def nested_model_called_at_different_shapes() -> Any:
    inner_input = keras.Input((None, None, 3))
    inner = keras.Model(inner_input, layers.Conv2D(3, 3, strides=2)(inner_input), name="half")
    inputs = keras.Input((32, 32, 3))
    return keras.Model(inputs, layers.Flatten()(inner(inner(inputs))))


@into(MODELS)
def nested_model_that_hands_its_input_on() -> Any:
    inner_input = keras.Input((4,))
    inner = keras.Model(inner_input, [inner_input, layers.Dense(4)(inner_input)], name="inner")
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Average()(inner(layers.ReLU()(inputs))))


@into(MODELS)
def same_tensor_twice() -> Any:
    inputs = keras.Input((4,))
    x = layers.Dense(4)(inputs)
    return keras.Model(inputs, [layers.Multiply()([x, x]), x + x])


@into(MODELS)
def unused_input() -> Any:
    used, unused = keras.Input((4,), name="used"), keras.Input((2,), name="unused")
    return keras.Model([unused, used], layers.Dense(1)(used))


@into(MODELS)
def cloned() -> Any:
    return keras.models.clone_model(nested_three_deep())


@into(MODELS)
def masked_embedding() -> Any:
    tokens = keras.Input((None,), dtype="int32")
    x = layers.Embedding(50, 8, mask_zero=True)(tokens)
    x = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.LSTM(5)(layers.Dropout(0.1)(x))
    return keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))


@into(MODELS)
def both_directions() -> Any:
    inputs = keras.Input((5, 3))
    forward = layers.LSTM(4, return_sequences=True)
    backward = layers.GRU(4, return_sequences=True, go_backwards=True)
    x = layers.Bidirectional(forward, backward_layer=backward, merge_mode="ave")(inputs)
    return keras.Model(inputs, layers.TimeDistributed(layers.Dense(2, "softmax"))(x))


# --- functional: several inputs and outputs, compiled in every form -----------------------------


def two_heads() -> Any:
    inputs = [keras.Input((8,), name="numbers"), keras.Input((4,), name="flags")]
    x = layers.Concatenate()(inputs)
    x = layers.Dense(8, activation="relu")(x)
    label = layers.Dense(3, activation="softmax", name="label")(x)
    value = layers.Dense(1, name="value")(x)
    return keras.Model(inputs, [label, value])


@into(MODELS)
def losses_by_output_name() -> Any:
    model = two_heads()
    model.compile(
        "adam",
        loss={"label": "sparse_categorical_crossentropy", "value": "mse"},
        metrics={"label": ["accuracy"], "value": "mae"},
    )
    return model


@into(MODELS)
def losses_in_a_list() -> Any:
    model = two_heads()
    model.compile("sgd", loss=["categorical_crossentropy", None], loss_weights=[1.0, 0.5])
    return model


@into(MODELS)
def one_loss_for_all_outputs() -> Any:
    model = two_heads()
    model.compile("rmsprop", loss="mse", metrics=[["accuracy"], ["mae"]])
    return model


@into(MODELS)
def loss_for_some_outputs() -> Any:
    model = two_heads()
    model.compile("adam", loss={"value": "mse"})
    return model


@into(MODELS)
def named_outputs() -> Any:
    inputs = keras.Input((8,), name="numbers")
    x = layers.Dense(8, activation="relu")(inputs)
    heads = {"odds": layers.Dense(2, name="p")(x), "size": layers.Dense(1, name="q")(x)}
    model = keras.Model({"numbers": inputs}, heads)
    model.compile(
        "adam",
        loss={
            "odds": keras.losses.CategoricalCrossentropy(from_logits=True),
            "size": keras.losses.Huber(delta=2.0),
        },
    )
    return model


def one_head(activation: str | None = None) -> Any:
    inputs = keras.Input((8,))
    return keras.Model(inputs, layers.Dense(3, activation=activation)(inputs))


@into(MODELS)
def loss_by_name() -> Any:
    model = one_head("softmax")
    model.compile(
        "rmsprop", "categorical_crossentropy", metrics=["accuracy", "top_k_categorical_accuracy"]
    )
    return model


@into(MODELS)
def loss_as_object() -> Any:
    model = one_head("softmax")
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
        weighted_metrics=["accuracy"],
    )
    return model


@into(MODELS)
def loss_as_function() -> Any:
    model = one_head("sigmoid")
    model.compile(keras.optimizers.AdamW(), keras.losses.binary_crossentropy)
    return model


@into(MODELS)
def loss_registered() -> Any:
    model = one_head()
    model.compile("adam", registered_loss, metrics=[registered_loss])
    return model


@into(MODELS)
def loss_unregistered() -> Any:
    model = one_head()
    model.compile("adam", plain_loss)
    return model


@into(MODELS)
def scheduled_optimizer() -> Any:
    model = one_head()
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
    model.compile(keras.optimizers.Adam(rate, clipnorm=1.0), "mae")
    return model


@into(MODELS)
def compiled_without_loss() -> Any:
    model = one_head()
    model.compile("adam")
    return model


@into(MODELS)
def compiled_sequential() -> Any:
    model = sequential()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


# --- functional: operations ---------------------------------------------------------------------


@into(MODELS)
def operators() -> Any:
    inputs = keras.Input((8, 8, 4))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    x = x + inputs
    x = x * 0.1
    x = 1.0 - x
    x = -x / 2.0
    y = x**2
    x = abs(x) - y
    return keras.Model(inputs, x @ ops.transpose(y, (0, 1, 3, 2)))


@into(MODELS)
def slicing() -> Any:
    inputs = keras.Input((12, 6))
    first = inputs[:, 0]
    every_other = inputs[:, ::2, :]
    last = inputs[:, -1, 2:]
    flat = layers.Flatten()(every_other)
    return keras.Model(inputs, layers.Concatenate()([first, last, flat, inputs[..., 0]]))


@into(MODELS)
def operations() -> Any:
    inputs = keras.Input((8, 8, 4))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    x = ops.relu(x)
    x = ops.concatenate([x, inputs], axis=-1)
    x = keras.activations.gelu(x)
    x = ops.nn.max_pool(x, 2)
    x = ops.add(x, ops.sigmoid(x))
    first, second = ops.split(x, 2, axis=-1)
    x = ops.maximum(first, second)
    x = ops.reshape(x, (-1, 16, 4))
    x = ops.mean(x, axis=1)
    return keras.Model(inputs, ops.softmax(x, axis=-1))


@into(MODELS)
def operation_with_a_constant_array() -> Any:
    inputs = keras.Input((3,))
    x = inputs - ops.convert_to_numpy(ops.ones((3,)))
    x = x * ops.ones((3,))
    return keras.Model(inputs, layers.Dense(1)(x))


@into(MODELS)
def squeeze_and_excite() -> Any:
    inputs = keras.Input((8, 8, 16))
    x = layers.Conv2D(16, 3, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Conv2D(4, 1, activation="relu")(gate)
    gate = layers.Conv2D(16, 1, activation="sigmoid")(gate)
    x = layers.Multiply()([x, gate])
    return keras.Model(inputs, layers.ReLU()(layers.Add()([x, inputs])))


# --- functional: wrappers, arguments, custom code -----------------------------------------------


@into(MODELS)
def time_distributed() -> Any:
    inputs = keras.Input((5, 16, 16, 3))
    x = layers.TimeDistributed(layers.Conv2D(4, 3, activation="relu"))(inputs)
    x = layers.TimeDistributed(layers.Flatten())(x)
    return keras.Model(inputs, layers.LSTM(3)(x))


@into(MODELS)
def time_distributed_model() -> Any:
    inputs = keras.Input((5, 8, 8, 3))
    x = layers.TimeDistributed(conv_net("frame"))(inputs)
    return keras.Model(inputs, layers.GRU(3)(x))


@into(MODELS)
def time_distributed_sequential() -> Any:
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dropout(0.1)])
    inputs = keras.Input((5, 3))
    return keras.Model(inputs, layers.TimeDistributed(inner, name="each")(inputs))


@into(MODELS)
def attention() -> Any:
    queries = keras.Input((6, 8))
    values = keras.Input((9, 8))
    x = layers.MultiHeadAttention(2, 4, dropout=0.1)(queries, value=values, key=values)
    x = layers.LayerNormalization()(layers.Add()([x, queries]))
    y = layers.MultiHeadAttention(2, 4)(
        query=x, value=x, use_causal_mask=True, return_attention_scores=False
    )
    z = layers.Attention()([x, values])
    return keras.Model([queries, values], layers.Concatenate()([x, y, z]))


@into(MODELS)
def attention_scores() -> Any:
    inputs = keras.Input((6, 8))
    x, scores = layers.MultiHeadAttention(2, 4)(inputs, inputs, return_attention_scores=True)
    return keras.Model(inputs, [x, scores])


@into(MODELS)
def encoder_decoder() -> Any:
    source = keras.Input((None, 5))
    target = keras.Input((None, 4))
    _, hidden, cell = layers.LSTM(6, return_state=True)(source)
    x = layers.LSTM(6, return_sequences=True)(target, initial_state=[hidden, cell])
    return keras.Model([source, target], layers.Dense(4, activation="softmax")(x))


@into(MODELS)
def explicit_mask() -> Any:
    tokens = keras.Input((7,), dtype="int32")
    mask = keras.Input((7,), dtype="bool")
    x = layers.Embedding(50, 4)(tokens)
    x = layers.LSTM(5, return_sequences=True)(x, mask=mask)
    x = layers.GlobalAveragePooling1D()(x, mask=mask)
    return keras.Model([tokens, mask], x)


@into(MODELS)
def layer_called_in_training_mode() -> Any:
    inputs = keras.Input((4,))
    x = layers.Dropout(0.3)(inputs, training=True)
    return keras.Model(inputs, layers.BatchNormalization()(x, training=False))


@into(MODELS)
def lambda_layer() -> Any:
    inputs = keras.Input((4,))
    x = layers.Lambda(lambda t: t * 2.0, output_shape=(4,))(inputs)
    return keras.Model(inputs, layers.Dense(1)(x))


@into(MODELS)
def custom_registered_layer() -> Any:
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(1)(RegisteredScale(3.0)(inputs)))


@into(MODELS)
def custom_unregistered_layer() -> Any:
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(1)(PlainScale(3.0)(inputs)))


@into(MODELS)
def subclassed_dropout() -> Any:
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Dense(1)(CustomDropout(0.3)(inputs)))


@into(MODELS)
def custom_layer_with_several_tensors() -> Any:
    first, second = keras.Input((4,)), keras.Input((4,))
    x = Blend(name="blend")(layers.Dense(4)(first), other=second, share=0.25)
    return keras.Model([first, second], layers.Dense(1)(x))


@into(MODELS)
def mixed_precision() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, dtype="mixed_float16", activation="relu")(inputs)
    x = layers.GlobalAveragePooling2D(dtype="mixed_bfloat16")(x)
    return keras.Model(inputs, layers.Dense(1, dtype="float32")(x))


@into(MODELS)
def fixed_batch_size() -> Any:
    inputs = keras.Input(batch_shape=(4, 6, 2))
    return keras.Model(inputs, layers.LSTM(3, stateful=True)(inputs))


@into(MODELS)
def volumes() -> Any:
    inputs = keras.Input((8, 8, 8, 1))
    x = layers.Conv3D(2, 3, strides=2, padding="same")(inputs)
    x = layers.Conv3DTranspose(2, 3, strides=2, padding="same")(x)
    x = layers.Cropping3D(1)(layers.ZeroPadding3D(1)(x))
    return keras.Model(inputs, layers.SpatialDropout3D(0.1)(x))


# --- only in memory -----------------------------------------------------------------------------


@into(LIVE_ONLY)
def unserialisable_layer() -> Any:
    inputs = keras.Input((4,))
    x = Unserialisable(object(), name="table_lookup")(inputs)
    return keras.Model(inputs, layers.Dense(1)(x))


class GraphSubclass(keras.Model):  # type: ignore[misc]
    """A functional model of its own class, which saves no layers (as keras-hub's do)."""

    def __init__(self, width: int = 4, **kwargs: Any) -> None:
        inputs = keras.Input((8, 8, 3))
        x = layers.Conv2D(width, 3, activation="relu", name="stem")(inputs)
        super().__init__(inputs, layers.GlobalAveragePooling2D(name="pool")(x), **kwargs)
        self.width = width

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "trainable": self.trainable, "width": self.width}


@into(LIVE_ONLY)
def graph_subclass() -> Any:
    return GraphSubclass(name="backbone")


@into(LIVE_ONLY)
def nested_graph_subclass() -> Any:
    inputs = keras.Input((8, 8, 3))
    x = GraphSubclass(name="backbone")(inputs)
    return keras.Model(inputs, layers.Dense(2)(x))


class Block(keras.Model):  # type: ignore[misc]
    """A subclassed residual block, to be called by other models."""

    def __init__(self, filters: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.convs = [layers.Conv2D(filters, 3, padding="same") for _ in range(2)]
        self.norm = layers.BatchNormalization()

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        x = inputs
        for conv in self.convs:
            x = ops.relu(conv(x))
        return self.norm(x + inputs, training=training)


class SubclassedNet(keras.Model):  # type: ignore[misc]
    """A subclassed model with layers in a list and a dict, and models inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stem = layers.Conv2D(4, 3, padding="same", name="stem")
        self.blocks = [Block(4, name=f"block{i}") for i in range(2)]
        self.heads = {"class": layers.Dense(3, activation="softmax", name="classes")}
        pooling = [layers.GlobalAveragePooling2D(), layers.Dropout(0.2)]
        self.pool = keras.Sequential(pooling, name="pooling")

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = self.stem(inputs)
        for block in self.blocks:
            x = block(x, training=training)
        if training:
            x = x + 1.0
        return self.heads["class"](self.pool(x, training=training))


@into(LIVE_ONLY)
def subclassed() -> Any:
    model = SubclassedNet(name="net")
    model(ops.zeros((2, 8, 8, 3)))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


class TwoInputs(keras.Model):  # type: ignore[misc]
    """Subclassed, with a dict of inputs and two outputs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.embed = layers.Embedding(20, 4)
        self.mix = layers.Concatenate()
        self.out = layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        x = ops.mean(self.embed(inputs["ids"]), axis=1)
        x = self.mix([x, inputs["numbers"]])
        return {"score": self.out(x), "features": x}


@into(LIVE_ONLY)
def subclassed_called_on_a_dict() -> Any:
    model = TwoInputs()
    model({"ids": ops.zeros((2, 5), dtype="int32"), "numbers": ops.zeros((2, 3))})
    return model


@into(LIVE_ONLY)
def nested_subclassed() -> Any:
    inputs = keras.Input((8, 8, 4))
    x = Block(4, name="block")(inputs)
    return keras.Model(inputs, layers.Flatten()(x))


class OverriddenCall(keras.Sequential):  # type: ignore[misc]
    """A Sequential that does something else with its layers."""

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        return inputs + super().call(inputs, training=training)


@into(LIVE_ONLY)
def sequential_with_its_own_call() -> Any:
    return OverriddenCall([keras.Input((4,)), layers.Dense(4), layers.ReLU()])


# --- tf.keras 2 ---------------------------------------------------------------------------------


def tf_conv_net(name: str | None = None, units: int = 3) -> Any:
    """The tf.keras twin of :func:`conv_net`."""
    inputs = tf_keras.Input((8, 8, 3))
    x = tf_keras.layers.Conv2D(4, 3, activation="relu")(inputs)
    x = tf_keras.layers.BatchNormalization()(x)
    x = tf_keras.layers.GlobalAveragePooling2D()(x)
    return tf_keras.Model(inputs, tf_keras.layers.Dense(units)(x), name=name)


@into(TF_KERAS)
def tf_sequential() -> Any:
    model = tf_keras.Sequential(
        [
            tf_keras.layers.Conv2D(8, 3, activation="relu", input_shape=(16, 16, 3)),
            tf_keras.layers.MaxPooling2D(),
            tf_keras.layers.Flatten(),
            tf_keras.layers.Dense(10, activation=tf_keras.layers.LeakyReLU(0.1)),
            tf_keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@into(TF_KERAS)
def tf_sequential_unbuilt() -> Any:
    return tf_keras.Sequential([tf_keras.layers.Dense(8, "relu"), tf_keras.layers.Dense(2)])


@into(TF_KERAS)
def tf_sequential_built_later() -> Any:
    model = tf_keras.Sequential([tf_keras.layers.Dense(8), tf_keras.layers.Dense(2)])
    model.build((None, 4))
    return model


@into(TF_KERAS)
def tf_operators() -> Any:
    inputs = tf_keras.Input((8, 8, 4))
    x = tf_keras.layers.Conv2D(4, 3, padding="same")(inputs)
    x = x + inputs
    x = x * 0.1
    x = 1.0 - x
    return tf_keras.Model(inputs, tf_keras.activations.relu(x)[:, ::2, 1:, 0])


@into(TF_KERAS)
def tf_nested_frozen() -> Any:
    base = tf_conv_net("base")
    base.trainable = False
    inputs = tf_keras.Input((8, 8, 3))
    x = base(inputs, training=False)
    x = tf_keras.layers.Dropout(0.2)(x)
    return tf_keras.Model(inputs, tf_keras.layers.Dense(2, activation="softmax")(x))


@into(TF_KERAS)
def tf_nested_three_deep() -> Any:
    innermost = tf_conv_net("innermost", units=6)
    inputs = tf_keras.Input((8, 8, 3))
    middle = tf_keras.Model(inputs, tf_keras.layers.Dropout(0.1)(innermost(inputs)), name="middle")
    outer = tf_keras.Sequential([middle, tf_keras.layers.ReLU()], name="outer")
    inputs = tf_keras.Input((8, 8, 3))
    return tf_keras.Model(inputs, tf_keras.layers.Dense(1)(outer(inputs)))


@into(TF_KERAS)
def tf_siamese() -> Any:
    tower = tf_conv_net("tower")
    left, right = tf_keras.Input((8, 8, 3), name="left"), tf_keras.Input((8, 8, 3), name="right")
    distance = tf_keras.layers.Subtract()([tower(left), tower(right)])
    return tf_keras.Model([left, right], tf_keras.layers.Dense(1, "sigmoid")(distance))


@into(TF_KERAS)
def tf_two_heads() -> Any:
    inputs = [tf_keras.Input((8,), name="numbers"), tf_keras.Input((4,), name="flags")]
    x = tf_keras.layers.Concatenate()(inputs)
    label = tf_keras.layers.Dense(3, activation="softmax", name="label")(x)
    value = tf_keras.layers.Dense(1, name="value")(x)
    model = tf_keras.Model(inputs, [label, value])
    model.compile(
        tf_keras.optimizers.SGD(0.1),
        loss={
            "label": tf_keras.losses.CategoricalCrossentropy(from_logits=True),
            "value": "mse",
        },
        metrics={"label": ["accuracy"]},
    )
    return model


@into(TF_KERAS)
def tf_wrappers() -> Any:
    inputs = tf_keras.Input((5, 8, 8, 3))
    x = tf_keras.layers.TimeDistributed(tf_conv_net("frame"))(inputs)
    x = tf_keras.layers.TimeDistributed(tf_keras.layers.Dense(4))(x)
    x = tf_keras.layers.Bidirectional(tf_keras.layers.LSTM(3, return_sequences=True))(x)
    return tf_keras.Model(inputs, tf_keras.layers.GRU(2)(x))


@into(TF_KERAS)
def tf_encoder_decoder() -> Any:
    source = tf_keras.Input((None, 5))
    target = tf_keras.Input((None, 4))
    _, hidden, cell = tf_keras.layers.LSTM(6, return_state=True)(source)
    x = tf_keras.layers.LSTM(6, return_sequences=True)(target, initial_state=[hidden, cell])
    return tf_keras.Model([source, target], tf_keras.layers.Dense(4, activation="softmax")(x))


@into(TF_KERAS)
def tf_attention() -> Any:
    queries = tf_keras.Input((6, 8))
    values = tf_keras.Input((9, 8))
    x = tf_keras.layers.MultiHeadAttention(2, 4)(queries, value=values, key=values)
    return tf_keras.Model([queries, values], tf_keras.layers.LayerNormalization()(x + queries))


class TfSubclassed(tf_keras.Model):  # type: ignore[misc]
    """A subclassed tf.keras model that slices, adds and calls layers of a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.convs = [tf_keras.layers.Conv2D(3, 3, padding="same") for _ in range(2)]
        self.drop = tf_keras.layers.Dropout(0.5)
        self.dense = tf_keras.layers.Dense(2, activation="softmax")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        x = inputs
        for conv in self.convs:
            x = conv(x) + inputs
        return self.dense(self.drop(x[:, 0], training=training))


@into(TF_KERAS_LIVE_ONLY)
def tf_subclassed() -> Any:
    model = TfSubclassed(name="net")
    model.build((None, 8, 8, 3))
    return model


class TfGraphSubclass(tf_keras.Model):  # type: ignore[misc]
    """A functional tf.keras model of its own class with its own ``get_config``."""

    def __init__(self, width: int = 4, **kwargs: Any) -> None:
        inputs = tf_keras.Input((8, 8, 3))
        x = tf_keras.layers.Conv2D(width, 3, name="stem")(inputs)
        super().__init__(inputs, tf_keras.layers.Flatten(name="flat")(x), **kwargs)
        self.width = width

    def get_config(self) -> dict[str, Any]:
        return {"width": self.width}


@into(TF_KERAS_LIVE_ONLY)
def tf_nested_graph_subclass() -> Any:
    inputs = tf_keras.Input((8, 8, 3))
    x = TfGraphSubclass(name="backbone")(inputs)
    return tf_keras.Model(inputs, tf_keras.layers.Dense(2)(x))
