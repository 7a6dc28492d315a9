"""Programs that a test starts."""

from __future__ import annotations

import signal


def heed_interrupts() -> None:
    """For a new process, before it runs a program: do not ignore Ctrl-C.

    What runs in the background of a shell, as a whole test run may, ignores it, and so does
    whatever it starts.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
