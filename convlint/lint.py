"""From a graph to findings: the rules are run and what they hit is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from convlint import kinds
from convlint.facts import Facts
from convlint.finding import Finding, PathStep
from convlint.graph import OUTPUT, Call, Graph, Location, Shape
from convlint.kleene import UNKNOWN
from convlint.message import fill
from convlint.rule import Rule


def lint(graph: Graph, rules: Iterable[Rule], file: str | None = None) -> tuple[Finding, ...]:
    """The findings of rules in a graph, by position and code.

    A layer that is called several times is reported once for the same message.
    """
    facts = Facts(graph)
    found = sorted(
        (
            (match.at, rule.code, rule, case, match)
            for rule in rules
            for case, match in rule.find(facts)
        ),
        key=lambda item: item[:2],
    )
    findings: dict[tuple[str, str, str], Finding] = {}
    for _, _, rule, case, match in found:
        layer = _owner(facts, match.at)
        path = _layers_on(facts, (*match.path, match.at))
        finding = Finding(
            code=rule.code,
            name=rule.name,
            severity=case.severity,
            confidence=case.confidence,
            file=file if layer.location is None else layer.location.file,
            layer=layer.layer,
            layer_class=layer.label,
            message=fill(case.message, facts, match.roles, case.options),
            help=fill(case.help, facts, match.roles, case.options),
            path=tuple(_step(facts, index, marked=owner == layer.index) for owner, index in path),
            location=layer.location,
            case=rule.cases.index(case),
            before=_neighbour(facts, path[0][0], facts.producers),
            after=_neighbour(facts, path[-1][1], facts.consumers),
        )
        findings.setdefault((finding.code, finding.layer, finding.message), finding)
    # They refer to the facts that hold them. Without the cycle all is freed here and now, and in a
    # run over many files the search for garbage, a quarter of the time, has nothing to look at.
    facts.steps.clear()
    return tuple(findings.values())


def agreed(variants: Sequence[tuple[Graph, Sequence[Finding]]]) -> list[Finding]:
    """The findings of a model of which only running its source code tells which variant it is.

    A finding counts if it holds in every variant that contains its layer.
    """
    if len(variants) == 1:
        return list(variants[0][1])
    places = [{call.location for call in graph.calls} for graph, _ in variants]
    held = [{(finding.code, finding.location) for finding in found} for _, found in variants]
    kept: dict[tuple[str, Location | None, str], Finding] = {}
    for _, found in variants:
        for finding in found:
            key = finding.code, finding.location
            if all(
                key in those
                for present, those in zip(places, held, strict=True)
                if finding.location in present
            ):
                kept.setdefault((*key, finding.layer), finding)
    return list(kept.values())


def once_for_each_place(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those that one rule has at one place of the source code only once.

    Models share layers, and a line in a loop or a function makes many.
    """
    found: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key: tuple[object, ...] = (finding.code, finding.location)
        if finding.location is None:
            key = (len(found),)
        found.setdefault(key, finding)
    return list(found.values())


def _owner(facts: Facts, index: int) -> Call:
    """The call of the layer that the user wrote.

    That is the layer of which a fused activation is an argument, and the layer whose output a
    model output is.
    """
    calls = facts.graph.calls
    call = calls[index]
    while (call.class_name == OUTPUT or call.fused) and call.inputs:
        call = calls[call.inputs[0].call]
    return call


def _layers_on(facts: Facts, path: Iterable[int]) -> list[tuple[int, int]]:
    """The layers on a path of calls: the owning call of each, and the last call that it owns.

    A fused activation is part of its layer, and model outputs are left out.
    """
    layers: dict[int, int] = {}
    for index in path:
        owner = _owner(facts, index).index
        if facts.graph.calls[index].class_name == OUTPUT:
            layers.setdefault(owner, owner)
        else:
            layers[owner] = max(index, layers.get(owner, owner))
    return list(layers.items())


def _step(facts: Facts, index: int, *, marked: bool = False) -> PathStep:
    """A layer as a step of a path, with its activation if the call is one."""
    call = facts.graph.calls[index]
    owner = _owner(facts, index)
    return PathStep(
        layer=owner.layer,
        class_name=owner.label,
        shape=_shape(facts, index),
        activation=_activation(call) if call.fused else None,
        marked=marked,
    )


def _neighbour(facts: Facts, index: int, edges: Sequence[Sequence[int]]) -> PathStep | None:
    """The first other layer that the edges lead to; a model output is none."""
    layer = _owner(facts, index)
    while edges[index]:
        index = edges[index][0]
        if facts.graph.calls[index].class_name == OUTPUT:
            return None
        if _owner(facts, index) is not layer:
            return _step(facts, index)
    return None


def _shape(facts: Facts, index: int) -> Shape | None:
    shape = facts.lookup(index, "shape")
    if not isinstance(shape, tuple):
        return None
    return tuple(size if isinstance(size, int) else None for size in shape)


def _activation(call: Call) -> str:
    """The name of a fused activation; the layer's class if it is no plain function."""
    name = kinds.activation_function(call.config.get("activation", call.class_name))
    return call.class_name if name is UNKNOWN else name


def count_layers(graph: Graph) -> int:
    """Number of layers of the model; one that is called twice counts once."""
    return len({call.layer for call in graph.calls if call.class_name != OUTPUT})
