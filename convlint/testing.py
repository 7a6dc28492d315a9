"""For the tests of a project that builds Keras models.

>>> from convlint.testing import assert_clean
>>> def test_our_model_is_well_built():
...     assert_clean(build_model())
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from convlint.config import Config
from convlint.engine import check


def assert_clean(
    target: Any,
    *,
    select: Sequence[str] | str | None = None,
    ignore: Sequence[str] | str | None = None,
    extend_select: Sequence[str] | str | None = None,
    config: Config | str | os.PathLike[str] | None = None,
) -> None:
    """Check like :func:`convlint.check`, and fail unless the report is ``ok``.

    Findings below ``fail-on`` of the settings, by default a warning, do not fail.

    Raises:
        AssertionError: there are findings, or one of several targets cannot be checked. The
            message is the report as text.
        InputError, ConfigError, RuleError: as :func:`convlint.check` raises them.
    """
    __tracebackhide__ = True  # pytest shows the line that calls this, not this one
    report = check(target, select=select, ignore=ignore, extend_select=extend_select, config=config)
    if not report.ok:
        unread = "".join(f"\nerror: {error.message}" for error in report.errors)
        raise AssertionError(f"convlint: {report.summary}\n{unread}\n{report}")
