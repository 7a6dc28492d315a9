"""Graphs with a defect put in: layers inserted, removed, swapped, configured otherwise.

What a file states of shapes is dropped, so that they are inferred anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from convlint.graph import Call, Graph, Loss, Metric, Tensor, Training
from convlint.kinds import classify


@dataclass(eq=False)
class Node:
    """A call that can be changed; ``call.inputs`` does not count, ``inputs`` does."""

    call: Call
    inputs: list[tuple[Node, int]] = field(default_factory=list)

    @property
    def kinds(self) -> frozenset[str]:
        return self.call.kinds

    @property
    def config(self) -> Mapping[str, Any]:
        return self.call.config


class Surgery:
    """An editable copy of a graph.

    The nodes stand in the order of the calls, so ``surgery.nodes[i]`` is ``graph.calls[i]`` until
    something is inserted.
    """

    def __init__(self, graph: Graph) -> None:
        self.name = graph.name
        self.training = graph.training
        self.nodes = [Node(call.replace(output_shapes=())) for call in graph.calls]
        for call, node in zip(graph.calls, self.nodes, strict=True):
            if not call.inputs or "unknown" in call.kinds:  # it has its shape from nowhere else
                node.call = node.call.replace(output_shapes=call.output_shapes)
            node.inputs = [(self.nodes[tensor.call], tensor.output) for tensor in call.inputs]
        self.made = 0

    def consumers(self, node: Node) -> list[Node]:
        """The nodes that take any output of this one, in order."""
        return [other for other in self.nodes if any(node is source for source, _ in other.inputs)]

    def new(self, class_name: str, *inputs: Node, **config: Any) -> Node:
        """A node that nothing consumes yet."""
        self.made += 1
        layer = f"inserted_{self.made}"
        call = Call(
            index=0,
            layer=layer,
            class_name=class_name,
            kinds=classify(class_name, config),
            config={"name": layer, **config},
            inputs=(),
        )
        node = Node(call, [(source, 0) for source in inputs])
        self.nodes.append(node)
        return node

    def insert_after(self, node: Node, class_name: str, **config: Any) -> Node:
        """Put a layer between a node and everything that consumes it."""
        consumers = self.consumers(node)
        added = self.new(class_name, node, **config)
        for consumer in consumers:
            self.reconnect(consumer, node, added)
        return added

    def insert_between(self, node: Node, consumer: Node, class_name: str, **config: Any) -> Node:
        """Put a layer on the edges from a node to one of its consumers."""
        added = self.new(class_name, node, **config)
        self.reconnect(consumer, node, added)
        return added

    def insert_before(self, node: Node, class_name: str, **config: Any) -> Node:
        """Put a layer between a node and the first tensor that it consumes."""
        source, output = node.inputs[0]
        added = self.new(class_name, source, **config)
        added.inputs = [(source, output)]
        node.inputs[0] = (added, 0)
        return added

    def reconnect(self, consumer: Node, old: Node, new: Node) -> None:
        """Let a node consume another in place of one that it consumed."""
        consumer.inputs = [
            (new, 0) if source is old else (source, output) for source, output in consumer.inputs
        ]

    def remove(self, node: Node) -> None:
        """Take a node out; its consumers take its first input."""
        source, output = node.inputs[0]
        for consumer in self.consumers(node):
            consumer.inputs = [
                (source, output) if old is node else (old, place) for old, place in consumer.inputs
            ]
        self.nodes.remove(node)

    def swap(self, first: Node, second: Node) -> None:
        """Exchange two nodes of which the second is the only consumer of the first."""
        consumers = self.consumers(second)
        second.inputs, first.inputs = first.inputs, [(second, 0)]
        for consumer in consumers:
            self.reconnect(consumer, second, first)

    def change(self, node: Node, class_name: str | None = None, **config: Any) -> Node:
        """Give a node another configuration, and another class if one is named."""
        name = class_name or node.call.class_name
        kept = node.config if class_name is None else {"name": node.config.get("name")}
        settings = {**kept, **config}
        node.call = node.call.replace(
            class_name=name, config=settings, kinds=classify(name, settings)
        )
        return node

    def argue(self, node: Node, **arguments: Any) -> Node:
        """Call a node with other arguments."""
        node.call = node.call.replace(arguments={**node.call.arguments, **arguments})
        return node

    def freeze(self, node: Node, trainable: bool = False) -> Node:
        """Make a node trainable or not."""
        node.call = node.call.replace(trainable=trainable)
        return node

    def compile(
        self,
        loss: str | Loss | None,
        *metrics: str | Metric,
        optimizer: str = "adam",
        **optimizer_config: Any,
    ) -> None:
        """Train every output with the same loss and metrics."""
        outputs = sum(node.call.class_name == "Output" for node in self.nodes)
        stated = Loss(loss, from_logits=False) if isinstance(loss, str) else loss
        named = tuple(
            Metric(metric, automatic=metric == "accuracy") if isinstance(metric, str) else metric
            for metric in metrics
        )
        self.training = Training(
            (stated,) * outputs, (named,) * outputs, optimizer, optimizer_config
        )

    def graph(self) -> Graph:
        """The graph as it is now; nodes from which no output is reached are left out.

        A fused activation that no longer follows its layer becomes a layer of its own.

        Raises:
            ValueError: the nodes form a cycle.
        """
        for node in self.nodes:
            if node.call.fused and node.inputs[0][0].call.layer != node.call.layer:
                name = f"{node.call.layer}_activation"
                node.call = node.call.replace(layer=name, fused=False)
        order = list(self._in_order())
        index = {id(node): number for number, node in enumerate(order)}
        calls = tuple(
            node.call.replace(
                index=number,
                inputs=tuple(Tensor(index[id(source)], output) for source, output in node.inputs),
            )
            for number, node in enumerate(order)
        )
        return Graph(self.name, calls, self.training)

    def _in_order(self) -> Iterator[Node]:
        """Topological order, outputs last, otherwise as close to the present one as can be."""
        needed = self._needed()
        waiting = [node for node in self.nodes if id(node) in needed]
        done: set[int] = set()
        for outputs in (False, True):
            pending = [node for node in waiting if (node.call.class_name == "Output") is outputs]
            while pending:
                before = len(done)
                for node in pending:
                    if all(id(source) in done for source, _ in node.inputs):
                        done.add(id(node))
                        yield node
                if len(done) == before:
                    raise ValueError("the nodes form a cycle")
                pending = [node for node in pending if id(node) not in done]

    def _needed(self) -> set[int]:
        found: set[int] = set()
        pending = [node for node in self.nodes if node.call.class_name == "Output"]
        while pending:
            node = pending.pop()
            if id(node) not in found:
                found.add(id(node))
                pending.extend(source for source, _ in node.inputs)
        return found
