"""A store of many models, all different and none larger than those that people train first."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from benchmarks.architectures import (
    Layer,
    batch_norm,
    classifier,
    convolution,
    dense,
    dropout,
    max_pool,
    relu,
    residual_block,
    source,
    write,
)

METADATA: Final = '{"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}'
IN_A_FOLDER: Final = 100


def write_store(folder: Path, count: int) -> None:
    """Write models into a folder of folders: three ``.keras`` without weights, then a ``.json``."""
    for number in range(count):
        place = folder / f"{number // IN_A_FOLDER:03}"
        place.mkdir(parents=True, exist_ok=True)
        text = io.StringIO()
        write(f"model{number}", model(number), text)
        file = place / f"model{number:05}"
        if number % 4 == 3:
            file.with_suffix(".json").write_text(text.getvalue(), encoding="utf-8")
            continue
        with ZipFile(file.with_suffix(".keras"), "w") as archive:
            archive.writestr("metadata.json", METADATA)
            archive.writestr("config.json", text.getvalue())


def model(number: int) -> Iterator[Layer]:
    """The layers of one model: 10 to 60 of them, and no two models are the same."""
    turn, kind = divmod(number, len(_KINDS))
    depth, width = turn % 5, 8 + turn // 5
    return _KINDS[kind](depth, width)


def _vgg(depth: int, width: int) -> Iterator[Layer]:
    """Stages of plain convolutions, and a dense head: 14 to 26 layers."""
    layer = source("image", 64, 64, 3)
    yield layer
    for stage in range(3):
        for number in range(1 + (stage + depth) // 2):
            layer = convolution(f"conv{stage}_{number}", layer.output, width << stage)
            yield layer
            layer = relu(f"relu{stage}_{number}", layer.output)
            yield layer
        layer = max_pool(f"pool{stage}", layer.output)
        yield layer
    yield from classifier(layer.output)


def _resnet(depth: int, width: int) -> Iterator[Layer]:
    """Residual blocks in stages that halve the side: 20 to 54 layers."""
    layer = source("image", 64, 64, 3)
    yield layer
    for stage in range(1 + depth // 2):
        conv = convolution(f"down{stage}", layer.output, width << stage, stride=2)
        norm = batch_norm(f"down{stage}_bn", conv.output)
        layer = relu(f"down{stage}_relu", norm.output)
        yield from (conv, norm, layer)
        for number in range(2 if stage else 2 + depth % 2):
            block = residual_block(f"block{stage}_{number}", layer.output)
            yield from block
            layer = block[-1]
    yield from classifier(layer.output)


def _mlp(depth: int, width: int) -> Iterator[Layer]:
    """Dense layers with dropout behind every second: 11 to 35 layers."""
    layer = source("features", 40)
    yield layer
    for number in range(6 + 4 * depth):
        layer = dense(f"dense{number}", layer.output, 4 * width, "relu")
        yield layer
        if number % 2:
            layer = dropout(f"dropout{number}", layer.output, 0.2)
            yield layer
    yield dense("classes", layer.output, 10, "softmax")


_KINDS: Final[tuple[Callable[[int, int], Iterator[Layer]], ...]] = (_vgg, _resnet, _mlp)
