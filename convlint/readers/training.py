"""What ``compile`` was told: losses, metrics and optimizer, for each output of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from convlint.graph import Loss, Metric, Training
from convlint.readers.values import plain, snake_case

T = TypeVar("T")

_ALIASES: Final = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "cosine": "cosine_similarity",
    "cosine_proximity": "cosine_similarity",
    "logcosh": "log_cosh",
    "huber_loss": "huber",
    "acc": "accuracy",
    "ce": "crossentropy",
}
_WITH_LOGITS: Final = frozenset(
    {
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
        "crossentropy",  # Keras picks the kind by the shapes of labels and output
        "sparse_categorical_crossentropy",
    }
)
_LOSSES: Final = _WITH_LOGITS | frozenset(
    {
        "categorical_generalized_cross_entropy",
        "categorical_hinge",
        "circle",
        "cosine_similarity",
        "ctc",
        "dice",
        "hinge",
        "huber",
        "kl_divergence",
        "log_cosh",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_error",
        "mean_squared_logarithmic_error",
        "poisson",
        "squared_hinge",
        "tversky",
    }
)
_THRESHOLD: Final = frozenset({"binary_accuracy", "binary_io_u"})
"""Metrics with one threshold, 0.5 unless they were told another."""
_THRESHOLDS: Final = frozenset(
    {"precision", "recall", "true_positives", "true_negatives", "false_positives"}
    | {"false_negatives"}
)
"""Metrics with any number of thresholds, 0.5 unless they were told others or ``top_k``."""
_METRICS_WITH_LOGITS: Final = _WITH_LOGITS | {"auc"}
_TOP_K: Final = frozenset({"top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy"})
_OF_CLASSES: Final = frozenset({"io_u", "mean_io_u"})
"""Metrics that take the output for numbers of classes, unless told ``sparse_y_pred=False``."""
_KINDS_OF_ACCURACY: Final = frozenset(
    {"accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"}
)
_UNKNOWN: Final = {"class_name": "unknown", "module": "__main__", "config": {}}
"""What is set for an output, if that cannot be told."""
_WRAPPERS: Final = frozenset({"LossFunctionWrapper", "MeanMetricWrapper", "function"})


def training(config: object, outputs: Sequence[str], *, keras_3: bool = False) -> Training | None:
    """The compile configuration of a model with the given output names.

    ``config`` is a ``compile_config`` or a ``training_config``. Returns None if it states
    neither a loss nor an optimizer.
    """
    if not isinstance(config, Mapping):
        return None
    loss, optimizer = config.get("loss"), config.get("optimizer", config.get("optimizer_config"))
    if loss is None and optimizer is None:
        return None
    name, optimizer_config = _optimizer(optimizer)
    return Training(
        losses=tuple(map(_loss, _by_output(loss, outputs, positional=True))),
        metrics=tuple(
            (*_metrics(plain, output), *_metrics(weighted, output))
            for output, plain, weighted in zip(
                outputs,
                _by_output(config.get("metrics"), outputs, positional=keras_3),
                _by_output(config.get("weighted_metrics"), outputs, positional=keras_3),
                strict=True,
            )
        ),
        optimizer=name,
        optimizer_config=optimizer_config,
    )


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("class_name"), str)


def _by_output(value: Any, outputs: Sequence[str], *, positional: bool) -> list[Any]:
    """What a setting is for each output: by name, by position, or the same for all."""
    if isinstance(value, Mapping) and not _is_object(value):
        # Keys of a dict of outputs are not the names of layers: which is whose, nobody says.
        missing = None if value.keys() <= set(outputs) else _UNKNOWN
        return [value.get(name, missing) for name in outputs]
    if not isinstance(value, list | tuple):
        return [value for _ in outputs]
    nested = any(item is None or isinstance(item, list | tuple) for item in value)
    if len(outputs) == 1 and not (nested and len(value) == 1):
        # A list of losses for one output has one entry, a list of metrics any number.
        return [value]
    if nested or (positional and len(value) == len(outputs)):
        return [*value, *[None] * len(outputs)][: len(outputs)]
    return [value for _ in outputs]


def _name(value: Any) -> tuple[str | None, Mapping[str, Any], bool]:
    """Name, configuration, and whether it is certainly not Keras' own."""
    config: Mapping[str, Any] = {}
    custom = False
    for _ in range(8):
        if not _is_object(value):
            break
        class_name, inner = value["class_name"], value.get("config")
        custom = custom or _is_foreign(value)
        if class_name in _WRAPPERS:
            value = inner.get("fn", inner.get("name")) if isinstance(inner, Mapping) else inner
            config = inner if isinstance(inner, Mapping) else config
        else:
            config = inner if isinstance(inner, Mapping) else {}
            value = snake_case(class_name)
    if not isinstance(value, str):
        return None, config, True
    package, _, name = value.rpartition(">")
    name = name.lower() if name.isupper() else snake_case(name)
    return _ALIASES.get(name, name), config, custom or bool(package)


