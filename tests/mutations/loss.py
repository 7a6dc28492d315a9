"""Outputs, losses and metrics that do not belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from convlint.graph import Loss, Metric
from tests.mutations.anatomy import Anatomy
from tests.mutations.places import Edit, Operator, Place, defect
from tests.surgery import Node, Surgery

Metrics: TypeAlias = tuple[str | Metric, ...]
REGRESSION = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh")
PROBABILITIES = ("categorical_crossentropy", "sparse_categorical_crossentropy")


def _end_in(activation: str | None, units: int | None, loss: str | Loss, metrics: Metrics) -> Edit:
    """Let every output end in an activation, of so many units, and train it with a loss."""

    def edit(surgery: Surgery, node: Node) -> Node:
        for output in [node for node in surgery.nodes if node.call.class_name == "Output"]:
            act = output.inputs[0][0]
            dense = act.inputs[0][0] if "act" in act.kinds else act
            if act is not dense:
                surgery.remove(act)
            if units is not None:
                name = "filters" if "conv" in dense.kinds else "units"
                surgery.change(dense, None, **{name: units})
            if activation is not None:
                surgery.insert_before(output, "Activation", activation=activation)
        surgery.compile(loss, *metrics)
        return node.inputs[0][0]

    return edit


def _heads(model: Anatomy) -> Iterator[int]:
    """The first output of models of which each output is that of a dense layer or convolution."""
    outputs = model.of("output")
    for output in outputs:
        source = model.producers[output][0]
        if model.is_a(source, "act"):
            source = model.producers[source][0]
        if not model.is_a(source, "dense", "conv") or len(model.consumers[source]) != 1:
            return
    yield from outputs[:1]


def ends(
    code: str,
    activations: tuple[str | None, ...],
    losses: tuple[str | Loss, ...],
    *,
    units: int = 5,
    metrics: Metrics = (),
    applies: Callable[[Anatomy], bool] = lambda model: True,
) -> None:
    """Register every combination of last activation and loss as a defect of its own."""
    for activation in activations:
        for loss in losses:
            defect(code)(
                _operator(_end_in(activation, units, loss, metrics), applies, activation, loss)
            )


def _operator(
    edit: Edit, applies: Callable[[Anatomy], bool], activation: str | None, loss: str | Loss
) -> Operator:
    def operator(model: Anatomy) -> Iterator[Place]:
        if applies(model):
            for output in _heads(model):
                yield Place(output, edit)

    stated = loss if isinstance(loss, str) else f"{loss.name} from logits"
    operator.__name__ = f"{activation or 'linear'} under {stated}"
    return operator


def _logits(*names: str) -> tuple[Loss, ...]:
    return tuple(Loss(name, from_logits=True) for name in names)


def _vectors(model: Anatomy) -> bool:
    return all(len(model.shape(output)) == 2 for output in model.of("output"))


ends("CVL602", ("softmax",), _logits(*PROBABILITIES))
ends("CVL602", ("sigmoid",), _logits("binary_crossentropy"), units=1)
ends("CVL603", (None, "relu", "tanh"), PROBABILITIES)
ends("CVL603", (None, "softplus"), ("binary_crossentropy",), units=1)
ends("CVL604", ("sigmoid",), (*PROBABILITIES, "kl_divergence"), units=1)
ends("CVL604", (None,), ("cosine_similarity",), units=1)
ends("CVL605", ("sigmoid",), (*PROBABILITIES, "kl_divergence"))
ends("CVL606", ("softmax",), ("binary_crossentropy", "binary_focal_crossentropy"))
ends("CVL607", ("relu", "elu", "sigmoid", "tanh"), REGRESSION, units=1, applies=_vectors)
ends("CVL607", ("softmax",), REGRESSION[:1], applies=_vectors)
ends("CVL608", (None, "relu", "softplus"), (*REGRESSION, "poisson"), units=1, metrics=("accuracy",))
ends(
    "CVL610",
    ("softmax",),
    ("categorical_crossentropy",),
    metrics=(Metric("sparse_categorical_accuracy"),),
)
ends(
    "CVL610",
    ("softmax",),
    ("sparse_categorical_crossentropy",),
    metrics=(Metric("categorical_accuracy"),),
)
ends(
    "CVL610",
    ("softmax",),
    ("sparse_categorical_crossentropy",),
    metrics=(Metric("precision", threshold=0.5),),
)
ends(
    "CVL610",
    ("sigmoid",),
    ("binary_crossentropy",),
    units=1,
    metrics=(Metric("categorical_accuracy"),),
)
ends(
    "CVL610",
    ("softmax",),
    ("categorical_crossentropy",),
    metrics=(Metric("binary_accuracy", threshold=0.5),),
)
ends(
    "CVL611",
    (None,),
    _logits("binary_crossentropy"),
    units=1,
    metrics=(Metric("binary_accuracy", threshold=0.5),),
)
ends("CVL611", (None,), _logits("binary_crossentropy"), units=1, metrics=("accuracy",))
ends("CVL611", (None, "tanh"), ("hinge",), units=1, metrics=(Metric("precision", threshold=0.5),))
ends("CVL612", ("relu", "softplus", "tanh"), _logits("binary_crossentropy"), units=1)
ends("CVL612", ("relu", "tanh"), _logits(*PROBABILITIES))
ends("CVL613", (None, "tanh"), ("poisson", "mean_squared_logarithmic_error"), units=1)
ends("CVL613", (None, "relu"), ("kl_divergence",))
ends("CVL614", ("sigmoid",), ("hinge", "squared_hinge"), units=1)
ends("CVL614", ("softmax",), ("categorical_hinge",))
ends("CVL615", ("sigmoid",), ("binary_crossentropy",), metrics=("accuracy",))
ends("CVL615", (None,), _logits("binary_crossentropy"), metrics=("accuracy",))
ends(
    "CVL616",
    ("softmax",),
    ("categorical_crossentropy",),
    metrics=(Metric("accuracy", of_classes=True),),
)
ends(
    "CVL616",
    ("sigmoid",),
    ("binary_crossentropy",),
    units=1,
    metrics=(Metric("mean_io_u", of_classes=True),),
)
ends(
    "CVL617",
    ("softmax",),
    PROBABILITIES,
    metrics=(Metric("sparse_top_k_categorical_accuracy", k=5),),
)


@defect("CVL609")
def one_loss_forgotten(model: Anatomy) -> Iterator[Place]:
    """Of several outputs, one is trained by nobody."""
    outputs = model.of("output")
    if len(outputs) < 2 or model.graph.training is None:
        return
    for number, output in enumerate(outputs):

        def edit(surgery: Surgery, node: Node, number: int = number) -> Node:
            training = surgery.training
            assert training is not None
            losses = tuple(
                None if place == number else loss for place, loss in enumerate(training.losses)
            )
            surgery.training = training._replace(losses=losses)
            return node

        yield Place(output, edit)


@defect("CVL609")
def new_output_without_loss(model: Anatomy) -> Iterator[Place]:
    """A second head, on the features of the first, that compile was not told of."""
    if model.graph.training is None:
        return

    def edit(surgery: Surgery, node: Node) -> Node:
        source = node.inputs[0][0]
        head = surgery.new("Dense", source, units=2)
        output = surgery.new("Output", head)
        training = surgery.training
        assert training is not None
        surgery.training = training._replace(
            losses=(*training.losses, None), metrics=(*training.metrics, ())
        )
        return output

    for index in model.of("dense"):
        if any(model.is_a(other, "output") for other in model.reached(index, {"act"})):
            yield Place(index, edit)
