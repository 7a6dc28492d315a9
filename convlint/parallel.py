"""The same work on many inputs, on several cores, with the results in the order of the inputs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

FEW: Final = 32
"""Up to so many inputs starting processes costs more than it saves; measured, and ours."""
CHUNKS_PER_JOB: Final = 8
"""Enough for the last chunk to end soon after the others, few enough to load the rules seldom."""


def jobs_for(inputs: int, wanted: int | None) -> int:
    """Number of processes: ``wanted``, or a process for each core if there are many inputs."""
    if wanted is None:
        wanted = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        wanted = wanted if inputs > FEW else 1
    return max(1, min(wanted, inputs))


def in_chunks(
    work: Callable[[Sequence[T]], Sequence[R]], inputs: Sequence[T], jobs: int
) -> Iterator[R]:
    """The results of ``work``, which is given some inputs at a time and gives a result for each.

    It is called in other processes, so that it and what it takes and gives must be picklable. An
    exception that it raises is raised here.
    """
    from concurrent.futures import ProcessPoolExecutor

    size = -(-len(inputs) // (jobs * CHUNKS_PER_JOB))
    chunks = [inputs[start : start + size] for start in range(0, len(inputs), size)]
    pool = ProcessPoolExecutor(jobs, initializer=_leave_interrupts_to_the_parent)
    try:
        for results in pool.map(work, chunks):
            yield from results
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
