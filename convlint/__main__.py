"""The ``convlint`` command, and ``python -m convlint``."""

from __future__ import annotations

import os
import sys

from convlint import terminal
from convlint.cli import main


def run() -> None:
    """Run the command line and leave at once, without taking the interpreter apart.

    Taking it apart frees module by module and object by object what the system frees in one go,
    and takes a fifth of the time of a typical run. Code of the user's that ran in this process
    may have work to do at exit, so then Python ends as usual.
    """
    terminal.open_closed_streams()
    try:
        main(prog_name="convlint")
    except SystemExit as exit_:
        if "convlint.targets" in sys.modules or not isinstance(exit_.code, int):
            raise
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            raise exit_ from None
        os._exit(exit_.code)


if __name__ == "__main__":
    run()
