"""Install this checkout as a user would, by pip, but without a network.

What convlint needs is taken from the environment that runs the tests.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).parent.parent


def environment() -> dict[str, str]:
    """Environment variables for a program that runs pip."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PIP_"))
    }
    installed = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    return inherited | {
        "PYTHONPATH": os.pathsep.join(installed),
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads this as --no-build-isolation
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }


def copy_checkout(folder: Path) -> None:
    """Copy what is needed to build convlint, and what others read at the top of the checkout."""
    names = (
        *("README.md", "LICENSE", "pyproject.toml", "hatch_build.py"),
        *(".pre-commit-hooks.yaml", "action.yml"),
    )
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes((ROOT / name).read_bytes())
    for name in ("convlint", "rules"):
        copytree(ROOT / name, folder / name, ignore=ignore_patterns("__pycache__"))
