"""Run the command line under a hook that ends the process when anything but linting happens.

``python -m tests.audited ROOT ARGUMENTS…`` lints; with ``-c CODE`` in place of the arguments it
runs code, to show that the hook sees it. Python tells a hook of what a program asks it for, from
imports to sockets; whatever event is not known to be harmless here ends with :data:`CAUGHT`.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from types import CodeType, FrameType
from typing import Any, Final, NoReturn

CAUGHT: Final = 99

OURS: Final = frozenset({"convlint", "click", "yaml", "_yaml", "rich", "h5py", "numpy"})
"""Packages that may be imported, besides the standard library."""
OTHERS: Final = frozenset({"org", "colorama", "ml_dtypes"})
"""What these and Python's pickle try to import, so as to know whether it is there."""
BARRED: Final = frozenset({"asyncio", "code", "multiprocessing", "pdb", "runpy", "webbrowser"})
"""Modules of the standard library that have no business in linting."""

HARMLESS: Final = frozenset(
    {
        *("os.listdir", "os.scandir", "pathlib.Path.glob", "builtins.id", "object.__setattr__"),
    }
)
UNSEEN: Final = frozenset(
    {
        *("sys._getframe", "object.__getattr__"),  # what the hook itself does
        *("cpython._PySys_ClearAuditHooks", "cpython.PyInterpreterState_Clear"),  # the end
    }
)
WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PARSER: Final = ("ast.py", "parse")
"""The only caller of compile() besides the import system: it makes a tree and no code."""
MAKERS: Final = frozenset({"dataclasses.py", "collections/__init__.py", "enum.py", "typing.py"})
"""Modules that make functions out of text of their own."""
NATIVE: Final = ("ctypes.dlopen", "ctypes.dlsym", "os.putenv", "os.unsetenv", "code.__new__")
"""What numpy and h5py do while they are imported."""

LIBRARY: Final = sysconfig.get_paths()["stdlib"]
PACKAGES: Final = tuple({sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]})


def hook(root: str) -> Any:
    """The hook for a run of the package in ``root``."""
    trusted = (
        f"{LIBRARY}/",
        *(f"{folder}/{name}/" for folder in PACKAGES for name in OURS),
        f"{root}/convlint/",
    )

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event in UNSEEN:
            return
        caller = sys._getframe(1)
        if not _is_allowed(event, args, caller, trusted):
            _end(event, args, caller)

    return watch


def _is_allowed(
    event: str, args: tuple[Any, ...], caller: FrameType, trusted: tuple[str, ...]
) -> bool:
    if _asks_for_the_processor(caller):
        return True
    file = caller.f_code.co_filename
    importing = file.startswith("<frozen importlib")
    match event:
        case "import":
            name = str(args[0]).partition(".")[0]
            return name in OURS | OTHERS or (name in sys.stdlib_module_names and name not in BARRED)
        case "exec":
            code = args[0]
            return isinstance(code, CodeType) and (
                code.co_filename.startswith((*trusted, "<frozen "))
                and _module(code.co_filename) not in BARRED
                if importing
                else _is_maker(file)
            )
        case "compile":
            parsing = (file.removeprefix(f"{LIBRARY}/"), caller.f_code.co_name) == PARSER
            return parsing or importing or _is_maker(file)
        case "marshal.loads":
            return importing
        case "open":
            return not (isinstance(args[2], int) and args[2] & WRITING)
        case _ if event in NATIVE:
            return _is_being_imported(caller)
    return event in HARMLESS


def _module(file: str) -> str:
    """The module of the standard library in a file; ``import_module`` tells of no import."""
    return file.removeprefix(f"{LIBRARY}/").partition("/")[0].removesuffix(".py")


def _is_maker(file: str) -> bool:
    return file.removeprefix(f"{LIBRARY}/") in MAKERS


def _is_being_imported(frame: FrameType | None) -> bool:
    """Whether numpy or h5py are being imported."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__", "").startswith(
            ("numpy", "h5py")
        ):
            return True
        frame = frame.f_back
    return False


def _asks_for_the_processor(frame: FrameType | None) -> bool:
    """Whether this is ``uname -p``, by which h5py learns where it runs."""
    while frame is not None:
        if frame.f_code.co_filename == f"{LIBRARY}/platform.py":
            return frame.f_code.co_name in ("from_subprocess", "_syscmd_ver") or (
                frame.f_back is not None and _asks_for_the_processor(frame.f_back)
            )
        frame = frame.f_back
    return False


def _end(event: str, args: tuple[Any, ...], caller: FrameType) -> NoReturn:
    places = []
    frame: FrameType | None = caller
    while frame is not None:
        places.append(f"{frame.f_code.co_filename}:{frame.f_lineno}")
        frame = frame.f_back
    place = ", ".join(places[:12])
    os.write(2, f"CAUGHT {event} {args!s:.300} at {place}\n".encode("utf-8", "replace"))
    os._exit(CAUGHT)


if __name__ == "__main__":
    folder, *arguments = sys.argv[1:]
    sys.addaudithook(hook(folder))
    if arguments[0] == "-c":
        # Compiled before, so that it is what the code does that is seen.
        exec(arguments[1])  # noqa: S102
    else:
        from convlint.__main__ import exit_code

        sys.argv[1:] = arguments
        sys.exit(exit_code())