def _is_foreign(value: Mapping[str, Any]) -> bool:
    """Whether a serialised object states a module that is not Keras'."""
    module = value.get("module", "keras")
    root = module.partition(".")[0] if isinstance(module, str) else ""
    return root not in ("keras", "tf_keras", "builtins")


def _loss(value: Any) -> Loss | None:
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if value is None or (isinstance(value, list | tuple) and not value):
        return None
    name, config, custom = _name(value)
    if name is None:
        return Loss("unknown", custom=True)
    if custom or name not in _LOSSES:
        return Loss(name, custom=True)
    if name not in _WITH_LOGITS:
        return Loss(name)
    return Loss(
        name,
        from_logits=_stated(config, "from_logits", bool, False),
        axis=_stated(config, "axis", int, -1),
    )


def _metrics(value: Any, output: str) -> tuple[Metric, ...]:
    entries = value if isinstance(value, list | tuple) else (value,)
    return tuple(_metric(entry, output) for entry in entries if entry is not None)


def _metric(value: Any, output: str) -> Metric:
    name, config, custom = _name(value)
    if name is None:
        return Metric("unknown", custom=True)
    if custom:
        return Metric(name, custom=True)
    given = config.get("name")
    if not _is_object(value):
        if name == "accuracy":
            return Metric(name, automatic=True)
    elif value["class_name"] in _WRAPPERS:
        named = isinstance(given, str) and given.removeprefix(f"{output}_") in ("accuracy", "acc")
        if named and name in _KINDS_OF_ACCURACY:
            # The user asked for "accuracy" and tf.keras saved the kind that the output has.
            return Metric("accuracy", automatic=True)
        if name == "accuracy":
            return Metric(name, custom=True)  # Keras has no function of that name
    return Metric(
        name,
        threshold=_threshold(name, config),
        from_logits=_stated(config, "from_logits", bool, False)
        if name in _METRICS_WITH_LOGITS
        else None,
        k=_stated(config, "k", int, 5) if name in _TOP_K else None,
        of_classes=name == "accuracy"
        or (name in _OF_CLASSES and _stated(config, "sparse_y_pred", bool, True) is True),
    )


def _threshold(name: str, config: Mapping[str, Any]) -> float | None:
    if name in _THRESHOLD:
        stated = config.get("threshold", 0.5)
    elif name in _THRESHOLDS and config.get("top_k") is None:
        stated = config.get("thresholds")
        stated = 0.5 if stated is None else stated
        if isinstance(stated, list | tuple) and len(stated) == 1:
            stated = stated[0]
    else:
        return None
    is_number = isinstance(stated, int | float) and not isinstance(stated, bool)
    return float(stated) if is_number else None


def _stated(config: Mapping[str, Any], key: str, kind: type[T], default: T) -> T | None:
    """An entry of a configuration; ``None`` if it is of another type."""
    value = config.get(key, default)
    return value if type(value) is kind else None


def _optimizer(value: Any) -> tuple[str | None, Mapping[str, Any]]:
    name: str | None = None
    config: Any = {}
    for _ in range(8):
        if isinstance(value, str):
            name = value
            break
        if not _is_object(value):
            break
        name, config = value["class_name"], value.get("config")
        inner = config.get("inner_optimizer") if isinstance(config, Mapping) else None
        if not _is_object(inner):
            break
        # Loss scaling is no optimizer of its own.
        value = inner
    if name is None:
        return None, {}
    settings = plain(config)
    if not isinstance(settings, dict):
        settings = {}
    if "lr" in settings:
        settings["learning_rate"] = settings.pop("lr")
    return name.rpartition(">")[2].lower(), settings
