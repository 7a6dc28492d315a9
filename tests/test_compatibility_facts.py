"""What layers ask of their inputs, compared with what Keras 3 and tf.keras 2 refuse."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convlint.facts import Facts
from convlint.facts.inference.ranks import accepted_ranks
from convlint.graph import Graph, Tensor
from convlint.kleene import UNKNOWN
from tests.layer_cases import Shape, call_of

RANKS = range(1, 8)
CONV: dict[str, Any] = {"filters": 2, "kernel_size": 1}

LAYERS: dict[str, dict[str, Any]] = {
    **{f"Conv{n}D": CONV for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": CONV for n in (1, 2, 3)},
    **{f"SeparableConv{n}D": CONV for n in (1, 2)},
    **{f"DepthwiseConv{n}D": {"kernel_size": 1} for n in (1, 2)},
    **{f"ConvLSTM{n}D": CONV for n in (1, 2, 3)},
    **{
        f"{family}{n}D": {}
        for family in ("GlobalMaxPooling", "GlobalAveragePooling")
        for n in (1, 2, 3)
    },
    **{
        f"{family}Pooling{n}D": {"pool_size": 1} for family in ("Max", "Average") for n in (1, 2, 3)
    },
    **{f"SpatialDropout{n}D": {"rate": 0.1} for n in (1, 2, 3)},
    **{f"{family}{n}D": {} for family in ("ZeroPadding", "UpSampling") for n in (1, 2, 3)},
    **{f"Cropping{n}D": {"cropping": 1} for n in (1, 2, 3)},
    **{name: {"units": 2} for name in ("LSTM", "GRU", "SimpleRNN", "Dense")},
    "RepeatVector": {"n": 2},
    "Permute": {"dims": (2, 1)},
    "BatchNormalization": {},
    "Flatten": {},
}


def builds(library: Any, class_name: str, config: dict[str, Any], rank: int) -> bool:
    try:
        inputs = library.Input((4,) * (rank - 1))
        getattr(library.layers, class_name)(**config)(inputs)
    except Exception:  # each version and backend refuses in its own way
        return False
    return True


@pytest.mark.parametrize("class_name", LAYERS)
@pytest.mark.filterwarnings("ignore")
def test_a_rank_is_out_of_bounds_if_both_generations_of_keras_refuse_it(class_name: str) -> None:
    tf_keras = pytest.importorskip("tf_keras")
    config = LAYERS[class_name]
    least, most = accepted_ranks(call_of(class_name, config))
    built = [
        rank
        for rank in RANKS
        if builds(keras, class_name, config, rank) or builds(tf_keras, class_name, config, rank)
    ]
    assert (least or 1) == min(built)
    assert most is None or most == max(built)
    # TensorFlow has kernels for up to two more batch axes than usual.
    assert most is not None or max(built) >= (least or 1) + 1


def test_a_layer_for_each_time_step_takes_one_axis_more() -> None:
    for class_name, ranks in {
        "Conv2D": (5, None),
        "GlobalMaxPooling2D": (5, 5),
        "Dense": (3, None),
        "Flatten": (3, None),
    }.items():
        call = call_of(class_name, LAYERS[class_name], wrapper="TimeDistributed")
        assert accepted_ranks(call) == ranks


def test_classes_that_are_not_of_keras_ask_for_nothing() -> None:
    for name in ("SpecialConv2D", "DropBlock2D", "MyLSTM"):
        assert accepted_ranks(call_of(name, {})) == (None, None)


def asked(class_name: str, config: dict[str, Any], name: str, *shapes: Shape) -> Any:
    """The fact of a layer on inputs of stated shapes."""
    inputs = [
        call_of("InputLayer", {"batch_shape": shape}, index=index)
        for index, shape in enumerate(shapes)
    ]
    tensors = [Tensor(index) for index in range(len(shapes))]
    call = call_of(class_name, config, tensors, len(shapes))
    return Facts(Graph("model", (*inputs, call))).lookup(len(shapes), name)


def refuses(layer: Any, *shapes: Shape) -> bool:
    inputs = [keras.Input(batch_shape=shape) for shape in shapes]
    try:
        layer(inputs if len(inputs) > 1 else inputs[0])
    except ValueError:
        return True
    return False


@pytest.mark.parametrize(
    ("shape", "target", "expected"),
    [
        ((None, 4, 6), (24,), (24, 24, 0)),
        ((None, 4, 6), (5, 5), (24, 25, 0)),
        ((None, 4, 6), (-1, 8), (24, 8, 1)),
        ((None, 4, None), (5, 5), (UNKNOWN, 25, 0)),
        ((None, 4, 6), (5, UNKNOWN), (24, UNKNOWN, 0)),
        ((None, 4, 6), UNKNOWN, (24, UNKNOWN, UNKNOWN)),
        ((None, 4, 6), "all", (24, UNKNOWN, UNKNOWN)),
    ],
)
def test_reshaping_counts_the_values_of_one_sample(
    shape: Shape, target: Any, expected: tuple[Any, ...]
) -> None:
    names = ("input_elements", "target_elements", "open_target_axes")
    found = [asked("Reshape", {"target_shape": target}, name, shape) for name in names]
    assert tuple(found) == expected


sizes = st.integers(1, 9)


@settings(deadline=None, max_examples=60)
@given(size=st.tuples(sizes, sizes), kernel=st.tuples(sizes, sizes), dilation=st.integers(1, 4))
def test_a_window_exceeds_its_input_if_keras_refuses_the_layer(
    size: tuple[int, int], kernel: tuple[int, int], dilation: int
) -> None:
    shape = (None, *size, 2)
    config = {"filters": 2, "kernel_size": kernel, "dilation_rate": (dilation, dilation)}
    excess = asked("Conv2D", config, "window_excess", shape)
    assert (excess > 0) == refuses(keras.layers.Conv2D(**config), shape)
    pooled = asked("MaxPooling2D", {"pool_size": kernel}, "window_excess", shape)
    assert (pooled > 0) == refuses(keras.layers.MaxPooling2D(kernel), shape)


def test_a_window_is_judged_on_the_axes_that_are_known() -> None:
    assert asked("Conv1D", {"kernel_size": (5,)}, "window_excess", (None, None, 3)) is UNKNOWN
    config = {"kernel_size": (3, 7)}
    assert asked("Conv2D", config, "window_excess", (None, None, 5, 3)) == 2
    assert asked("Conv2D", config, "window_excess", (None, None, 7, 3)) is UNKNOWN
    assert asked("Conv2D", {"kernel_size": UNKNOWN}, "window_excess", (None, 5, 5, 3)) is UNKNOWN
    assert asked("Conv2D", config, "window_extent", (None, None, 7, 3)) == (3, 7)
    channels_first = {"kernel_size": (3, 3), "data_format": "channels_first"}
    assert asked("Conv2D", channels_first, "window_excess", (None, 1, 4, 4)) == -1


few = st.sampled_from([1, 2, 3])
shapes = st.lists(few, min_size=1, max_size=3).map(lambda rest: (None, *rest))


@settings(deadline=None, max_examples=150)
@given(inputs=st.lists(shapes, min_size=2, max_size=3))
def test_inputs_do_not_fit_if_keras_refuses_to_merge_them(inputs: list[Shape]) -> None:
    added = isinstance(asked("Add", {}, "mismatch", *inputs), str)
    refused = refuses(keras.layers.Add(), *inputs)
    # Inputs of several ranks Keras aligns in two ways, and may refuse for the second.
    assert added == refused or (refused and len(set(map(len, inputs))) > 1)
    joined = isinstance(asked("Concatenate", {"axis": -1}, "mismatch", *inputs), str)
    assert joined == refuses(keras.layers.Concatenate(), *inputs)


@settings(deadline=None, max_examples=60)
@given(left=shapes, right=shapes)
def test_operands_do_not_fit_if_keras_refuses_to_broadcast_them(left: Shape, right: Shape) -> None:
    found = asked("ops.Add", {}, "mismatch", (4, *left[1:]), (4, *right[1:]))
    inputs = [keras.Input(batch_shape=(4, *shape[1:])) for shape in (left, right)]
    try:
        inputs[0] + inputs[1]
    except ValueError:
        assert isinstance(found, str)
    else:
        assert found is None


def test_shapes_that_do_not_fit_are_told_in_words() -> None:
    shapes = ((None, 8, 8, 4), (None, 8, 8, 1), (None, 8, None, 3))
    assert asked("Add", {}, "mismatch", *shapes) == "8×8×4 and 8×?×3"
    assert asked("Add", {}, "mismatch", (None, 8, 4), (None, None, 4)) is UNKNOWN
    assert asked("Dense", {"units": 2}, "mismatch", (None, 8)) is UNKNOWN
