"""The peers: what they are, how they are installed and run.

They live in an environment of their own, `.pbdb/bench-peers`, made at the first run: their
dependencies are none of ours. Those of npm run under the Deno that comes with development. One that
cannot be installed ends the run: figures beside fewer peers would look like figures beside all.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import deno

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
_SECONDS = 600
_LEAST_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer, and in words the settings that its script gives it."""

    name: str
    script: str
    keeps_state: bool
    version: str
    settings: str

    def run(self, lab: Lab, executions: int) -> float:
        """Run the chain so many times in a fresh database; return executions a second.

        From the first step that begins to the last end: starting up and filling are no part of it.
        """
        return executions / self.seconds(lab, executions)

    def seconds(self, lab: Lab, executions: int) -> float:
        """Run the chain so many times; return how long that took."""
        url = lab.empty_database(f"peer_{self.script.partition('.')[0]}")
        command = [str(_PYTHON)]
        if self.script.endswith(".mjs"):
            # Packages are looked for where this file is.
            config = str(_FOLDER / "deno.json")
            command = [deno.find_deno_bin(), "run", "--allow-all", "--config", config]
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
        return float(json.loads(lines[-1])["seconds"])

    def enough(self, lab: Lab) -> int:
        """How many executions make its rate its own, and not that of its polling.

        At least ten seconds' worth, less in a scaled-down run, and so many that half as many gave
        nearly the same rate.
        """
        wanted = max(1.0, _LEAST_SECONDS * lab.scale)
        executions, slower = 100, 0.0
        while True:
            seconds = self.seconds(lab, executions)
            rate = executions / seconds
            if seconds >= wanted and rate < 1.15 * slower:
                return executions
            slower = rate
            executions = int(executions * min(8.0, max(2.0, 1.2 * wanted / seconds)))


def peers() -> list[Peer]:
    """Return the peers, installing them at first. Raises RuntimeError when one cannot be."""
    _install_python()
    _install_npm()
    return [
        Peer("absurd", "run_absurd.py", True, _version("absurd-sdk"),
             "async worker, concurrency 64, batch 64, polled every 10 ms, one connection; a task "
             "with five steps"),
        Peer("dbos", "run_dbos.py", True, _version("dbos"),
             "one process, a queue polled every 10 ms, concurrency 64, pool of 20; a workflow with "
             "five steps"),
        Peer("procrastinate", "run_procrastinate.py", False, _version("procrastinate"),
             "one worker, concurrency 64, pool of 20; a job that defers the next, five times"),
        Peer("pgqueuer", "run_pgqueuer.py", False, _version("pgqueuer"),
             "one worker, batch 100, pool of 20; a job that enqueues the next, five times"),
        Peer("graphile-worker", "run_graphile.mjs", False, _npm_version("graphile-worker"),
             "one process, concurrency 50, local queue of 500, completions batched for 250 ms; "
             "a job that adds the next"),
        Peer("pg-boss", "run_pgboss.mjs", False, _npm_version("pg-boss"),
             "one process, ten workers with batches of 1,000, at once after a full batch, else "
             "every 500 ms (its least); each batch inserts the next jobs in one call"),
    ]  # fmt: skip


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


def _install_npm() -> None:
    if (_FOLDER / "node_modules" / "pg-boss").is_dir():
        return
    wanted = {"dependencies": dict.fromkeys(_FROM_NPM, "*")}
    (_FOLDER / "package.json").write_text(json.dumps(wanted))
    (_FOLDER / "deno.json").write_text('{"nodeModulesDir": "manual"}')
    _run(deno.find_deno_bin(), "install", "--quiet", cwd=_FOLDER)


def _run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=_environment(), timeout=600,
        cwd=cwd,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr[-1000:]}")


def _version(package: str) -> str:
    code = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    done = subprocess.run(
        [str(_PYTHON), "-c", code, package], check=False, capture_output=True, text=True
    )
    return done.stdout.strip()


def _npm_version(package: str) -> str:
    file = _FOLDER / "node_modules" / package / "package.json"
    return str(json.loads(file.read_text())["version"])
