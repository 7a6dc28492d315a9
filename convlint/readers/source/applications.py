"""``keras.applications``: backbones of which only a summary is known."""

from __future__ import annotations

import ast

from convlint.readers.source.run import Run
from convlint.readers.source.values import Opaque, Value


def make_backbone(
    run: Run, name: str, arguments: list[Value], keywords: dict[str, Value], site: ast.AST
) -> Value:
    """The model that a function of ``keras.applications`` gives."""
    return Opaque(origin=name)
