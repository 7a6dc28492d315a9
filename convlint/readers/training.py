"""What ``compile`` was told: losses, metrics and optimizer, for each output of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from convlint.graph import Loss, Training
from convlint.readers.values import plain, snake_case

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
}
_WITH_LOGITS: Final = frozenset(
    {
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "categorical_crossentropy",
        "categorical_focal_crossentropy",
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
            _metrics(entry, output)
            for entry, output in zip(
                _by_output(config.get("metrics"), outputs, positional=keras_3), outputs, strict=True
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
        return [value.get(name) for name in outputs]
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
    stated = config.get("from_logits", False)
    return Loss(name, from_logits=stated if isinstance(stated, bool) else None)


def _metrics(value: Any, output: str) -> tuple[str, ...]:
    entries = value if isinstance(value, list | tuple) else (value,)
    names = (_metric(entry, output) for entry in entries if entry is not None)
    return tuple(name for name in names if name is not None)


def _metric(value: Any, output: str) -> str | None:
    name, config, _ = _name(value)
    given = config.get("name")
    if isinstance(given, str) and given.removeprefix(f"{output}_") in ("accuracy", "acc"):
        # The user asked for "accuracy" and tf.keras saved the kind that the output has.
        return "accuracy"
    return name


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
