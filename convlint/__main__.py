"""The ``convlint`` command, and ``python -m convlint``."""

from __future__ import annotations

import gc
import os
import sys


def run() -> None:
    """Run the command line and leave at once, without taking the interpreter apart.

    Taking it apart frees module by module and object by object what the system frees in one go,
    and takes a fifth of the time of a typical run. Code of the user's that ran in this process
    may have work to do at exit, so then Python ends as usual.
    """
    try:
        code = exit_code()
        if "convlint.targets" in sys.modules or not isinstance(code, int):
            sys.exit(code)
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # nobody reads what is left to say
        code = 141
    except OSError:
        code = 2
    os._exit(code)


def exit_code() -> int | str | None:
    """The exit code of the command line, which also takes an interrupt while it is imported."""
    # A run makes hardly any cycles; looking for them while modules are imported takes a twentieth
    # of a short run, and in a large graph a fifth of a long one.
    gc.set_threshold(100_000, 50, 50)
    from convlint import arguments, command, terminal

    terminal.open_closed_streams()
    options = arguments.plain(sys.argv[1:])
    if options is not None:
        return command.run(options)
    from convlint.cli import main

    stdout = sys.stdout
    try:
        main(prog_name="convlint")
    except SystemExit as exit_:
        # Where nobody reads its --help, click ends with 1 and puts something else in its place.
        return exit_.code if sys.stdout is stdout else 141
    return 0


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the current folder: what lies there is linted, not imported
    run()
