"""Build hook: the shipped rules are compiled into one file, so that no run has to parse them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileRules(BuildHookInterface[Any]):
    """Writes ``rules/compiled.jsonl``; a wheel carries it beside the pages."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel or an editable installation is built."""
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        from convlint import catalog, compiled, shipped

        folder = Path(self.root) / "rules"
        shipped.write(str(folder), catalog.from_pages(folder), catalog.bibliography(folder))
        build_data["artifacts"].append(f"rules/{compiled.FILE}")
