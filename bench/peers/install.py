"""The peers: what they are, how they are installed and run.

They live in an environment of their own, `.pbdb/bench-peers`, made at the first run: their
dependencies are none of ours. A peer that cannot be installed is left out, with a warning.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.lab import Lab

log = logging.getLogger(__name__)

_HERE = Path(__file__).resolve().parent
_FOLDER = Path(os.environ.get("PBDB_BENCH_PEERS", _HERE.parents[1] / ".pbdb" / "bench-peers"))
_PYTHON = _FOLDER / "bin" / "python"
_FROM_PYPI = [
    "absurd-sdk", "absurdctl", "dbos", "procrastinate", "pgqueuer[psycopg]",
    "psycopg[binary,pool]", "asyncpg",
]  # fmt: skip
_FROM_NPM = ["graphile-worker", "pg-boss", "pg"]
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer. `share`: how many executions it is given, of what we are given."""

    name: str
    script: str
    keeps_state: bool
    share: float
    version: str
    settings: str

    def run(self, lab: Lab, executions: int) -> float:
        """Run the chain so many times in a fresh database; return executions a second."""
        url = lab.empty_database(f"peer_{self.script.partition('.')[0]}")
        is_python = self.script.endswith(".py")
        command = [str(_PYTHON)] if is_python else [shutil.which("node") or "node"]
        done = subprocess.run(
            [*command, str(_HERE / self.script), url, str(executions)],
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            # The module folder must not shadow the packages of the same names.
            env={**_environment(), "PYTHONSAFEPATH": "1", "BENCH_NODE_MODULES": str(_FOLDER)},
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith('{"seconds"')]
        if done.returncode != 0 or not lines:
            raise RuntimeError(f"{self.name}: {(done.stderr or done.stdout)[-2000:]}")
        return executions / float(json.loads(lines[-1])["seconds"])


def peers() -> list[Peer]:
    """Return the peers that are installed, installing them at first."""
    _install_python()
    found = [
        Peer("absurd", "run_absurd.py", True, 0.2, _version("absurd-sdk"),
             "async worker, concurrency 64, batch 64, one connection; a task with five steps"),
        Peer("dbos", "run_dbos.py", True, 0.1, _version("dbos"),
             "one process, a queue polled every 10 ms, pool of 20; a workflow with five steps"),
        Peer("procrastinate", "run_procrastinate.py", False, 0.2, _version("procrastinate"),
             "one worker, concurrency 64; a job that defers the next, five times"),
        Peer("pgqueuer", "run_pgqueuer.py", False, 0.5, _version("pgqueuer"),
             "one worker, batch 100; a job that enqueues the next, five times"),
    ]  # fmt: skip
    if _install_node():
        found += [
            Peer("graphile-worker", "run_graphile.mjs", False, 1, _node_version("graphile-worker"),
                 "one process, concurrency 24, local queue of 500; a job that adds the next"),
            Peer("pg-boss", "run_pgboss.mjs", False, 0.2, _node_version("pg-boss"),
                 "one process, batches of 100, polled every 500 ms (its least); "
                 "a job that sends the next"),
        ]  # fmt: skip
    return found


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}


def _install_python() -> None:
    if (_FOLDER / ".installed").exists():
        return
    log.warning("installing peers from PyPI into %s", _FOLDER)
    _run(sys.executable, "-m", "venv", str(_FOLDER))
    _run(str(_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         *_FROM_PYPI)  # fmt: skip
    (_FOLDER / ".installed").touch()


def _install_node() -> bool:
    if (_FOLDER / "node_modules" / "pg-boss").is_dir():
        return True
    if not (shutil.which("npm") and shutil.which("node")):
        log.warning("no node: graphile-worker and pg-boss are left out")
        return False
    try:
        _run("npm", "install", "--no-audit", "--no-fund", "--prefix", str(_FOLDER), *_FROM_NPM)
    except RuntimeError as error:
        log.warning("graphile-worker and pg-boss are left out: %s", error)
        return False
    return True


def _run(*command: str) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=_environment(), timeout=600
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr[-1000:]}")


def _version(package: str) -> str:
    code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    done = subprocess.run(
        [str(_PYTHON), "-c", code, package], check=False, capture_output=True, text=True
    )
    return done.stdout.strip()


def _node_version(package: str) -> str:
    file = _FOLDER / "node_modules" / package / "package.json"
    return str(json.loads(file.read_text())["version"])
