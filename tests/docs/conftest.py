"""A folder in which the demo has run once."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from docs.pages import ROOT

FIRST_SECONDS = 780


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo's first run printed, and the folder that it left."""

    folder: Path
    said: Any

    def again(self, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
        """Run it once more; also how many seconds of processor time it and its children took."""
        before = os.times()
        done = _demo(self.folder, *arguments)
        after = os.times()
        used = after.children_user + after.children_system
        return done, used - before.children_user - before.children_system


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture
def alone(shared_folder: Path) -> Iterator[None]:
    """One test at a time, whichever process runs it: the demo's service has a fixed port."""
    with (shared_folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def demo(shared_folder: Path, alone: None) -> Iterator[Demo]:
    """The demo as `make demo` runs it, in an empty folder; slow, so once for all tests.

    PBDB_TEST_DEMO names a folder to keep, in which it is quick from the second time on.
    """
    folder = Path(os.environ.get("PBDB_TEST_DEMO") or shared_folder / "demo")
    said = folder / "said.json"
    if not said.exists():
        folder.mkdir(exist_ok=True)
        done = _demo(folder, "--json")
        assert done.returncode == 0, done.stderr
        said.write_text(done.stdout)
    yield Demo(folder, json.loads(said.read_text()))
    _pbdb(folder, "db", "stop")


def start_demo(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the demo in a folder, in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "pbdb", "demo", *arguments],
        cwd=folder,
        env={**environment(), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def environment() -> dict[str, str]:
    """The environment of somebody who has set nothing."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PBDB_")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}


def processes_in(folder: Path) -> list[str]:
    """The command lines of the processes that work in a folder or name it; Linux only."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            command = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            place = str((each / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in command or place.startswith(str(folder)):
            found.append(command)
    return found


def eventually_none(folder: Path, seconds: float) -> list[str]:
    """Wait until no process is left in a folder; what is left in the end."""
    end = time.monotonic() + seconds
    while (left := processes_in(folder)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _pbdb(folder, "demo", *arguments)


def _pbdb(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pbdb", *arguments],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=FIRST_SECONDS,
        check=False,
    )
