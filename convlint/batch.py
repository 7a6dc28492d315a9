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
from convlint.text import printable

Outcome: TypeAlias = tuple[Checked, str | None]
"""The result for one input, and what to say about it on standard error."""

FEW: Final = 32
"""Up to so many inputs starting processes costs more than it saves.

Measured with models of 30 layers: two processes on two cores break even at 25 to 30 files, take
0.30 s where one takes 0.43 s for 100, and are 1.9 times as fast for 1,000.
"""
CHUNKS_PER_JOB: Final = 8
"""Enough for the last chunk to end soon after the others, few enough to load the rules seldom."""

MAX_STDIN: Final = 2**30
"""Bytes of standard input; all of it is held in memory."""
_PART: Final = 2**20


def jobs_for(inputs: int, wanted: int | None) -> int:
    """Number of processes: ``wanted``, or a process for each core if there are many inputs."""
    if wanted is None:
        wanted = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        wanted = wanted if inputs > FEW else 1
    return max(1, min(wanted, inputs))


def outcomes(
    linter: Linter, found: Sequence[Found], jobs: int | None, stdin_name: str
) -> Iterator[Outcome]:
    """What becomes of each input, in their order, whatever the number of processes.

    An input ``-`` is standard input, called ``stdin_name``.

    Raises:
        ConvlintError: nothing can be checked, for example because a setting is wrong.
    """
    if any(file.path == "-" or is_target(file.path) for file in found):
        jobs = 1  # standard input is ours, and code of the user runs here
    processes = jobs_for(len(found), jobs)
    if processes > 1:
        return _in_processes(partial(_check_all, linter), found, processes)
    return (_check(linter, file, stdin_name) for file in found)


def _in_processes(
    work: Callable[[Sequence[Found]], list[Outcome]], found: Sequence[Found], processes: int
) -> Iterator[Outcome]:
    from concurrent.futures.process import BrokenProcessPool

    size = -(-len(found) // (processes * CHUNKS_PER_JOB))
    chunks = [found[start : start + size] for start in range(0, len(found), size)]
    done = 0
    while done < len(chunks):
        try:
            for results in _mapped(work, chunks[done:], processes):
                yield from results
                done += 1
        except BrokenProcessPool:
            # A process died; whoever was to blame, each of these is checked by itself.
            for file in chunks[done]:
                yield from _alone(work, file)
            done += 1


def _alone(work: Callable[[Sequence[Found]], list[Outcome]], file: Found) -> list[Outcome]:
    """What becomes of one input, in a process that may die of it."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        return next(_mapped(work, [[file]], 1))
    except BrokenProcessPool:
        message = (
            f"{file.name}: the process that checked it died, out of memory or by a fault in a"
            " library"
        )
        return [(Checked(file.name, error=message), printable(f"error: {message}"))]


def _mapped(
    work: Callable[[Sequence[Found]], list[Outcome]],
    chunks: Sequence[Sequence[Found]],
    processes: int,
) -> Iterator[list[Outcome]]:
    """The results for each chunk; no process outlives them.

    Raises:
        BrokenProcessPool: one of the processes died.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children

    pool = ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_the_parent)
    try:
        yield from pool.map(work, chunks)
    except BaseException:  # an interrupt, too: nobody waits for what is under way
        for process in active_children():
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _leave_interrupts_to_the_parent() -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _check_all(linter: Linter, found: Sequence[Found]) -> list[Outcome]:
    return [_check(linter, file, "-") for file in found]


def _standard_input() -> bytes:
    """All of standard input, which may have no end; InputError if it is too long."""
    parts: list[bytes] = []
    left = MAX_STDIN
    while part := sys.stdin.buffer.read(_PART):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise InputError(f"<stdin>: it is longer than {MAX_STDIN // 2**20} MiB; name a file")
    return b"".join(parts)


def _check(linter: Linter, file: Found, stdin_name: str) -> Outcome:
    name = stdin_name if file.path == "-" else file.name
    try:
        if file.error is not None:
            raise InputError(file.error)
        if file.path == "-":
            return linter.check_bytes(_standard_input(), name), None
        if is_target(name):
            return linter.check_target(name), None
        return linter.check_file(file.path), None
    except SourceError as error:
        if not file.named and file.path != "-":
            # What lies in a folder may be of another version of Python, or no code at all.
            return Checked(name), printable(f"warning: {error}")
        return Checked(name, error=str(error)), printable(f"error: {error}")
    except InputError as error:
        return Checked(name, error=str(error)), printable(f"error: {error}")
    except ConvlintError:
        raise
    except Exception as error:
        from convlint import crash

        message = f"{name}: {crash.describe(error)}"
        return Checked(name, error=message), crash.report(name, error)
