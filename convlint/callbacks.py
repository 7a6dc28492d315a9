"""A Keras callback that checks the model before it is trained.

>>> from convlint.callbacks import LintCallback
>>> model.fit(x, y, callbacks=[LintCallback(fail_on="error")])

This is the one module that imports Keras: who imports it trains with Keras anyway.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from convlint.config import FAIL_ON, Config
from convlint.engine import check
from convlint.errors import ConfigError, ConvlintError, InputError
from convlint.report import Report
from convlint.suggest import did_you_mean

try:
    from keras.callbacks import Callback
except ImportError:
    from tf_keras.callbacks import Callback


class ModelRejectedError(ConvlintError):
    """A model that is not trained, because of what was found in it: see ``report``."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"the model was not trained: {report.summary}\n\n{report}")
        self.report = report


class LintCallback(Callback):  # type: ignore[misc]  # Keras is not typed
    """Checks the model once, before training begins; for Keras, tf.keras and tf_keras.

    The report is printed, unless it makes the callback reject the model. A model that cannot be
    analysed is trained all the same, and a line says so.

    Attributes:
        report: what was found; ``None`` before training, and if the model cannot be analysed.
    """

    def __init__(
        self,
        fail_on: str = "error",
        *,
        select: Sequence[str] | str | None = None,
        ignore: Sequence[str] | str | None = None,
        extend_select: Sequence[str] | str | None = None,
        config: Config | str | os.PathLike[str] | None = None,
    ) -> None:
        """``fail_on`` is ``"error"``, ``"warning"``, ``"info"`` or ``"never"``.

        The rest is as for :func:`convlint.check`.

        Raises:
            ConfigError: ``fail_on`` is none of these.
        """
        super().__init__()
        if not isinstance(fail_on, str) or fail_on not in FAIL_ON:
            near = did_you_mean(str(fail_on), FAIL_ON)
            raise ConfigError(f"fail_on: {fail_on!r} is not one of {', '.join(FAIL_ON)}{near}")
        self.report: Report | None = None
        self._fail_on = FAIL_ON[fail_on]
        self._check = partial(
            check, select=select, ignore=ignore, extend_select=extend_select, config=config
        )
        self._accepted: object = None

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Check the model, unless it is the one that was accepted last.

        Raises:
            ModelRejectedError: there is a finding at or above ``fail_on``; the message shows it.
            ConfigError, RuleError: as :func:`convlint.check` raises them.
        """
        if self.model is self._accepted:
            return
        self.report = None
        try:
            self.report = self._check(self.model)
        except InputError as error:
            print(f"convlint: the model was not checked: {error}")
            return
        worst = max((finding.severity for finding in self.report), default=None)
        if self._fail_on is not None and worst is not None and worst >= self._fail_on:
            raise ModelRejectedError(self.report)
        print(self.report)
        self._accepted = self.model

    # tf_keras asks every callback whether it has hooks for batches.
    def _implements_train_batch_hooks(self) -> bool:
        return False

    def _implements_test_batch_hooks(self) -> bool:
        return False

    def _implements_predict_batch_hooks(self) -> bool:
        return False
