"""Builds the console into the wheel with Deno; `PBDB_NO_CONSOLE=1` leaves it out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).parent / "src" / "pbdb" / "web"
STATIC = WEB / "static"


class ConsoleHook(BuildHookInterface):  # type: ignore[type-arg]
    """`static/` is made before the wheel is, and is nowhere in git."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless what is there is newer than every source."""
        if self.target_name != "wheel" or os.environ.get("PBDB_NO_CONSOLE") == "1":
            return
        build()
        if version != "editable":
            build_data["force_include"][str(STATIC)] = "pbdb/web/static"


def build() -> None:
    """Make static/. pip asks twice, for metadata and for the wheel: the second time is nothing."""
    sources = [each for each in WEB.rglob("*") if each.is_file() and _is_source(each)]
    # What the builder's inspector knows of steps.
    sources.append(WEB.parents[2] / "docs" / "playbook.schema.json")
    index = STATIC / "index.html"
    if index.exists() and index.stat().st_mtime >= max(each.stat().st_mtime for each in sources):
        return
    # Deno runs no install scripts, and takes only what the lockfile has the hashes of.
    _deno("install", "--frozen")
    _deno("run", "--allow-all", "node_modules/vite/bin/vite.js", "build")


def _is_source(path: Path) -> bool:
    return not {"static", "node_modules", ".building"} & set(path.relative_to(WEB).parts)


def _deno(*arguments: str) -> None:
    # deno.find_deno_bin() does not look into the environment that pip builds in; PATH has it there.
    beside = Path(sys.executable).parent / "deno"
    program = shutil.which("deno") or str(beside)
    subprocess.run([program, *arguments], cwd=WEB, check=True)


if __name__ == "__main__":
    build()
