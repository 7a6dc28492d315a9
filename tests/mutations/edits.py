"""Edits that many mutations are made of."""

from __future__ import annotations

from typing import Any

from tests.mutations.places import Edit
from tests.surgery import Node, Surgery


def insert_after(class_name: str, **config: Any) -> Edit:
    """A new layer behind the node is wrong."""
    return lambda surgery, node: surgery.insert_after(node, class_name, **config)


def insert_before(class_name: str, **config: Any) -> Edit:
    """A new layer before the node is wrong."""
    return lambda surgery, node: surgery.insert_before(node, class_name, **config)


def change(class_name: str | None = None, **config: Any) -> Edit:
    """The node is wrong with another configuration."""
    return lambda surgery, node: surgery.change(node, class_name, **config)


def argue(**arguments: Any) -> Edit:
    """The node is wrong with other arguments of its call."""
    return lambda surgery, node: surgery.argue(node, **arguments)


def also(first: Edit, second: Edit) -> Edit:
    """One edit after another at one node; the second says what is wrong."""

    def edit(surgery: Surgery, node: Node) -> Node:
        first(surgery, node)
        return second(surgery, node)

    return edit


def remove(*indices: int, at: int | None = None) -> Edit:
    """Without these calls the call ``at`` is wrong, or the node itself."""

    def edit(surgery: Surgery, node: Node) -> Node:
        wrong = node if at is None else surgery.nodes[at]
        for gone in [surgery.nodes[index] for index in indices]:
            surgery.remove(gone)
        return wrong

    return edit
