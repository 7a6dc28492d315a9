"""Many inputs: each is checked by itself, on several cores, and a bad one stops no other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

from convlint.discover import Found, is_target
from convlint.engine import Linter
from convlint.errors import ConvlintError, InputError, SourceError
from convlint.report import Checked

Outcome: TypeAlias = tuple[Checked, str | None]
"""The result for one input, and what to say about it on standard error."""

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


def outcomes(
    make_linter: Callable[[], Linter], found: Sequence[Found], jobs: int | None, stdin_name: str
) -> Iterator[Outcome]:
    """What becomes of each input, in their order, whatever the number of processes.

    ``make_linter`` must be picklable. An input ``-`` is standard input, called ``stdin_name``.

    Raises:
        ConvlintError: nothing can be checked, for example because a setting is wrong.
    """
    if any(file.path == "-" or is_target(file.path) for file in found):
        jobs = 1  # standard input is ours, and code of the user runs here
    processes = jobs_for(len(found), jobs)
    if processes > 1:
        return _in_processes(partial(_check_all, make_linter), found, processes)
    linter = make_linter()
    return (_check(linter, file, stdin_name) for file in found)


def _in_processes(
    work: Callable[[Sequence[Found]], list[Outcome]], found: Sequence[Found], processes: int
) -> Iterator[Outcome]:
    from concurrent.futures import ProcessPoolExecutor

    size = -(-len(found) // (processes * CHUNKS_PER_JOB))
    chunks = [found[start : start + size] for start in range(0, len(found), size)]
    pool = ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_the_parent)
    try:
        for results in pool.map(work, chunks):
            yield from results
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check_all(make_linter: Callable[[], Linter], found: Sequence[Found]) -> list[Outcome]:
    linter = make_linter()
    return [_check(linter, file, "-") for file in found]


def _check(linter: Linter, file: Found, stdin_name: str) -> Outcome:
    name = stdin_name if file.path == "-" else file.path
    try:
        if file.error is not None:
            raise InputError(file.error)
        if file.path == "-":
            return linter.check_bytes(sys.stdin.buffer.read(), name), None
        if is_target(name):
            return linter.check_target(name), None
        return linter.check_file(name), None
    except SourceError as error:
        if not file.named and file.path != "-":
            # What lies in a folder may be of another version of Python, or no code at all.
            return Checked(name), f"warning: {error}"
        return Checked(name, error=str(error)), f"error: {error}"
    except InputError as error:
        return Checked(name, error=str(error)), f"error: {error}"
    except ConvlintError:
        raise
    except Exception as error:
        from convlint import crash

        message = f"{name}: {crash.describe(error)}"
        return Checked(name, error=message), crash.report(name, error)
