"""Small networks in which a rule fires or must not: what the tests of exemptions are written in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
from keras import layers as L  # noqa: N812

from convlint import check

Network = Callable[[Any], Any]


class Cases:
    """Networks from an input tensor to an output, each with the layers that a rule reports in it.

    ``@cases("CVL101", "drop")`` registers a function under its own name, ``@cases.all`` makes a
    test of them.
    """

    def __init__(self) -> None:
        self._cases: list[Any] = []

    def __call__(
        self, code: str, *expected: str, shape: tuple[int | None, ...] = (32, 32, 3)
    ) -> Callable[[Network], Network]:
        def register(function: Network) -> Network:
            def reported() -> set[str]:
                keras.utils.clear_session()  # or names would depend on what was built before
                inputs = keras.Input(shape)
                model = keras.Model(inputs, function(inputs))
                return {finding.layer for finding in check(model, select=[code])}

            name = function.__name__.replace("_", " ")
            self._cases.append(pytest.param(reported, set(expected), id=f"{code} {name}"))
            return function

        return register

    @property
    def all(self) -> pytest.MarkDecorator:
        """The decorator of a test that takes ``reported`` and ``expected``."""
        return pytest.mark.parametrize(("reported", "expected"), self._cases)


def conv(x: Any, filters: int = 8, size: int = 3, **kwargs: Any) -> Any:
    return L.Conv2D(filters, size, padding="same", **kwargs)(x)


def drop(rate: float = 0.3, **kwargs: Any) -> Any:
    return L.Dropout(rate, name="drop", **kwargs)


def classes(x: Any, units: int = 10) -> Any:
    return L.Dense(units, activation="softmax", name="classes")(L.GlobalAveragePooling2D()(x))
